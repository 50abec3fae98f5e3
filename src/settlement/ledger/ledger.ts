import { randomUUID } from 'node:crypto';
import { currencyExponent } from '../../kernel';
import { arrayText } from '../../platform/database/array-text';
import { often, type Tx } from '../../platform/database/tx';
import { enqueue } from '../../platform/jobs/jobs';
import type { Leg } from './templates';

/** Whose books a posting belongs to. */
export interface Books {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly currency: string;
}

export interface Posting {
  readonly agreement: Books;
  /** The business event: "royalties-earned". */
  readonly kind: string;
  /** What happened once: the month, the receipt, the payout. A second posting of the same kind and source does nothing. */
  readonly source: string;
  /** The day it counts for, in the agreement's time zone. */
  readonly effectiveOn: string;
  readonly at: Date;
  readonly legs: readonly Leg[];
}

/**
 * Books a business event, once. Returns false when it was booked before, or when nothing moves. All legs go in one INSERT, which the
 * database checks: they sum to zero in one currency and its own unit, each on its event's side, and no leg joins the transaction later. The log of all books hears of it by a job without a key: one that
 * waited under a key would make whoever posts wait for whoever posted.
 */
export const post = async (tx: Tx, posting: Posting): Promise<boolean> => (await postAll(tx, [posting]))[0] === true;

/** As post, for several events at once: says of each whether it was booked. */
export async function postAll(tx: Tx, postings: readonly Posting[]): Promise<boolean[]> {
  const identified = postings.map((posting) => ({ ...posting, id: randomUUID() }));
  const moving = identified.filter(({ legs }) => legs.length > 0);
  if (moving.length === 0) return postings.map(() => false);
  return tx.asSystem(async () => {
    const booked = await insertTransactions(tx, moving);
    if (booked.size > 0) {
      await insertLegs(
        tx,
        moving.filter(({ id }) => booked.has(id)),
      );
      await enqueue(tx, 'ledger-posted', {});
    }
    return identified.map(({ id }) => booked.has(id));
  });
}

type Identified = Posting & { readonly id: string };

async function insertTransactions(tx: Tx, postings: readonly Identified[]): Promise<ReadonlySet<string>> {
  const column = (of: (posting: Identified) => string): string => arrayText(postings.map(of));
  const rows = await tx.rows<{ id: string }>(
    often(`INSERT INTO ledger_transactions (id, agreement_id, label_id, platform_id, kind, source, effective_on, booked_at)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::date[], $8::timestamptz[])
     ON CONFLICT ON CONSTRAINT ledger_transactions_once DO NOTHING RETURNING id`),
    [
      column(({ id }) => id),
      column(({ agreement }) => agreement.id),
      column(({ agreement }) => agreement.labelId),
      column(({ agreement }) => agreement.platformId),
      column(({ kind }) => kind),
      column(({ source }) => source),
      column(({ effectiveOn }) => effectiveOn),
      column(({ at }) => at.toISOString()),
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

async function insertLegs(tx: Tx, postings: readonly Identified[]): Promise<void> {
  const rows = postings.flatMap(({ id, agreement, legs }) =>
    legs.map(({ account, minor, payee = null }, place) => ({ id, agreement, leg: place + 1, account, minor, payee })),
  );
  const column = (of: (row: (typeof rows)[number]) => string | number | null): string => arrayText(rows.map(of));
  await tx.run(
    often(`INSERT INTO ledger_postings (agreement_id, transaction_id, leg, label_id, platform_id, account, amount_minor, currency, exponent, payee)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::text[], $9::smallint[], $10::smallint[])`),
    [
      column(({ agreement }) => agreement.id),
      column(({ id }) => id),
      column(({ leg }) => leg),
      column(({ agreement }) => agreement.labelId),
      column(({ agreement }) => agreement.platformId),
      column(({ account }) => account),
      column(({ minor }) => String(minor)),
      column(({ agreement }) => agreement.currency),
      column(({ agreement }) => currencyExponent(agreement.currency)),
      column(({ payee }) => payee),
    ],
  );
}

export interface LedgerTransaction {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly effective_on: string;
  readonly booked_at: Date;
  readonly currency: string;
  readonly legs: readonly { readonly account: string; readonly minor: string; readonly payee?: number }[];
}

/** Joins the legs of transactions `t` in their order, and the currency that they share. */
export const withLegs = `
  JOIN LATERAL (SELECT min(currency) AS currency, json_agg(CASE WHEN payee IS NULL THEN json_build_object('account', account, 'minor', amount_minor::text)
                    ELSE json_build_object('account', account, 'minor', amount_minor::text, 'payee', payee) END ORDER BY leg) AS legs
                  FROM ledger_postings WHERE agreement_id = t.agreement_id AND transaction_id = t.id) p ON true`;

/** An agreement's transactions in the order of their booking, each with its legs. */
export const transactionsOf = (
  tx: Tx,
  agreementId: string,
  limit: number,
  after: readonly string[] | undefined,
): Promise<LedgerTransaction[]> =>
  tx.rows<LedgerTransaction>(
    `SELECT t.id, t.kind, t.source, t.effective_on, t.booked_at, p.currency, p.legs
       FROM (SELECT * FROM ledger_transactions WHERE agreement_id = $1 AND ($3::timestamptz IS NULL OR (booked_at, id) > ($3, $4::uuid))
              ORDER BY booked_at, id LIMIT $2) t ${withLegs}
      ORDER BY t.booked_at, t.id`,
    [agreementId, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Whether the agreement has this transaction. */
export const hasTransaction = async (tx: Tx, agreementId: string, id: string): Promise<boolean> =>
  (await tx.first('SELECT FROM ledger_transactions WHERE agreement_id = $1 AND id = $2', [agreementId, id])) !==
  undefined;

export interface AccountBalance {
  readonly account: string;
  /** Whose account it is, where payees have one each. */
  readonly payee: string | null;
  readonly currency: string;
  readonly minor: bigint;
}

/** As the books stood: with what was booked by then, and with what counts for days up to then. Absent: all of it. */
export interface AsOf {
  readonly bookedAt?: Date | undefined;
  readonly effectiveOn?: string | undefined;
}

/** What stands on the accounts of one agreement: added up from its postings whenever it is asked for, so nothing can differ from them. */
export const balancesOf = (
  tx: Tx,
  agreementId: string,
  { bookedAt, effectiveOn }: AsOf = {},
): Promise<AccountBalance[]> =>
  tx.rows<AccountBalance>(
    `SELECT p.account, y.name AS payee, p.currency, sum(p.amount_minor)::bigint AS minor
       FROM ledger_transactions t JOIN ledger_postings p ON p.agreement_id = t.agreement_id AND p.transaction_id = t.id
       LEFT JOIN payees y ON y.agreement_id = p.agreement_id AND y.number = p.payee
      WHERE t.agreement_id = $1 AND ($2::timestamptz IS NULL OR t.booked_at <= $2) AND ($3::date IS NULL OR t.effective_on <= $3)
      GROUP BY p.account, p.payee, y.name, p.currency ORDER BY p.account, p.payee, p.currency`,
    [agreementId, bookedAt ?? null, effectiveOn ?? null],
  );

/** All books together: every account per currency. Everything sums to zero, or something is broken. */
export const allBalances = (tx: Tx): Promise<AccountBalance[]> =>
  tx.rows<AccountBalance>(
    `SELECT account, NULL AS payee, currency, sum(amount_minor)::bigint AS minor FROM ledger_postings GROUP BY account, currency ORDER BY currency, account`,
  );
