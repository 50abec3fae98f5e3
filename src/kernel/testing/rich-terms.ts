import { referenceTermsJson, STREAMING } from './reference-terms';

/** Two other agreements of the same parties. */
const POOL = ['00000000-0000-4000-8000-0000000000E2', '00000000-0000-4000-8000-0000000000e1'];

/**
 * Terms that use every money clause and every kind of figure, as a party would write them: unsorted, with trailing zeros.
 * Two years in quarters, in dollars and paid in roubles, on the parties, grants and royalties of the reference story.
 */
export function richTermsJson(): Record<string, unknown> {
  const reference = referenceTermsJson();
  return {
    ...reference,
    grants: worldwideDownloads(reference),
    reportingPeriod: 'quarter',
    usage: {
      ...(reference['usage'] as object),
      checks: { faultyShareMax: '0.010', refusedFor: ['usage-total-mismatch', 'cell-not-utf8'] },
      reconciliation: { tolerance: '0.020', answerDays: 10 },
    },
    figures: figuresJson(),
    royalties: royaltiesJson(),
    guarantees: guaranteesJson(),
    minimumFees: [
      {
        id: 'channels',
        figure: 'channels',
        rate: '500.00',
        cap: '50000.00',
        years: [
          { from: '2026-01-01', until: '2027-01-01', dueOn: '2026-01-31' },
          { from: '2027-01-01', until: '2028-01-01', dueOn: '2027-01-31' },
        ],
      },
    ],
    inKindCredits: creditsJson(),
    advances: advancesJson(),
    recoupment: { negative: 'unrecouped', expenses: 'before-recoupment', pooledWith: POOL },
    reserves: reservesJson(),
    breakage: { allocateBy: 'royalties' },
    splits: [
      {
        from: '2026-01-01',
        until: '2027-01-01',
        shares: [
          { payee: 'Mist Harbour', share: '0.60' },
          { payee: 'Northlight Records', share: '0.40' },
        ],
      },
      {
        from: '2027-01-01',
        until: '2028-01-01',
        shares: [
          { payee: 'Mist Harbour', share: '0.50' },
          { payee: 'Northlight Records', share: '0.50' },
        ],
      },
    ],
    taxes: { withholding: 'grossed-up', vat: 'reverse-charge' },
    exchange: { payIn: 'RUB', source: 'cbr', rateOf: 'statement' },
    ...lifeJson(),
    audit: {
      yearsBetweenNotices: 3,
      fullYearsBack: 2,
      costShift: { threshold: '0.10', comparison: 'at-or-above' },
      interest: { annualRate: '0.06', dayCount: 'actual/365', graceDays: 0 },
    },
    mostFavoured: mostFavouredJson(),
    rounding: { mode: 'half-even', decimals: 2, apply: 'line', spread: 'largest-remainder' },
    payment: {
      dueDays: 45,
      minimumPayout: '25.00',
      lateInterest: { annualRate: '0.080', dayCount: 'actual/360', graceDays: 5 },
    },
  };
}

/** Streaming stays where the story has it; downloads are sold everywhere but in three countries. */
function worldwideDownloads({ grants }: Record<string, unknown>): unknown[] {
  if (!Array.isArray(grants)) throw new TypeError('the reference terms have grants');
  return grants.map((grant: object) =>
    'id' in grant && grant.id === 'downloads'
      ? { ...grant, territories: { worldwideExcept: ['US', 'CA', 'MX'] } }
      : grant,
  );
}

function figuresJson(): unknown[] {
  return [
    {
      id: 'subscribers',
      unit: 'count',
      per: 'service',
      definition: 'paying subscribers on the last day of the period',
    },
    { id: 'channels', unit: 'count', per: 'agreement', definition: 'channels in operation at the start of the year' },
    {
      id: 'gross-revenue',
      unit: 'money',
      per: 'service',
      definition: 'revenue of the music section before agency fees',
    },
    { id: 'music-share', unit: 'share', per: 'agreement', definition: 'share of listening time that is music' },
    {
      id: 'growth-target-met',
      unit: 'flag',
      per: 'agreement',
      definition: 'a fifth more listeners than a year before',
    },
  ];
}

/** The nestable kinds around the reference royalties. */
function royaltiesJson(): unknown[] {
  const downloads = { kind: 'perUnit', price: '0.60', share: '0.60' };
  return [
    {
      id: 'streaming',
      grants: ['streaming'],
      royalty: {
        kind: 'cap',
        amount: '900000.00',
        of: { kind: 'sum', of: [STREAMING, { kind: 'flat', amount: '50.00' }] },
      },
    },
    {
      id: 'downloads',
      grants: ['downloads'],
      royalty: {
        kind: 'lesserOf',
        of: [downloads, { kind: 'percentage', rate: '0.60' }, { kind: 'flat', amount: '20000.00' }],
      },
    },
  ];
}

function guaranteesJson(): unknown[] {
  return [
    {
      id: 'quarterly',
      clauses: ['streaming', 'downloads'],
      topUpRecoups: true,
      per: 'period',
      amount: '5000.00',
      prorated: true,
      active: { from: '2026-02-15', until: '2028-01-01' },
    },
    {
      id: 'yearly',
      topUpRecoups: false,
      per: 'interval',
      crossed: true,
      intervals: [
        {
          from: '2026-01-01',
          until: '2027-01-01',
          amount: '50000.00',
          instalments: [
            { on: '2025-12-15', amount: '10000.00' },
            { on: '2026-04-01', amount: '20000.00' },
            { on: '2026-10-01', amount: '20000.00' },
          ],
        },
        { from: '2027-01-01', until: '2028-01-01', amount: '60000.00' },
      ],
    },
  ];
}

function lifeJson(): Record<string, unknown> {
  return {
    texts: { prevailing: 'en', precedence: 'terms-before-prose' },
    conditions: [
      { id: 'paid', kind: 'advance-paid', advance: 'signing', withinDays: 30 },
      { id: 'fee', kind: 'back-fee-paid', withinDays: 30 },
    ],
    renewal: { months: 12, times: null, noticeDays: 90 },
    termination: {
      notice: { by: 'label', days: 180 },
      breach: { cureDays: 30, suspension: 'at-once' },
      withdrawal: { days: 30, shareMax: '0.1' },
      sellOff: { days: 60, grants: ['downloads'] },
    },
  };
}

function advancesJson(): unknown[] {
  return [
    { id: 'signing', amount: '12000.00', due: 'signature', recoupableFrom: 'all' },
    {
      id: 'second-year',
      amount: '8000.00',
      due: [
        { on: '2027-01-15', amount: '5000.00' },
        { on: '2027-07-15', amount: '3000.00' },
      ],
      recoupableFrom: ['streaming', 'downloads'],
      recoup: { from: '2027-01-01', until: '2028-01-01', carryOver: false },
      option: true,
    },
  ];
}

function reservesJson(): unknown[] {
  return [
    {
      id: 'returns',
      clauses: ['downloads'],
      rate: '0.20',
      basis: 'sales',
      release: [
        { afterPeriods: 1, share: '0.50' },
        { afterPeriods: 2, share: '0.50' },
      ],
    },
    { id: 'claw-back', rate: '0.05', basis: 'royalties', release: [{ afterPeriods: 4, share: '1.00' }] },
  ];
}

function mostFavouredJson(): unknown[] {
  return [
    {
      id: 'no-better-platform',
      bound: 'label',
      against: 'other-platforms',
      compares: ['floor', 'rate-per-unit', 'advance', 'revenue-share'],
      uses: ['PermanentDownload', 'OnDemandStream'],
      territories: ['ru', 'BY'],
      from: '2026-01-01',
      until: '2028-01-01',
    },
    {
      id: 'no-better-label',
      bound: 'platform',
      against: 'other-labels',
      compares: ['rate-per-unit'],
      from: '2026-01-01',
      until: '2027-01-01',
    },
  ];
}

function creditsJson(): unknown[] {
  return [
    {
      id: 'advertising',
      kind: 'advertising space',
      carryOver: true,
      intervals: [
        { from: '2026-01-01', until: '2027-01-01', amount: '2500.00' },
        { from: '2027-01-01', until: '2028-01-01', amount: '3000.00' },
      ],
    },
  ];
}
