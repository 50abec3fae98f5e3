import {
  type DsrRecord,
  DsrWriter,
  type Fault,
  layouts,
  readDsr,
  type SalesContext,
  SoldResources,
} from '../../../src/ddex';
import { sampleContext, sampleHead, sampleLine, written } from './samples';

interface Found {
  readonly contexts: SalesContext[];
  readonly lines: string[];
  readonly records: DsrRecord[];
  readonly faults: Fault[];
  readonly accepted: number;
  readonly rejected: number;
}

async function read(text: string): Promise<Found> {
  const found = {
    contexts: [] as SalesContext[],
    lines: [] as string[],
    records: [] as DsrRecord[],
    faults: [] as Fault[],
  };
  async function* bytes() {
    yield Buffer.from(text);
  }
  const { accepted, rejected } = await readDsr(bytes(), {
    context: (context) => found.contexts.push(context),
    line: ({ isrc, totalUsages, returns, date, salesTransactionId }) =>
      found.lines.push([salesTransactionId, isrc, totalUsages, returns, date].join(' ')),
    record: (record) => found.records.push(record),
    fault: (fault) => found.faults.push(fault),
  });
  return { ...found, accepted, rejected };
}

const codesOf = ({ faults }: Found): string[] =>
  faults.map(({ line, code, cell, value }) => [line, code, cell?.number ?? '-', cell?.name ?? '-', value].join(' '));

/** A sound report in the version of 2019, of two lines, without its comments. */
const sound = async (): Promise<string[]> => {
  const text = await written({
    head: sampleHead,
    contexts: [sampleContext({ AllocatedUsages: '130', Returns: '2' })],
    lines: [
      sampleLine({ ResourceTitle: 'First', ResourceDisplayArtistName: 'Masha' }),
      sampleLine({ SalesTransactionId: 'T2', TotalUsages: '30', Returns: '2', NetUsage: '28' }),
    ],
  });
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'));
};
const footer = (lines: readonly string[]): string => `SRFO\t${lines.length + 1}\t1`;
const whole = (lines: readonly string[]): string => [...lines, footer(lines), ''].join('\n');

const as = (line: string, code: string): string => line.replace(/^[^\t]*/, code);
const namesOf = (code: 'SY10' | 'SR08'): string[] => layouts[code].slice(1).map(({ name }) => name);

/** The line with its cells in the order of these names, the code first. */
function inOrder(line: string, code: 'SY10' | 'SR08', names: readonly string[], extra = ''): string {
  const [, ...cells] = line.split('\t');
  const own = namesOf(code);
  return [`${code}.02`, ...names.map((name) => (own.includes(name) ? cells[own.indexOf(name)]! : extra))].join('\t');
}

describe('SY10.01 and SR08.01', () => {
  it('are read as SY10 and SR08 are, under their own names', async () => {
    const [head, context, ...lines] = (await sound()).slice(0, -1) as [string, string, ...string[]];
    const text = whole([head, as(context, 'SY10.01'), ...lines.map((line) => as(line, 'SR08.01'))]);
    const found = await read(text);
    expect(found.lines).toEqual(['T1 ZZAB12600001 100 0 2026-01-15', 'T2 ZZAB12600001 30 2 2026-01-15']);
    expect(found).toMatchObject({ accepted: 2, rejected: 0 });
    expect(codesOf(found).map((fault) => fault.split(' ')[1])).toEqual(['profile-mismatch', 'profile-mismatch']);
    expect(found.records[2]!.cells).toMatchObject({ ISRC: 'ZZAB12600001', Usages: '100' });
    const wrong = await read(text.replace('\t100\t0\t100\t', '\t100.5\t0\t100\t'));
    expect(codesOf(wrong)).toContain('3 cell-not-whole 27 Usages 100.5');
    const names = new SoldResources();
    const named = text.split('\n').map((line) => names.at(Buffer.from(line), true)?.title);
    expect(named).toEqual([undefined, undefined, 'First', undefined, undefined, undefined]);
  });

  it.each([
    ['100', '1'],
    ['1', '1'],
    ['85.', '0.85'],
    ['87.5', '0.875'],
    ['0.85', null],
    ['101', null],
  ])('tell the music part in percent: %s is %s', async (told, ratio) => {
    const [head, context, ...lines] = (await sound()).slice(0, -1) as [string, string, ...string[]];
    const cells = as(context, 'SY10.01').split('\t').with(19, told).join('\t');
    const { contexts } = await read(whole([head, cells, ...lines]));
    expect(contexts.map(({ musicUsageRatio }) => musicUsageRatio)).toEqual([ratio]);
    const old = await read(whole([head, context.split('\t').with(19, told).join('\t'), ...lines]));
    expect(old.contexts.map(({ musicUsageRatio }) => musicUsageRatio)).toEqual([told]);
  });
});

describe('SY10.02 and SR08.02', () => {
  const shuffled = (code: 'SY10' | 'SR08'): string[] => {
    const [id, ...others] = namesOf(code);
    return [id!, 'NewCell', ...others.toReversed()];
  };
  const reordered = async (): Promise<string[]> => {
    const [head, context, ...lines] = (await sound()).slice(0, -1) as [string, string, ...string[]];
    return [
      head,
      ['#SY10.02', ...shuffled('SY10').map((name) => name.toUpperCase())].join('\t'),
      inOrder(context, 'SY10', shuffled('SY10'), 'kept'),
      ['#SR08.02', ...shuffled('SR08')].join('\t'),
      ...lines.map((line) => inOrder(line, 'SR08', shuffled('SR08'), 'kept too')),
    ];
  };

  it('are read where a comment names their cells, whatever their order; unknown cells are kept and told once', async () => {
    const text = whole(await reordered());
    const found = await read(text);
    expect(found.lines).toEqual(['T1 ZZAB12600001 100 0 2026-01-15', 'T2 ZZAB12600001 30 2 2026-01-15']);
    expect(codesOf(found)).toEqual([
      '3 layout-from-names 1 RecordType SY10.02',
      '3 cell-unknown 3 NEWCELL NEWCELL',
      '3 profile-mismatch 1 RecordType SY10.02',
      '5 layout-from-names 1 RecordType SR08.02',
      '5 cell-unknown 3 NewCell NewCell',
      '5 profile-mismatch 1 RecordType SR08.02',
    ]);
    expect(found.records.at(-2)!.cells).toMatchObject({ NewCell: 'kept too', ResourceISRC: 'ZZAB12600001' });
    const writer = new DsrWriter();
    const back = found.records
      .filter(({ code }) => code !== 'SRFO')
      .map(({ code, cells }) => writer.write(code, cells).text)
      .join('');
    const again = await read(back + writer.end().text);
    expect(again.lines).toEqual(found.lines);
    expect(again.records.filter(({ code }) => code !== 'SRFO').map(({ cells }) => cells)).toEqual(
      found.records.filter(({ code }) => code !== 'SRFO').map(({ cells }) => cells),
    );
    expect(() => writer.write('SR08.02', { Strange: 'x' })).toThrow(RangeError);
  });

  it('tell faults where they lie in the file', async () => {
    const lines = await reordered();
    const at = shuffled('SR08').indexOf('TotalUsages') + 2;
    const broken = lines.with(
      4,
      lines[4]!
        .split('\t')
        .with(at - 1, '1.5')
        .join('\t'),
    );
    expect(codesOf(await read(whole(broken)))).toContain(`5 cell-not-whole ${at} TotalUsages 1.5`);
    const long = lines.with(4, `${lines[4]}\tsurplus`);
    expect(codesOf(await read(whole(long)))).toContain('5 too-many-cells - - surplus');
    const short = lines.with(4, lines[4]!.split('\t').slice(0, 5).join('\t'));
    expect(
      codesOf(await read(whole(short))).filter((fault) => fault.startsWith('5 cell-missing')).length,
    ).toBeGreaterThan(5);
  });

  it.each([
    ['none', (names: string[]) => names.slice(0, 0)],
    ['some', (names: string[]) => names.filter((name) => name !== 'TotalUsages')],
    ['one twice', (names: string[]) => [...names, 'TotalUsages']],
    ['too many', (names: string[]) => [...names, ...Array.from({ length: 100 }, (_, at) => `Own${at}`)]],
  ])('are rejected, and nothing of them is used, where the comment names %s', async (_, change) => {
    const lines = await reordered();
    const found = await read(whole(lines.with(3, ['#SR08.02', ...change(shuffled('SR08'))].join('\t'))));
    expect(found).toMatchObject({ accepted: 0, rejected: 2, lines: [] });
    expect(codesOf(found).filter((fault) => fault.includes('layout-partly-known'))).toHaveLength(2);
    expect(found.records.at(-2)!.cells).toMatchObject({ SalesTransactionId: 'T2', Cell3: 'kept too' });
  });
});
