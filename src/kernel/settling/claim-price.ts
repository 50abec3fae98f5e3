import {
  allocateMinor,
  divide,
  multiply,
  ratio,
  rational,
  toMinor,
  ZERO,
  type MoneyRounding,
  type Rational,
} from '../money';

/** A claim to unlicensed use of a track. Only open ones are priced and closed. */
export interface PricedClaim {
  readonly track: string;
  readonly status: string;
  /** Plays without a licence; needed where the fee is a multiple of the licence. */
  readonly plays?: bigint;
}

/** What past use costs; amounts are decimals of the currency. */
export type BackFee =
  | { readonly kind: 'per-track'; readonly amount: string }
  | { readonly kind: 'lump-sum'; readonly amount: string }
  | { readonly kind: 'multiple-of-licence'; readonly multiple: string; readonly ratePerPlay: string };

/** What the licence of future use costs: an amount for each of so many tracks. */
export interface ForwardFee {
  readonly amount: string;
  readonly tracks: bigint;
}

export interface ClaimLine {
  readonly track: string;
  readonly exact: Rational;
  readonly minor: bigint;
}

/** The price of a settlement, in minor units: the lines sum to the back fee, backFee + forwardFee = total. */
export interface ClaimSettlement {
  readonly lines: readonly ClaimLine[];
  readonly backFee: bigint;
  readonly forwardFee: bigint;
  readonly total: bigint;
  readonly closed: readonly string[];
  /** Disputed, withdrawn or settled before: neither priced nor closed. */
  readonly left: readonly string[];
}

/**
 * Prices the open claims. A lump sum is shared equally by largest remainder, and is not owed when no claim is open. Throws
 * RangeError when a multiple of the licence is asked for a claim without plays.
 */
export function priceClaims(
  claims: readonly PricedClaim[],
  { backFee, forwardFee, rounding }: { backFee: BackFee; forwardFee?: ForwardFee; rounding: MoneyRounding },
): ClaimSettlement {
  const open = claims.filter(({ status }) => status === 'open');
  const lines = linesOf(open, { backFee, rounding });
  const back = lines.reduce((sum, { minor }) => sum + minor, 0n);
  const forward = forwardFee
    ? toMinor(multiply(rational(forwardFee.amount), ratio(forwardFee.tracks, 1n)), rounding)
    : 0n;
  return {
    lines,
    backFee: back,
    forwardFee: forward,
    total: back + forward,
    closed: open.map(({ track }) => track),
    left: claims.filter(({ status }) => status !== 'open').map(({ track }) => track),
  };
}

function linesOf(
  open: readonly PricedClaim[],
  { backFee, rounding }: { backFee: BackFee; rounding: MoneyRounding },
): ClaimLine[] {
  const exact = open.map((claim) => exactOf(claim, { backFee, tracks: BigInt(open.length) }));
  const minor =
    backFee.kind === 'lump-sum' && open.length > 0
      ? allocateMinor(toMinor(rational(backFee.amount), rounding), exact, rounding)
      : exact.map((value) => toMinor(value, rounding));
  return open.map(({ track }, index) => ({ track, exact: exact[index] ?? ZERO, minor: minor[index] ?? 0n }));
}

function exactOf({ track, plays }: PricedClaim, { backFee, tracks }: { backFee: BackFee; tracks: bigint }): Rational {
  switch (backFee.kind) {
    case 'per-track':
      return rational(backFee.amount);
    case 'lump-sum':
      return divide(rational(backFee.amount), ratio(tracks, 1n));
    case 'multiple-of-licence':
      if (plays === undefined) throw new RangeError(`no plays are known of ${track}`);
      return multiply(multiply(rational(backFee.multiple), rational(backFee.ratePerPlay)), ratio(plays, 1n));
  }
}
