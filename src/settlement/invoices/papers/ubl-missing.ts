import type { InvoiceDocument, InvoiceParty, InvoiceTax } from '../../../documents';
import { compare, multiply, rational, subtract } from '../../../kernel';
import { DomainError, type Fault } from '../../../platform/errors/domain-error';

/** What is known to be there of a document that can be written as an electronic invoice. */
export interface ElectronicInvoice extends InvoiceDocument {
  readonly seller: InvoiceParty & { readonly details: NonNullable<InvoiceParty['details']> };
  readonly buyer: InvoiceParty & { readonly details: NonNullable<InvoiceParty['details']> };
  readonly tax: InvoiceTax;
}

/** Refuses with invoice-details-missing and everything that EN 16931 asks for and the invoice does not have. */
export function electronic(document: InvoiceDocument): ElectronicInvoice {
  const faults = [...sellerFaults(document), ...buyerFaults(document), ...otherFaults(document)];
  if (faults.length > 0) throw new DomainError('invoice-details-missing', undefined, faults);
  return document as ElectronicInvoice;
}

const fault = (pointer: string, message: string): Fault => ({ pointer, code: 'invoice-details-missing', message });

function sellerFaults({ seller: { details }, tax }: InvoiceDocument): Fault[] {
  if (details === null) return [fault('/seller', 'the label has not stated its invoicing details')];
  const { vatId, taxNumber, registrationNumber } = details;
  // What is not subject to VAT carries no VAT identifier (BR-O-02), and a tax number alone names nobody (BR-CO-26).
  if (tax?.category === 'O') {
    return registrationNumber === null
      ? [fault('/seller/registrationNumber', 'an invoice without VAT names the label by its registration')]
      : [];
  }
  return [
    ...(vatId === null && taxNumber === null
      ? [fault('/seller/vatId', 'an invoice under VAT names the label by its VAT identifier or tax number')]
      : []),
    ...(vatId === null && registrationNumber === null
      ? [fault('/seller/registrationNumber', 'without a VAT identifier the label is named by its registration')]
      : []),
  ];
}

function buyerFaults({ buyer: { details }, tax }: InvoiceDocument): Fault[] {
  if (details === null) return [fault('/buyer', 'the platform has not stated its invoicing details')];
  const isNamed = details.vatId !== null || details.registrationNumber !== null;
  if (tax?.category !== 'AE' || isNamed) return [];
  return [fault('/buyer/vatId', 'under reverse charge the platform is named by its VAT identifier or registration')];
}

/** Whether VAT is off its rate by a unit of the currency or more: less than that the rules let pass (BR-CO-17). */
function isOffRate({ tax, base, vat }: InvoiceDocument): boolean {
  if (tax?.category !== 'S' || tax.percent === null) return false;
  const exact = multiply(rational(base), rational(tax.percent));
  const off = subtract(multiply(rational(vat), rational('100')), exact);
  return compare(off, rational('100')) >= 0 || compare(off, rational('-100')) <= 0;
}

function otherFaults(document: InvoiceDocument): Fault[] {
  const { tax, currency, payable, kind } = document;
  const places = payable.split('.')[1]?.length ?? 0;
  return [
    ...(tax === null ? [fault('/tax', `the ${kind} is older than what is kept about its tax`)] : []),
    ...(isOffRate(document)
      ? [fault('/tax', 'rounded before the exchange, its VAT differs from its rate by a unit of the currency or more')]
      : []),
    ...(places > 2 ? [fault('/currency', `electronic invoices have two decimals, and ${currency} has ${places}`)] : []),
  ];
}
