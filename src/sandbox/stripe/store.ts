import { createHash, randomBytes } from 'node:crypto';
import type Stripe from 'stripe';

/** The library decodes `…_decimal` fields into objects; on the wire they are strings. */
type Wire<Resource, Decimals extends keyof Resource = never> = Omit<Resource, Decimals> &
  Record<Decimals, string | null>;

/** The resources that are kept, as they go over the wire, in the shapes of the pinned API version. */
export interface Resources {
  accounts: Stripe.Account;
  customers: Stripe.Customer;
  invoiceitems: Wire<Stripe.InvoiceItem, 'quantity_decimal'>;
  invoices: Omit<Stripe.Invoice, 'lines'> & { lines: Listed<Wire<Stripe.InvoiceLineItem, 'quantity_decimal'>> };
  credit_notes: Pick<
    Stripe.CreditNote,
    'id' | 'object' | 'amount' | 'created' | 'currency' | 'invoice' | 'livemode' | 'memo' | 'metadata' | 'status'
  >;
  charges: Stripe.Charge;
  balance_transactions: Stripe.BalanceTransaction;
  transfers: Omit<Stripe.Transfer, 'reversals'> & { reversals: Listed<Stripe.TransferReversal> };
  transfer_reversals: Stripe.TransferReversal;
  payouts: Stripe.Payout;
  events: StoredEvent;
}

export type Kind = keyof Resources;

export interface Listed<Resource> {
  object: 'list';
  data: Resource[];
  has_more: boolean;
  url: string;
}

export interface StoredEvent {
  id: string;
  object: 'event';
  account?: string;
  api_version: string;
  created: number;
  data: { object: object };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null } | null;
  type: string;
}

/** Our own account; connected accounts own rows under their id. */
export const platform = '';

interface Row {
  readonly kind: Kind;
  readonly owner: string;
  readonly object: Resources[Kind];
  /** The automatic payout that carried this balance transaction. */
  payout?: string;
}

export interface Snapshot {
  readonly seed: string;
  readonly sequence: number;
  readonly rows: readonly Row[];
}

/** Everything that exists at the double, by id and by owner, oldest first. */
export class Store {
  private readonly seed: string;
  private sequence: number;
  private readonly byId = new Map<string, Row>();
  private readonly byOwner = new Map<string, Row[]>();

  constructor(snapshot?: Snapshot) {
    this.seed = snapshot?.seed ?? randomBytes(12).toString('hex');
    this.sequence = snapshot?.sequence ?? 0;
    for (const row of snapshot?.rows ?? []) this.keep(row);
  }

  /** Never the same twice, also across restarts with and without a file. */
  newId(prefix: string): string {
    this.sequence += 1;
    const digest = createHash('sha256').update(`${this.seed}:${this.sequence}`).digest('base64url');
    return `${prefix}_${digest.replaceAll(/[-_]/g, 'x').slice(0, 24)}`;
  }

  insert<K extends Kind>(kind: K, owner: string, object: Resources[K]): Resources[K] {
    this.keep({ kind, owner, object });
    return object;
  }

  find<K extends Kind>(kind: K, owner: string, id: string): Resources[K] | undefined {
    const row = this.byId.get(id);
    return row?.kind === kind && row.owner === owner ? (row.object as Resources[K]) : undefined;
  }

  list<K extends Kind>(kind: K, owner: string): Resources[K][] {
    return this.rows(kind, owner).map((row) => row.object as Resources[K]);
  }

  /** Of all owners, in the order in which they came to be. */
  everywhere<K extends Kind>(kind: K): Resources[K][] {
    return [...this.byId.values()].filter((row) => row.kind === kind).map((row) => row.object as Resources[K]);
  }

  /** Any object whoever owns it: for `expand`. */
  anywhere(id: string): object | undefined {
    return this.byId.get(id)?.object;
  }

  payoutOf(balanceTransaction: string): string | undefined {
    return this.byId.get(balanceTransaction)?.payout;
  }

  linkToPayout(balanceTransaction: string, payout: string): void {
    const row = this.byId.get(balanceTransaction);
    if (row) row.payout = payout;
  }

  snapshot(): Snapshot {
    return { seed: this.seed, sequence: this.sequence, rows: [...this.byId.values()] };
  }

  private keep(row: Row): void {
    this.byId.set(row.object.id, row);
    this.rows(row.kind, row.owner).push(row);
  }

  private rows(kind: Kind, owner: string): Row[] {
    const key = `${kind}/${owner}`;
    const rows = this.byOwner.get(key) ?? [];
    if (!this.byOwner.has(key)) this.byOwner.set(key, rows);
    return rows;
  }
}
