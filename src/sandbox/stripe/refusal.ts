/** One error of Stripe's API: its HTTP status and the `error` object of the answer. */
export class StripeRefusal extends Error {
  constructor(
    readonly status: number,
    readonly body: { readonly type: string; readonly code?: string; readonly message: string; readonly param?: string },
    /** Stripe remembers the answer of a request whose work had begun under its idempotency key, and forgets failed validation. */
    readonly remembered = false,
  ) {
    super(body.message);
  }

  get answer(): { status: number; body: string } {
    return { status: this.status, body: JSON.stringify({ error: this.body }, null, 2) };
  }
}

/** 400 for a parameter that is missing, unknown or badly written. */
export function invalidParameter(code: string, message: string, param: string): StripeRefusal {
  return new StripeRefusal(400, { type: 'invalid_request_error', code, message, param });
}

/** 404 in Stripe's words. */
export function noSuch(kind: string, id: string, param = 'id'): StripeRefusal {
  return new StripeRefusal(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${kind}: '${id}'`,
    param,
  });
}

/** 400 for a valid request that the state of things forbids; remembered under its key. */
export function impossible(code: string, message: string): StripeRefusal {
  return new StripeRefusal(400, { type: 'invalid_request_error', code, message }, true);
}

/** The balance does not reach for what was asked. */
export const insufficientFunds = (): StripeRefusal =>
  impossible('balance_insufficient', 'You have insufficient available funds in your Stripe account.');

/** The account may receive no transfers. */
export const withoutTransfers = (): StripeRefusal =>
  impossible('insufficient_capabilities_for_transfer', 'The destination account has no active transfers capability.');
