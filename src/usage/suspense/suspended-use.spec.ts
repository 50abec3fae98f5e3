import * as fc from 'fast-check';
import type { HeldLine } from '../engine/held-and-faults';
import type { UsageReport } from '../usage-report';
import { suspendedUse } from './suspended-use';

const anyLine = fc.record({
  isrc: fc.constantFrom('ZZA012600001', 'ZZA012600002', 'ZZA012600003', null),
  territory: fc.constantFrom('RU', 'KZ'),
  use: fc.constantFrom('OnDemandStream', 'PermanentDownload'),
  model: fc.constant('SubscriptionModel'),
  reason: fc.constantFrom('unknown-recording', 'no-agreement'),
  quantity: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  returns: fc.bigInt({ min: 0n, max: 9n }),
});
const anyLines = fc
  .array(anyLine, { maxLength: 60 })
  .map((lines): HeldLine[] => lines.map((line, place) => ({ ...line, report: undefined, line: place + 2 })));

const reportOf = (lines: readonly HeldLine[]): UsageReport =>
  ({ id: 'report', held_lines: BigInt(lines.length) }) as UsageReport;
const readingsOf = (lines: readonly HeldLine[]) => ({
  heldLines: (_: unknown, passed: number, limit: number): Promise<HeldLine[]> =>
    Promise.resolve(lines.slice(passed, passed + limit)),
});
const nameOf = ({
  isrc,
  territory,
  use,
  model,
  reason,
}: Pick<HeldLine, 'isrc' | 'territory' | 'use' | 'model' | 'reason'>): string =>
  [isrc, territory, use, model, reason].join(' ');

describe('held lines of a report, added up', () => {
  it('lose nothing: each line is in one row, or left out and counted', async () => {
    await fc.assert(
      fc.asyncProperty(anyLines, fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 20 }), async (...given) => {
        const [lines, linesMax, groups] = given;
        const limits = { lines: linesMax, groups };
        const { rows, read, leftOut } = await suspendedUse(readingsOf(lines), reportOf(lines), { limits });
        expect(read).toBe(Math.min(lines.length, linesMax));
        expect(rows.length).toBeLessThanOrEqual(groups);
        expect(rows.reduce((sum, row) => sum + row.lines, 0) + leftOut).toBe(lines.length);
        expect(new Set(rows.map(nameOf)).size).toBe(rows.length);
        for (const row of rows) {
          const own = lines.slice(0, linesMax).filter((line) => nameOf(line) === nameOf(row));
          expect(row).toMatchObject({
            lines: own.length,
            firstLine: own[0]!.line,
            quantity: own.reduce((sum, { quantity }) => sum + quantity, 0n),
            returns: own.reduce((sum, { returns }) => sum + returns, 0n),
          });
        }
      }),
    );
  });

  it('may be asked for by one reason alone', async () => {
    await fc.assert(
      fc.asyncProperty(anyLines, async (lines) => {
        const limits = { lines: 100, groups: 100 };
        const all = await suspendedUse(readingsOf(lines), reportOf(lines), { limits });
        const some = await suspendedUse(readingsOf(lines), reportOf(lines), { limits, reason: 'no-agreement' });
        expect(some.rows).toEqual(all.rows.filter(({ reason }) => reason === 'no-agreement'));
        expect(some.leftOut).toBe(0);
      }),
    );
  });
});
