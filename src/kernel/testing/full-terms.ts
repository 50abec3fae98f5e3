import { calendarDateOf, type Period } from '../calendar';
import { type Figure, type Terms } from '../terms';
import { FULL_ROYALTIES } from './full-royalties';
import { ISRCS, LABEL, PLATFORM, SOCIAL, STUDIO } from './reference-terms';

const CLAIMS = ['00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000d2'] as const;
const SISTER_AGREEMENT = '00000000-0000-4000-8000-0000000000e1';

const span = (from: string, until: string): Period => ({ from: calendarDateOf(from), until: calendarDateOf(until) });

const FIGURES = [
  { id: 'channels', unit: 'count', per: 'agreement', definition: 'channels on the air on 1 January' },
  {
    id: 'growth-target-met',
    unit: 'flag',
    per: 'agreement',
    definition: 'whether paying subscribers grew by a tenth against the year before',
  },
  {
    id: 'music-share',
    unit: 'share',
    per: 'agreement',
    definition: 'listening time with music out of all listening time',
  },
  { id: 'store-fees', unit: 'money', per: 'service', definition: 'commission kept by app stores' },
  {
    id: 'subscribers',
    unit: 'count',
    per: 'service',
    definition: 'persons with a paid subscription on the last day of the period',
  },
  {
    id: 'subscription-plays',
    unit: 'count',
    per: 'service',
    definition: 'plays of all recordings by paying subscribers',
  },
  {
    id: 'subscription-revenue',
    unit: 'money',
    per: 'service',
    definition: 'subscription charges invoiced for the period, net of refunds',
  },
] as const satisfies readonly Figure[];

/** Fictional terms with every clause and every kind of royalty; nearly every number in them stands in one place only. */
export const FULL_TERMS = {
  schema: 'accordo-terms/1',
  rules: 'accordo-rating/1',
  parties: { label: { id: LABEL, name: 'Northlight Records' }, platform: { id: PLATFORM, name: 'Agora Networks' } },
  services: [
    { id: SOCIAL, name: 'Agora Social' },
    { id: STUDIO, name: 'Agora Studio' },
  ],
  repertoire: { kind: 'list', isrcs: ISRCS },
  grants: [
    {
      id: 'streaming',
      services: [SOCIAL, STUDIO],
      uses: ['OnDemandStream', 'UserMakeAvailableUserProvided'],
      models: ['AdvertisementSupportedModel', 'SubscriptionModel'],
      territories: { include: ['AM', 'AZ', 'BY', 'KG', 'KZ', 'MD', 'RU', 'TJ', 'UZ'] },
      exclusive: false,
    },
    {
      id: 'ringtones',
      services: [STUDIO],
      uses: ['UseAsRingtone'],
      models: ['PayAsYouGoModel'],
      territories: { worldwideExcept: ['JP', 'US'] },
      exclusive: true,
    },
    {
      id: 'downloads',
      services: [STUDIO],
      uses: ['PermanentDownload'],
      models: ['PayAsYouGoModel'],
      territories: { worldwideExcept: [] },
      exclusive: false,
    },
    {
      id: 'broadcast',
      services: [SOCIAL],
      uses: ['Broadcast', 'Simulcast'],
      models: ['AsPerContract'],
      territories: { include: ['RU'] },
      exclusive: false,
    },
    {
      id: 'ai-training',
      services: [STUDIO],
      uses: ['accordo:AiTraining'],
      models: ['AsPerContract'],
      territories: { include: ['RU'] },
      exclusive: false,
    },
  ],
  term: span('2026-01-01', '2028-01-01'),
  timeZone: 'Europe/Moscow',
  reportingPeriod: 'quarter',
  currency: 'USD',
  figures: FIGURES,
  royalties: FULL_ROYALTIES,
  guarantees: [
    {
      id: 'quarterly',
      clauses: ['downloads', 'streaming'],
      topUpRecoups: true,
      per: 'period',
      amount: '15500',
      prorated: true,
      active: span('2026-02-15', '2027-11-16'),
    },
    {
      id: 'yearly',
      topUpRecoups: false,
      per: 'interval',
      crossed: true,
      intervals: [
        {
          ...span('2026-01-01', '2027-01-01'),
          amount: '90000',
          instalments: [
            { on: '2026-01-31', amount: '40000' },
            { on: '2026-08-30', amount: '50000' },
          ],
        },
        { ...span('2027-01-01', '2028-01-01'), amount: '95000' },
      ],
    },
  ],
  minimumFees: [
    {
      id: 'channel-fee',
      figure: 'channels',
      rate: '510',
      cap: '52000',
      years: [
        { ...span('2026-01-01', '2027-01-01'), dueOn: '2026-01-28' },
        { ...span('2027-01-01', '2028-01-01'), dueOn: '2027-01-29' },
      ],
    },
  ],
  inKindCredits: [
    {
      id: 'promotion',
      kind: 'advertising space on Agora Social',
      carryOver: true,
      intervals: [
        { ...span('2026-01-01', '2027-01-01'), amount: '7100' },
        { ...span('2027-01-01', '2028-01-01'), amount: '7400' },
      ],
    },
  ],
  advances: [
    { id: 'signing', amount: '12100', due: 'signature', recoupableFrom: 'all' },
    {
      id: 'second-year',
      amount: '30500',
      due: [
        { on: '2027-01-04', amount: '10200' },
        { on: '2027-06-05', amount: '20300' },
      ],
      recoupableFrom: ['downloads', 'streaming'],
      recoup: { ...span('2027-01-01', '2027-12-01'), carryOver: false },
      option: true,
    },
  ],
  recoupment: { negative: 'unrecouped', expenses: 'before-recoupment', pooledWith: [SISTER_AGREEMENT] },
  reserves: [
    {
      id: 'shop-returns',
      clauses: ['downloads', 'ringtones'],
      rate: '0.23',
      basis: 'royalties',
      release: [
        { afterPeriods: 2, share: '0.65' },
        { afterPeriods: 5, share: '0.35' },
      ],
    },
    {
      id: 'stream-returns',
      clauses: ['streaming'],
      rate: '0.08',
      basis: 'sales',
      release: [{ afterPeriods: 1, share: '1' }],
    },
  ],
  breakage: { allocateBy: 'units' },
  splits: [
    {
      ...span('2026-01-01', '2027-04-01'),
      shares: [
        { payee: 'northlight', share: '0.72' },
        { payee: 'harbour-music', share: '0.28' },
      ],
    },
    { ...span('2027-04-01', '2028-01-01'), shares: [{ payee: 'northlight', share: '1' }] },
  ],
  taxes: { withholding: 'grossed-up', vat: 'reverse-charge' },
  exchange: { payIn: 'EUR', source: 'ecb', rateOf: 'payment' },
  audit: {
    yearsBetweenNotices: 1,
    fullYearsBack: 3,
    costShift: { threshold: '0.055', comparison: 'at-or-above' },
    interest: { annualRate: '0.095', dayCount: 'actual/360', graceDays: 12 },
  },
  texts: { prevailing: 'ru', precedence: 'terms-before-prose' },
  conditions: [
    { id: 'signing-paid', kind: 'advance-paid', advance: 'signing', withinDays: 37 },
    { id: 'fee-paid', kind: 'back-fee-paid', withinDays: 43 },
  ],
  renewal: { months: 18, times: 4, noticeDays: 75 },
  termination: {
    notice: { by: 'either', days: 184 },
    breach: { cureDays: 29, suspension: 'after-cure-period' },
    withdrawal: { days: 33, shareMax: '0.15' },
    sellOff: { days: 92, grants: ['downloads', 'ringtones'] },
  },
  settlement: {
    backFee: { amount: '10400', due: 'signature' },
    claims: CLAIMS,
    releasesUseBefore: '2025-12-31',
    effect: 'payment',
  },
  mostFavoured: [
    {
      id: 'no-better-platform',
      bound: 'label',
      against: 'other-platforms',
      compares: ['advance', 'floor', 'rate-per-unit'],
      uses: ['OnDemandStream', 'UserMakeAvailableUserProvided'],
      territories: ['BY', 'RU'],
      ...span('2026-01-02', '2027-10-03'),
    },
    {
      id: 'no-better-label',
      bound: 'platform',
      against: 'other-labels',
      compares: ['rate-per-subscriber', 'revenue-share'],
      ...span('2026-03-04', '2027-09-05'),
    },
  ],
  rounding: { mode: 'half-even', decimals: 2, apply: 'line', spread: 'largest-remainder' },
  usage: {
    sourceOfRecord: [
      { service: SOCIAL, use: 'Broadcast', source: 'report' },
      { service: SOCIAL, use: 'OnDemandStream', source: 'report' },
      { service: SOCIAL, use: 'Simulcast', source: 'report' },
      { service: SOCIAL, use: 'UserMakeAvailableUserProvided', source: 'events' },
      { service: STUDIO, use: 'OnDemandStream', source: 'report' },
      { service: STUDIO, use: 'PermanentDownload', source: 'report' },
      { service: STUDIO, use: 'UseAsRingtone', source: 'report' },
      { service: STUDIO, use: 'UserMakeAvailableUserProvided', source: 'report' },
      { service: STUDIO, use: 'accordo:AiTraining', source: 'report' },
    ],
    report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 16 },
    checks: { faultyShareMax: '0.015', refusedFor: ['cell-not-utf8', 'usage-total-mismatch'] },
    reconciliation: { tolerance: '0.025', answerDays: 17 },
  },
  payment: {
    dueDays: 33,
    minimumPayout: '55',
    lateInterest: { annualRate: '0.085', dayCount: 'actual/365', graceDays: 6 },
  },
  rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
} as const satisfies Terms;
