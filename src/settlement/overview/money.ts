import type { Tx } from '../../platform/database/tx';
import { credited } from '../invoices/invoices.repository';

export const groupings = ['agreement', 'label', 'platform', 'month'] as const;
export type Grouping = (typeof groupings)[number];

/** What became of the money of a group in one currency, in minor units. */
export interface MoneyRow {
  /** An id; of months "2026-01". */
  readonly key: string;
  readonly currency: string;
  /** Payable by issued statements, in the currency of the terms. */
  readonly stated: bigint;
  /** What of it waited for disputes when it was issued. */
  readonly held: bigint;
  /** All invoices, less what was credited. */
  readonly invoiced: bigint;
  readonly paid: bigint;
  readonly open: bigint;
  /** What of the open is past its day. */
  readonly overdue: bigint;
}

const keys: Readonly<Record<Grouping, string>> = {
  agreement: 'agreement_id::text',
  label: 'label_id::text',
  platform: 'platform_id::text',
  month: 'month',
};

export interface MoneyQuestion {
  readonly by: Grouping;
  /** "2026-01": this month and later ones. */
  readonly from: string | null;
  /** Months before this one. */
  readonly until: string | null;
  /** From this day on what was due before is overdue. */
  readonly today: string;
  readonly limit: number;
  readonly after: readonly string[] | undefined;
}

/**
 * Statements, invoices and receipts of whoever asks, added up. A statement is of its month, and so is its invoice; any other invoice of the month in which it was issued
 * (UTC). Groups in order of their keys and currencies.
 */
export const moneyBy = (tx: Tx, { by, from, until, today, limit, after }: MoneyQuestion): Promise<MoneyRow[]> =>
  tx.rows<MoneyRow>(
    `WITH moved AS (
       SELECT agreement_id, label_id, platform_id, to_char(month, 'YYYY-MM') AS month, currency, total_minor AS stated, held_minor AS held,
              0::bigint AS invoiced, 0::bigint AS paid, 0::bigint AS open, 0::bigint AS overdue
         FROM statements
       UNION ALL
       SELECT agreement_id, label_id, platform_id, month, currency, 0, 0, owed, paid, rest, CASE WHEN due_on < $3::date THEN rest ELSE 0 END
         FROM (SELECT i.agreement_id, i.label_id, i.platform_id, i.currency, i.due_on, i.amount_minor - credited AS owed, paid,
                      CASE i.state WHEN 'paid' THEN 0 ELSE i.amount_minor - credited - paid END AS rest,
                      CASE WHEN i.purpose = 'royalties' AND i.source ~ '^\\d{4}-\\d{2}$' THEN i.source ELSE to_char(i.issued_at AT TIME ZONE 'UTC', 'YYYY-MM') END AS month
                 FROM invoices i,
                      LATERAL (SELECT ${credited} AS credited) c,
                      -- What was paid at the rate of the day came in another currency: in the invoice's own it is what was quoted.
                      LATERAL (SELECT CASE WHEN i.pay_in IS NOT NULL THEN CASE i.state WHEN 'paid' THEN coalesce((SELECT q.due_minor FROM payment_quotes q WHERE q.invoice_id = i.id AND q.ended = 'paid'), i.amount_minor - credited) ELSE 0 END
                                           ELSE coalesce(sum(amount_minor), 0) END::bigint AS paid FROM receipt_allocations r WHERE r.invoice_id = i.id) r) i
     )
     SELECT ${keys[by]} AS key, currency, sum(stated)::bigint AS stated, sum(held)::bigint AS held, sum(invoiced)::bigint AS invoiced,
            sum(paid)::bigint AS paid, sum(open)::bigint AS open, sum(overdue)::bigint AS overdue
       FROM moved
      WHERE ($1::text IS NULL OR month >= $1) AND ($2::text IS NULL OR month < $2) AND ($4::text IS NULL OR (${keys[by]}, currency) > ($4, $5))
      GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $6`,
    [from, until, today, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
