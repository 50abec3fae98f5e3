import { calendarDateOf } from '../calendar';
import { type UsageSum } from '../rating';
import { readTerms, type Royalty, type Terms } from '../terms';

/** Fictional ids for specs: v4 shapes with telling tails. */
export const LABEL = '00000000-0000-4000-8000-0000000000a1';
export const PLATFORM = '00000000-0000-4000-8000-0000000000b1';
export const SOCIAL = '00000000-0000-4000-8000-0000000000c1';
export const STUDIO = '00000000-0000-4000-8000-0000000000c2';
export const CLAIM = '00000000-0000-4000-8000-0000000000d1';
export const ISRCS = ['ZZAB12600001', 'ZZAB12600002', 'ZZAB12600003', 'ZZAB12600004'] as const;

export const STREAMING: Royalty = {
  kind: 'floor',
  amount: '4000',
  of: {
    kind: 'greaterOf',
    of: [
      { kind: 'perUnit', rate: '0.002' },
      { kind: 'revenueShare', share: '0.25', base: 'netMusicAdvertisingRevenue', by: 'plays' },
    ],
  },
};

/** The reference story's accepted revision as JSON, as a party would write it: unsorted, with trailing zeros. */
export function referenceTermsJson(): Record<string, unknown> {
  const services = [STUDIO, SOCIAL];
  return {
    schema: 'accordo-terms/1',
    rules: 'accordo-rating/1',
    parties: { label: { id: LABEL, name: 'Northlight Records' }, platform: { id: PLATFORM, name: 'Agora Networks' } },
    services: [
      { id: STUDIO, name: 'Agora Studio' },
      { id: SOCIAL, name: 'Agora Social' },
    ],
    repertoire: { kind: 'list', isrcs: ['zz-ab1-26-00002', ...ISRCS] },
    grants: grantsJson(services),
    term: { from: '2026-01-01', until: '2028-01-01' },
    timeZone: 'Europe/Moscow',
    reportingPeriod: 'month',
    currency: 'USD',
    royalties: [
      {
        id: 'streaming',
        grants: ['streaming'],
        royalty: {
          kind: 'floor',
          amount: '4000.00',
          of: {
            kind: 'greaterOf',
            of: [
              { kind: 'perUnit', rate: '0.0020' },
              { kind: 'revenueShare', share: '0.25', base: 'netMusicAdvertisingRevenue', by: 'plays' },
            ],
          },
        },
      },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
    ],
    advances: [{ id: 'advance', amount: '12000.00', due: 'signature', recoupableFrom: 'all' }],
    settlement: {
      backFee: { amount: '10000.00', due: 'signature' },
      claims: [CLAIM],
      releasesUseBefore: '2026-01-01',
      effect: 'signature',
    },
    rounding: { mode: 'half-up', decimals: 2, apply: 'period', spread: 'largest-remainder' },
    usage: {
      sourceOfRecord: services.flatMap((service) =>
        ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'].map((use) => ({
          service,
          use,
          source: 'report',
        })),
      ),
      report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 15 },
    },
    payment: { dueDays: 30 },
    rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
  };
}

function grantsJson(services: readonly string[]): unknown[] {
  const territories = { include: ['RU', 'BY', 'KZ', 'AM', 'AZ', 'KG', 'MD', 'TJ', 'UZ'] };
  return [
    {
      id: 'streaming',
      services,
      uses: ['UserMakeAvailableUserProvided', 'OnDemandStream'],
      models: ['AdvertisementSupportedModel'],
      territories,
      exclusive: false,
    },
    {
      id: 'downloads',
      services,
      uses: ['PermanentDownload'],
      models: ['PayAsYouGoModel'],
      territories,
      exclusive: false,
    },
  ];
}

/** The terms of some JSON; throws with all faults when there are any. */
export function termsOf(json: unknown): Terms {
  const reading = readTerms(json);
  if ('terms' in reading) return reading.terms;
  throw new Error(JSON.stringify(reading.faults));
}

export function referenceTerms(changes: Record<string, unknown> = {}): Terms {
  return termsOf({ ...referenceTermsJson(), ...changes });
}

/** The reference terms with another royalty for streams. */
export function termsPaying(royalty: unknown, changes: Record<string, unknown> = {}): Terms {
  const downloads = {
    id: 'downloads',
    grants: ['downloads'],
    royalty: { kind: 'perUnit', price: '0.60', share: '0.60' },
  };
  return referenceTerms({ royalties: [{ id: 'streaming', grants: ['streaming'], royalty }, downloads], ...changes });
}

export function plays(isrc: string, quantity: bigint, more: Partial<UsageSum> = {}): UsageSum {
  const context = { service: SOCIAL, territory: 'RU', use: 'OnDemandStream', model: 'AdvertisementSupportedModel' };
  return { isrc, ...context, quantity, returns: 0n, ...more };
}

export function downloads(isrc: string, quantity: bigint, returns = 0n): UsageSum {
  return plays(isrc, quantity, { use: 'PermanentDownload', model: 'PayAsYouGoModel', returns });
}

export function contextOf(allPlays: bigint, netMusicAdvertisingRevenue: string) {
  return {
    services: [
      { service: SOCIAL, allPlays, netMusicAdvertisingRevenue },
      { service: STUDIO, allPlays: 0n, netMusicAdvertisingRevenue: '0' },
    ],
  };
}

export const DAY = calendarDateOf('2026-01-15');
