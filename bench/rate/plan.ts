import { type PeriodContext, readTerms, type Terms, type UsageSum } from '../../src/kernel';
import { licensedTerritories } from '../../src/sample/terms';

/** What is rated: the terms, the figures of the month, and the sums, shuffled. Always the same for the same number of sums. */
export interface RatePlan {
  readonly terms: Terms;
  readonly context: PeriodContext;
  readonly sums: () => Iterable<UsageSum>;
}

export const rateMonth = '2026-01';
export const services = ['00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000c2'] as const;

const streamingUses = ['OnDemandStream', 'UserMakeAvailableUserProvided'] as const;
const advertising = 'AdvertisementSupportedModel';
const bought = 'PayAsYouGoModel';

/** Everything that may be done with a recording: a use in a territory on a service. */
const contexts = services.flatMap((service) =>
  licensedTerritories.flatMap((territory) => [
    ...streamingUses.map((use) => ({ service, territory, use, model: advertising })),
    { service, territory, use: 'PermanentDownload', model: bought },
  ]),
);

/** Of a recording's contexts this many have usage. */
const contextsUsed = 5;
/** One sum in a hundred comes a second time, as when two reports speak of one month. */
const repeated = 100;

export function ratePlan(count: number): RatePlan {
  const isrcs = Array.from({ length: Math.ceil(count / contextsUsed) }, (_, index) => isrcOf(index));
  const order = shuffled(count);
  const sums = function* (): Generator<UsageSum> {
    for (const place of order) yield sumAt(place, { count, isrcs });
  };
  return { terms: termsFor(isrcs), context: contextFor(sums()), sums };
}

/** Two years of registrations: a year has a hundred thousand numbers. */
const isrcOf = (index: number): string =>
  `ZZACC${24 + Math.floor(index / 100_000)}${String(index % 100_000).padStart(5, '0')}`;

function sumAt(place: number, { count, isrcs }: { count: number; isrcs: readonly string[] }): UsageSum {
  const once = count - Math.floor(count / repeated);
  const key = place < once ? place : (place - once) * 7;
  const track = key % isrcs.length;
  // 11 steps through 54 contexts meet none twice.
  const context = contexts[(mixed(track) + 11 * Math.floor(key / isrcs.length)) % contexts.length]!;
  const [size, dice] = [mixed(place + 0x5eed), mixed(place + 0xd1ce)];
  const sold = 1 + (size % 40);
  return context.model === bought
    ? { isrc: isrcs[track]!, ...context, quantity: BigInt(sold), returns: BigInt(Math.floor(sold / 20)) }
    : { isrc: isrcs[track]!, ...context, quantity: BigInt(1 + (size % 97) * popularity(dice % 16)), returns: 0n };
}

/** Few recordings are played most. */
const popularity = (dice: number): number => (dice < 10 ? 1 : dice < 14 ? 10 : dice < 15 ? 100 : 1000);

/** A number's bits stirred: 32 of them, the same on every machine. */
function mixed(value: number): number {
  let bits = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function shuffled(count: number): Uint32Array {
  const places = Uint32Array.from({ length: count }, (_, place) => place);
  for (let left = count - 1; left > 0; left -= 1) {
    const other = mixed(left) % (left + 1);
    [places[left], places[other]] = [places[other]!, places[left]!];
  }
  return places;
}

export const streamingFigures = {
  tiers: [
    { upTo: '1000000', rate: '0.003', flat: '0' },
    { upTo: '100000000', rate: '0.0024', flat: '50.00' },
    { upTo: null, rate: '0.002', flat: '0' },
  ],
  share: '0.25',
  agencyFee: '0.1',
  agencyCap: '250000.00',
  collectionCosts: '1000.00',
  perSubscriber: '0.45',
  floor: '4000.00',
} as const;
export const downloadFigures = { price: '0.60', share: '0.60' } as const;
export const guarantee = '10000000.00';
export const advance = '4000000.00';
/** Agreed with the platform: the label's part of what subscribers listen to. */
export const labelShare = '0.14';

function termsFor(isrcs: readonly string[]): Terms {
  const party = (tail: string, name: string) => ({ id: `00000000-0000-4000-8000-0000000000${tail}`, name });
  const reading = readTerms({
    schema: 'accordo-terms/1',
    rules: 'accordo-rating/1',
    parties: { label: party('a1', 'The label'), platform: party('b1', 'The platform') },
    services: services.map((id, index) => ({ id, name: `Service ${index + 1}` })),
    repertoire: { kind: 'list', isrcs },
    grants: [grant('streaming', streamingUses, advertising), grant('downloads', ['PermanentDownload'], bought)],
    term: { from: '2026-01-01', until: '2028-01-01' },
    timeZone: 'Europe/Moscow',
    reportingPeriod: 'month',
    currency: 'USD',
    figures: [
      { id: 'premium-revenue', unit: 'money', per: 'service', definition: 'subscription revenue net of VAT' },
      { id: 'subscribers', unit: 'count', per: 'service', definition: 'paying subscribers on the last day' },
      { id: 'label-share', unit: 'share', per: 'agreement', definition: 'the label’s part of subscribers’ listening' },
    ],
    royalties: [
      { id: 'streaming', grants: ['streaming'], royalty: streamingRoyalty() },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', ...downloadFigures } },
    ],
    guarantees: [{ id: 'monthly', topUpRecoups: true, per: 'period', amount: guarantee, prorated: false }],
    advances: [{ id: 'advance', amount: advance, due: 'signature', recoupableFrom: 'all' }],
    rounding: { mode: 'half-up', decimals: 2, apply: 'period', spread: 'largest-remainder' },
    usage: {
      sourceOfRecord: services.flatMap((service) =>
        [...streamingUses, 'PermanentDownload'].map((use) => ({ service, use, source: 'report' })),
      ),
      report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 15 },
    },
    payment: { dueDays: 30 },
    rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
  });
  if ('terms' in reading) return reading.terms;
  throw new Error(`the benchmark's terms are refused: ${JSON.stringify(reading.faults)}`);
}

const grant = (id: string, uses: readonly string[], model: string): object => ({
  id,
  services,
  uses,
  models: [model],
  territories: { include: licensedTerritories },
  exclusive: false,
});

function streamingRoyalty(): object {
  const { tiers, share, agencyFee, agencyCap, collectionCosts, perSubscriber, floor } = streamingFigures;
  const deductions = [
    { name: 'agency', kind: 'percent', rate: agencyFee, of: 'original', cap: agencyCap },
    { name: 'collection', kind: 'fixed', amount: collectionCosts },
  ];
  const branches = [
    { kind: 'tiered', method: 'graduated', counter: 'period', tiers },
    { kind: 'revenueShare', share, base: 'premium-revenue', deductions, by: 'plays' },
    {
      kind: 'perSubscriber',
      rate: perSubscriber,
      subscribers: 'subscribers',
      by: { figure: 'label-share' },
    },
  ];
  return { kind: 'floor', amount: floor, of: { kind: 'greaterOf', of: branches } };
}

/** The grants with the number of the clause that pays for them, as another engine wants them. */
export const numberedGrants = ({ grants, royalties }: Terms) =>
  grants.map(({ id, services: ofGrant, uses, models }) => ({
    clause: royalties.findIndex((royalty) => royalty.grants.includes(id)) + 1,
    services: ofGrant,
    uses,
    models,
    territories: licensedTerritories,
  }));

/** A third of all plays is the label's, and the platform's money grows with them: the same branch wins at every size. */
function contextFor(sums: Iterable<UsageSum>): PeriodContext {
  const plays = new Map<string, bigint>(services.map((service) => [service, 0n]));
  for (const { service, model, quantity } of sums) {
    if (model === advertising) plays.set(service, plays.get(service)! + quantity);
  }
  return {
    services: services.map((service) => {
      const own = plays.get(service)!;
      const figures = { 'premium-revenue': `${(own * 24n) / 1000n}.37`, subscribers: `${own / 50n}` };
      return { service, allPlays: own * 3n + 1n, figures };
    }),
    figures: { 'label-share': labelShare },
  };
}
