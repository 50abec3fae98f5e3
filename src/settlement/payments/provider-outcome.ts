import Stripe from 'stripe';
import type { Outcome, Refused, Unknown } from './payment-rail';

/** Runs calls to the provider and says how they ended. Only a RangeError, an order that cannot be written, is thrown on. */
export async function outcomeOf<Result extends object>(call: () => Promise<Result>): Promise<Outcome<Result>> {
  try {
    return { outcome: 'done', ...(await call()) };
  } catch (error) {
    return ending(error);
  }
}

/** An answer that is readable and yet not what was agreed: nothing can be concluded from it. */
export class UnexpectedAnswer extends Error {}

function ending(error: unknown): Refused | Unknown {
  if (error instanceof RangeError) throw error;
  if (!(error instanceof Stripe.errors.StripeError))
    return { outcome: 'unknown', reason: `unreadable answer: ${String(error)}` };
  const { statusCode: status, code, type, message } = error;
  if (status === undefined) return { outcome: 'unknown', reason: message };
  // Another request under our key is in flight, or did something else: what exists must be looked up.
  if (status >= 500 || status === 409 || error instanceof Stripe.errors.StripeIdempotencyError) {
    return { outcome: 'unknown', reason: `${status} ${code ?? type}: ${message}` };
  }
  if (status < 400) return { outcome: 'unknown', reason: `status ${status}: ${message}` };
  // These come before the provider reads the request, and are not remembered under its key.
  const retryable = status === 401 || status === 429;
  return { outcome: 'refused', code: code ?? type, message, retryable };
}
