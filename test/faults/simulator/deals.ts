import { dealTerms } from '../../support/terms';
import { eventTerms } from '../../support/usage-events';

/** What the reference ledger knows of a deal: plain figures, in minor units and fractions, nothing of the product's. */
export interface DealFacts {
  readonly name: string;
  readonly currency: string;
  /** Hours that its clocks are ahead of UTC; no zone here has summer time. */
  readonly hoursAhead: number;
  /** A unit earns `per[0] / per[1]` minor units. */
  readonly per: readonly [bigint, bigint];
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
    name: 'instalments, minimum payout',
    currency: 'USD',
    hoursAhead: 0,
    per: [23n, 100n],
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

const zones: Readonly<Record<number, string>> = { 0: 'UTC', 3: 'Europe/Moscow', 9: 'Asia/Tokyo' };
const decimalsOf = ({ currency }: DealFacts): number => (currency === 'JPY' ? 0 : 2);

export interface DealParties {
  readonly labelId: string;
  readonly platformId: string;
  readonly serviceId: string;
  readonly isrcs: readonly string[];
}

/** The same deal as the parties sign it. */
export function termsOf(facts: DealFacts, { labelId, platformId, serviceId, isrcs }: DealParties): object {
  const serviceIds = [serviceId];
  const decimals = decimalsOf(facts);
  const text = (minor: bigint): string => decimalText(minor, decimals);
  const { per, advance, backFee, instalments, minimumPayout, dueDays } = facts;
  const advances = [
    ...(advance === 0n ? [] : [{ id: 'start', amount: text(advance), due: 'signature', recoupableFrom: 'all' }]),
    ...(instalments.length === 0 ? [] : [byInstalments(instalments, text)]),
  ];
  const life = {
    ...eventTerms({ serviceIds }, ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload']),
    currency: facts.currency,
    royalties: [
      { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: rateText(per, decimals) } },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '1', share: '0.60' } },
    ],
    advances,
    settlement:
      backFee === 0n
        ? undefined
        : {
            backFee: { amount: text(backFee), due: 'signature' },
            claims: [],
            releasesUseBefore: '2026-01-01',
            effect: 'signature',
          },
    recoupment: { negative: 'carried-forward', expenses: 'before-recoupment' },
    rounding: { mode: 'half-up', decimals, apply: 'period', spread: 'largest-remainder' },
    payment: { dueDays, ...(minimumPayout === 0n ? {} : { minimumPayout: text(minimumPayout) }) },
  };
  const until = '2026-07-01';
  return dealTerms({ labelId, platformId, serviceIds, isrcs, until, timeZone: zones[facts.hoursAhead]!, life });
}

function byInstalments(instalments: DealFacts['instalments'], text: (minor: bigint) => string): object {
  const due = instalments.map(({ on, minor }) => ({ on, amount: text(minor) }));
  const whole = instalments.reduce((sum, { minor }) => sum + minor, 0n);
  return { id: 'parts', amount: text(whole), due, recoupableFrom: 'all' };
}

/** "60.07" of 6007 minor units. */
export function decimalText(minor: bigint, decimals: number): string {
  if (decimals === 0) return String(minor);
  const digits = String(minor).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** A rate of so many minor units, in units of the currency: "0.0037". */
function rateText([over, under]: DealFacts['per'], decimals: number): string {
  const places = String(under).length - 1 + decimals;
  return decimalText(over, places);
}
