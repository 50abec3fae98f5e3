import { Injectable } from '@nestjs/common';
import { getLiving } from '../../agreements';
import { type CalendarDate, dayAfter, dayInZone, exchange, startOfDayInZone } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { enqueue, enqueueLater } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { type InvoiceWithCredits, lockInvoice } from '../invoices/invoices.repository';
import { rateFor } from '../rates/rates-for-close';
import { payRateOf } from './pay-rate-of';
import { insertQuote, type PaymentQuote, quotedOf, quotesOf } from './quotes.repository';

export const sendQuoteJob = 'send-quote';
export const endQuoteJob = 'end-quote';

/** So many days after its own a quote can still be paid at the provider: a transfer of its day takes as long to arrive. */
const arrivalDays = 7;

/** The first day on which nothing arrives for it any more. */
export const quoteEndsOn = ({ day }: Pick<PaymentQuote, 'day'>): CalendarDate => dayAfter(day, arrivalDays + 1);

/**
 * What an invoice that is paid in another currency comes to today: the platform asks for it when it pays, and pays just that. One a day, and another once something was taken off the invoice; the ones before are withdrawn then, or once nothing of theirs can be on its way any more. Refuses with not-found,
 * invoice-not-quotable and rates-missing.
 */
@Injectable()
export class QuotePayment {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, invoiceId: string): Promise<PaymentQuote> {
    const invoice = await lockInvoice(tx, invoiceId);
    if (invoice === undefined) throw new DomainError('not-found');
    const due = payableOf(invoice);
    const at = this.clock.now();
    const { life, timeZone } = await getLiving(tx, invoice.agreement_id);
    const day = dayInZone(at, timeZone);
    const known = (await quotesOf(tx, invoiceId)).find(
      (quote) => quote.day === day && quotedOf(quote, invoice) === due.minor,
    );
    if (known !== undefined) return known;
    const rate = await rateFor(tx, {
      ...{ source: payRateOf(life, due, day), from: invoice.currency, to: due.pay_in, day },
      agreementId: invoice.agreement_id,
    });
    if ('missing' in rate) throw new DomainError('rates-missing', undefined, rate.missing);
    const into = (minor: bigint): bigint =>
      exchange({ minor, currency: invoice.currency }, { into: due.pay_in, rate: rate.found }).to.minor;
    const amounts = { amount_minor: into(due.minor), vat_minor: into(due.vatMinor), currency: due.pay_in };
    if (amounts.amount_minor === 0n) throw new DomainError('invoice-not-quotable', 'it comes to nothing');
    const quote = await tx.asSystem(() =>
      insertQuote(tx, invoice, {
        ...amounts,
        due_minor: due.minor,
        day,
        rate: rate.found,
        askedBy: actorName(actor),
        asked_at: at,
      }),
    );
    await enqueue(tx, sendQuoteJob, { quoteId: quote.id }, `${sendQuoteJob} ${quote.id}`);
    const over = startOfDayInZone(quoteEndsOn(quote), timeZone);
    await enqueueLater(
      tx,
      endQuoteJob,
      { quoteId: quote.id },
      { key: `${endQuoteJob} ${quote.id}`, at: over, now: at },
    );
    const details = { invoice: invoiceId, day, amount: String(quote.amount_minor), currency: quote.currency };
    const entry = { subjectId: quote.id, at };
    await audit(tx, actor, { action: 'payment-quote.made', details, ...entry });
    const to = [invoice.label_id, invoice.platform_id];
    await publish(tx, { to, topic: 'payment-quote.made', payload: details, ...entry });
    return quote;
  }
}

/** What is open of it, in which currency it is paid, and by whose rate. */
function payableOf({ state, pay_in, pay_rate_of, ...invoice }: InvoiceWithCredits) {
  const refuse = (why: string) => new DomainError('invoice-not-quotable', why);
  if (pay_in === null || pay_rate_of === null) throw refuse('it is paid in its own currency');
  if (state === 'paid') throw refuse('it is paid');
  const minor = invoice.amount_minor - invoice.credited_minor;
  if (minor === 0n) throw refuse('nothing of it is open');
  return { minor, vatMinor: invoice.vat_minor - invoice.credited_vat_minor, pay_in, pay_rate_of };
}
