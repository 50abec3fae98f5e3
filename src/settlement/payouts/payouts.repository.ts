import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { Purpose } from '../invoices/invoices.repository';
import type { Books } from '../ledger/ledger';
import { holdReason } from './payout-holds.repository';
import { type PayoutWaits, waitsFor } from './payout-waits';

/**
 * Money on its way to a label, or to one of its payees.
 *
 * | state | means | goes on to |
 * | --- | --- | --- |
 * | planned | waits for a second person | approved, rejected |
 * | approved | to be sent, perhaps being sent; or it waits, and `problem` says for what | sent, failed, unknown |
 * | unknown | it may exist at the provider: looked up before anything else | sent, failed |
 * | sent | the transfer exists; by bank: the bank has it | confirmed; failed, where the bank refuses it or the transfer is taken back |
 * | confirmed | the money has arrived; by bank: it is booked out | failed, where the transfer is taken back or the money comes back |
 * | failed, rejected | the end: its invoices may be paid out by another one | |
 */
export type PayoutState = 'planned' | 'approved' | 'sent' | 'confirmed' | 'failed' | 'rejected' | 'unknown';

export interface Payout {
  readonly id: string;
  readonly owner_id: string;
  readonly purpose: Purpose;
  readonly gross_minor: bigint;
  readonly commission_minor: bigint;
  readonly net_minor: bigint;
  readonly currency: string;
  /** Whose part it is, as the terms name it; null: the label's own. */
  readonly payee: string | null;
  /** By bank, operators put it into a file (`bank/`). */
  readonly rail: 'stripe' | 'bank';
  /** The label's or the payee's account at the provider, or its number at the bank. */
  readonly account: string;
  /** By bank: the details that were agreed when it was asked for. */
  readonly bank_details_id: string | null;
  readonly state: PayoutState;
  readonly transfer_id: string | null;
  readonly provider_payout_id: string | null;
  readonly problem: string | null;
  readonly first_attempt_at: Date | null;
  readonly planned_at: Date;
  readonly sent_at: Date | null;
  readonly confirmed_at: Date | null;
  /** When the provider took the transfer back. */
  readonly reversed_at: Date | null;
}

export type PayoutWithApproval = Payout & {
  readonly approval_id: string | null;
  /** Why somebody holds it back; null: nobody does. */
  readonly hold_reason: string | null;
  /** Null: it has reached its end. */
  readonly waits_for: PayoutWaits | null;
};

const withApproval = `SELECT p.*, a.id AS approval_id, ${holdReason('p.id')} AS hold_reason, ${waitsFor('p')} AS waits_for
  FROM payouts p
  LEFT JOIN approvals a ON a.action = 'payout.release' AND a.subject_id = p.id`;

export async function getPayout(tx: Tx, id: string): Promise<PayoutWithApproval> {
  const payout = await tx.first<PayoutWithApproval>(`${withApproval} WHERE p.id = $1`, [id]);
  if (payout === undefined) throw new DomainError('not-found');
  return payout;
}

/** The payout for whoever decides on it; undefined when there is none. */
export const lockPayout = (tx: Tx, id: string): Promise<Payout | undefined> =>
  tx.first<Payout>('SELECT * FROM payouts WHERE id = $1 FOR UPDATE', [id]);

export const listPayouts = (
  tx: Tx,
  { waiting, limit, after }: { waiting: PayoutWaits | null; limit: number; after: readonly string[] | undefined },
): Promise<PayoutWithApproval[]> =>
  tx.rows<PayoutWithApproval>(
    `${withApproval} WHERE ($2::timestamptz IS NULL OR (p.planned_at, p.id) > ($2, $3::uuid))
        AND ($4::text IS NULL OR (p.state IN ('planned', 'approved', 'unknown', 'sent') AND ${waitsFor('p')} = $4))
      ORDER BY p.planned_at, p.id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null, waiting],
  );

export interface Allocation {
  readonly invoice_id: string;
  readonly gross_minor: bigint;
  readonly commission_minor: bigint;
}

export const allocationsOf = (tx: Tx, payoutId: string): Promise<Allocation[]> =>
  tx.rows<Allocation>(
    'SELECT invoice_id, gross_minor, commission_minor FROM payout_allocations WHERE payout_id = $1 ORDER BY invoice_id',
    [payoutId],
  );

/** What the payout takes from each agreement's books, in its own currency. */
export const sharesOf = (
  tx: Tx,
  payoutId: string,
): Promise<
  (Books & {
    readonly gross: bigint;
    readonly commission: bigint;
    readonly payee: number | null;
    readonly timeZone: string;
  })[]
> =>
  tx.rows(
    `SELECT g.id, g.label_id AS "labelId", g.platform_id AS "platformId", p.currency, g.time_zone AS "timeZone",
            sum(a.gross_minor)::bigint AS gross, sum(a.commission_minor)::bigint AS commission, y.number AS payee
       FROM payout_allocations a JOIN payouts p ON p.id = a.payout_id JOIN agreements g ON g.id = a.agreement_id
       LEFT JOIN payees y ON y.agreement_id = a.agreement_id AND y.name = p.payee
      WHERE a.payout_id = $1 GROUP BY g.id, p.currency, y.number ORDER BY g.id`,
    [payoutId],
  );

/** Lets go of the payout's invoices: they may be paid out by another one. */
export const releaseInvoices = (tx: Tx, payoutId: string): Promise<number> =>
  tx.run('UPDATE payout_allocations SET live = false WHERE payout_id = $1', [payoutId]);
