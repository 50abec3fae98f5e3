import fc from 'fast-check';
import { type UsageSum } from '../rating';
import { readRoyaltyAlone, type Figure, type Royalty, type Terms } from '../terms';
import { downloads, ISRCS, plays, referenceTerms, SOCIAL, STUDIO } from './reference-terms';

/** Figures that a rich deal would define, one of each unit. */
export const FIGURES: readonly Figure[] = [
  { id: 'label-share', unit: 'share', per: 'agreement', definition: 'the label’s part of all plays' },
  { id: 'premium-revenue', unit: 'money', per: 'service', definition: 'subscription revenue net of VAT' },
  { id: 'subscribers', unit: 'count', per: 'service', definition: 'paying subscribers on the last day' },
  { id: 'growth-met', unit: 'flag', per: 'agreement', definition: 'whether the growth target of the quarter is met' },
];

/** A royalty from JSON; throws with all faults when there are any. */
export function royaltyOf(json: unknown, figures: readonly Figure[] = FIGURES): Royalty {
  const reading = readRoyaltyAlone(json, { currency: 'USD', figures });
  if ('royalty' in reading) return reading.royalty;
  throw new Error(JSON.stringify(reading.faults));
}

/** The reference terms with one royalty for both grants, and the figures. */
export function termsOfOneClause(royalty: unknown, changes: Partial<Terms> = {}): Terms {
  return {
    ...referenceTerms(),
    figures: FIGURES,
    royalties: [{ id: 'all', grants: ['downloads', 'streaming'], royalty: royaltyOf(royalty) }],
    ...changes,
  };
}

export function richContext(allPlays = 1_000_000n) {
  const service = (id: string, subscribers: string) => ({
    service: id,
    allPlays,
    netMusicAdvertisingRevenue: '5000.01',
    figures: { 'premium-revenue': '9000.5', subscribers },
  });
  return {
    services: [service(SOCIAL, '700'), service(STUDIO, '301')],
    figures: { 'label-share': '1/7', 'growth-met': 'true' },
  };
}

/** Usage in several contexts, some of it sold for money, some of it only partly under the label's control. */
export const richUsage = (maximum = 5000): fc.Arbitrary<UsageSum[]> =>
  fc.array(
    fc
      .record({
        isrc: fc.constantFrom(...ISRCS),
        service: fc.constantFrom(SOCIAL, STUDIO),
        territory: fc.constantFrom('RU', 'BY', 'KZ'),
        units: fc.integer({ min: 0, max: maximum }),
        returns: fc.integer({ min: 0, max: 50 }),
        download: fc.boolean(),
        share: fc.constantFrom(undefined, undefined, '0.6', '1/3'),
      })
      .map(({ isrc, service, territory, units, returns, download, share }): UsageSum => {
        const more = { service, territory, ...(share === undefined ? {} : { controlledShare: share }) };
        if (!download) return plays(isrc, BigInt(units), more);
        const sales = `${Math.trunc((units - returns) / 3)}.07`;
        return { ...downloads(isrc, BigInt(units), BigInt(returns)), ...more, sales };
      }),
    { maxLength: 12 },
  );

const money = fc
  .integer({ min: 0, max: 500_000 })
  .map((cents) => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
const rate = fc.integer({ min: 1, max: 900 }).map((thousandths) => `0.${String(thousandths).padStart(3, '0')}`);

const tiers = fc
  .uniqueArray(fc.integer({ min: 1, max: 9000 }), { minLength: 0, maxLength: 3 })
  .chain((bounds) =>
    fc.tuple(fc.constant(bounds.sort((a, b) => a - b)), fc.array(rate, { minLength: 4, maxLength: 4 }), money),
  )
  .map(([bounds, rates, flat]) =>
    [...bounds.map(String), null].map((upTo, index) => ({ upTo, rate: rates[index] ?? '1', flat })),
  );

/** Royalties that grow with usage, or stay: none of them pays less for more. */
const growing: fc.Arbitrary<object> = fc.oneof(
  rate.map((value) => ({ kind: 'perUnit', rate: value })),
  fc.record({ kind: fc.constant('perUnit'), price: money, share: rate }),
  rate.map((value) => ({ kind: 'perUnit', rate: value, where: { models: ['AdvertisementSupportedModel'] } })),
  fc
    .record({ ifTrue: rate, ifFalse: rate })
    .map((rates) => ({ kind: 'perUnit', rateByFlag: { flag: 'growth-met', ...rates } })),
  tiers.map((list) => ({ kind: 'tiered', method: 'graduated', counter: 'period', tiers: list })),
  money.map((price) => ({ kind: 'tiered', method: 'package', counter: 'period', freeUnits: '100', size: '70', price })),
  rate.map((value) => ({ kind: 'perSubscriber', rate: value, subscribers: 'subscribers' })),
  rate.map((value) => ({
    kind: 'perSubscriber',
    rate: value,
    subscribers: 'subscribers',
    by: { figure: 'label-share' },
  })),
  rate.map((share) => ({
    kind: 'revenueShare',
    share,
    base: 'premium-revenue',
    deductions: [{ name: 'agency', kind: 'percent', rate: '0.1', of: 'original', cap: '500' }],
    by: { part: 'units', whole: 'allPlays' },
  })),
  money.map((amount) => ({ kind: 'flat', amount })),
  money.map((amount) => ({ kind: 'flat', amount, spread: 'recordings' })),
);

/** The other leaves: of sales, and tiers in which more may be cheaper. */
const falling: fc.Arbitrary<object> = fc.oneof(
  rate.map((value) => ({ kind: 'percentage', rate: value, adjustments: ['0.75'] })),
  tiers.map((list) => ({ kind: 'tiered', method: 'volume', counter: 'period', tiers: list, flatAtZero: true })),
  tiers.map((list) => ({ kind: 'tiered', method: 'graduated', counter: 'period', measure: 'sales', tiers: list })),
);

function nested(leaf: fc.Arbitrary<object>, more: (inner: fc.Arbitrary<object>) => fc.Arbitrary<object>[]) {
  return fc.letrec<{ node: object }>((tie) => {
    const of = fc.array(tie('node'), { minLength: 1, maxLength: 3 });
    return {
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.record({ kind: fc.constantFrom('greaterOf', 'lesserOf', 'sum'), of }),
        fc.record({ kind: fc.constant('floor'), amount: money, of: tie('node') }),
        fc.record({
          kind: fc.constant('prorated'),
          active: fc.constantFrom({ from: '2026-01-11', until: null }, { from: null, until: null }),
          of: tie('node'),
        }),
        fc.record({ kind: fc.constant('usageShare'), by: fc.constant({ figure: 'label-share' }), of: tie('node') }),
        ...more(tie('node')),
      ),
    };
  }).node;
}

/** Expressions that never pay less for more. */
export const growingRoyalty = nested(growing, () => []);

/** Any expression, by any measure. */
export const anyRoyalty = nested(fc.oneof(growing, falling), (inner) => [
  fc.record({ kind: fc.constant('cap'), amount: money, of: inner }),
  fc.record({ kind: fc.constant('less'), of: inner, deduct: fc.array(inner, { minLength: 1, maxLength: 2 }) }),
]);
