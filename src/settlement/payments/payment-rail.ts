/**
 * How one call to the provider ended.
 *
 * - `done`: the provider did it (or had done it before, under the same idempotency key).
 * - `refused`: a definite 4xx; this call moved nothing. `retryable` when the refusal comes before the provider looks at the
 *   request (429, wrong API key): the same call may be sent again. Otherwise the same call will be refused again.
 * - `unknown`: time-out, broken connection, 5xx, an equal request in flight, an unreadable answer. The effect may exist:
 *   look it up before anything is sent again.
 */
export type Outcome<Result> = ({ readonly outcome: 'done' } & Result) | Refused | Unknown;

export interface Refused {
  readonly outcome: 'refused';
  /** The provider's own error code (`balance_insufficient`, `account_invalid`, …). */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface Unknown {
  readonly outcome: 'unknown';
  readonly reason: string;
}

/** An invoice to be collected by the provider under our own number. `amountMinor` in the currency's minor unit, currency as ISO 4217. */
export interface InvoiceOrder {
  readonly invoiceId: string;
  readonly number: string;
  /** Without `id` the customer is found by its reference, or made, once. `reference` is the payer's organization id. */
  readonly customer: {
    readonly id?: string;
    readonly reference: string;
    readonly name: string;
    readonly email?: string;
  };
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly description: string;
  readonly dueDays: number;
}

export interface CreditOrder {
  readonly creditId: string;
  /** The provider's invoice. */
  readonly externalId: string;
  readonly amountMinor: bigint;
}

export interface TransferOrder {
  readonly payoutId: string;
  /** The connected account that receives the money. */
  readonly account: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Ties transfers together at the provider; the payout's id where absent. */
  readonly group?: string;
}

export interface AccountOrder {
  readonly organizationId: string;
  /** Of whom the organization is only the label: a payee has an account of its own. */
  readonly payee?: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Whether an account may receive transfers. */
export interface AccountState {
  readonly able: boolean;
  /** In the provider's own words, what its owner has still to give. */
  readonly missing: readonly string[];
}

/** Where the owner of an account gives what the provider asks of it, and where it comes back to; `refresh` where the link has run out. */
export interface LinkOrder {
  readonly account: string;
  readonly returnUrl: string;
  readonly refreshUrl: string;
}

export interface Balance {
  readonly currency: string;
  readonly availableMinor: bigint;
  readonly pendingMinor: bigint;
}

export const movementSubjects = ['invoice', 'payout', 'payout-reversal'] as const;

/** What of ours a movement of our balance is about: an invoice by the provider's id of it, a payout, or what was taken back of one, by our own. */
export interface MovementSubject {
  readonly kind: (typeof movementSubjects)[number];
  readonly id: string;
}

/** One movement of what we hold at the provider. */
export interface Movement {
  readonly id: string;
  /** The provider's own word: "charge", "transfer", "payout", "stripe_fee". */
  readonly type: string;
  readonly at: Date;
  /** Positive: it came in. Before what the provider took of it. */
  readonly amountMinor: bigint;
  readonly feeMinor: bigint;
  readonly currency: string;
  /** Absent where the provider names nothing of ours. */
  readonly subject: MovementSubject | undefined;
}

/** From an instant on, up to another one and without it. */
export interface Span {
  readonly from: Date;
  readonly until: Date;
}

/** What the provider tells us on its own account, as far as we act on it. Anything else is `other`: stored, not acted on. */
export type ProviderEvent = {
  readonly id: string;
  readonly type: string;
  /** The connected account it happened on; absent for our own. */
  readonly account: string | undefined;
  readonly createdAt: Date;
} & (
  | {
      readonly kind: 'invoice-paid';
      readonly externalId: string;
      readonly invoiceId: string | undefined;
      readonly amountMinor: bigint;
      readonly currency: string;
      readonly paidAt: Date;
    }
  | { readonly kind: 'payout-paid'; readonly payoutId: string }
  | { readonly kind: 'payout-failed'; readonly payoutId: string; readonly code: string; readonly message: string }
  | {
      readonly kind: 'transfer-reversed';
      readonly transferId: string;
      /** Ours, where the transfer names one. */
      readonly payoutId: string | undefined;
      readonly amountMinor: bigint;
      /** All of it that was taken back so far. */
      readonly reversedMinor: bigint;
    }
  | { readonly kind: 'account-updated'; readonly accountId: string }
  | { readonly kind: 'other' }
);

/**
 * The way money comes in and goes out. No call repeats itself: every write carries an idempotency key made of our own id,
 * so the same order sent twice within the provider's memory (24 h) has one effect. After an `unknown`, or later than that, look up first.
 */
export interface PaymentRail {
  /** Makes, numbers and finalizes the invoice, continuing where an earlier attempt stopped. `externalId`: the provider's invoice. */
  createInvoice(order: InvoiceOrder): Promise<Outcome<{ externalId: string; customerId: string }>>;

  /** Takes a part off an open invoice, once for each credit of ours: so much, or what remains of it where that is less. Refused for good where nothing of it is open. */
  creditInvoice(order: CreditOrder): Promise<Outcome<{ creditNoteId: string }>>;

  /** Moves money from our balance to the connected account. */
  transfer(order: TransferOrder): Promise<Outcome<{ transferId: string }>>;

  /** The transfer that already exists for our payout; `undefined` when there is none. `group` as it was ordered. */
  findTransfer(payout: { payoutId: string; group?: string }): Promise<Outcome<{ transferId: string | undefined }>>;

  /** Our transfers that one payout of a connected account carried to its bank. */
  transfersOfPayout(payout: {
    account: string;
    payoutId: string;
  }): Promise<Outcome<{ transferIds: readonly string[] }>>;

  /** What we hold at the provider, a row per currency. */
  balance(): Promise<Outcome<{ balances: readonly Balance[] }>>;

  /** What moved our balance in a span of time. One request for a hundred of them, and one for each that paid an invoice. */
  movements(span: Span): Promise<Outcome<{ movements: readonly Movement[] }>>;

  /** Opens a connected account that can receive transfers; the same organization, or the same payee of it, gets the same account within 24 h. */
  createAccount(order: AccountOrder): Promise<Outcome<{ accountId: string }>>;

  /** How the account stands now. */
  accountState(account: string): Promise<Outcome<AccountState>>;

  /** A link that is good once and for minutes: each call makes another one. */
  accountLink(order: LinkOrder): Promise<Outcome<{ url: string; expiresAt: Date }>>;

  /** Checks the signature over the bytes as they came; a forged, expired or foreign one is `refused`. Reads the event. */
  verifyWebhook(rawBody: string | Buffer, signature: string | undefined): Outcome<{ event: ProviderEvent }>;

  /** Reads an event whose signature was checked when it was stored. Throws on text that is no event. */
  readEvent(payload: string): ProviderEvent;
}
