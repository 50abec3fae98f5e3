import fc from 'fast-check';
import { monthPeriod } from '../calendar';
import { compare, ratio, rational } from '../money';
import { ratePeriod, type UsageSum } from '../rating';
import { ISRCS, plays, SOCIAL, STUDIO } from '../testing/reference-terms';
import { anyRoyalty, richContext, richUsage, termsOfOneClause } from '../testing/royalties';
import {
  burstOf,
  concentrationsOf,
  DEFAULT_THRESHOLDS,
  isThresholdShare,
  lowestThresholds,
  reachedIn,
  shortPlaysOf,
  type AlertThresholds,
} from '.';

const thresholds = (changes: Partial<AlertThresholds> = {}): AlertThresholds => ({ ...DEFAULT_THRESHOLDS, ...changes });

const some = fc.record({
  burstFactor: fc.constantFrom('1.5', '10', '3/2', '2'),
  burstPlays: fc.integer({ min: 100, max: 5_000 }),
  territoryShare: fc.constantFrom('0.5', '0.9', '1/3', '1'),
  territoryPlays: fc.integer({ min: 100, max: 5_000 }),
  shortShare: fc.constantFrom('0.5', '0.9', '1/3', '1'),
  shortPlays: fc.integer({ min: 100, max: 5_000 }),
});
const day = fc
  .tuple(fc.bigInt(0n, 20_000n), fc.bigInt(0n, 20_000n), fc.bigInt(0n, 20_000n))
  .map(([plays, timed, short]) => ({ plays: plays + timed + short, timed: timed + short, short }));
const before = fc.record({ plays: fc.bigInt(0n, 30_000n), days: fc.integer({ min: 0, max: 28 }) });

describe('thresholds of several', () => {
  it('raise whatever one of them raises', () => {
    fc.assert(
      fc.property(some, some, day, before, (a, b, played, earlier) => {
        const both = lowestThresholds([a, b]);
        for (const one of [a, b]) {
          if (burstOf(played, earlier, one)) expect(burstOf(played, earlier, both)).toBeDefined();
          if (shortPlaysOf(played, one)) expect(shortPlaysOf(played, both)).toBeDefined();
        }
      }),
    );
  });

  it('are the same in whatever order, and the usual ones where nobody has set any', () => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        const [one, other] = [lowestThresholds([a, b]), lowestThresholds([b, a])];
        const texts = ['burstFactor', 'territoryShare', 'shortShare'] as const;
        for (const name of texts) expect(compare(rational(one[name]), rational(other[name]))).toBe(0);
      }),
    );
    expect(lowestThresholds([])).toEqual(DEFAULT_THRESHOLDS);
  });

  it('know what is a share', () => {
    expect(['0', '1.01', '-1', 'x', '1', '0.01'].map(isThresholdShare)).toEqual([
      ...[false, false, false, false],
      ...[true, true],
    ]);
  });
});

describe('a burst', () => {
  const played = (count: bigint) => ({ plays: count, timed: 0n, short: 0n });

  it.each([
    ['ten times the average', 5_000n, { plays: 3_500n, days: 7 }, true],
    ['one play less', 4_999n, { plays: 3_500n, days: 7 }, false],
    ['an average that is no whole number', 1_000n, { plays: 2_799n, days: 28 }, true],
    ['too few plays', 999n, { plays: 7n, days: 7 }, false],
    ['too few days before', 5_000n, { plays: 6n, days: 6 }, false],
    ['nothing before', 5_000n, { plays: 0n, days: 28 }, false],
  ])('is seen at %s', (_, count, earlier, seen) => {
    expect(burstOf(played(count), earlier, thresholds()) !== undefined).toBe(seen);
  });

  it('says what it was seen by, so that it can be worked out again', () => {
    expect(burstOf(played(5_000n), { plays: 3_500n, days: 7 }, thresholds())).toEqual({
      figures: { plays: '5000', playsBefore: '3500', daysBefore: '7', average: '500' },
      threshold: { factor: '10', plays: '1000' },
    });
    fc.assert(
      fc.property(day, before, some, (one, earlier, agreed) => {
        const raised = burstOf(one, earlier, agreed);
        if (raised === undefined) return;
        const { figures, threshold } = raised;
        const average = ratio(BigInt(figures.playsBefore!), BigInt(figures.daysBefore!));
        expect(compare(rational(figures.average!), average)).toBe(0);
        expect(compare(rational(figures.plays!), average.mul(rational(threshold.factor!)))).toBeGreaterThanOrEqual(0);
        expect(BigInt(figures.plays!)).toBeGreaterThanOrEqual(BigInt(threshold.plays!));
      }),
    );
  });

  it('stays one with more plays', () => {
    fc.assert(
      fc.property(day, before, some, fc.bigInt(0n, 9_999n), (one, earlier, agreed, more) => {
        if (burstOf(one, earlier, agreed) === undefined) return;
        expect(burstOf({ ...one, plays: one.plays + more }, earlier, agreed)).toBeDefined();
      }),
    );
  });
});

describe('short plays', () => {
  it.each([
    ['half of those with a length', { plays: 9_000n, timed: 2_000n, short: 1_000n }, true],
    ['less than half', { plays: 9_000n, timed: 2_001n, short: 1_000n }, false],
    ['too few', { plays: 999n, timed: 999n, short: 999n }, false],
    ['no length told at all', { plays: 9_000n, timed: 0n, short: 0n }, false],
  ])('are seen at %s', (_, played, seen) => {
    expect(shortPlaysOf(played, thresholds()) !== undefined).toBe(seen);
  });
});

describe('concentration', () => {
  const [first, second] = ISRCS;
  const sums = (...rows: [isrc: string, territory: string, quantity: bigint, returns?: bigint][]): UsageSum[] =>
    rows.map(([isrc, territory, quantity, returns = 0n]) => ({
      ...plays(isrc, quantity),
      isrc,
      territory,
      quantity,
      returns,
      service: SOCIAL,
    }));
  const found = (usage: UsageSum[]): string[] =>
    concentrationsOf(usage, thresholds({ territoryPlays: 100 })).map(({ isrc, territory }) => `${isrc} ${territory}`);

  it('is a recording that is played in one territory while the others are not', () => {
    const others: [string, string, bigint][] = [
      [second, 'RU', 900n],
      [second, 'KZ', 100n],
    ];
    expect(found(sums([first, 'AM', 95n], [first, 'RU', 5n], ...others))).toEqual([`${first} AM`]);
    expect(found(sums([first, 'AM', 94n], [first, 'RU', 6n], ...others))).toEqual([]);
    expect(found(sums([first, 'AM', 94n], ...others))).toEqual([]);
    // 10 of 105 were given back.
    expect(found(sums([first, 'AM', 95n], [first, 'RU', 15n, 10n], ...others))).toEqual([`${first} AM`]);
  });

  it('is none where the others come from there, too, or are too few to compare with', () => {
    expect(found(sums([first, 'RU', 500n], [second, 'RU', 950n], [second, 'KZ', 50n]))).toEqual([]);
    expect(found(sums([first, 'RU', 500n], [second, 'KZ', 99n]))).toEqual([]);
    expect(found(sums([first, 'RU', 500n]))).toEqual([]);
  });

  it('looks at each service by itself', () => {
    const usage = sums([first, 'AM', 500n], [second, 'RU', 500n]);
    const elsewhere = usage.map((sum) => ({ ...sum, service: sum.isrc === first ? STUDIO : SOCIAL }));
    expect([found(usage).length, found(elsewhere).length]).toEqual([2, 0]);
  });

  it('does not depend on the order of rows, nor on how they are cut', () => {
    fc.assert(
      fc.property(richUsage(), some, fc.nat(), (usage, agreed, cut) => {
        const least = { ...agreed, territoryPlays: 1, territoryShare: '0.4' };
        const halves = usage.flatMap((sum, at) =>
          (at + cut) % 2 === 0
            ? [sum]
            : [
                { ...sum, quantity: sum.quantity - 1n },
                { ...sum, quantity: 1n, returns: 0n },
              ],
        );
        expect(concentrationsOf(halves.toReversed(), least)).toEqual(concentrationsOf(usage, least));
      }),
    );
  });
});

describe('what the money has reached', () => {
  const rated = (royalty: unknown, usage: readonly UsageSum[]) => {
    const terms = termsOfOneClause(royalty);
    return reachedIn(terms, ratePeriod({ terms, period: monthPeriod('2026-01'), usage, context: richContext() }));
  };
  const played = (count: bigint): UsageSum[] => [plays(ISRCS[0], count)];
  const perPlay = { kind: 'perUnit', rate: '0.01' };
  const tiers = (method: string): object => ({
    kind: 'tiered',
    method,
    counter: 'period',
    tiers: [
      { upTo: '100', rate: '0.03', flat: '0' },
      { upTo: '200', rate: '0.02', flat: '0' },
      { upTo: null, rate: '0.01', flat: '0' },
    ],
    ...(method === 'volume' ? { flatAtZero: false } : {}),
  });
  const told = (royalty: unknown, count: bigint): string[] =>
    rated(royalty, played(count)).map(({ kind, clause }) => `${kind} ${clause}`);

  it('is a floor that is earned without it', () => {
    const floor = { kind: 'floor', amount: '5.00', of: perPlay };
    expect([told(floor, 499n), told(floor, 500n)]).toEqual([[], ['guarantee-met /royalties/0/royalty']]);
    expect(rated(floor, played(700n))[0]).toMatchObject({ figures: { earned: '7' }, threshold: { amount: '5' } });
    expect(told({ ...floor, amount: '0' }, 500n)).toEqual([]);
  });

  it.each(['graduated', 'volume'])('is a tier beyond its bound (%s)', (method) => {
    const tier = (place: number): string => `tier-crossed /royalties/0/royalty/tiers/${place}`;
    expect([100n, 101n, 200n, 201n].map((count) => told(tiers(method), count))).toEqual([
      ...[[], [tier(1)], [tier(1)]],
      [tier(1), tier(2)],
    ]);
    expect(rated(tiers(method), played(150n))[0]).toMatchObject({
      figures: { measured: '150' },
      threshold: { above: '100' },
    });
  });

  it('is found inside other royalties, where the pointer leads', () => {
    const floor = { kind: 'floor', amount: '1', of: perPlay };
    const royalty = {
      kind: 'greaterOf',
      of: [
        { kind: 'flat', amount: '100000' },
        { kind: 'less', of: { kind: 'sum', of: [tiers('graduated'), perPlay] }, deduct: [floor] },
      ],
    };
    expect(told(royalty, 150n)).toEqual([
      'tier-crossed /royalties/0/royalty/of/1/of/of/0/tiers/1',
      'guarantee-met /royalties/0/royalty/of/1/deduct/0',
    ]);
  });

  it('never ends in an error, whatever the royalty, and every pointer leads somewhere', () => {
    fc.assert(
      fc.property(richUsage(), anyRoyalty, (usage, royalty) => {
        const terms = termsOfOneClause(royalty);
        const input = { terms, period: monthPeriod('2026-01'), usage, context: richContext() };
        for (const { clause } of reachedIn(terms, ratePeriod(input))) {
          const place = clause
            .split('/')
            .slice(1)
            .reduce<unknown>((inside, name) => (inside as Record<string, unknown>)[name], terms);
          expect(place).toBeDefined();
        }
      }),
    );
  });
});
