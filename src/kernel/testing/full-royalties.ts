import { type RoyaltyClause } from '../terms';
import { SOCIAL, STUDIO } from './reference-terms';

/** Every kind of royalty, every way of writing it, and one expression of three levels. */
export const FULL_ROYALTIES = [
  {
    id: 'streaming',
    grants: ['streaming'],
    royalty: {
      kind: 'floor',
      name: 'monthly minimum',
      amount: '4100',
      of: {
        kind: 'greaterOf',
        of: [
          { kind: 'perUnit', name: 'play minimum', rate: '0.0021' },
          {
            kind: 'sum',
            of: [
              {
                kind: 'revenueShare',
                name: 'advertising pool',
                share: '0.255',
                base: 'netMusicAdvertisingRevenue',
                where: { models: ['AdvertisementSupportedModel'] },
                by: 'plays',
              },
              {
                kind: 'revenueShare',
                name: 'subscription pool',
                share: '1/3',
                base: 'subscription-revenue',
                deductions: [
                  { name: 'store commission', kind: 'percent', rate: '0.31', of: 'original', cap: '9100' },
                  { name: 'payment costs', kind: 'percent', rate: '0.032', of: 'remaining' },
                  { name: 'other store fees', kind: 'percent', rate: '0.53', of: 'store-fees' },
                  { name: 'hosting', kind: 'fixed', amount: '1250' },
                ],
                notBelow: '77',
                where: {
                  uses: ['OnDemandStream'],
                  models: ['SubscriptionModel'],
                  services: [SOCIAL],
                  territories: ['AM', 'KZ'],
                },
                by: { part: 'units', whole: 'subscription-plays', ifWholeIsZero: '0.05' },
              },
              {
                kind: 'cap',
                amount: '6300',
                of: {
                  kind: 'perSubscriber',
                  rate: '0.47',
                  subscribers: 'subscribers',
                  by: { figure: 'music-share' },
                },
              },
            ],
          },
          {
            kind: 'lesserOf',
            of: [
              { kind: 'perUnit', price: '0.85', share: '0.62', where: { territories: ['RU'] } },
              { kind: 'perUnit', rateByFlag: { flag: 'growth-target-met', ifTrue: '0.0017', ifFalse: '0.0019' } },
              { kind: 'perSubscriber', rate: '0.39', subscribers: 'subscribers' },
            ],
          },
        ],
      },
    },
  },
  {
    id: 'ringtones',
    grants: ['ringtones'],
    royalty: {
      kind: 'sum',
      of: [
        {
          kind: 'tiered',
          method: 'graduated',
          counter: 'term',
          tiers: [
            { upTo: '1000000', rate: '0.0041', flat: '0' },
            { upTo: '3000000', rate: '0.0045', flat: '150' },
            { upTo: null, rate: '0.0052', flat: '0' },
          ],
        },
        {
          kind: 'tiered',
          name: 'shop volume',
          method: 'volume',
          measure: 'sales',
          where: { services: [STUDIO] },
          counter: 'period',
          tiers: [
            { upTo: '20000', rate: '0.11', flat: '35' },
            { upTo: null, rate: '0.13', flat: '0' },
          ],
          flatAtZero: true,
        },
        {
          kind: 'tiered',
          method: 'package',
          measure: 'subscribers',
          counter: 'period',
          freeUnits: '1100',
          size: '250',
          price: '18',
        },
      ],
    },
  },
  {
    id: 'downloads',
    grants: ['downloads'],
    royalty: {
      kind: 'escalation',
      trigger: 'usageDate',
      steps: [
        { from: null, until: '2026-07-02', of: { kind: 'percentage', rate: '0.12' } },
        {
          from: '2026-07-02',
          until: '2027-07-03',
          of: {
            kind: 'greaterOf',
            of: [
              { kind: 'percentage', rate: '0.14' },
              { kind: 'perUnit', rate: '0.083' },
            ],
          },
        },
        { from: '2027-07-03', until: null, of: { kind: 'percentage', rate: '0.16', adjustments: ['0.75', '0.9'] } },
      ],
    },
  },
  {
    id: 'broadcast',
    grants: ['broadcast'],
    royalty: {
      kind: 'less',
      notBelow: '21',
      of: {
        kind: 'usageShare',
        by: { part: 'sales', whole: 'subscription-revenue' },
        of: {
          kind: 'prorated',
          active: { from: '2026-02-10', until: '2027-12-15' },
          of: { kind: 'flat', amount: '8800', spread: 'recordings' },
        },
      },
      deduct: [
        { kind: 'percentage', measure: 'store-fees', rate: '0.07' },
        { kind: 'percentage', rate: '0.0125', fixedPerSale: '0.15', free: { sales: '30', amount: '5200' } },
        { kind: 'flat', amount: '640' },
      ],
    },
  },
  {
    id: 'ai-training',
    grants: ['ai-training'],
    royalty: {
      kind: 'escalation',
      trigger: 'reportDate',
      steps: [
        {
          from: '2026-01-01',
          until: null,
          of: { kind: 'perUnit', name: 'training fee', measure: 'sales', rate: '0.22' },
        },
      ],
    },
  },
] as const satisfies readonly RoyaltyClause[];
