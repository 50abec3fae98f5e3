import { layouts, recordCompanyReportWriter } from '../../../src/ddex';
import { sampleContext, sampleHead, sampleLine, written } from './samples';

const report = { head: sampleHead, contexts: [sampleContext()], lines: [sampleLine({ ResourceTitle: 'A\tB|C\\D' })] };

describe('a written report', () => {
  it('has all cells of each record, a line of names per record type, LF ends and a counted footer', async () => {
    const lines = (await written(report)).split('\n');
    expect(lines.map((line) => line.slice(0, 5))).toEqual([
      'HEAD\t',
      '#HEAD',
      '#SY10',
      'SY10\t',
      '#SR08',
      'SR08\t',
      '#SRFO',
      'SRFO\t',
      '',
    ]);
    expect(lines[4]!.split('\t')).toEqual(['#SR08', ...layouts.SR08.slice(1).map(({ name }) => name)]);
    expect(lines[3]!.split('\t')).toHaveLength(46);
    expect(lines[7]).toBe('SRFO\t8\t1');
  });

  it('escapes tabs, pipes and backslashes in the published form', async () => {
    expect(await written(report)).toContain('\tA\\\tB\\\\|C\\\\\\D\t');
  });

  it('is the same bytes every time', async () => {
    expect(await written(report)).toBe(await written(report));
  });

  it('comes in chunks, however many lines it has', async () => {
    const lines = Array.from({ length: 2000 }, (_, index) => sampleLine({ SalesTransactionId: `T${index}` }));
    const chunks: string[] = [];
    for await (const chunk of recordCompanyReportWriter(report).chunks(lines)) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(2);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(128 * 1024);
    expect(chunks.at(-1)).toMatch(/SRFO\t2007\t1\n$/);
  });

  it.each([
    ['a missing mandatory cell', sampleLine({ SalesTransactionId: '' }), /needs SalesTransactionId/],
    ['a play count that is not whole', sampleLine({ TotalUsages: '1.5' }), /TotalUsages: cell-not-whole/],
    ['a line end in a title', sampleLine({ ResourceTitle: 'A\nB' }), /cannot carry/],
    ['half a surrogate pair', sampleLine({ ResourceTitle: '\ud83d' }), /ResourceTitle: cell-not-utf8/],
  ])('is not made of %s', async (_name, line, message) => {
    await expect(written({ ...report, lines: [line] })).rejects.toThrow(message);
  });
});
