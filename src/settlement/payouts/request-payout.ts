import { Injectable } from '@nestjs/common';
import { dayInZone } from '../../kernel';
import { getOrganization } from '../../parties';
import { Approvals } from '../../platform/approvals/approvals';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { ChoiceField, IdsField } from '../../platform/http/fields';
import { publish } from '../../platform/outbox/outbox';
import { type BankDestination, bankDestination, hasBankDetails } from '../bank/accounts/bank-destination';
import { creditedVat, type Invoice } from '../invoices/invoices.repository';
import { PayeeField, payeeName } from '../payees/payee-name';
import { isShared, sharedOut } from '../payees/payees.repository';
import { type PaymentAccount, paymentAccount } from '../payments/payment-accounts.repository';
import { Payments } from '../payments/payments';
import { type Commission, commissionOn, commissionRate } from './commission';
import { getPayout, type PayoutWithApproval } from './payouts.repository';

export class PayoutBody {
  @IdsField({ max: 100, description: 'paid invoices of one purpose and currency' })
  readonly invoiceIds!: string[];

  @PayeeField('whose part, as the terms name the payee; absent: your own, of what is shared out the tax alone')
  readonly payee?: string;

  @ChoiceField(['stripe', 'bank'], {
    optional: true,
    description:
      'how it goes; absent: through the provider, or by bank where there are bank details and no account at the provider',
  })
  readonly rail?: 'stripe' | 'bank';
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
 * bank-details-missing, bank-details-cooling, invoice-not-payable (all faults at once) or commission-missing.
 */
@Injectable()
export class RequestPayout {
  constructor(
    private readonly clock: Clock,
    private readonly approvals: Approvals,
    private readonly payments: Payments,
  ) {}

  async execute(tx: Tx, actor: Actor, { invoiceIds, rail, ...of }: PayoutBody): Promise<PayoutWithApproval> {
    const payee = payeeName(of.payee);
    const account = await this.accountAtProvider(tx, actor, { payee, rail });
    const invoices = await payableInvoices(tx, actor, { ids: invoiceIds, payee });
    const at = this.clock.now();
    const to = { ownerId: actor.organizationId, payee, currency: invoices[0]!.currency };
    const bank = account === undefined ? await bankDestination(tx, to, at) : undefined;
    // The schedule is the operator's own, so its days are not any agreement's: they are counted in UTC.
    const rate = await commissionRate(tx, actor.organizationId, dayInZone(at, 'UTC'));
    const commission = commissionOn(invoices, rate);
    if (commission.gross === commission.commission) {
      throw new DomainError('invoice-not-payable', 'nothing would be left after the commission');
    }
    const destination = { account: account?.external_id ?? bank!.account, bank };
    const id = await insertPayout(tx, { actor, ...destination, payee, invoices, commission, at });
    await this.approvals.request(tx, actor, releaseAction, id);
    // Whose part it is, the payout says: of trails and feeds no name could be erased.
    const details = { gross: String(commission.gross), commission: String(commission.commission) };
    await audit(tx, actor, { action: 'payout.planned', subjectId: id, details, at });
    await publish(tx, { to: [actor.organizationId], topic: 'payout.planned', subjectId: id, payload: details, at });
    return getPayout(tx, id);
  }

  /** Undefined: it goes by bank. Refuses with payments-not-configured or payment-account-missing where it is to go through the provider. */
  private async accountAtProvider(
    tx: Tx,
    actor: Actor,
    { payee, rail }: { payee: string | null; rail: PayoutBody['rail'] },
  ): Promise<PaymentAccount | undefined> {
    if (rail === 'bank') return undefined;
    const of = { ownerId: actor.organizationId, payee };
    const account = this.payments.rail === undefined ? undefined : await accountFor(tx, actor, payee);
    if (account !== undefined) return account;
    if (rail === undefined && (await hasBankDetails(tx, of))) return undefined;
    this.payments.required();
    throw new DomainError('payment-account-missing', payee === null ? undefined : `${payee} has no account yet`);
  }
}

/** A payee that is the label itself has the label's account, unless it has one of its own. */
async function accountFor(
  tx: Tx,
  { organizationId }: Actor,
  payee: string | null,
): Promise<PaymentAccount | undefined> {
  const account = await paymentAccount(tx, organizationId, payee);
  if (account !== undefined || payee === null) return account;
  const { name } = await getOrganization(tx, organizationId);
  return payee === name ? paymentAccount(tx, organizationId, null) : undefined;
}

/** In SQL: what came in of invoice `i`: less than it asked for, where some of it was credited; more, where the platform paid what was no longer asked for. */
const received =
  'coalesce((SELECT sum(r.amount_minor)::bigint FROM receipt_allocations r WHERE r.invoice_id = i.id), i.amount_minor)';

/** In SQL: the value-added tax inside that. */
const receivedVat = `CASE WHEN ${received} < i.amount_minor THEN i.vat_minor - ${creditedVat} ELSE i.vat_minor END`;

async function payableInvoices(tx: Tx, { organizationId }: Actor, { ids, payee }: Wanted): Promise<Payable[]> {
  const rows = await tx.rows<Payable>(
    `SELECT i.id, i.agreement_id, i.purpose, i.state,
            -- What was paid at the rate of the day is there in the currency of payment.
            coalesce(q.currency, i.currency) AS currency,
            CASE WHEN $3::text IS NULL THEN coalesce(q.vat_minor, ${receivedVat}) ELSE 0 END AS vat_minor,
            -- A payee's part; or what came in, and where it is shared out the tax alone: what was paid beyond both waits for a person.
            CASE WHEN $3 IS NOT NULL THEN ${sharedOut('$3')}
              WHEN ${isShared} THEN least(${received} - ${sharedOut()}, ${receivedVat})
              ELSE ${received} END AS amount_minor,
            EXISTS (SELECT FROM payout_allocations a WHERE a.invoice_id = i.id AND a.payee IS NOT DISTINCT FROM $3 AND a.live) AS paid_out
       FROM invoices i LEFT JOIN payment_quotes q ON q.invoice_id = i.id AND q.ended = 'paid'
      WHERE i.id = ANY($1::uuid[]) AND i.label_id = $2`,
    [ids, organizationId, payee],
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  const first = ids.map((id) => known.get(id)).find((row) => row !== undefined);
  const faults = ids.flatMap((id, index): Fault[] => {
    const fault = faultOf(known.get(id), first, payee);
    return fault === undefined
      ? []
      : [{ pointer: `/invoiceIds/${index}`, code: 'invoice-not-payable', message: `${id} ${fault}` }];
  });
  if (faults.length > 0) throw new DomainError('invoice-not-payable', undefined, faults);
  return ids.map((id) => known.get(id)!);
}

function faultOf(invoice: Payable | undefined, first: Payable | undefined, payee: string | null): string | undefined {
  if (invoice === undefined) return 'is no invoice of yours';
  if (invoice.state !== 'paid') return 'is not paid yet';
  if (invoice.paid_out) return 'is already in a payout';
  if (invoice.purpose !== first?.purpose || invoice.currency !== first.currency) {
    return 'has another purpose or currency than the first';
  }
  if (invoice.amount_minor <= 0n) {
    return payee === null ? 'is shared out among payees: name whose part' : `has nothing for ${payee}`;
  }
  return undefined;
}

interface Wanted {
  readonly ids: readonly string[];
  readonly payee: string | null;
}

interface NewPayout {
  readonly actor: Actor;
  readonly account: string;
  /** Undefined: it goes through the provider. */
  readonly bank: BankDestination | undefined;
  readonly payee: string | null;
  readonly invoices: readonly Payable[];
  readonly commission: Commission;
  readonly at: Date;
}

async function insertPayout(
  tx: Tx,
  { actor, account, bank, payee, invoices, commission, at }: NewPayout,
): Promise<string> {
  const { gross, commission: taken, parts } = commission;
  const [{ purpose, currency } = invoices[0]!] = invoices;
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO payouts (owner_id, purpose, gross_minor, commission_minor, net_minor, currency, account, state, planned_at, payee, rail, bank_details_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'planned', $8, $9, $10, $11) RETURNING id`,
    [
      ...[actor.organizationId, purpose, gross, taken, gross - taken, currency, account, at, payee],
      ...[bank === undefined ? 'stripe' : 'bank', bank?.detailsId ?? null],
    ],
  );
  // Two requests at once for the same part of an invoice: the unique index lets one of them through.
  await tx.run(
    `INSERT INTO payout_allocations (payout_id, invoice_id, agreement_id, owner_id, gross_minor, commission_minor, live, payee)
     SELECT $1, a.invoice, a.agreement, $2, a.gross, a.commission, true, $7
       FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[]) AS a(invoice, agreement, gross, commission)`,
    [
      id,
      actor.organizationId,
      invoices.map((invoice) => invoice.id),
      invoices.map((invoice) => invoice.agreement_id),
      invoices.map((invoice) => String(invoice.amount_minor)),
      parts.map(String),
      payee,
    ],
  );
  return id;
}
