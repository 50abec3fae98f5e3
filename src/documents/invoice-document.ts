import type { LanguageCode } from '../kernel';

export type InvoicePurpose = 'advance' | 'guarantee' | 'minimum-fee' | 'back-fee' | 'royalties' | 'late-interest';

/** EN 16931's categories: standard rate, reverse charge, exempt, not subject to VAT. */
export type VatCategory = 'S' | 'AE' | 'E' | 'O';

export interface InvoiceTax {
  readonly category: VatCategory;
  /** '19'; null: not subject to VAT. */
  readonly percent: string | null;
  /** Why none is charged; null where it is. */
  readonly reason: string | null;
}

/** What a party has stated of itself for invoices. */
export interface PartyDetails {
  readonly legalName: string;
  readonly street: string;
  readonly city: string;
  readonly postalCode: string | null;
  readonly region: string | null;
  readonly country: string;
  readonly vatId: string | null;
  readonly taxNumber: string | null;
  readonly registrationNumber: string | null;
  readonly email: string | null;
}

export interface InvoiceParty {
  /** As the contract has it. */
  readonly name: string;
  /** Null where it had stated nothing. */
  readonly details: PartyDetails | null;
}

/** An invoice or a credit note with everything that any of its formats says. Days are 'YYYY-MM-DD', amounts text in the currency. */
export interface InvoiceDocument {
  readonly language: LanguageCode;
  readonly kind: 'invoice' | 'credit-note';
  /** The invoice's. */
  readonly id: string;
  readonly agreementId: string;
  readonly number: string;
  readonly issuedOn: string;
  readonly issuedAt: Date;
  readonly currency: string;
  readonly seller: InvoiceParty;
  readonly buyer: InvoiceParty;
  readonly purpose: InvoicePurpose;
  /** What of that kind: the advance's id, the month, the invoice that was paid late; null where the kind says it all. */
  readonly subject: string | null;
  /** First and last day, of a month's royalties. */
  readonly period: { readonly from: string; readonly to: string } | null;
  /** Null of an invoice that is older than what is kept of it. */
  readonly tax: InvoiceTax | null;
  readonly base: string;
  /** What waits for a dispute, and what is kept back for the state. Each is null where there is none. */
  readonly held: string | null;
  readonly withheld: string | null;
  /** base − held. */
  readonly net: string;
  readonly vat: string;
  /** net + VAT, and what is to be paid of it: less what is withheld. */
  readonly gross: string;
  readonly payable: string;
  /** Null of a credit note. */
  readonly dueOn: string | null;
  /** The other currency that it is paid in, at the rate of the day of payment. */
  readonly payIn: string | null;
  /** Of a credit note: the invoice that it takes something off. */
  readonly corrects: { readonly number: string; readonly issuedOn: string } | null;
}
