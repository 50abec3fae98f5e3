/** What the terms of a test's deal are about. Everything not given is that of the reference story, in small. */
export interface DealParts {
  readonly labelId: string;
  readonly platformId: string;
  readonly serviceIds: readonly string[];
  readonly isrcs: readonly string[];
  readonly territories?: object;
  readonly from?: string;
  readonly until?: string;
  readonly timeZone?: string;
  readonly exclusive?: boolean;
  readonly rate?: string;
  readonly floor?: string;
  readonly claims?: readonly string[];
  /** Conditions, renewal, termination, texts. */
  readonly life?: object;
}

const story = { include: ['RU', 'BY', 'KZ', 'AM', 'AZ', 'KG', 'MD', 'TJ', 'UZ'] };
const streams = ['OnDemandStream', 'UserMakeAvailableUserProvided'];

/** Terms as a client would send them: streaming and downloads on every service, with an advance and a back fee. */
export function dealTerms(parts: DealParts) {
  const { labelId, platformId, serviceIds, isrcs, territories = story, exclusive = false } = parts;
  const grant = { services: serviceIds, territories, exclusive };
  return {
    schema: 'accordo-terms/1',
    rules: 'accordo-rating/1',
    parties: { label: { id: labelId, name: 'The label' }, platform: { id: platformId, name: 'The platform' } },
    services: serviceIds.map((id, place) => ({ id, name: `Service ${place + 1}` })),
    repertoire: { kind: 'list', isrcs },
    grants: [
      { id: 'streaming', uses: streams, models: ['AdvertisementSupportedModel'], ...grant },
      { id: 'downloads', uses: ['PermanentDownload'], models: ['PayAsYouGoModel'], ...grant },
    ],
    term: { from: parts.from ?? '2026-01-01', until: parts.until ?? '2028-01-01' },
    timeZone: parts.timeZone ?? 'Europe/Moscow',
    reportingPeriod: 'month',
    currency: 'USD',
    royalties: [
      {
        id: 'streaming',
        grants: ['streaming'],
        royalty: {
          kind: 'floor',
          amount: parts.floor ?? '4000.00',
          of: { kind: 'perUnit', rate: parts.rate ?? '0.0020' },
        },
      },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
    ],
    advances: [{ id: 'advance', amount: '12000.00', due: 'signature', recoupableFrom: 'all' }],
    settlement: {
      backFee: { amount: '10000.00', due: 'signature' },
      claims: parts.claims ?? [],
      releasesUseBefore: '2026-01-01',
      effect: 'signature',
    },
    rounding: { mode: 'half-up', decimals: 2, apply: 'period', spread: 'largest-remainder' },
    usage: {
      sourceOfRecord: serviceIds.flatMap((service) =>
        [...streams, 'PermanentDownload'].map((use) => ({ service, use, source: 'report' })),
      ),
      report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 15 },
    },
    payment: { dueDays: 30 },
    rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
    ...parts.life,
  };
}

/** The same terms as a listing's template: for whatever services a platform brings. */
export function templateOf({ parties: _, services: __, repertoire: ___, ...terms }: ReturnType<typeof dealTerms>) {
  return {
    ...terms,
    grants: terms.grants.map((grant) => ({ ...grant, services: ['any'] })),
    usage: { report: terms.usage.report },
  };
}
