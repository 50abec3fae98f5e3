import type { PaymentOfPeriod, Terms } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { Books } from '../ledger/ledger';
import { exchangeDue, exchangedPart } from '../rates/exchange-due';
import type { UsableRate } from '../rates/rate-uses.repository';
import { recordTaxes } from '../rates/record-taxes';
import { taxesCharged } from '../statements/taxes-charged';
import { lawOfVat } from '../tax/tax-tables.repository';
import { type InvoiceOrder, issueInvoice } from './issue-invoice';
import { makeUpOf } from './papers/make-up';

interface AtRates {
  /** Whose rules of tax and exchange made the payment. */
  readonly terms: Terms;
  /** As the uses of the rates are recorded. */
  readonly month: string;
  readonly occasion: string;
  /** As the exchange is booked. */
  readonly source: string;
  readonly payment: PaymentOfPeriod | undefined;
  readonly rates: readonly UsableRate[];
  /** What the label gets of it now, VAT aside, in the terms' currency: less than the payment says where a part is held. */
  readonly minor: bigint;
  /** What more it would get if nothing were held. Absent: nothing is. */
  readonly heldMinor?: bigint;
  readonly effectiveOn: string;
  readonly at: Date;
  readonly invoice: Pick<InvoiceOrder, 'purpose' | 'source' | 'dueDays' | 'by'>;
}

/**
 * Invoices what is due of something payable, with its VAT and in the currency of payment, and records each rate that made the amount. Its taxes are booked already.
 * Answers what was due, with its VAT, in minor units of the books that it says.
 */
export async function invoiceAtRates(
  tx: Tx,
  agreement: InvoiceOrder['agreement'],
  { terms, month, occasion, source, payment, rates, minor, heldMinor = 0n, effectiveOn, at, invoice }: AtRates,
): Promise<{ readonly agreement: Books; readonly minor: bigint; readonly vatMinor: bigint }> {
  await recordTaxes(tx, agreement, { month, occasion, rates, payment, at });
  const { tax } = taxesCharged(payment).vat;
  const rate = rates.find(({ kind }) => kind === 'exchange');
  const exchange = rate && terms.exchange && { rate, into: terms.exchange.payIn };
  const paid =
    exchange === undefined
      ? { agreement, minor: minor + tax, vatMinor: tax }
      : await exchangeDue(tx, agreement, {
          ...{ month, occasion, source, minor, vatMinor: tax },
          ...exchange,
          ...{ effectiveOn, at },
        });
  if (paid.minor <= 0n) return paid;
  const inPaid = (amount: bigint): bigint =>
    exchange === undefined
      ? amount
      : exchangedPart({ minor: amount, currency: agreement.currency }, { ...exchange, before: [] });
  const law = await lawOfVat(tx, rates);
  const madeUp = makeUpOf(payment, { law, paidMinor: paid.minor - paid.vatMinor, heldMinor, inPaid });
  await issueInvoice(tx, { ...invoice, ...paid, madeUp, exchange: terms.exchange, at });
  return paid;
}
