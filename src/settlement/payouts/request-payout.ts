import { Injectable } from '@nestjs/common';
import { dayInZone } from '../../kernel';
import { Approvals } from '../../platform/approvals/approvals';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { IdsField } from '../../platform/http/fields';
import { publish } from '../../platform/outbox/outbox';
import type { Invoice } from '../invoices/invoices.repository';
import { paymentAccount } from '../payments/payment-accounts.repository';
import { Payments } from '../payments/payments';
import { type Commission, commissionOn, commissionRate } from './commission';
import { getPayout, type PayoutWithApproval } from './payouts.repository';

export class PayoutBody {
  @IdsField({ max: 100, description: 'paid invoices of one purpose and currency' })
  readonly invoiceIds!: string[];
}

export const releaseAction = 'payout.release';

type Payable = Pick<
  Invoice,
  'id' | 'agreement_id' | 'purpose' | 'currency' | 'state' | 'amount_minor' | 'vat_minor'
> & {
  readonly paid_out: boolean;
};

/**
 * Plans a payout of paid invoices and asks a second person to release it. Refuses with payments-not-configured, payment-account-missing,
 * invoice-not-payable (all faults at once) or commission-missing.
 */
@Injectable()
export class RequestPayout {
  constructor(
    private readonly clock: Clock,
    private readonly approvals: Approvals,
    private readonly payments: Payments,
  ) {}

  async execute(tx: Tx, actor: Actor, { invoiceIds }: PayoutBody): Promise<PayoutWithApproval> {
    this.payments.required();
    const account = await paymentAccount(tx, actor.organizationId);
    if (account === undefined) throw new DomainError('payment-account-missing');
    const invoices = await payableInvoices(tx, actor, invoiceIds);
    const at = this.clock.now();
    // The schedule is the operator's own, so its days are not any agreement's: they are counted in UTC.
    const rate = await commissionRate(tx, dayInZone(at, 'UTC'));
    const commission = commissionOn(invoices, rate);
    if (commission.gross === commission.commission) {
      throw new DomainError('invoice-not-payable', 'nothing would be left after the commission');
    }
    const id = await insertPayout(tx, { actor, account: account.external_id, invoices, commission, at });
    await this.approvals.request(tx, actor, releaseAction, id);
    const details = { gross: String(commission.gross), commission: String(commission.commission) };
    await audit(tx, actor, { action: 'payout.planned', subjectId: id, details, at });
    await publish(tx, { to: [actor.organizationId], topic: 'payout.planned', subjectId: id, payload: details, at });
    return getPayout(tx, id);
  }
}

async function payableInvoices(tx: Tx, { organizationId }: Actor, ids: readonly string[]): Promise<Payable[]> {
  const rows = await tx.rows<Payable>(
    // What was paid at the rate of the day is there in the currency of payment.
    `SELECT i.id, i.agreement_id, i.purpose, coalesce(q.currency, i.currency) AS currency, i.state, coalesce(q.vat_minor, i.vat_minor) AS vat_minor,
            -- What came in: less than the invoice, where some of it was credited.
            coalesce((SELECT sum(r.amount_minor)::bigint FROM receipt_allocations r WHERE r.invoice_id = i.id), i.amount_minor) AS amount_minor,
            EXISTS (SELECT FROM payout_allocations a WHERE a.invoice_id = i.id AND a.live) AS paid_out
       FROM invoices i LEFT JOIN payment_quotes q ON q.invoice_id = i.id AND q.ended = 'paid'
      WHERE i.id = ANY($1::uuid[]) AND i.label_id = $2`,
    [ids, organizationId],
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  const first = ids.map((id) => known.get(id)).find((row) => row !== undefined);
  const faults = ids.flatMap((id, index): Fault[] => {
    const fault = faultOf(known.get(id), first);
    return fault === undefined
      ? []
      : [{ pointer: `/invoiceIds/${index}`, code: 'invoice-not-payable', message: `${id} ${fault}` }];
  });
  if (faults.length > 0) throw new DomainError('invoice-not-payable', undefined, faults);
  return ids.map((id) => known.get(id)!);
}

function faultOf(invoice: Payable | undefined, first: Payable | undefined): string | undefined {
  if (invoice === undefined) return 'is no invoice of yours';
  if (invoice.state !== 'paid') return 'is not paid yet';
  if (invoice.paid_out) return 'is already in a payout';
  if (invoice.purpose !== first?.purpose || invoice.currency !== first.currency) {
    return 'has another purpose or currency than the first';
  }
  return undefined;
}

interface NewPayout {
  readonly actor: Actor;
  readonly account: string;
  readonly invoices: readonly Payable[];
  readonly commission: Commission;
  readonly at: Date;
}

async function insertPayout(tx: Tx, { actor, account, invoices, commission, at }: NewPayout): Promise<string> {
  const { gross, commission: taken, parts } = commission;
  const [{ purpose, currency } = invoices[0]!] = invoices;
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO payouts (owner_id, purpose, gross_minor, commission_minor, net_minor, currency, account, state, planned_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'planned', $8) RETURNING id`,
    [actor.organizationId, purpose, gross, taken, gross - taken, currency, account, at],
  );
  // Two requests at once for the same invoice: the unique index lets one of them through.
  await tx.run(
    `INSERT INTO payout_allocations (payout_id, invoice_id, agreement_id, owner_id, gross_minor, commission_minor, live)
     SELECT $1, a.invoice, a.agreement, $2, a.gross, a.commission, true
       FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[]) AS a(invoice, agreement, gross, commission)`,
    [
      id,
      actor.organizationId,
      invoices.map((invoice) => invoice.id),
      invoices.map((invoice) => invoice.agreement_id),
      invoices.map((invoice) => String(invoice.amount_minor)),
      parts.map(String),
    ],
  );
  return id;
}
