import type { PaymentRail, TransferOrder, Outcome } from '../../../src/settlement/payments';
import type { Statement, Tap } from './tapped-source';

/** A product with one bug in it, planted without touching its sources. */
export interface Mutant {
  readonly name: string;
  /** What the first difference may look like: anything else would be a fault of the simulator. */
  readonly shows: RegExp;
  readonly firstSeed: number;
  /** Run in the seed's own database before anything else. */
  readonly sql?: string;
  readonly tap?: Tap;
  readonly rail?: (rail: PaymentRail, provider: Provider) => PaymentRail;
}

/** The provider's API, for a rail that leaves out what the product's own has. */
export interface Provider {
  readonly url: string;
  readonly secretKey: string;
}

const withoutLocks = ({ text, values }: Statement): Statement => ({
  text: text.replaceAll(/\bFOR (NO KEY )?UPDATE( OF \w+)?/g, ''),
  values,
});

/** Cents as dollars in a double, and back: 1.15 × 100 is 114.99999999999999. */
const throughNumber = (minor: string): string => String(Math.trunc((Number(minor) / 100) * 100));

/** Place of the amounts among the statement's values. */
const amounts = 6;

const castLegs = ({ text, values }: Statement): Statement => {
  if (!text.includes('INSERT INTO ledger_postings')) return { text, values };
  const cast = (column: unknown): string => (column as string).replaceAll(/-?\d+/g, throughNumber);
  return { text, values: values.map((value, at) => (at === amounts ? cast(value) : value)) };
};

const isTaken = ({ text }: Statement): boolean => text.includes('FROM stripe_events WHERE id = $1 FOR UPDATE');

/** Marked as handled first, in a transaction of its own; what it does comes afterwards, and may never come. */
const claimFirst: Tap = {
  before: async (statement, superuser) => {
    if (!isTaken(statement)) return;
    const claim = `UPDATE stripe_events SET processed_at = received_at, outcome = 'claimed' WHERE id = $1 AND processed_at IS NULL`;
    await superuser.query(claim, [...statement.values]);
  },
  answered: (statement, rows) => {
    for (const row of isTaken(statement) ? rows : []) row['processed_at'] = null;
  },
};

/** Orders anew whatever the order before came to: nothing is looked up, and no key tells the provider that it knows this one. */
function blindRail(rail: PaymentRail, { url, secretKey }: Provider): PaymentRail {
  const order = async (transfer: TransferOrder): Promise<Outcome<{ transferId: string }>> => {
    const body = new URLSearchParams({
      amount: String(transfer.amountMinor),
      currency: transfer.currency.toLowerCase(),
      destination: transfer.account,
      transfer_group: transfer.payoutId,
      'metadata[payout_id]': transfer.payoutId,
    });
    try {
      const headers = { authorization: `Bearer ${secretKey}`, connection: 'close' };
      const answer = await fetch(`${url}/v1/transfers`, { method: 'POST', headers, body });
      const { id } = (await answer.json()) as { id?: string };
      if (answer.ok && id !== undefined) return { outcome: 'done', transferId: id };
      return { outcome: 'unknown', reason: String(answer.status) };
    } catch (error) {
      return { outcome: 'unknown', reason: String(error) };
    }
  };
  return new Proxy(rail, {
    get: (target, name) => {
      if (name === 'transfer') return order;
      if (name === 'findTransfer') return () => Promise.resolve({ outcome: 'done', transferId: undefined });
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The five bugs that the simulator must find. */
export const mutants: readonly Mutant[] = [
  {
    name: 'unique index removed',
    firstSeed: 2,
    shows: /two of payout at once ended as done and done/,
    sql: 'DROP INDEX payout_allocations_one_live',
  },
  {
    name: 'lock dropped',
    firstSeed: 2,
    shows: /duplicate key value|at once ended as|not planned|does not wait|changed something/,
    tap: { changed: withoutLocks },
  },
  {
    name: 'claim before write',
    firstSeed: 2,
    shows: /cash|not paid|invoice-not-payable and invoice-not-payable/,
    tap: claimFirst,
  },
  {
    name: 'blind retry',
    firstSeed: 2,
    shows: /transferred 2 times|has 2 transfers|cash-in-transit/,
    rail: blindRail,
  },
  { name: 'float cast', firstSeed: 4, shows: /balances: |does not balance/, tap: { changed: castLegs } },
];
