import { dealTerms } from '../../support/terms';
import { eventTerms } from '../../support/usage-events';
import type { DealFacts } from './deals';

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
      { id: 'streaming', grants: ['streaming'], royalty: streaming(facts, rateText(per, decimals)) },
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

/** One rate, or another one beyond a number of units of the term. */
function streaming(facts: DealFacts, rate: string): object {
  const {
    per: [, under],
    beyond,
  } = facts;
  if (beyond === undefined) return { kind: 'perUnit', rate };
  const further = rateText([beyond.over, under], decimalsOf(facts));
  const tiers = [
    { upTo: String(beyond.units), rate, flat: '0' },
    { upTo: null, rate: further, flat: '0' },
  ];
  return { kind: 'tiered', method: 'graduated', counter: 'term', tiers };
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
