import { DomainError } from '../../../src/platform/errors/domain-error';
import { seededRandom } from '../../../src/sandbox/stripe/seeded-random';
import { beginning } from './deals';
import type { Product, ProviderEvent } from './product';
import { Reference, type ReferenceInvoice } from './reference';
import type { WorldDeal } from './world';

/** The product is not where the reference ledger is. */
export class Differs extends Error {}

/** What the provider announced, in the reference's words. */
export interface KnownEvent {
  readonly id: string;
  readonly payload: string;
  readonly about:
    | { readonly kind: 'paid'; readonly invoice: ReferenceInvoice }
    /** The product's payouts whose transfers this payout of the provider carried. */
    | { readonly kind: 'arrived' | 'returned'; readonly payouts: readonly string[] };
  delivered: boolean;
}

/** A provider's payout to the label's bank that is under way. */
export interface Carriage {
  readonly providerPayout: string;
  readonly payouts: readonly string[];
}

/** One seed: the product, the reference ledger beside it, and what lies between them. */
export class Simulation {
  readonly reference: Reference;
  readonly random: () => number;
  readonly events = new Map<string, KnownEvent>();
  /** What was announced and is no concern of ours. */
  readonly otherEvents = new Set<string>();
  readonly underway: Carriage[] = [];
  /** Those that have arrived, or came back. */
  readonly over: Carriage[] = [];
  /** Payouts of the product whose transfer a payout of the provider has carried, or carries. */
  readonly carried = new Set<string>();
  /** How often each kind of command was run, and each kind of refusal was right. */
  readonly told = new Map<string, number>();
  account: string | undefined;
  numbers = 0;
  /** Whether the provider refuses every further transfer to the label. */
  restricted = false;
  /** Whether most of the seed is over. */
  late = false;
  /** How much was told. */
  happened = 0;

  constructor(
    readonly product: Product,
    readonly seed: number,
  ) {
    this.random = seededRandom(seed);
    this.reference = new Reference(new Date(beginning), product.world.deals);
  }

  /** A whole number from 0 on, below `limit`. */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  chance(of: number): boolean {
    return this.random() < of;
  }

  pick<Element>(list: readonly Element[]): Element {
    return list[this.below(list.length)]!;
  }

  worldDeal(place: number): WorldDeal {
    return this.product.world.deals[place]!;
  }

  moveClock(milliseconds: number): void {
    const now = new Date(this.reference.now.getTime() + milliseconds);
    this.reference.now = now;
    this.product.clock.moveTo(now);
  }

  count(what: string): void {
    this.happened += 1;
    this.told.set(what, (this.told.get(what) ?? 0) + 1);
  }

  /** Does what the reference expects to be done. */
  async accepted<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await work();
      this.count(what);
      return result;
    } catch (error) {
      throw new Differs(`${what} should have been done: ${textOf(error)}`, { cause: error });
    }
  }

  /** Does what the reference expects to be refused with this code: then nothing has changed. */
  async refused(what: string, code: string, work: () => Promise<unknown>): Promise<void> {
    const before = await this.fingerprint();
    const ending = await work().then(() => 'done', codeOf);
    if (ending !== code) throw new Differs(`${what} should have been refused with ${code}, and was: ${ending}`);
    if ((await this.fingerprint()) !== before)
      throw new Differs(`${what} was refused with ${code}, and changed something`);
    this.count(`refused: ${code}`);
  }

  /** Does the same twice at once: one is done, the other one refused with this code. */
  async onceOfTwo<Result>(what: string, code: string, work: () => Promise<Result>): Promise<Result> {
    const endings = await Promise.allSettled([work(), work()]);
    const done = endings.flatMap((ending) => (ending.status === 'fulfilled' ? [ending.value] : []));
    const told = endings.map((ending) => (ending.status === 'fulfilled' ? 'done' : codeOf(ending.reason))).sort();
    if (done.length !== 1 || !told.includes(code))
      throw new Differs(`two of ${what} at once ended as ${told.join(' and ')}`);
    this.count(`${what}, twice at once`);
    return done[0]!;
  }

  async invoiceIds(invoices: readonly ReferenceInvoice[]): Promise<string[]> {
    const rows = await this.product.look<{ id: string; agreement: string; purpose: string; source: string }>(
      'SELECT id, agreement_id AS agreement, purpose, source FROM invoices',
    );
    const key = (agreement: string, purpose: string, source: string): string => `${agreement} ${purpose} ${source}`;
    const ids = new Map(rows.map((row) => [key(row.agreement, row.purpose, row.source), row.id]));
    return invoices.map(({ deal, purpose, source }) => {
      const id = ids.get(key(this.worldDeal(deal).agreementId, purpose, source));
      if (id === undefined) throw new Differs(`there is no invoice ${purpose} ${source} of deal ${deal}`);
      return id;
    });
  }

  /** Hears what the provider has announced since it was last asked. */
  async hear(read: (event: ProviderEvent) => Promise<KnownEvent['about'] | undefined>): Promise<void> {
    for (const account of this.account === undefined ? [undefined] : [undefined, this.account]) {
      for (const event of await this.product.providerEvents(account)) {
        if (this.events.has(event.id) || this.otherEvents.has(event.id)) continue;
        const about = await read(event);
        if (about === undefined) this.otherEvents.add(event.id);
        else this.events.set(event.id, { id: event.id, payload: JSON.stringify(event), about, delivered: false });
      }
    }
  }

  /** How many rows there are of everything that money can be seen in, and a sum over all that they say. */
  private async fingerprint(): Promise<string> {
    return JSON.stringify(await this.product.lookAgain('fingerprint', fingerprintText()));
  }
}

/** A refusal leaves all of them as they were. */
const watched = [
  'ledger_transactions',
  'ledger_postings',
  'ledger_leaves',
  'statements',
  'period_bookings',
  'invoice_series',
  'invoices',
  'receipts',
  'payouts',
  'payout_allocations',
  'approvals',
  'stripe_events',
  'period_facts',
  'period_fact_confirmations',
  'usage_disputes',
  'usage_dispute_facts',
  'usage_events',
  'audit_entries',
  'graphile_worker._private_jobs',
];

const codeOf = (error: unknown): string => (error instanceof DomainError ? error.code : textOf(error));

/** An error with what caused it, in one line. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error instanceof DomainError ? `${error.code}: ${error.message}` : error.message;
  return error.cause === undefined ? text : `${text} (${textOf(error.cause)})`;
}

const fingerprintText = (): string =>
  watched
    .map((table) => `SELECT '${table}' AS t, count(*) AS n, sum(hashtextextended(r::text, 0)) AS h FROM ${table} r`)
    .join(' UNION ALL ');
