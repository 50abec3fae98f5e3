import type { Tx } from '../../platform/database/tx';
import { uuidKey } from '../../platform/http/paging';
import type { MovementSubject, Span } from '../payments';
import type { BookedMovement } from './compare-movements';

interface Row {
  readonly id: string;
  readonly currency: string;
  readonly minor: bigint;
  readonly at: Date;
}

/**
 * What the ledger has posted for receipts and payouts through the provider, of the span, and for those that are named. The amount is the postings' own, not the receipt's or the payout's: of
 * one whose postings are missing it is nothing.
 */
export async function bookedMovements(
  tx: Tx,
  span: Span,
  named: readonly MovementSubject[],
): Promise<BookedMovement[]> {
  const ids = (kind: MovementSubject['kind']): string[] =>
    named.filter((subject) => subject.kind === kind).map(({ id }) => id);
  const of =
    (kind: MovementSubject['kind']) =>
    ({ id, currency, minor, at }: Row): BookedMovement => ({ subject: { kind, id }, amount: { minor, currency }, at });
  const receipts = await tx.rows<Row>(receiptsQuestion, [span.from, span.until, ids('invoice')]);
  // Somebody else's transfer may carry anything under our name for it.
  const payoutIds = ids('payout').filter((id) => uuidKey.test(id));
  const payouts = await tx.rows<Row>(payoutsQuestion, [span.from, span.until, payoutIds]);
  const reversedIds = ids('payout-reversal').filter((id) => uuidKey.test(id));
  const reversed = await tx.rows<Row>(reversalsQuestion, [span.from, span.until, reversedIds]);
  return [...receipts.map(of('invoice')), ...payouts.map(of('payout')), ...reversed.map(of('payout-reversal'))];
}

const receiptsQuestion = `
  SELECT r.external_id AS id, r.received_at AS at, coalesce(min(p.currency), r.currency)::text AS currency, coalesce(sum(p.amount_minor), 0)::bigint AS minor
    FROM receipts r JOIN receipt_allocations a ON a.receipt_id = r.id
    LEFT JOIN ledger_transactions t ON t.agreement_id = a.agreement_id AND t.kind = 'receipt-allocated' AND t.source = r.id || '/' || a.invoice_id
    LEFT JOIN ledger_postings p ON p.agreement_id = t.agreement_id AND p.transaction_id = t.id AND p.account = 'cash'
   WHERE ((r.received_at >= $1 AND r.received_at < $2) OR r.external_id = ANY($3::text[])) AND NOT EXISTS (SELECT FROM bank_receipt_uses u WHERE u.receipt_id = r.id)
   GROUP BY r.id`;

/** What the transactions of some kinds have moved on the way of a payout. */
const movedBy = (kinds: string, at: string): string => `
  SELECT o.id, ${at} AS at, coalesce(min(p.currency), o.currency)::text AS currency, coalesce(sum(p.amount_minor), 0)::bigint AS minor
    FROM payouts o JOIN (SELECT DISTINCT payout_id, agreement_id FROM payout_allocations) a ON a.payout_id = o.id
    LEFT JOIN ledger_transactions t ON t.agreement_id = a.agreement_id AND t.kind IN (${kinds}) AND t.source = o.id::text
    LEFT JOIN ledger_postings p ON p.agreement_id = t.agreement_id AND p.transaction_id = t.id AND p.account = 'cash-in-transit'
   WHERE ((${at} >= $1 AND ${at} < $2) OR o.id = ANY($3::uuid[]))`;

/** A transfer is made between the first attempt and our note of it: it is looked for from the first attempt on. */
const payoutsQuestion = `${movedBy(`'payout-sent', 'payee-payout-sent'`, 'o.first_attempt_at')}
     AND o.rail = 'stripe' AND (o.state IN ('sent', 'confirmed') OR o.reversed_at IS NOT NULL) GROUP BY o.id`;

const reversalsQuestion = `${movedBy(`'payout-reversed', 'payee-payout-reversed'`, 'o.reversed_at')}
     AND o.reversed_at IS NOT NULL GROUP BY o.id`;
