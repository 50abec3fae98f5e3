import type { Tx } from '../../platform/database/tx';
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
 * database checks: they sum to zero, and no leg joins the transaction later.
 */
export function post(tx: Tx, { agreement, kind, source, effectiveOn, at, legs }: Posting): Promise<boolean> {
  if (legs.length === 0) return Promise.resolve(false);
  return tx.asSystem(async () => {
    const transaction = await tx.first<{ id: string }>(
      `INSERT INTO ledger_transactions (agreement_id, label_id, platform_id, kind, source, effective_on, booked_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT ON CONSTRAINT ledger_transactions_once DO NOTHING RETURNING id`,
      [agreement.id, agreement.labelId, agreement.platformId, kind, source, effectiveOn, at],
    );
    if (transaction === undefined) return false;
    await tx.run(
      `INSERT INTO ledger_postings (agreement_id, transaction_id, leg, label_id, platform_id, account, amount_minor, currency)
       SELECT $1, $2, number, $3, $4, account, minor, $5
         FROM unnest($6::text[], $7::bigint[]) WITH ORDINALITY AS leg(account, minor, number)`,
      [
        agreement.id,
        transaction.id,
        agreement.labelId,
        agreement.platformId,
        agreement.currency,
        legs.map(({ account }) => account),
        legs.map(({ minor }) => String(minor)),
      ],
    );
    return true;
  });
}

export interface LedgerTransaction {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly effective_on: string;
  readonly booked_at: Date;
  readonly currency: string;
  readonly legs: readonly { readonly account: string; readonly minor: string }[];
}

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
              ORDER BY booked_at, id LIMIT $2) t
       JOIN LATERAL (SELECT min(currency) AS currency, json_agg(json_build_object('account', account, 'minor', amount_minor::text) ORDER BY leg) AS legs
                       FROM ledger_postings WHERE agreement_id = t.agreement_id AND transaction_id = t.id) p ON true
      ORDER BY t.booked_at, t.id`,
    [agreementId, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

export interface AccountBalance {
  readonly account: string;
  readonly currency: string;
  readonly minor: bigint;
}

/** What stands on the accounts of one agreement: a projection of its postings. */
export const balancesOf = (tx: Tx, agreementId: string): Promise<AccountBalance[]> =>
  tx.rows<AccountBalance>(
    `SELECT account, currency, sum(amount_minor)::bigint AS minor FROM ledger_postings WHERE agreement_id = $1
      GROUP BY account, currency ORDER BY account, currency`,
    [agreementId],
  );

/** All books together: every account per currency. Everything sums to zero, or something is broken. */
export const allBalances = (tx: Tx): Promise<AccountBalance[]> =>
  tx.rows<AccountBalance>(
    `SELECT account, currency, sum(amount_minor)::bigint AS minor FROM ledger_postings GROUP BY account, currency ORDER BY currency, account`,
  );
