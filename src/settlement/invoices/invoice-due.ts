import {
  type CalendarDate,
  dayAfter,
  dayInZone,
  dayOfRate,
  daysOf,
  type Life,
  payAfterTax,
  receivedOf,
  type Terms,
  termsOn,
} from '../../kernel';
import { audit } from '../../platform/audit/audit';
import type { Tx } from '../../platform/database/tx';
import { publish } from '../../platform/outbox/outbox';
import { postAll } from '../ledger/ledger';
import type { Found } from '../rates/found';
import { type RateDays, type RatesOfClose, ratesOn } from '../rates/rates-for-close';
import { taxEvents } from '../statements/taxes-charged';
import { askToWatchDeadlines } from '../timetable/watch-deadlines';
import { askToInvoiceHeld, type Due, holdInvoice, occasionOfDue } from './held-invoices.repository';
import { invoiceAtRates } from './invoice-at-rates';
import type { InvoiceOrder } from './issue-invoice';

interface Invoicing {
  /** Whose rules of tax, exchange and payment it follows. */
  readonly terms: Terms;
  readonly due: Due;
  readonly at: Date;
  readonly by: InvoiceOrder['by'];
}

/**
 * Invoices what was booked for signature or a day of its own, taxed and exchanged as a close's payable is. Where a rate is not known yet the invoice is held, and both parties hear
 * which: it is tried again when a rate comes. What is booked does not wait for it; what would recoup it does.
 */
export async function invoiceDue(tx: Tx, agreement: InvoiceOrder['agreement'], order: Invoicing): Promise<void> {
  const { due, terms, at, by } = order;
  const rates = await ratesOfDue(tx, { id: agreement.id, terms }, due);
  if ('found' in rates) return invoiceAtOnce(tx, agreement, order, rates.found);
  if (!(await holdInvoice(tx, agreement, due, at))) return;
  // Its rate may come for all in this very moment, from somebody who does not see yet that this is held.
  await askToInvoiceHeld(tx, agreement.id);
  const { purpose, source, minor } = due;
  const amount = { amount: String(minor), currency: agreement.currency };
  const details = { purpose, source, ...amount, missing: rates.missing.map(({ message }) => message) };
  await audit(tx, by, { action: 'invoice.held', subjectId: agreement.id, details, at });
  const to = [agreement.labelId, agreement.platformId];
  await publish(tx, { to, topic: 'invoice.held', subjectId: agreement.id, payload: details, at });
}

/** By whose rules of tax and exchange it is invoiced while it is held: those in force on its day or, once that has passed, today. */
export const termsOfHeld = (life: Life, { on }: Due, today: CalendarDate): Terms =>
  termsOn(life, on > today ? on : today);

/** The rates that make an invoice of it, or what is missing. */
export const ratesOfDue = (tx: Tx, of: { id: string; terms: Terms }, due: Due): Promise<Found<RatesOfClose>> =>
  ratesOn(tx, of, daysOfDue(of.terms, due));

/** As ratesOfDue, while it is held. */
export const ratesOfHeld = (
  tx: Tx,
  { id, life }: { id: string; life: Life },
  due: Due,
  today: CalendarDate,
): Promise<Found<RatesOfClose>> => ratesOfDue(tx, { id, terms: termsOfHeld(life, due, today) }, due);

/**
 * Tax is of the day that it counts for. Exchange is of the same day, or of the one on which it was booked where that comes first: it is invoiced before its day, and the
 * rate of a day to come nobody knows. Neither day moves while the invoice is held. It is booked at midnight and banks publish in the afternoon: a rate of the day before would be that of
 * nearly every due, so it is taken only where the bank rests on the day.
 */
function daysOfDue({ exchange }: Terms, { on, bookedOn, purpose }: Due): RateDays {
  const first = on < bookedOn ? on : bookedOn;
  const period = { from: first, until: dayAfter(first, 1) };
  const supply = purpose === 'back-fee' ? 'back-fee' : 'royalty';
  return {
    taxes: on,
    supply,
    exchange: exchange && dayOfRate(exchange, { period, issuedOn: bookedOn }),
    isFinal: true,
  };
}

/** As invoiceDue, at rates that are known. The caller holds the agreement. */
export async function invoiceAtOnce(
  tx: Tx,
  agreement: InvoiceOrder['agreement'],
  { terms, due, at, by }: Invoicing,
  { facts, rates }: RatesOfClose,
): Promise<void> {
  const { purpose, source, minor, on, payBy } = due;
  const payment = payAfterTax(terms, { period: { from: on, until: dayAfter(on, 1) }, payable: minor, ...facts });
  const occasion = occasionOfDue(due);
  const event = { agreement, source: occasion, effectiveOn: on, at };
  await postAll(
    tx,
    taxEvents(payment).map(([kind, legs]) => ({ ...event, kind, legs })),
  );
  // Its certificate is due one day.
  if (payment?.withheld) await askToWatchDeadlines(tx, agreement.id);
  const today = dayInZone(at, agreement.timeZone);
  const isAhead = payBy !== null && payBy >= today;
  await invoiceAtRates(tx, agreement, {
    ...{ terms, rates, payment, occasion, source: occasion, at },
    ...{ month: on.slice(0, 7), effectiveOn: on },
    minor: receivedOf({ payable: minor, ...(payment && { payment }) }),
    // What came to be known after its day is to be paid as anything else.
    invoice: {
      ...{ purpose, source, by },
      dueDays: isAhead ? daysOf({ from: today, until: payBy }) : terms.payment.dueDays,
    },
  });
}
