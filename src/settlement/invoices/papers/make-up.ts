import type { InvoiceTax } from '../../../documents';
import { exactText, multiply, type PaymentOfPeriod, rational, type Taxes, type VatTreatment } from '../../../kernel';
import { taxesCharged } from '../../statements/taxes-charged';

/** Of what an invoice's amount is made, in minor units of its currency: base − held − withheld + VAT. */
export interface MakeUp {
  readonly tax: InvoiceTax;
  /** What is invoiced before tax. */
  readonly baseMinor: bigint;
  /** What of it an open dispute holds: it is invoiced when that ends. Its VAT is not held. */
  readonly heldMinor: bigint;
  /** What the platform keeps back for the state, at the label's cost. */
  readonly withheldMinor: bigint;
}

/** Of an amount of which nothing is held, and nothing withheld at the label's cost. */
export const wholeOf = (tax: InvoiceTax, baseMinor: bigint): MakeUp => ({
  tax,
  baseMinor,
  heldMinor: 0n,
  withheldMinor: 0n,
});

const hundred = rational('100');

/** The terms name no VAT: neither party has said that any is due. */
export const untaxed: InvoiceTax = {
  category: 'O',
  percent: null,
  reason: 'Not subject to VAT: the agreement names none',
};

/** Interest makes good a damage: nothing is supplied for it. */
export const interestTax: InvoiceTax = {
  category: 'O',
  percent: null,
  reason: 'Not subject to VAT: interest on late payment',
};

/** A rate of VAT, and what the terms do with it. */
export interface AgreedVat {
  readonly treatment: Taxes['vat'];
  readonly rate: string;
  /** The law, as the parties named it. */
  readonly source: string;
  /** Who tells the state, by the tax table's rule that the rate is from; null or absent: the rate is the parties' own. */
  readonly law?: VatTreatment | null | undefined;
}

/**
 * What the parties agreed on, as an invoice says it. A rate of nothing has a reason, and so is an exemption.
 * Who declares the tax is the law's affair, whatever the terms would have had: they add it, and the buyer declares it; or they leave it to the buyer, and there is none.
 */
export function taxOf(vat: AgreedVat | undefined): InvoiceTax {
  if (vat === undefined) return untaxed;
  if (vat.law === 'not-taxed') return { category: 'E', percent: '0', reason: vat.source };
  if (vat.law === 'reverse-charge' || vat.treatment === 'reverse-charge') {
    return { category: 'AE', percent: '0', reason: `Reverse charge: ${vat.source}` };
  }
  const percent = exactText(multiply(rational(vat.rate), hundred));
  return percent === '0' ? { category: 'E', percent, reason: vat.source } : { category: 'S', percent, reason: null };
}

/** As taxOf, for a part of a month's money that was held when its statement was issued: the VAT on all of it was charged then. */
export function taxOfReleased(vat: AgreedVat | undefined, month: string): InvoiceTax {
  const tax = taxOf(vat);
  if (tax.category !== 'S') return tax;
  return { category: 'E', percent: '0', reason: `VAT on it was charged with the statement of ${month}` };
}

/**
 * Of what an invoice of `paidMinor` and its VAT is made: less than the payment says where a part is held. `inPaid`: what an amount of the terms' currency comes to in that of the invoice; each
 * part is rounded by itself there, and the base is their sum.
 */
export function makeUpOf(
  payment: PaymentOfPeriod | undefined,
  {
    law,
    paidMinor,
    heldMinor,
    inPaid,
  }: { law: VatTreatment | null; paidMinor: bigint; heldMinor: bigint; inPaid: (minor: bigint) => bigint },
): MakeUp {
  const [held, withheld] = [inPaid(heldMinor), inPaid(taxesCharged(payment).withheld.deducted)];
  return {
    tax: taxOf(payment?.vat && { ...payment.vat, law }),
    baseMinor: paidMinor + held + withheld,
    heldMinor: held,
    withheldMinor: withheld,
  };
}
