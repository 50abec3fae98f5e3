import fc from 'fast-check';
import { monthPeriod } from '../calendar';
import { ratePeriod, type UsageSum } from '../rating';
import { ISRCS, plays, SOCIAL, STUDIO } from '../testing/reference-terms';
import { richContext, richUsage, termsOfOneClause } from '../testing/royalties';
import { disputedUnits, withLowerCounts, type DisputedPart } from '.';

const [first, second] = ISRCS;
const all: DisputedPart = { service: SOCIAL, tolerance: '0' };
const sum = (isrc: string, territory: string, quantity: bigint, returns = 0n): UsageSum => ({
  ...plays(isrc, quantity),
  ...{ service: SOCIAL, territory, returns },
});
const counts = (usage: readonly UsageSum[]): bigint[] => usage.map(({ quantity }) => quantity);
const net = (usage: readonly UsageSum[]): bigint =>
  usage.reduce((total, { quantity, returns }) => total + quantity - returns, 0n);

const parts: fc.Arbitrary<DisputedPart> = fc
  .record({
    service: fc.constantFrom(SOCIAL, STUDIO),
    tolerance: fc.constantFrom('0', '0.02', '1/3', '1'),
    isrcs: fc.option(fc.uniqueArray(fc.constantFrom(...ISRCS)), { nil: undefined }),
    territories: fc.option(fc.uniqueArray(fc.constantFrom('RU', 'KZ', 'AM')), { nil: undefined }),
  })
  .map(({ isrcs, territories, ...part }) => ({
    ...part,
    ...(isrcs ? { isrcs: new Set(isrcs) } : {}),
    ...(territories ? { territories: new Set(territories) } : {}),
  }));

const soldAs = ({ sales }: UsageSum) => (sales === undefined ? {} : { sales });
const netOf = ({ quantity, returns }: UsageSum): bigint => quantity - returns;

describe('the lower of both counts', () => {
  const record = [sum(first, 'RU', 1_000n), sum(first, 'KZ', 100n), sum(second, 'RU', 500n, 20n)];

  it('stands where the other source tells of less, and nothing else changes', () => {
    const other = [sum(first, 'RU', 900n), sum(first, 'KZ', 150n), sum(second, 'AM', 0n)];
    // Of the 500 of the second one 20 were given back: nothing is left of it.
    expect(counts(withLowerCounts(record, other, all))).toEqual([900n, 100n, 20n]);
    expect(disputedUnits(record, other, all)).toEqual({ rows: 3, record: 1_580n, other: 1_050n });
  });

  it('stands in what is disputed only', () => {
    const other = [sum(first, 'AM', 0n), sum(second, 'AM', 0n)];
    const only = (part: Partial<DisputedPart>): bigint[] => counts(withLowerCounts(record, other, { ...all, ...part }));
    expect(only({ isrcs: new Set([second]) })).toEqual([1_000n, 100n, 20n]);
    expect(only({ territories: new Set(['KZ']) })).toEqual([1_000n, 0n, 500n]);
    expect(only({ isrcs: new Set([second]), territories: new Set(['KZ']) })).toEqual([1_000n, 100n, 500n]);
    expect(only({ service: STUDIO })).toEqual([1_000n, 100n, 500n]);
  });

  it('stands beyond the tolerance, a share of the larger side', () => {
    const lowered = (tolerance: string): bigint[] =>
      counts(withLowerCounts(record.slice(0, 1), [sum(first, 'RU', 980n)], { ...all, tolerance }));
    expect([lowered('0.02'), lowered('0.0199')]).toEqual([[1_000n], [980n]]);
  });

  it('leaves of rows of one context as much as the other source says', () => {
    const rows = [sum(first, 'RU', 10n), sum(first, 'RU', 20n), sum(first, 'RU', 30n)];
    expect(counts(withLowerCounts(rows, [sum(first, 'RU', 25n)], all))).toEqual([10n, 15n, 0n]);
  });

  it('is none of a recording that the other source does not name on the service', () => {
    const other = [sum(second, 'RU', 1n), { ...sum(first, 'RU', 0n), service: STUDIO }];
    expect(counts(withLowerCounts(record, other, all))).toEqual([1_000n, 100n, 21n]);
    expect(disputedUnits(record, other, all)).toEqual({ rows: 1, record: 480n, other: 1n });
    expect(disputedUnits(record, [], all).rows).toBe(0);
  });

  it('is taken off the share that the other source says less of, then off the largest', () => {
    const shared = (quantity: bigint, controlledShare?: string): UsageSum => ({
      ...sum(first, 'RU', quantity),
      ...(controlledShare === undefined ? {} : { controlledShare }),
    });
    const rows = [shared(100n, '0.2'), shared(100n)];
    expect(counts(withLowerCounts(rows, [shared(100n, '0.2')], all))).toEqual([100n, 0n]);
    expect(counts(withLowerCounts(rows, [shared(100n)], all))).toEqual([0n, 100n]);
    expect(counts(withLowerCounts(rows, [shared(30n, '0.5')], all))).toEqual([30n, 0n]);
    expect(counts(withLowerCounts(rows, [shared(120n, '0.2')], all))).toEqual([100n, 20n]);
  });

  it('never makes anything more, and nothing less than nothing', () => {
    fc.assert(
      fc.property(richUsage(), richUsage(), parts, (usage, other, part) => {
        const lowered = withLowerCounts(usage, other, part);
        lowered.forEach((one, at) => {
          const before = usage[at]!;
          expect(one.quantity <= before.quantity).toBe(true);
          if (one.quantity !== before.quantity) expect(one.quantity >= before.returns).toBe(true);
          expect({ ...one, ...soldAs(before), quantity: before.quantity }).toEqual(before);
          // What was sold goes with its units.
          if (one.quantity === before.quantity) expect(one).toEqual(before);
          if (netOf(one) === 0n && netOf(before) !== 0n && before.sales !== undefined) expect(one.sales).toBe('0');
        });
      }),
    );
  });

  it('leaves no difference to dispute but where the other tells of more, and done twice is done once', () => {
    fc.assert(
      fc.property(richUsage(), richUsage(), parts, (usage, other, part) => {
        const lowered = withLowerCounts(usage, other, part);
        expect(withLowerCounts(lowered, other, part)).toEqual(lowered);
        const { record: units, other: others } = disputedUnits(lowered, other, part);
        expect(units <= others || others <= 0n).toBe(true);
      }),
    );
  });

  it('changes nothing where both say the same', () => {
    fc.assert(
      fc.property(richUsage(), parts, (usage, part) => {
        expect(withLowerCounts(usage, usage, part)).toEqual(usage);
        expect(disputedUnits(usage, usage, part).rows).toBe(0);
      }),
    );
  });

  it('never earns more by the play', () => {
    const terms = termsOfOneClause({ kind: 'perUnit', rate: '0.01' });
    const earned = (usage: readonly UsageSum[]): bigint =>
      ratePeriod({ terms, period: monthPeriod('2026-01'), usage, context: richContext() }).total.minor;
    fc.assert(
      fc.property(richUsage(), richUsage(), parts, (usage, other, part) => {
        const lowered = withLowerCounts(usage, other, part);
        expect(earned(lowered) <= earned(usage)).toBe(true);
        expect(net(lowered) <= net(usage)).toBe(true);
      }),
    );
  });
});
