import { licensedIsrcs } from './names';

export interface TermsParties {
  readonly label: { readonly id: string; readonly name: string };
  readonly platform: { readonly id: string; readonly name: string };
  readonly services: readonly { readonly id: string; readonly name: string }[];
  readonly claims: readonly string[];
}

/** What the two revisions differ in; everything else is the same in both. */
const figures = {
  1: { perPlay: '0.0025', share: '0.30', floor: '3000.00' },
  2: { perPlay: '0.0020', share: '0.25', floor: '4000.00' },
} as const;

const territories = ['RU', 'BY', 'KZ', 'AM', 'AZ', 'KG', 'MD', 'TJ', 'UZ'];
const streamingUses = ['OnDemandStream', 'UserMakeAvailableUserProvided'];

/** The reference story's terms: revision 1 is the label's offer, revision 2 the platform's counter-offer. */
export function storyTerms(
  { label, platform, services, claims }: TermsParties,
  revision: 1 | 2,
  isrcs: readonly string[] = licensedIsrcs(),
): object {
  const { perPlay, share, floor } = figures[revision];
  const serviceIds = services.map(({ id }) => id);
  const grant = (id: string, uses: readonly string[], model: string): object => ({
    id,
    services: serviceIds,
    uses,
    models: [model],
    territories: { include: territories },
    exclusive: false,
  });
  return {
    schema: 'accordo-terms/1',
    rules: 'accordo-rating/1',
    parties: { label, platform },
    services,
    repertoire: { kind: 'list', isrcs },
    grants: [
      grant('streaming', streamingUses, 'AdvertisementSupportedModel'),
      grant('downloads', ['PermanentDownload'], 'PayAsYouGoModel'),
    ],
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
          amount: floor,
          of: {
            kind: 'greaterOf',
            of: [
              { kind: 'perUnit', rate: perPlay },
              { kind: 'revenueShare', share, base: 'netMusicAdvertisingRevenue', by: 'plays' },
            ],
          },
        },
      },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
    ],
    advances: [{ id: 'advance', amount: '12000.00', due: 'signature', recoupableFrom: 'all' }],
    settlement: {
      backFee: { amount: '10000.00', due: 'signature' },
      claims,
      releasesUseBefore: '2026-01-01',
      effect: 'signature',
    },
    rounding: { mode: 'half-up', decimals: 2, apply: 'period', spread: 'largest-remainder' },
    usage: {
      sourceOfRecord: serviceIds.flatMap((service) =>
        [...streamingUses, 'PermanentDownload'].map((use) => ({ service, use, source: 'report' })),
      ),
      report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 15 },
    },
    payment: { dueDays: 30 },
    rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
  };
}

export const licensedTerritories: readonly string[] = territories;
