import type { PaymentRail } from '../../../src/settlement/payments';
import { orderAnew, type Provider, railWith } from './rails';
import type { Statement, Tap } from './tapped-source';

/** What is wrong with a product, planted without touching its sources. */
export interface Bug {
  /** Run in the copy's own database before anything else. */
  readonly sql?: string;
  readonly tap?: Tap;
  /** Stands between the product and the provider. */
  readonly rail?: (rail: PaymentRail, provider: Provider) => PaymentRail;
}

/** A product with one bug in it that the simulator must find. */
export interface Mutant extends Bug {
  readonly name: string;
  /** What the first difference may look like: anything else would be a fault of the simulator. */
  readonly shows: RegExp;
  readonly firstSeed: number;
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
const blindRail = (rail: PaymentRail, provider: Provider): PaymentRail =>
  railWith(rail, {
    transfer: orderAnew(provider),
    findTransfer: () => Promise.resolve({ outcome: 'done', transferId: undefined }),
  });

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
    shows: /duplicate key value|at once ended as|not planned|does not wait|already-closed|changed something/,
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
