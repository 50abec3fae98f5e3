import { UnexpectedAnswer } from './provider-outcome';

/** Stripe's JSON carries whole minor units as numbers; this is the one place where they are made. Throws beyond what is exact. */
export function minorForStripe(amount: bigint): number {
  if (amount <= 0n || amount > BigInt(Number.MAX_SAFE_INTEGER))
    throw new RangeError(`${amount} cannot be sent to Stripe`);
  return Number(amount);
}

/** And the one place where they are read. */
export function minorFrom(amount: unknown): bigint {
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount))
    throw new UnexpectedAnswer(`not a whole amount: ${String(amount)}`);
  return BigInt(amount);
}
