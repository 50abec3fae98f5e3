import { gzipSync } from 'node:zlib';
import { checkReport, checkTogether, type ReportCheck, unreadableReport } from '../../../src/ddex';
import { audioReport, type Lines, textOf, userGeneratedReport, withCells } from './block-samples';
import { sampleContext, sampleHead, sampleLine, written } from './samples';

const recordCompanyReport = (): Promise<string> =>
  written({
    head: sampleHead,
    contexts: [
      sampleContext({ AllocatedUsages: '200' }),
      sampleContext({ SummaryRecordId: 'S2', CurrencyOfAccounting: 'EUR' }),
    ],
    lines: [
      sampleLine({ AllocatedNetRevenueInCurrencyOfAccounting: '0.10' }),
      sampleLine({ SalesTransactionId: 'T2', AllocatedNetRevenueInCurrencyOfAccounting: '0.2' }),
      sampleLine({
        SalesTransactionId: 'T3',
        SummaryRecordId: 'S2',
        AllocatedNetRevenueInCurrencyOfAccounting: '-1.00',
      }),
    ],
  });

function check(bytes: Buffer | string | Lines, name = 'report.tsv', pieceSize = Infinity): Promise<ReportCheck> {
  const whole = Buffer.isBuffer(bytes) ? bytes : Buffer.from(typeof bytes === 'string' ? bytes : textOf(bytes));
  async function* pieces() {
    for (let start = 0; start < whole.length; start += pieceSize) yield whole.subarray(start, start + pieceSize);
  }
  return checkReport(pieces(), name);
}

const codes = ({ faults }: ReportCheck): string[] => faults.first.map(({ code }) => code);

describe('the totals of a report', () => {
  it('are the allocated net revenue of its accepted lines, by currency of accounting', async () => {
    const { totals, summary } = await check(await recordCompanyReport());
    expect(totals).toEqual({ EUR: '-1', USD: '0.3' });
    expect(summary).toMatchObject({ accepted: 3, rejected: 0 });
  });

  it('leave out what is rejected', async () => {
    const text = (await recordCompanyReport()).replace('\tT2\t', '\t\t');
    expect((await check(text)).totals).toEqual({ EUR: '-1', USD: '0.1' });
  });

  it('are the revenue of the summaries where that is where it stands', async () => {
    expect((await check(audioReport)).totals).toEqual({ USD: '4.4' });
    expect((await check(withCells(audioReport, 3, { 11: 'RUB', 12: '0.10' }))).totals).toEqual({
      RUB: '0.1',
      USD: '3',
    });
  });
});

describe('a packed report', () => {
  it('is the same report, wherever its bytes are cut', async () => {
    const text = await recordCompanyReport();
    const plain = await check(text);
    for (const size of [1, 2, 7, 10_000]) {
      const packed = await check(gzipSync(text), 'report.tsv', size);
      expect({ ...packed.summary, totals: packed.totals }).toEqual({ ...plain.summary, totals: plain.totals });
    }
  });

  it('that is damaged, or cut off, is unreadable from there on', async () => {
    const packed = gzipSync(await recordCompanyReport());
    for (const bytes of [packed.subarray(0, packed.length - 9), packed.fill(0, 40, 60)]) {
      const cut = await check(bytes);
      expect(cut.summary).toBeNull();
      expect(codes(cut).at(-1)).toBe('gzip-corrupt');
    }
  });
});

describe('a sender who writes one backslash', () => {
  it('is read so where that is known', async () => {
    const lines = withCells(audioReport, 1, { 16: 'A\\|B|C' });
    expect(codes(await check(lines))).toEqual(['escape-invalid']);
    async function* bytes() {
      yield Buffer.from(textOf(lines));
    }
    const { faults, summary } = await checkReport(bytes(), 'report.tsv', { escapes: 'one-backslash' });
    expect(faults.total).toBe(0);
    expect(summary!.head!.cells.RepresentedRepertoire).toEqual(['A|B', 'C']);
  });
});

describe('what can be no report', () => {
  it('is left where it shows: megabytes without a line end, gzip that unpacks to far too much', async () => {
    const line = await check(Buffer.alloc(20 << 20, 'x'), 'report.tsv', 1 << 20);
    expect(line).toMatchObject({ summary: null, lines: 0, faults: { byCode: { 'line-without-end': 1 } } });
    const dense = await check(gzipSync(Buffer.alloc(16 << 20, '\n')));
    expect(dense).toMatchObject({ summary: null, faults: { byCode: { 'gzip-too-dense': 1 } } });
    expect(dense.lines).toBeLessThan(10 << 20);
  });
});

describe('the faults of a report', () => {
  it('are all counted, and the first thousand kept', async () => {
    const line = 'SR08\tT\n'.repeat(2000);
    const { faults, totals } = await check((await recordCompanyReport()).replace('#SR08', `${line}#SR08`));
    expect(faults.first).toHaveLength(1000);
    expect(faults.total).toBe(faults.errors + faults.warnings);
    expect(faults.byCode['too-few-cells']).toBe(2000);
    expect(totals['USD']).toBe('0.3');
  });

  it('say why a file cannot be opened', () => {
    expect(unreadableReport('none.tsv', 'there is no such file').faults.first).toMatchObject([
      { code: 'file-unreadable', line: 1, value: 'there is no such file' },
    ]);
  });
});

describe('the name of a file', () => {
  const name = (changes: { to?: string; from?: string; service?: string; part?: string } = {}): string => {
    const { to = 'Severnaya', from = 'Vektor', service = 'VektorMusic', part = '1of1' } = changes;
    return `DSR_${to}_${from}_${service}_2026-01_RU_${part}_20260205T090000.tsv`;
  };

  it.each([
    ['a name of its own', 'report.tsv'],
    ['the names of both', name()],
    ['their ids', name({ to: 'PADPIDA2026010200B', from: 'PADPIDA2026010100A' })],
    ['no service', name({ service: '' })],
  ])('may be %s', async (_what, file) => {
    expect(codes(await check(audioReport, file))).toEqual([]);
  });

  it.each([
    ['another recipient', name({ to: 'Yuzhnaya' }), 14],
    ['another sender', name({ from: 'Skalar' }), 11],
    ['another service', name({ service: 'SkalarMusic' }), 13],
    ['another part', name({ part: '2of2' }), 7],
  ])('that says %s than HEAD is told at HEAD', async (_what, file, cell) => {
    const { faults } = await check(audioReport, file);
    expect(faults.first).toMatchObject([
      { code: 'file-name-mismatch', line: 1, record: 'HEAD', cell: { number: cell } },
    ]);
  });

  it('that claims to be of the standard must be', async () => {
    expect(codes(await check(audioReport, name({ part: '8of4' })))).toEqual(['file-name-malformed']);
  });
});

describe('the files of a report', () => {
  const part = (number: number, changes: Readonly<Record<number, string>> = {}, of = 2): Lines => {
    const footer = number === of ? { 3: String(userGeneratedReport.length * of), 6: String(2 * of) } : { 3: '', 6: '' };
    const numbered = withCells(userGeneratedReport, 1, { 7: String(number), 8: String(of), ...changes });
    const blocks = [3, 4, 5, 6, 7, 8, 9].reduce(
      (lines, line) => withCells(lines, line, { 2: String(Number(lines[line - 1]![1]) + 2 * (number - 1)) }),
      numbered,
    );
    return withCells(blocks, 10, footer);
  };
  const together = async (...files: Lines[]): Promise<string[][]> => {
    const checks = await Promise.all(files.map((file) => check(file)));
    checkTogether(checks);
    return checks.map(codes);
  };

  it('are sound together, in any order', async () => {
    expect(await together(part(1), part(2))).toEqual([[], []]);
    expect(await together(part(2), part(1))).toEqual([[], []]);
  });

  it('of which some are missing, are told so with the first', async () => {
    expect(await together(part(1))).toEqual([['report-incomplete']]);
  });

  it('have numbers of their own and agree with each other', async () => {
    expect(await together(part(1), part(1))).toEqual([['report-incomplete'], ['file-repeated']]);
    expect(await together(part(1), part(2, { 10: '2026-01-30' }))).toEqual([
      [],
      ['period-outside-report', 'report-files-differ'],
    ]);
    expect(await together(part(1), part(2, {}, 3))).toEqual([[], ['report-files-differ']]);
  });

  it('are counted by the footer of the last one', async () => {
    expect(await together(part(1), withCells(part(2), 10, { 3: '21', 6: '5' }))).toEqual([
      [],
      ['line-count-mismatch', 'block-count-mismatch'],
    ]);
  });

  it('have blocks of their own: none is in two files, nor between those of another', async () => {
    const blocks = (of: Lines, first: number): Lines =>
      [3, 4, 5, 6, 7, 8, 9].reduce(
        (lines, line) => withCells(lines, line, { 2: String(first + (line < 8 ? 0 : 1)) }),
        of,
      );
    expect(await together(part(1), blocks(part(2), 1))).toEqual([[], ['blocks-overlap']]);
    expect(await together(part(1), blocks(part(2), 2))).toEqual([[], ['blocks-overlap']]);
    expect(await together(blocks(part(2), 2), part(1))).toEqual([['blocks-overlap'], []]);
    expect(await together(blocks(part(1), 5), blocks(part(2), 3))).toEqual([['block-gap'], []]);
  });

  it('belong together by their names where HEAD cannot be read', async () => {
    const name = (number: number) => `DSR_A_B_S_2026-01_RU_${number}of2_20260205T090000.tsv`;
    const checks = await Promise.all([1, 1].map((number) => check('HEAD\n', name(number))));
    checkTogether(checks);
    expect(checks.map((each) => codes(each).at(-1))).toEqual(['report-incomplete', 'file-repeated']);
    expect(await together(part(1, { 5: 'M-2' }), part(2))).toEqual([['report-incomplete'], ['report-incomplete']]);
  });
});
