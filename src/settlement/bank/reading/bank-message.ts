/** What a file from a bank says, as far as it is acted on. Amounts are in minor units. */
export type BankMessage = AccountReport | PaymentStatusReport;

/** camt.053, statements of accounts with their balances; camt.054, notifications of single entries. */
export interface AccountReport {
  readonly kind: 'statement' | 'notification';
  readonly messageId: string;
  readonly reports: readonly ReadReport[];
}

/** A statement, or a page of one; a notification has no balances. */
export interface ReadReport {
  readonly id: string;
  readonly page: number;
  readonly sequence: string | null;
  /** The IBAN, or the account's number where it has none. */
  readonly account: string;
  readonly currency: string;
  readonly opening: ReadBalance | undefined;
  readonly closing: ReadBalance | undefined;
  /** Of booked entries, as they stand: before one is taken apart. */
  readonly creditsMinor: bigint;
  readonly debitsMinor: bigint;
  /** How many were passed over, being not booked yet. */
  readonly pending: number;
  readonly entries: readonly ReadEntry[];
}

export interface ReadBalance {
  /** Negative: the account is overdrawn. */
  readonly minor: bigint;
  readonly on: string;
}

/** A booked entry, or one payment of several that were booked as a whole. */
export interface ReadEntry {
  /** Of the entry in its report, unique there. */
  readonly reference: string;
  readonly direction: 'credit' | 'debit';
  readonly reversal: boolean;
  /** It says why a payment comes back. */
  readonly returned: boolean;
  readonly minor: bigint;
  readonly currency: string;
  readonly bookedOn: string;
  readonly endToEndId: string | null;
  readonly creditorReferences: readonly string[];
  readonly remittance: string;
  /** Who paid, or was paid. */
  readonly counterparty: string | null;
}

/** pain.002: what became of a file of payments, as a whole or by payment. */
export interface PaymentStatusReport {
  readonly kind: 'payment-status';
  readonly messageId: string;
  readonly originalMessageId: string;
  /** Of all payments that are not named; null: it names each. */
  readonly groupStatus: string | null;
  readonly groupReason: string | null;
  readonly payments: readonly ReadPaymentStatus[];
}

export interface ReadPaymentStatus {
  readonly endToEndId: string;
  readonly status: string;
  readonly reason: string | null;
}
