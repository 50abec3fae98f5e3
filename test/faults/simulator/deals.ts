/** What the reference ledger knows of a deal: plain figures, in minor units and fractions, nothing of the product's. */
export interface DealFacts {
  readonly name: string;
  readonly currency: string;
  /** Hours that its clocks are ahead of UTC; no zone here has summer time. */
  readonly hoursAhead: number;
  /** A unit earns `per[0] / per[1]` minor units. */
  readonly per: readonly [bigint, bigint];
  /** Beyond so many units of the term a unit earns `over / per[1]` minor units. */
  readonly beyond?: { readonly units: bigint; readonly over: bigint };
  readonly advance: bigint;
  readonly backFee: bigint;
  readonly instalments: readonly { readonly on: string; readonly minor: bigint }[];
  readonly minimumPayout: bigint;
  readonly dueDays: number;
}

/** The months of every deal. The last one ends the term. */
export const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'] as const;

/** When all have signed, and every seed begins. */
export const beginning = '2026-01-05T09:00:00Z';

export const dealFacts: readonly DealFacts[] = [
  {
    name: 'advance, back fee, expenses',
    currency: 'USD',
    hoursAhead: 3,
    per: [37n, 100n],
    advance: 6_000n,
    backFee: 10_007n,
    instalments: [],
    minimumPayout: 0n,
    dueDays: 30,
  },
  {
    name: 'instalments, minimum payout, tiers of the term',
    currency: 'USD',
    hoursAhead: 0,
    per: [23n, 100n],
    beyond: { units: 4_000n, over: 31n },
    advance: 0n,
    backFee: 0n,
    instalments: [
      { on: '2026-02-10', minor: 3_000n },
      { on: '2026-04-10', minor: 1_501n },
    ],
    minimumPayout: 2_000n,
    dueDays: 30,
  },
  {
    name: 'without cents',
    currency: 'JPY',
    hoursAhead: 9,
    per: [173n, 1000n],
    advance: 700n,
    backFee: 901n,
    instalments: [],
    minimumPayout: 0n,
    dueDays: 14,
  },
];
