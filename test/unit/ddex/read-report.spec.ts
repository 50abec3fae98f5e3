import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultWeights, type FaultCode, readRecordCompanyReport } from '../../../src/ddex';
import { read, type Reading, sampleContext, sampleHead, sampleLine, soundReport, written } from './samples';
import { sharedFile } from '../../support/shared-files';

const codes = ({ faults }: Reading): FaultCode[] => faults.map(({ code }) => code);

/** A written sample report with one usage line, changed as text. */
async function changed(change: (text: string) => string): Promise<Reading> {
  return read(change(await sampleText()));
}

const sampleText = () => written({ head: sampleHead, contexts: [sampleContext()], lines: [sampleLine()] });

/** The sample with some cells (by number) of its first record of a code replaced. */
async function withCells(code: string, cells: Readonly<Record<number, string | Buffer>>): Promise<Reading> {
  const lines: Buffer[] = (await sampleText()).split('\n').map((line) => Buffer.from(line));
  const at = lines.findIndex((line) => line.toString().startsWith(`${code}\t`));
  const parts: (Buffer | undefined)[] = lines[at]!.toString()
    .split('\t')
    .map((part) => Buffer.from(part));
  for (const [number, value] of Object.entries(cells)) parts[Number(number) - 1] = Buffer.from(value);
  // A cell far to the right leaves holes, which are empty cells.
  lines[at] = joined(
    Array.from(parts, (part) => part ?? Buffer.alloc(0)),
    '\t',
  );
  return read(joined(lines, '\n'));
}

function joined(parts: readonly Buffer[], separator: string): Buffer {
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(separator), part])));
}

describe('a sound report', () => {
  it('gives its head, its sales contexts and its usage lines, and no finding', async () => {
    const { summary, heads, contexts, lines, faults } = await read(await sampleText());
    expect(faults).toEqual([]);
    expect(heads[0]).toMatchObject({ messageId: 'M-2026-01', senderName: 'Vektor', usageEnd: '2026-01-31' });
    expect(contexts[0]).toMatchObject({ summaryRecordId: 'S1', territory: 'RU', allocatedUsages: 100n });
    expect(lines[0]).toEqual({
      lineNumber: 6,
      salesTransactionId: 'T1',
      isrc: 'ZZAB12600001',
      dspResourceId: 'D1',
      summaryRecordId: 'S1',
      context: contexts[0],
      date: '2026-01-15',
      dayNumber: 20260115,
      totalUsages: 100n,
      returns: 0n,
      netUsage: 100n,
      rightSharePercentage: '100',
      allocatedNetRevenue: '0.20',
    });
    expect(summary).toEqual({
      lines: 8,
      comments: 4,
      emptyLines: 0,
      records: { HEAD: 1, SY10: 1, SR08: 1, DE01: 0, SRFO: 1, unknown: 0 },
      contexts: 1,
      accepted: 1,
      rejected: 0,
      refused: false,
      faults: 0,
      faultsByCode: {},
    });
  });

  it('may have nothing to report', async () => {
    const contexts = [sampleContext({ AllocatedUsages: '0' })];
    const { summary, faults } = await read(await written({ head: sampleHead, contexts, lines: [] }));
    expect(faults).toEqual([]);
    expect(summary).toMatchObject({ accepted: 0, refused: false });
  });

  it('may end its lines with CRLF, lack the last end, and have padded or omitted trailing cells', async () => {
    const { summary, faults } = await changed((text) =>
      text
        .replace(/\n/g, '\r\n')
        .replace(/(SRFO.*)\r\n$/, '$1\t\t\t')
        .replace(/\t+\r\n/, '\r\n'),
    );
    expect(faults).toEqual([]);
    expect(summary.accepted).toBe(1);
  });

  it('counts empty lines and comments anywhere as lines', async () => {
    const { summary, faults } = await changed((text) =>
      text.replace('\n', '\n\n#a comment\n').replace('SRFO\t8', 'SRFO\t10'),
    );
    expect(faults).toEqual([]);
    expect(summary).toMatchObject({ lines: 10, comments: 5, emptyLines: 1 });
  });

  it('may write whole numbers with zeros, days without hyphens, ISRCs with hyphens, and booleans in any case', async () => {
    const cells = { 14: 'isrc zz-ab1-26-00001', 26: '20260115', 27: '100.00', 28: '0.0', 29: '0100', 48: 'FALSE' };
    const { lines, faults } = await withCells('SR08', cells);
    expect(faults).toEqual([]);
    expect(lines[0]).toMatchObject({ isrc: 'ZZAB12600001', date: '2026-01-15', totalUsages: 100n, netUsage: 100n });
  });

  it('may report a release instead of a resource', async () => {
    const { lines, faults } = await withCells('SR08', { 14: '', 16: '' });
    expect(faults).toEqual([]);
    expect(lines[0]).toMatchObject({ isrc: null, dspResourceId: null });
  });

  it('counts to the last number a signed 64-bit integer holds', async () => {
    const { lines } = await withCells('SR08', { 27: '9223372036854775807', 29: '9223372036854775807' });
    expect(lines[0]!.totalUsages).toBe(9223372036854775807n);
  });

  it('may follow a usage line by a record of the parties’ own', async () => {
    const { summary, faults } = await changed((text) =>
      text.replace('#SRFO', 'DE01\tanything|else\n#SRFO').replace('SRFO\t8', 'SRFO\t9'),
    );
    expect(faults).toEqual([]);
    expect(summary.records['DE01']).toBe(1);
  });
});

describe('a usage line', () => {
  const cases: [string, Record<number, string | Buffer>, FaultCode[]][] = [
    ['without a transaction id', { 2: '' }, ['cell-missing']],
    ['without the platform’s id of the resource', { 16: '' }, ['cell-missing']],
    ['with half a play', { 27: '100.5' }, ['cell-not-whole']],
    ['with plays in scientific notation', { 27: '1e2' }, ['cell-malformed']],
    ['with plays in hexadecimal', { 27: '0x64' }, ['cell-malformed']],
    ['with plays without a whole part', { 27: '.5' }, ['cell-malformed']],
    ['with plays that are no number', { 27: 'NaN' }, ['cell-malformed']],
    ['with negative returns', { 28: '-1' }, ['cell-negative']],
    ['with more plays than can be counted', { 27: '9223372036854775808' }, ['cell-out-of-range']],
    ['with a share that is no decimal', { 41: '1_00' }, ['cell-not-decimal']],
    ['with a revenue of too many digits', { 47: '1'.repeat(39) }, ['cell-out-of-range']],
    ['with a net usage of its own', { 29: '99' }, ['net-usage-mismatch']],
    ['on a day that does not exist', { 26: '2026-02-30' }, ['cell-not-date']],
    ['on no day but a month', { 26: '2026-01' }, ['cell-not-date']],
    ['on a day outside its context', { 26: '2026-02-01' }, ['date-outside-period']],
    ['in an unknown context', { 25: 'S9' }, ['unknown-summary-record']],
    ['with a damaged ISRC', { 14: 'ZZAB1260001' }, ['isrc-malformed']],
    ['with a neither-nor of obligations', { 48: 'maybe' }, ['cell-not-boolean']],
    ['with bytes that are not UTF-8', { 21: Buffer.from([0x41, 0xff]) }, ['cell-not-utf8']],
    ['with a control character', { 21: 'A\u0000B' }, ['control-character']],
    ['with a bare pipe in a title', { 21: 'A|B' }, ['pipe-unescaped']],
    ['with a backslash that escapes nothing', { 21: 'A\\B' }, ['escape-invalid']],
    ['with a one-backslash escape in a list', { 38: 'A\\|B', 39: '1', 40: '1' }, ['escape-invalid']],
    ['with an id longer than any key', { 2: 'T'.repeat(256) }, ['cell-too-long']],
    ['with a title as long as a book', { 21: 'T'.repeat(2001) }, ['cell-too-long']],
    ['with more cells than its record has', { 49: 'shifted' }, ['too-many-cells']],
    ['with hundreds of cells', { 400: '' }, ['too-many-cells']],
  ];
  it.each(cases)('%s is rejected', async (_name, cells, expected) => {
    const reading = await withCells('SR08', cells);
    const errors = reading.faults.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code }) => code)).toEqual(expected);
    expect(errors.every(({ line, record }) => line === 6 && record === 'SR08')).toBe(true);
    expect(reading.summary).toMatchObject({ accepted: 0, rejected: 1, refused: false });
    expect(reading.lines).toEqual([]);
  });

  it('is rejected with all its faults, each naming its cell and what was found there', async () => {
    const { faults } = await withCells('SR08', { 14: 'bad', 26: 'soon', 27: '1.5' });
    expect(faults.filter(({ line }) => line === 6)).toMatchObject([
      { cell: { number: 14, name: 'ResourceISRC' }, code: 'isrc-malformed', value: 'bad' },
      { cell: { number: 26, name: 'SalesTransactionDate' }, code: 'cell-not-date', value: 'soon' },
      { cell: { number: 27, name: 'TotalUsages' }, code: 'cell-not-whole', value: '1.5' },
    ]);
  });

  const warnings: [string, Record<number, string>, FaultCode[]][] = [
    ['a damaged bar code', { 4: '731453' }, ['identifier-malformed']],
    ['an identifier without its namespace', { 7: '4535' }, ['identifier-malformed']],
    ['no kind of price', { 34: '' }, ['price-type-not-exactly-one']],
    ['two kinds of price', { 35: 'Range' }, ['price-type-not-exactly-one']],
    ['lists of different length', { 38: 'A|B', 39: '1', 40: '1' }, ['parallel-lists-differ']],
  ];
  it.each(warnings)('with %s is accepted with a warning', async (_name, cells, expected) => {
    const reading = await withCells('SR08', cells);
    expect(codes(reading)).toEqual(expected);
    expect(reading.faults[0]!.severity).toBe('warning');
    expect(reading.summary).toMatchObject({ accepted: 1, rejected: 0 });
  });

  it('is rejected when an earlier one has its transaction id', async () => {
    const lines = [
      sampleLine(),
      sampleLine({ TotalUsages: '0', NetUsage: '0' }),
      sampleLine({ SalesTransactionId: 'T2' }),
    ];
    const contexts = [sampleContext({ AllocatedUsages: '200' })];
    const reading = await read(await written({ head: sampleHead, contexts, lines }));
    expect(reading.faults).toMatchObject([{ code: 'duplicate-sales-transaction', line: 7, value: 'T1' }]);
    expect(reading.summary).toMatchObject({ accepted: 2, rejected: 1 });
  });

  it('longer than 64 KiB is rejected without being held', async () => {
    const reading = await withCells('SR08', { 21: 'x'.repeat(70_000) });
    expect(codes(reading)).toContain('line-too-long');
    expect(reading.summary).toMatchObject({ accepted: 0, rejected: 1 });
  });

  it('reads a title escaped with one backslash', async () => {
    const reading = await withCells('SR08', { 2: 'A\\|B\\\\C' });
    expect(reading.faults).toEqual([]);
    expect(reading.lines[0]!.salesTransactionId).toBe('A|B\\C');
  });
});

describe('a sales context', () => {
  it('with an unknown model, use or territory is kept as written and flagged', async () => {
    const reading = await withCells('SY10', { 5: 'BarterModel', 6: 'Telepathy', 13: 'Atlantis' });
    expect(codes(reading)).toEqual(['unknown-allowed-value', 'unknown-allowed-value', 'unknown-allowed-value']);
    expect(reading.contexts[0]).toMatchObject({
      commercialModel: 'BarterModel',
      useType: 'Telepathy',
      territory: 'Atlantis',
    });
    expect(reading.summary.accepted).toBe(1);
  });

  it('that is rejected rejects its lines, which say so', async () => {
    const reading = await withCells('SY10', { 21: 'roubles' });
    expect(codes(reading)).toEqual(['cell-malformed', 'summary-record-rejected']);
    expect(reading.summary).toMatchObject({ contexts: 0, rejected: 1, refused: false });
  });

  it('whose period ends before it starts is rejected', async () => {
    const reading = await withCells('SY10', { 7: '2026-01-31', 8: '2026-01-01' });
    expect(codes(reading)).toEqual(['period-reversed', 'summary-record-rejected']);
  });

  it('beyond the days of the report is flagged', async () => {
    expect(codes(await withCells('SY10', { 8: '2026-02-28' }))).toEqual(['period-outside-report']);
  });

  it('whose figures differ from the sum of its lines is flagged, rejected lines counted', async () => {
    const reading = await withCells('SY10', { 18: '101', 19: '3' });
    expect(reading.faults).toMatchObject([
      { code: 'usage-total-mismatch', line: 4, message: 'AllocatedUsages says 101, its lines add up to 100' },
      { code: 'returns-total-mismatch', line: 4 },
    ]);
    expect(codes(await withCells('SR08', { 48: 'maybe' }))).toEqual(['cell-not-boolean']);
  });

  it('named twice serves no line', async () => {
    const contexts = [sampleContext(), sampleContext({ Territory: 'KZ' })];
    const reading = await read(await written({ head: sampleHead, contexts, lines: [sampleLine()] }));
    expect(codes(reading)).toEqual(['duplicate-summary-record', 'summary-record-rejected']);
    expect(reading.summary.accepted).toBe(0);
  });
});

describe('a report is refused as a whole', () => {
  const cases: [string, (text: string) => string, FaultCode][] = [
    ['without a head', (text) => text.replace(/^HEAD.*\n/, '#\n'), 'head-missing'],
    [
      'of another profile',
      (text) => text.replace('FinancialReportingToRecordCompaniesProfileSRB', 'UgcProfile'),
      'wrong-profile',
    ],
    ['that says it is split', (text) => text.replace('Z\t1\t1\t', 'Z\t1\t2\t'), 'report-split'],
    ['without sales contexts', (text) => text.replace(/\nSY10.*/, '\n#'), 'summary-missing'],
    ['without a footer', (text) => text.replace(/\nSRFO.*/, '\n#'), 'footer-missing'],
    ['cut off in the middle', (text) => text.slice(0, text.lastIndexOf('SR08') + 90), 'footer-missing'],
    ['whose footer counts other lines', (text) => text.replace('SRFO\t8', 'SRFO\t9'), 'line-count-mismatch'],
    [
      'whose footer counts other contexts',
      (text) => text.replace('SRFO\t8\t1', 'SRFO\t8\t2'),
      'summary-count-mismatch',
    ],
    ['whose head lacks its message id', (text) => text.replace('M-2026-01', ''), 'cell-missing'],
    ['whose head has no time zone', (text) => text.replace('09:00:00Z', '09:00:00'), 'cell-not-date-time'],
    ['that is empty', () => '', 'head-missing'],
  ];
  it.each(cases)('%s', async (_name, change, expected) => {
    const reading = await changed(change);
    expect(reading.faults.filter(({ fatal }) => fatal).map(({ code }) => code)).toContain(expected);
    expect(reading.summary.refused).toBe(true);
  });

  it('but not for a record of another profile or a byte order mark, which are flagged', async () => {
    const reading = await changed((text) => `\ufeff${text.replace('#SRFO', 'SU01\tx')}`);
    expect(codes(reading)).toEqual(['byte-order-mark', 'unknown-record']);
    expect(reading.summary).toMatchObject({ refused: false, accepted: 1 });
  });

  it('nor for records out of order, which are not used', async () => {
    const reading = await changed((text) => {
      const [head, ...rest] = text.split('\n');
      const context = rest.splice(2, 1)[0]!;
      return [head, ...rest.slice(0, 4), context, ...rest.slice(4)].join('\n');
    });
    expect(codes(reading)).toEqual(['unknown-summary-record', 'record-out-of-order']);
    expect(reading.summary).toMatchObject({ accepted: 0, rejected: 1, refused: false });
  });
});

describe('whatever the bytes', () => {
  const sample: Promise<Buffer> = written({
    head: sampleHead,
    contexts: [sampleContext({ AllocatedUsages: '300' })],
    lines: ['T1', 'T2', 'T3'].map((SalesTransactionId) =>
      sampleLine({ SalesTransactionId, ResourceTitle: 'Ж|"\\', DeductionType: ['a', 'b'] }),
    ),
  }).then((text) => Buffer.from(text));

  const mutation = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('set', 'insert', 'remove'),
    byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x09, 0x0a, 0x0d, 0x23, 0x5c, 0x7c)),
    length: fc.integer({ min: 1, max: 40 }),
  });

  function mutated(
    bytes: Buffer,
    mutations: readonly { at: number; kind: string; byte: number; length: number }[],
  ): Buffer {
    return mutations.reduce((current, { at, kind, byte, length }) => {
      const place = at % (current.length + 1);
      const rest = kind === 'insert' ? place : place + (kind === 'set' ? 1 : length);
      const middle = kind === 'remove' ? Buffer.alloc(0) : Buffer.from([byte]);
      return Buffer.concat([current.subarray(0, place), middle, current.subarray(rest)]);
    }, bytes);
  }

  it('nothing is thrown, every usage line is either accepted or rejected, and a rejected one has an error', async () => {
    const bytes = await sample;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 6 }), async (mutations) => {
        const damaged = mutated(bytes, mutations);
        const { summary, lines, faults } = await read(damaged);
        const seen = damaged
          .toString('latin1')
          .replace(/^\u00ef\u00bb\u00bf/, '')
          .split('\n')
          .filter((line) => /^SR08(?:\t|\r?$)/.test(line));
        expect(summary.records['SR08']).toBe(seen.length);
        expect(summary.accepted).toBe(lines.length);
        const faulty = new Set(
          faults.filter(({ severity, record }) => severity === 'error' && record === 'SR08').map(({ line }) => line),
        );
        expect(summary.rejected).toBe(faulty.size);
        expect(faults.every(({ value, code }) => value.length <= 200 && code in faultWeights)).toBe(true);
      }),
      { numRuns: 1000, seed: 20260101 },
    );
  });

  it('it makes no difference where the chunks are cut', async () => {
    const bytes = await sample;
    await fc.assert(
      fc.asyncProperty(
        fc.array(mutation, { maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        async (mutations, cuts) => {
          const damaged = mutated(bytes, mutations);
          expect(await read(damaged, cuts)).toEqual(await read(damaged));
        },
      ),
      { numRuns: 200 },
    );
    const long = Buffer.concat([bytes, Buffer.from(`SR08\t${'x'.repeat(65_526)}`), Buffer.from('yyy\r\nSR08\n')]);
    const whole = await read(long);
    for (const cut of [1, 65_500, 65_530])
      expect(await read(long, [bytes.length + cut, long.length - 2])).toEqual(whole);
  });

  it('a file without line ends is not held in memory', async () => {
    const chunk = Buffer.alloc(1 << 20, 'SR08\t');
    async function* endless() {
      for (let sent = 0; sent < 256; sent += 1) yield chunk;
    }
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const summary = await readRecordCompanyReport(endless(), {
      drained: () => void (most = Math.max(most, process.memoryUsage().arrayBuffers - before)),
    });
    expect(summary).toMatchObject({ lines: 1, rejected: 1, refused: true });
    expect(most).toBeLessThan(8 << 20);
  });
});

describe('reading and writing', () => {
  it('are each other’s reverse: what is written is read without a finding, cell by cell', async () => {
    await fc.assert(
      fc.asyncProperty(soundReport, async (report) => {
        const text = await written(report);
        const { faults, contexts, lines, heads, summary } = await read(text);
        expect(faults).toEqual([]);
        expect(heads[0]!.cells).toMatchObject(report.head);
        expect(contexts.map(({ cells }) => cells)).toEqual(report.contexts);
        expect(lines.map(({ salesTransactionId }) => salesTransactionId)).toEqual(
          report.lines.map(({ SalesTransactionId }) => SalesTransactionId),
        );
        expect(lines.map(({ totalUsages }) => String(totalUsages))).toEqual(
          report.lines.map(({ TotalUsages }) => TotalUsages),
        );
        expect(summary.refused).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('give the same bytes again from what was read of the head and the contexts', async () => {
    await fc.assert(
      fc.asyncProperty(soundReport, async ({ head, contexts }) => {
        const text = await written({ head, contexts, lines: [] });
        const reading = await read(text);
        const again = {
          head: reading.heads[0]!.cells,
          contexts: reading.contexts.map(({ cells }) => cells),
          lines: [],
        };
        expect(await written(again)).toBe(text);
      }),
      { numRuns: 50 },
    );
  });
});

const realFiles = sharedFile('data/dsr');
(existsSync(realFiles) ? describe : describe.skip)('real reports of other profiles', () => {
  it('are refused politely', async () => {
    for (const name of readdirSync(realFiles)) {
      const { summary, faults } = await read(readFileSync(join(realFiles, name)));
      expect(summary).toMatchObject({ refused: true, accepted: 0 });
      expect(faults.map(({ code }) => code)).toContain('unknown-record');
      if (name.startsWith('DSR_TEST')) expect(summary.faultsByCode['wrong-profile']).toBe(1);
    }
  });
});
