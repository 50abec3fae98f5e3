import { getLiving } from '../../agreements';
import {
  calendarDateOf,
  dayInZone,
  exactText,
  interestOn,
  type LateInterest,
  moneyExact,
  moneyRoundingIn,
  moneyText,
  termsOfMonth,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { post } from '../ledger/ledger';
import { lateInterestDue } from '../ledger/templates';
import type { Invoice } from './invoices.repository';
import { type InvoiceOrder, issueInvoice } from './issue-invoice';
import { interestTax, wholeOf } from './papers/make-up';

interface LatePayment {
  readonly invoice: Invoice;
  /** What came in for it. */
  readonly minor: bigint;
  readonly paidAt: Date;
  readonly at: Date;
  /** Where it is a part of what was open: each part bears interest by itself. */
  readonly receiptId?: string;
}

/** Interest as it was charged: everything that makes the amount again. */
export interface ChargedInterest {
  readonly invoice_id: string;
  readonly principal_minor: bigint;
  readonly currency: string;
  /** The days that bear interest: those of grace are taken off. */
  readonly days: number;
  readonly clause: LateInterest;
  readonly exact: string;
  readonly amount_minor: bigint;
}

/**
 * Interest on an invoice that was paid late, by the terms in force when it was due: booked and invoiced with the payment, once. While it is open nothing is
 * charged, for nobody knows for how long; and interest bears none.
 */
export async function chargeLateInterest(
  tx: Tx,
  { invoice, minor, paidAt, at, receiptId }: LatePayment,
): Promise<void> {
  if (invoice.purpose === 'late-interest') return;
  const agreement = await getLiving(tx, invoice.agreement_id);
  const { payment, rounding } = termsOfMonth(agreement.life, invoice.due_on.slice(0, 7));
  const paidOn = dayInZone(paidAt, agreement.timeZone);
  if (payment.lateInterest === undefined || paidOn <= invoice.due_on) return;
  const clause = payment.lateInterest;
  // An invoice may be in the currency of payment: its interest is, too.
  const { currency } = invoice;
  const books = { ...agreement, currency };
  const interest = interestOn(moneyExact({ minor, currency }), {
    ...{ clause, from: calendarDateOf(invoice.due_on), until: paidOn },
    rounding: moneyRoundingIn(currency, { mode: rounding.mode }),
  });
  if (interest.minor === 0n) return;
  const source = receiptId === undefined ? invoice.id : `${invoice.id}/${receiptId}`;
  const legs = lateInterestDue(interest.minor);
  if (!(await post(tx, { agreement: books, kind: 'late-interest-due', source, effectiveOn: paidOn, at, legs }))) return;
  const by = { system: 'late-interest', organizationId: agreement.labelId };
  const { dueDays } = payment;
  const charged = {
    purpose: 'late-interest',
    source,
    minor: interest.minor,
    exchange: exchangeOf(invoice),
    dueDays,
    madeUp: wholeOf(interestTax, interest.minor),
  } as const;
  await issueInvoice(tx, { agreement: books, ...charged, at, by });
  await tx.run(
    `INSERT INTO late_interest (invoice_id, agreement_id, label_id, platform_id, principal_minor, currency, days, clause, exact, amount_minor, receipt_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[invoice.id, agreement.id, agreement.labelId, agreement.platformId, minor, currency, interest.days],
      ...[JSON.stringify(clause), exactText(interest.exact), interest.minor, receiptId ?? null],
    ],
  );
}

/** As the invoice itself is paid, whatever an amendment has made of the exchange since. */
const exchangeOf = ({ pay_in: payIn, pay_rate_of: source }: Invoice): InvoiceOrder['exchange'] =>
  payIn === null || source === null ? undefined : { payIn, source, rateOf: 'payment' };

/** What was charged for the invoice that this one is about; undefined where it is about no interest. */
export async function interestOf(tx: Tx, { purpose, source }: Invoice): Promise<ChargedInterest | undefined> {
  if (purpose !== 'late-interest') return undefined;
  const { invoiceId, receiptId } = latePaymentOf(source);
  return tx.first<ChargedInterest>(
    'SELECT * FROM late_interest WHERE invoice_id = $1 AND receipt_id IS NOT DISTINCT FROM $2::uuid',
    [invoiceId, receiptId],
  );
}

/** What was paid late, by the source of the invoice over its interest: of a part payment it names the receipt, too. */
export function latePaymentOf(source: string): { readonly invoiceId: string; readonly receiptId: string | null } {
  const [invoiceId = source, receiptId = null] = source.split('/');
  return { invoiceId, receiptId };
}

/** "10000.00 × 0.08 × 30 / 365". */
export const formulaOf = ({ principal_minor: minor, currency, days, clause }: ChargedInterest): string =>
  `${moneyText({ minor, currency })} × ${clause.annualRate} × ${days} / ${clause.dayCount === 'actual/360' ? 360 : 365}`;
