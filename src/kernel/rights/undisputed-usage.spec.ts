import { monthPeriod } from '../calendar';
import { type UsageSum } from '../rating';
import { territoryNumber } from '../territory';
import { type Overclaimed } from './overclaimed';
import { disputedPieceOf, disputedPieces, ownPartOf, withUndisputedShares } from './undisputed-usage';

const claims = [
  { labelId: 'a', share: 600_000 },
  { labelId: 'b', share: 500_000 },
];
const piece = (more: Partial<Overclaimed> = {}): Overclaimed => ({
  ...{ territories: [territoryNumber('RU')], from: '2020-01-01', until: null, claims },
  ...more,
});
const sum = (more: Partial<UsageSum> = {}): UsageSum => ({
  ...{ isrc: 'ZZC012600001', service: 's', territory: 'RU', use: 'OnDemandStream', model: 'SubscriptionModel' },
  ...{ quantity: 10n, returns: 0n, controlledShare: '0.6' },
  ...more,
});
const period = monthPeriod('2026-01');

const places = new Set(['RU', 'KZ'].map(territoryNumber));

/** The shares that usage of January counts by. */
const shares = (pieces: readonly Overclaimed[], labelId: string, ...sums: UsageSum[]): (string | undefined)[] =>
  withUndisputedShares(sums, [
    { isrc: 'ZZC012600001', pieces: disputedPieces(pieces, { labelId, period, places }) },
  ]).map(({ controlledShare }) => controlledShare);

describe('usage of a recording that is in a conflict', () => {
  it('counts by the share that nobody else states, for each of them, and is never counted by more', () => {
    expect(shares([piece()], 'a', sum(), sum({ controlledShare: '0.45' }), sum({ controlledShare: '1/3' }))).toEqual([
      ...['0.5', '0.45', '1/3'],
    ]);
    expect(shares([piece()], 'b', sum({ controlledShare: '0.5' }))).toEqual(['0.4']);
    const whole = [
      { labelId: 'a', share: 1_000_000 },
      { labelId: 'b', share: 1_000_000 },
    ];
    const { controlledShare: _, ...undivided } = sum();
    expect(shares([piece({ claims: whole })], 'a', undivided)).toEqual(['0']);
  });

  it('is as it was elsewhere, of other recordings, and in months that the conflict is not about', () => {
    expect(shares([piece()], 'a', sum({ territory: 'KZ' }), sum({ isrc: 'ZZC012600002' }))).toEqual(['0.6', '0.6']);
    expect(shares([piece({ from: '2026-02-01' })], 'a', sum())).toEqual(['0.6']);
    expect(shares([piece({ until: '2026-01-01' })], 'a', sum())).toEqual(['0.6']);
    expect(shares([piece({ from: '2026-01-31' })], 'a', sum())).toEqual(['0.5']);
  });

  it('is disputed in the places and days of the period alone, and for those who state something there', () => {
    const wide = piece({ territories: [...places, territoryNumber('BY')], from: '2025-01-01', until: '2026-01-20' });
    expect(disputedPieces([wide, piece({ until: '2026-01-01' })], { labelId: 'a', period, places })).toEqual([
      { territories: [...places], from: '2026-01-01', until: '2026-01-20', share: 600_000, undisputed: 500_000 },
    ]);
    expect(disputedPieces([wide], { labelId: 'c', period, places })).toEqual([]);
  });

  it('is the label’s own as far as the share that it has in the end', () => {
    const own = (now: number): bigint => ownPartOf(101n, { share: 600_000, undisputed: 500_000, now });
    expect([0, 500_000, 550_000, 599_999, 600_000, 1_000_000].map(own)).toEqual([0n, 0n, 50n, 100n, 101n, 101n]);
  });

  it('may be of any day where that is not known: it counts by the least that is undisputed on one of them', () => {
    const whole = [...claims, { labelId: 'c', share: 300_000 }];
    const two = [piece({ until: '2026-01-10' }), piece({ from: '2026-01-20', claims: whole })];
    const disputed = disputedPieces(two, { labelId: 'a', period, places });
    expect(disputedPieceOf(disputed, sum())).toMatchObject({
      ...{ from: '2026-01-01', until: '2026-02-01', share: 600_000, undisputed: 200_000 },
    });
    expect(disputedPieceOf(disputed, sum({ usedOn: '2026-01-09' }))).toMatchObject({ undisputed: 500_000 });
    expect(disputedPieceOf(disputed, sum({ usedOn: '2026-01-10' }))).toBeUndefined();
  });

  it('goes by its day where that is known', () => {
    const days = ['2026-01-09', '2026-01-10', '2026-01-19', '2026-01-20'].map((usedOn) => sum({ usedOn }));
    expect(shares([piece({ from: '2026-01-10', until: '2026-01-20' })], 'a', ...days)).toEqual([
      ...['0.6', '0.5', '0.5', '0.6'],
    ]);
  });
});
