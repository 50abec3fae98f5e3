import { buffer } from 'node:stream/consumers';
import readWorkbook from 'read-excel-file/node';
import { cellXml, columnLetters, isExactFigure, xmlText } from './cells';
import { type Row, type Sheet, writeXlsx } from './write-xlsx';

const columns: Sheet['columns'] = [
  { title: 'text', kind: 'text', width: 20 },
  { title: 'count', kind: 'figure', width: 12 },
  { title: 'amount', kind: 'amount', width: 12 },
];
const sheet = (...rows: Row[]): Sheet => ({
  name: 'Lines',
  columns,
  batches: [rows],
});

/** What a reader that is not ours finds in a workbook of these rows, its header left out. */
async function readBack(...sheets: Sheet[]): Promise<unknown[][]> {
  const bytes = await buffer(writeXlsx(sheets, 2));
  const all = await readWorkbook(bytes);
  return all.flatMap(({ data }) => data.slice(1));
}

describe('a workbook', () => {
  it('keeps figures as numbers and everything else as text, as another reader sees it', async () => {
    const rows = await readBack(
      sheet(['first', '3', '-12.48'], ['second', null, '0.00'], ['third', '0.0045', '520/3']),
    );
    expect(rows).toEqual([
      ['first', 3, -12.48],
      ['second', null, 0],
      ['third', 0.0045, '520/3'],
    ]);
  });

  it.each(['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '=HYPERLINK("http://evil.example")'])(
    'shows %j as it is and never runs it',
    async (text) => {
      expect(cellXml('A2', text, { kind: 'text' })).toMatch(/^<c r="A2" s="4" t="inlineStr">/);
      expect(cellXml('C2', text, { kind: 'amount' })).not.toContain('<v>');
      expect(await buffer(writeXlsx([sheet([text, text, text])], 2)).then(String)).not.toContain('<f>');
      const [row] = await readBack(sheet([text, null, null]));
      // Readers give a carriage return back by its escape or as it is.
      expect(String(row![0]).replace('_x000D_', '\r').trim()).toBe(text.trim());
    },
  );

  it('writes what XML cannot carry by its number, and text that looks so as text', () => {
    expect(xmlText('a & <b> \u0001 \ud800')).toBe('a &amp; &lt;b&gt; _x0001_ _xD800_');
    expect(xmlText('_x0041_ and _y')).toBe('_x005F_x0041_ and _y');
  });

  it('leaves a figure that a double would change as text', () => {
    expect(isExactFigure('123456789012345')).toBe(true);
    expect(isExactFigure('0.00000000001234')).toBe(true);
    expect(isExactFigure('9007199254740993')).toBe(false);
    expect(cellXml('B2', '9007199254740993', { kind: 'figure' })).toContain('inlineStr');
  });

  it('names columns as spreadsheets do', () => {
    expect([0, 25, 26, 701, 702].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
  });

  it('has the same bytes for the same rows', async () => {
    const [one, two] = [
      await buffer(writeXlsx([sheet(['a', '1', '1'])], 2)),
      await buffer(writeXlsx([sheet(['a', '1', '1'])], 2)),
    ];
    expect(one.equals(two)).toBe(true);
  });

  it('ends with the failure of its rows, and asks for no more when nobody reads', async () => {
    const broken: Sheet = { name: 'Lines', columns, batches: failing() };
    await expect(buffer(writeXlsx([broken], 2))).rejects.toThrow('the database went away');
    let made = 0;
    const endless: Sheet = { name: 'Lines', columns, batches: counting(() => (made += 1)) };
    const stream = writeXlsx([endless], 2);
    for await (const _ of stream) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const soon = made;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(made - soon).toBe(0);
  });
});

async function* failing(): AsyncGenerator<string[][]> {
  await Promise.resolve();
  yield [['a', '1', '1']];
  throw new Error('the database went away');
}

async function* counting(count: () => void): AsyncGenerator<string[][]> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    count();
    yield Array.from({ length: 1_000 }, () => ['a', '1', '1']);
  }
}
