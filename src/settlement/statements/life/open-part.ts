import {
  exchange,
  type ExchangeRate,
  payAfterTax,
  type Period,
  receivedOf,
  type TaxFacts,
  type Terms,
} from '../../../kernel';
import { taxesCharged } from '../taxes-charged';

/** At which rates a month's statement was taxed and exchanged, and what was held when it was issued. */
export interface StatedAt {
  readonly terms: Terms;
  readonly period: Period;
  readonly taxes: TaxFacts;
  /** Undefined: it is paid as it stands, or exchanged on the day on which it is paid. */
  readonly exchanged: { readonly into: string; readonly rate: ExchangeRate } | undefined;
  /** What of it was held for disputes about usage: its invoice has never asked for that. */
  readonly heldForUsage: bigint;
}

/** What a part of a month's payable comes to, in minor units: of the terms' currency, but for what is paid. */
export interface PayablePart {
  /** What the label gets of it, VAT aside. */
  readonly received: bigint;
  /** The VAT that is paid with that. */
  readonly vat: bigint;
  /** What VAT is taken of, and what the platform declares of it. */
  readonly supplied: bigint;
  readonly declared: bigint;
  /** What tax is withheld of, and the tax. */
  readonly gross: bigint;
  readonly withheld: bigint;
  /** `received`, `vat`, and what of `withheld` the label bears, in the currency of the invoice. */
  readonly paid: bigint;
  readonly paidVat: bigint;
  readonly paidWithheld: bigint;
}

/** What the month's invoice would have come to, had only so much been payable: by the same rules and at the same rates. */
function invoicedOf({ terms, period, taxes, exchanged, heldForUsage }: StatedAt, payable: bigint): PayablePart {
  const payment = payAfterTax(terms, { period, payable, taxes });
  const received = receivedOf({ payable, ...(payment && { payment }) }) - heldForUsage;
  const { net = 0n, tax = 0n, declaredByCustomer = 0n } = payment?.vat ?? {};
  const paid = (minor: bigint): bigint =>
    exchanged === undefined ? minor : exchange({ minor, currency: terms.currency }, exchanged).to.minor;
  return {
    ...{ received, vat: tax, supplied: net, declared: declaredByCustomer },
    ...{ gross: payment?.withheld?.gross ?? 0n, withheld: payment?.withheld?.tax ?? 0n },
    ...{ paid: paid(received), paidVat: paid(tax), paidWithheld: paid(taxesCharged(payment).withheld.deducted) },
  };
}

/**
 * What lies between two amounts payable. Every part of an invoice is such a difference, so that parts which meet come to the whole, to the minor unit, in either currency and for each tax, however
 * often they are rounded.
 */
export function partBetween(stated: StatedAt, { from, until }: { from: bigint; until: bigint }): PayablePart {
  const [more, less] = [invoicedOf(stated, until), invoicedOf(stated, from)];
  return {
    received: more.received - less.received,
    vat: more.vat - less.vat,
    supplied: more.supplied - less.supplied,
    declared: more.declared - less.declared,
    gross: more.gross - less.gross,
    withheld: more.withheld - less.withheld,
    paid: more.paid - less.paid,
    paidVat: more.paidVat - less.paidVat,
    paidWithheld: more.paidWithheld - less.paidWithheld,
  };
}

export interface Holding {
  /** What of the payable the invoice asks for, and what of that is disputed: in the terms' currency, before tax. */
  readonly left: bigint;
  readonly disputed: bigint;
  /** What of the invoice was paid already, in its own currency. */
  readonly cameIn: bigint;
}

/** How much of what is disputed can be held of an invoice: no more than it asks for, nothing that is held for usage already, and nothing that was paid. */
export function holdableOf(stated: StatedAt, { left, disputed, cameIn }: Holding): bigint {
  const fits = (held: bigint): boolean => {
    const { received, paid, paidVat } = invoicedOf(stated, left - held);
    return received >= 0n && paid + paidVat >= cameIn;
  };
  let [least, most] = [0n, disputed < left ? disputed : left];
  if (fits(most)) return most;
  while (most - least > 1n) {
    const middle = (least + most) / 2n;
    if (fits(middle)) least = middle;
    else most = middle;
  }
  return least;
}
