import fc from 'fast-check';
import { openingCarried, type PeriodContext, type Terms, type UsageSum } from '../../kernel';
import {
  contextOf,
  downloads,
  ISRCS,
  plays,
  referenceTerms,
  SOCIAL,
  STUDIO,
} from '../../kernel/testing/reference-terms';
import type { MonthOfRecord } from '../../usage';
import { correctedBy, type Correction, rateClose, rateCorrection } from './rate-close';
import { linesOfCorrection, linesOfMonth } from './statement-lines';

const terms = referenceTerms();
const [first, second] = ISRCS;

const month = (usage: UsageSum[], context: PeriodContext = contextOf(1_000_000_000n, '0')): MonthOfRecord => ({
  reportIds: [],
  eventPosition: null,
  usage,
  context,
});

function close(usage: MonthOfRecord, corrections: Correction[] = [], by: Terms = terms) {
  const rated = corrections.map((correction) => rateCorrection(by, correction));
  const closed = rateClose({
    ...{ termsOf: () => by, month: '2026-02', usage, carried: openingCarried(by), facts: {} },
    corrected: rated.map(correctedBy),
  });
  return { ...closed, lines: [...linesOfMonth(closed), ...rated.flatMap((one) => [...linesOfCorrection(one)])] };
}

const sumOf = (lines: readonly { minor: bigint }[]): bigint => lines.reduce((sum, { minor }) => sum + minor, 0n);

describe('the lines of a statement', () => {
  it('name units, returns, exact and rounded amount of every recording', () => {
    // 3,000,000 × 0.002 = 6,000.00; 90 × 0.36 = 32.40.
    const closed = close(month([plays(first, 3_000_000n), downloads(second, 100n, 10n)]));
    expect(closed.lines).toMatchObject([
      { clause: 'streaming', recording: { isrc: first }, quantity: 3_000_000n, exact: '6000', minor: 600_000n },
      { clause: 'downloads', recording: { isrc: second }, quantity: 100n, returns: 10n, exact: '32.4', minor: 3_240n },
    ]);
  });

  it('name each share of a recording apart, with the units that were reported', () => {
    const closed = close(
      month([plays(first, 3_000_000n), { ...plays(first, 1_000_000n), controlledShare: '0.6' }, plays(second, 1n)]),
    );
    const told = closed.lines.map(({ recording, quantity, exact }) => [
      recording?.isrc,
      recording?.controlledShare,
      quantity,
      exact,
    ]);
    expect(told).toEqual([
      [first, undefined, 3_000_000n, '6000'],
      [first, '0.6', 1_000_000n, '1200'],
      [second, undefined, 1n, '0.002'],
    ]);
  });

  it('a floor without a single play has a line of its own, without recording', () => {
    const { lines } = close(month([downloads(first, 10n)]));
    expect(lines).toMatchObject([
      { clause: 'downloads', recording: { isrc: first }, minor: 360n },
      { clause: 'streaming', recording: undefined, quantity: 0n, exact: '4000', minor: 400_000n },
    ]);
  });

  it('a correction has lines for the recordings that changed, and gives back what the floor owed to none', () => {
    // January's floor of 4,000.00 was owed to no recording; now 2,500,000 plays earn 5,000.00.
    const correction = { month: '2026-01', booked: month([]), live: month([plays(first, 2_500_000n)]) };
    const { lines } = close(month([plays(second, 2_000_000n)]), [correction]);
    expect(lines.filter(({ period }) => period === '2026-01')).toMatchObject([
      { recording: { isrc: first }, quantity: 2_500_000n, exact: '5000', minor: 500_000n },
      { recording: undefined, quantity: 0n, exact: '-4000', minor: -400_000n },
    ]);
  });

  it('are each rounded by themselves where the terms say so, and are what is booked', () => {
    const byLine = { ...terms, rounding: { ...terms.rounding, apply: 'line' as const } };
    const streaming = { kind: 'perUnit' as const, rate: '0.0025' };
    const royalties = byLine.royalties.map((one) => (one.id === 'streaming' ? { ...one, royalty: streaming } : one));
    // Two plays earn 0.005 each: half-up they are 0.01 and 0.01, together 0.01 would be all. January's were one and two.
    const booked = month([plays(first, 1n), plays(second, 2n)]);
    const closed = close(
      month([plays(first, 2n), plays(second, 2n)]),
      [{ month: '2026-01', booked, live: month([plays(first, 2n), plays(second, 2n)]) }],
      { ...byLine, royalties },
    );
    expect(closed.lines.map(({ period, exact, minor }) => [period, exact, minor])).toEqual([
      ['2026-02', '0.005', 1n],
      ['2026-02', '0.005', 1n],
      // 0.0025 was nothing.
      ['2026-01', '0.0025', 1n],
    ]);
    expect([closed.rated.total.minor, closed.settled.royalties]).toEqual([2n, 3n]);
  });

  it('always sum to the royalties, whatever is played, returned, corrected and rounded', () => {
    const sum = fc
      .record({
        isrc: fc.constantFrom(...ISRCS),
        territory: fc.constantFrom('RU', 'KZ'),
        quantity: fc.bigInt({ min: 0n, max: 2_000_000n }),
        sold: fc.boolean(),
        returned: fc.bigInt({ min: 0n, max: 50n }),
        share: fc.constantFrom(undefined, '0.6', '0.333333'),
      })
      .map(({ isrc, territory, quantity, sold, returned, share }) => ({
        ...(sold ? downloads(isrc, quantity % 500n, returned) : plays(isrc, quantity)),
        territory,
        ...(share === undefined ? {} : { controlledShare: share }),
      }));
    const usage = fc.uniqueArray(sum, {
      maxLength: 8,
      selector: ({ isrc, territory, use, controlledShare }: UsageSum) =>
        `${isrc} ${territory} ${use} ${controlledShare ?? ''}`,
    });
    const figures = fc.bigInt({ min: 0n, max: 9_999_999n }).map((revenue): PeriodContext => ({
      services: [
        { service: SOCIAL, allPlays: 100_000_000n, netMusicAdvertisingRevenue: String(revenue) },
        { service: STUDIO, allPlays: 0n, netMusicAdvertisingRevenue: '0' },
      ],
    }));
    const months = fc.tuple(usage, figures).map(([sums, context]) => month(sums, context));
    fc.assert(
      fc.property(months, months, months, fc.constantFrom('period', 'line'), (february, booked, live, apply) => {
        const by = { ...terms, rounding: { ...terms.rounding, apply } };
        const closed = close(february, [{ month: '2026-01', booked, live }], by);
        expect(sumOf(closed.lines)).toBe(closed.settled.royalties);
      }),
    );
  });
});
