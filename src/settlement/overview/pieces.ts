import type { Tx } from '../../platform/database/tx';
import { detailsReplaced } from '../bank/accounts/bank-details.repository';
import { openOfInvoice } from '../invoices/invoices.repository';
import { payoutWaits, waitsFor } from '../payouts/payout-waits';
import { unfitPayments } from '../payments/unfit-payments';

/** Where a piece of money stands. `unmatched`: the provider or a bank told of it, and it fits nothing. */
export const places = ['owed', 'waiting', 'received', 'in-transit', 'unmatched'] as const;
export type Place = (typeof places)[number];

/** Why it is there and not further on. */
export const reasons = [
  'not-due',
  'overdue',
  'rate-missing',
  'dispute',
  'minimum-payout',
  'reserve',
  'partly-paid',
  'payable',
  'no-payment-account',
  'details-cooling',
  'payout-failed',
  'payout-came-back',
  ...payoutWaits,
  'event-unfit',
  'event-waiting',
  'receipt-on-suspense',
  'file-waiting',
] as const;
export type Reason = (typeof reasons)[number];

/** What goes no further before somebody does something about it. */
export const stuckReasons: readonly Reason[] = [
  'overdue',
  'rate-missing',
  'no-payment-account',
  'payout-failed',
  'payout-came-back',
  'on-hold',
  'account-unable',
  'outcome-unknown',
  'bank-refused',
  'bank-differs',
  'taken-back-in-part',
  'event-unfit',
  'event-waiting',
  'receipt-on-suspense',
  'file-waiting',
];

/** So long an event of the provider, or a file of a bank, may wait for its turn. */
const turnMinutes = 60;
const turnMissed = (since: string): string => `${since} < $2::timestamptz - interval '${turnMinutes} minutes'`;

/** In SQL: parties of a row that belongs to one label alone. */
const ofLabel = (owner: string): string =>
  `NULL::uuid AS agreement_id, ${owner} AS label_id, NULL::uuid AS platform_id`;

/** Invoices that are not paid; `rest` is what is open of one. Parameter 1 is today. */
const owed = `
  SELECT 'owed' AS place, CASE WHEN i.due_on < $1::date THEN 'overdue' ELSE 'not-due' END AS reason, i.currency::text AS currency, rest AS minor,
         i.agreement_id, i.label_id, i.platform_id, i.purpose, i.source, i.id::text AS subject, i.number AS name, i.due_on, i.issued_at AS since
    FROM invoices i, LATERAL (SELECT ${openOfInvoice} AS rest) x
   WHERE i.state <> 'paid' AND rest <> 0
  UNION ALL
  SELECT 'owed', 'rate-missing', h.currency, h.amount_minor, h.agreement_id, h.label_id, h.platform_id, h.purpose, h.source,
         h.agreement_id || ' ' || h.purpose || ' ' || h.source, NULL, h.pay_by, h.held_at
    FROM held_invoices h WHERE h.ended_at IS NULL`;

/** What is earned and not due: the books know how much, each account why. */
const waiting = `
  SELECT 'waiting', CASE b.account WHEN 'platform-disputed' THEN 'dispute' WHEN 'platform-waiting' THEN 'minimum-payout' ELSE 'reserve' END,
         b.currency, b.minor, a.id, a.label_id, a.platform_id, NULL, NULL, a.id || ' ' || b.account || ' ' || b.currency, NULL, NULL::date, a.concluded_at
    FROM agreements a, LATERAL (
      SELECT p.account, p.currency::text AS currency, sum(p.amount_minor)::bigint AS minor FROM ledger_postings p
       WHERE p.agreement_id = a.id AND p.account IN ('platform-disputed', 'platform-waiting', 'platform-reserve')
       GROUP BY 1, 2 HAVING sum(p.amount_minor) <> 0) b
   WHERE a.concluded_at IS NOT NULL`;

/** In SQL: bank details of label `i.label_id`, in the currency of what came in, that were agreed, and not replaced since. */
const agreedDetails = (when: string): string =>
  `EXISTS (SELECT FROM bank_details d JOIN bank_details_agreed a ON a.details_id = d.id
            WHERE d.owner_id = i.label_id AND d.currency = coalesce(q.currency, i.currency) AND ${when} AND NOT ${detailsReplaced})`;

/** What came in and is in no payout; and what is in one that is not sent. A platform has paid: where its money is from then on is not its matter. */
const received = `
  SELECT 'received', CASE WHEN i.state <> 'paid' THEN 'partly-paid'
           WHEN EXISTS (SELECT FROM payment_accounts c WHERE c.owner_id = i.label_id) OR EXISTS (SELECT FROM payee_accounts c WHERE c.owner_id = i.label_id)
             OR ${agreedDetails('a.usable_from <= $2::timestamptz')}
             THEN coalesce((SELECT CASE WHEN o.sent_at IS NULL THEN 'payout-failed' ELSE 'payout-came-back' END
                              FROM payout_allocations f JOIN payouts o ON o.id = f.payout_id
                             WHERE f.invoice_id = i.id AND NOT f.live AND o.state = 'failed' ORDER BY o.planned_at DESC, o.id DESC LIMIT 1), 'payable')
           WHEN ${agreedDetails('a.usable_from > $2::timestamptz')} THEN 'details-cooling'
           ELSE 'no-payment-account' END,
         coalesce(q.currency, i.currency)::text, m.minor, i.agreement_id, i.label_id, i.platform_id, i.purpose, i.source, i.id::text, i.number, NULL::date, m.since
    FROM invoices i JOIN LATERAL (
      SELECT sum(r.amount_minor)::bigint
               - coalesce((SELECT sum(l.gross_minor)::bigint FROM payout_allocations l WHERE l.invoice_id = i.id AND l.live), 0) AS minor,
             coalesce(i.paid_at, i.issued_at) AS since
        FROM receipt_allocations r WHERE r.invoice_id = i.id) m ON m.minor <> 0
    LEFT JOIN payment_quotes q ON q.invoice_id = i.id AND q.ended = 'paid'
   WHERE i.label_id = accordo_organization() OR accordo_role() = 'operator'
  UNION ALL
  SELECT 'received', ${waitsFor('o')},
         o.currency::text, o.gross_minor, ${ofLabel('o.owner_id')}, o.purpose, NULL, o.id::text, NULL, NULL::date, o.planned_at
    FROM payouts o WHERE o.state IN ('planned', 'approved', 'unknown')`;

/** What was sent and has not arrived: less the commission, which stays. */
const inTransit = `
  SELECT 'in-transit', ${waitsFor('o')},
         o.currency::text, o.net_minor, ${ofLabel('o.owner_id')}, o.purpose, NULL, o.id::text, NULL, NULL::date, o.sent_at
    FROM payouts o WHERE o.state = 'sent'`;

/**
 * What nothing came of, for the operator alone, by row-level security: events of the provider, of which what it said alone knows how much they are about; what came in by bank and is for nobody
 * yet; files of a bank that nobody has worked on. Parameter 2 is now.
 */
const unmatched = `
  SELECT 'unmatched', CASE WHEN e.processed_at IS NULL THEN 'event-waiting' ELSE 'event-unfit' END, NULL, NULL::bigint,
         ${ofLabel('NULL::uuid')}, NULL, e.outcome, e.id, e.type, NULL::date, e.received_at
    FROM stripe_events e
   WHERE (e.processed_at IS NULL OR e.outcome IN (${unfitPayments.map((outcome) => `'${outcome}'`).join(', ')}))
     AND (e.processed_at IS NOT NULL OR ${turnMissed('e.received_at')})
  UNION ALL
  SELECT 'unmatched', 'receipt-on-suspense', b.currency, b.amount_minor - b.allocated_minor - b.to_return_minor,
         ${ofLabel('NULL::uuid')}, NULL, b.reason, b.entry_id::text, NULL, NULL::date, b.received_on::timestamp AT TIME ZONE 'UTC'
    FROM bank_receipts b WHERE b.allocated_minor + b.to_return_minor < b.amount_minor
  UNION ALL
  SELECT 'unmatched', 'file-waiting', NULL, NULL::bigint,
         ${ofLabel('NULL::uuid')}, NULL, NULL, k.id::text, k.kind, NULL::date, k.brought_at
    FROM bank_files k WHERE k.read_at IS NULL AND ${turnMissed('k.brought_at')}`;

/** Every piece of money of whoever asks that has not reached its end, once. */
const pieces = `(SELECT *, md5(place || ' ' || reason || ' ' || subject) AS key FROM (${[owed, waiting, received, inTransit, unmatched].join('\n  UNION ALL')}) x) p`;

/** The day and the instant by which something is late. */
export interface AsOfNow {
  /** In UTC. */
  readonly today: string;
  readonly now: Date;
}

/** The pieces of one place, reason and currency added up, in minor units; null where the provider's words alone know. */
export interface StandingRow {
  readonly place: Place;
  readonly reason: Reason;
  readonly currency: string | null;
  readonly minor: bigint | null;
  readonly count: bigint;
}

export const standingOf = (tx: Tx, { today, now }: AsOfNow): Promise<StandingRow[]> =>
  tx.rows<StandingRow>(
    `SELECT place, reason, currency, sum(minor)::bigint AS minor, count(*) AS count FROM ${pieces}
      GROUP BY place, reason, currency ORDER BY currency NULLS LAST, place, reason`,
    [today, now],
  );

export interface Piece extends Omit<StandingRow, 'count'> {
  readonly key: string;
  readonly agreement_id: string | null;
  readonly label_id: string | null;
  readonly platform_id: string | null;
  readonly purpose: string | null;
  /** What it is of: a month, an advance; of an event what came of it, of a receipt why it is on suspense. */
  readonly source: string | null;
  /** The invoice's, the payout's, the event's, the receipt's, the bank file's id; of what waits no row of its own. */
  readonly subject: string;
  /** The invoice's number, the event's type, the bank file's kind. */
  readonly name: string | null;
  readonly due_on: string | null;
  readonly since: Date;
}

export interface PiecesWanted extends AsOfNow {
  readonly place: Place | null;
  readonly reasons: readonly Reason[] | null;
  readonly currency: string | null;
  readonly limit: number;
  readonly after: readonly string[] | undefined;
}

/** Pieces one by one, those that stand there the longest first. */
export const listPieces = (tx: Tx, wanted: PiecesWanted): Promise<Piece[]> =>
  tx.rows<Piece>(
    `SELECT * FROM ${pieces}
      WHERE ($3::text IS NULL OR place = $3) AND ($4::text[] IS NULL OR reason = ANY ($4)) AND ($5::text IS NULL OR currency = $5)
        AND ($6::timestamptz IS NULL OR (since, key) > ($6, $7))
      ORDER BY since, key LIMIT $8`,
    [
      ...[wanted.today, wanted.now, wanted.place, wanted.reasons, wanted.currency],
      ...[wanted.after?.[0] ?? null, wanted.after?.[1] ?? null, wanted.limit],
    ],
  );

/** Money that reached its end: gone to banks, and kept as commission. In minor units, by currency. */
export interface DoneRow {
  readonly currency: string;
  readonly paid_out: bigint;
  readonly commission: bigint;
}

export const doneOf = (tx: Tx): Promise<DoneRow[]> =>
  tx.rows<DoneRow>(
    `SELECT currency, coalesce(sum(net_minor) FILTER (WHERE state = 'confirmed'), 0)::bigint AS paid_out, sum(commission_minor)::bigint AS commission
       FROM payouts WHERE state IN ('sent', 'confirmed') GROUP BY currency ORDER BY currency`,
  );

/** What invoices and held ones ask for, by the day on which it is due; null: no day is known yet. */
export interface ExpectedRow {
  readonly due_on: string | null;
  readonly currency: string;
  readonly minor: bigint;
}

export const expectedByDay = (tx: Tx, agreementIds: readonly string[], today: string): Promise<ExpectedRow[]> =>
  tx.rows<ExpectedRow>(
    `SELECT due_on, currency, sum(minor)::bigint AS minor FROM (${owed}) x WHERE agreement_id = ANY ($2::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2`,
    [today, agreementIds],
  );
