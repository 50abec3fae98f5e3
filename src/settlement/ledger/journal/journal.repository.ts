import type { Actor } from '../../../platform/auth/actor';
import type { Tx } from '../../../platform/database/tx';
import { type LedgerTransaction, withLegs } from '../ledger';

/** By which day a transaction is in a period: that of its booking (UTC), or that which it counts for. */
export const periodDays = ['booked', 'effective'] as const;
export type PeriodDay = (typeof periodDays)[number];

/** Transactions of an organization from a day on, before another one. */
export interface JournalPeriod {
  readonly of: Pick<Actor, 'organizationId' | 'organizationKind'>;
  readonly agreementId: string | null;
  readonly by: PeriodDay;
  readonly from: string;
  readonly until: string;
}

export interface JournalTransaction extends LedgerTransaction {
  readonly agreement_id: string;
  /** `booked_at` to the microsecond. */
  readonly booked_key: string;
}

/** A column, and how a day is written beside it. */
const dayColumns = {
  booked: { column: 't.booked_at', bound: (day: string) => `(${day}::timestamp AT TIME ZONE 'UTC')` },
  effective: { column: 't.effective_on', bound: (day: string) => `${day}::date` },
} as const satisfies Record<PeriodDay, object>;

/** Whose books, an auditor's being the label's: $1 and $2 are the organization and one of its agreements, or null. */
const ownBooks = (of: JournalPeriod['of']): string =>
  `t.${of.organizationKind === 'platform' ? 'platform_id' : 'label_id'} = $1 AND ($2::uuid IS NULL OR t.agreement_id = $2)`;

/** The next transactions of a period in the order of their booking, each with its legs. */
export function journalAfter(
  tx: Tx,
  { of, agreementId, by, from, until }: JournalPeriod,
  { after, limit }: { readonly after: JournalTransaction | undefined; readonly limit: number },
): Promise<JournalTransaction[]> {
  const { column, bound } = dayColumns[by];
  return tx.rows<JournalTransaction>(
    `SELECT t.agreement_id, t.id, t.kind, t.source, t.effective_on, t.booked_at, t.booked_at::text AS booked_key, p.currency, p.legs
       FROM (SELECT * FROM ledger_transactions t
              WHERE ${ownBooks(of)} AND ${column} >= ${bound('$3')} AND ${column} < ${bound('$4')}
                AND ($5::timestamptz IS NULL OR (t.booked_at, t.agreement_id, t.id) > ($5, $6::uuid, $7::uuid))
              ORDER BY t.booked_at, t.agreement_id, t.id LIMIT $8) t ${withLegs}
      ORDER BY t.booked_at, t.agreement_id, t.id`,
    [
      of.organizationId,
      agreementId,
      from,
      until,
      after?.booked_key ?? null,
      after?.agreement_id ?? null,
      after?.id ?? null,
      limit,
    ],
  );
}

/** What moved on an account: minor units, debits and credits both positive. */
export interface AccountMovement {
  readonly account: string;
  readonly currency: string;
  readonly opening: bigint;
  readonly debit: bigint;
  readonly credit: bigint;
}

/** Every account that ever moved before the period's end, per currency. */
export function movementsOf(tx: Tx, { of, agreementId, by, from, until }: JournalPeriod): Promise<AccountMovement[]> {
  const { column, bound } = dayColumns[by];
  const within = `${column} >= ${bound('$3')}`;
  return tx.rows<AccountMovement>(
    `SELECT p.currency, p.account,
            coalesce(sum(p.amount_minor) FILTER (WHERE NOT ${within}), 0)::bigint AS opening,
            coalesce(sum(p.amount_minor) FILTER (WHERE ${within} AND p.amount_minor > 0), 0)::bigint AS debit,
            coalesce(-sum(p.amount_minor) FILTER (WHERE ${within} AND p.amount_minor < 0), 0)::bigint AS credit
       FROM ledger_transactions t JOIN ledger_postings p ON p.agreement_id = t.agreement_id AND p.transaction_id = t.id
      WHERE ${ownBooks(of)} AND ${column} < ${bound('$4')}
      GROUP BY p.currency, p.account ORDER BY p.currency, p.account`,
    [of.organizationId, agreementId, from, until],
  );
}
