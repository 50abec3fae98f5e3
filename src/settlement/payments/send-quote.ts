import { Injectable } from '@nestjs/common';
import { type CalendarDate, dayInZone } from '../../kernel';
import { getAgreement } from '../../agreements';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { JobPayload } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { findInvoice, type InvoiceWithCredits } from '../invoices/invoices.repository';
import { finalEnding, NotSettled } from './not-settled';
import type { PaymentRail } from './payment-rail';
import { Payments } from './payments';
import { quoteEndsOn } from './quote-payment';
import { endQuote, findQuote, noteQuoteSent, type PaymentQuote, quotedOf, quotesOf } from './quotes.repository';

interface Sendable {
  readonly quote: PaymentQuote;
  readonly invoice: InvoiceWithCredits;
  readonly platformName: string;
  /** Quotes of other days that may still be paid. */
  readonly others: readonly PaymentQuote[];
  readonly today: CalendarDate;
}

/**
 * Hands a quote to the provider for collection, once those before it can be paid no more; and takes it back some days after its own, for what was paid on its day may still be on its way. Either continues where an
 * earlier attempt stopped. Without a provider the quote is only told.
 */
@Injectable()
export class SendQuote {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly payments: Payments,
  ) {}

  async execute({ quoteId = '' }: JobPayload): Promise<void> {
    const { rail } = this.payments;
    const found = await this.find(quoteId);
    if (rail === undefined || found === undefined || found.today > found.quote.day) return;
    if (found.quote.external_id !== null) return;
    for (const quote of found.others) {
      // Somebody has paid it: the news is on its way, and nothing more is asked for.
      if (!(await this.withdraw(rail, { ...found, quote }))) return;
    }
    await this.send(rail, found);
  }

  /** When nothing arrives for it any more; or something was taken off the invoice, and it asks for more than is open. */
  async end({ quoteId = '' }: JobPayload): Promise<void> {
    const { rail } = this.payments;
    const found = await this.find(quoteId);
    if (found === undefined) return;
    const { invoice, quote, today } = found;
    if (today < quoteEndsOn(quote) && quotedOf(quote, invoice) <= invoice.amount_minor - invoice.credited_minor) return;
    if (rail === undefined) await this.noteWithdrawn(found);
    else await this.withdraw(rail, found);
  }

  private find(id: string): Promise<Sendable | undefined> {
    return this.database.asSystem(async (tx) => {
      const quote = await findQuote(tx, id);
      if (quote === undefined || quote.ended !== null) return undefined;
      const invoice = (await findInvoice(tx, quote.invoice_id))!;
      if (invoice.state === 'paid') return undefined;
      const { name } = await tx.one<{ name: string }>('SELECT name FROM organizations WHERE id = $1', [
        invoice.platform_id,
      ]);
      const { timeZone } = await getAgreement(tx, invoice.agreement_id);
      const others = (await quotesOf(tx, invoice.id)).filter((one) => one.id !== id && one.ended === null);
      const today = dayInZone(this.clock.now(), timeZone);
      return { quote, invoice, platformName: name, others, today };
    }, 'read');
  }

  private async send(rail: PaymentRail, { quote, invoice, platformName }: Sendable): Promise<string> {
    const outcome = await rail.createInvoice({
      invoiceId: quote.id,
      number: `${invoice.number}-${quote.number}`,
      customer: { reference: invoice.platform_id, name: platformName },
      amountMinor: quote.amount_minor,
      currency: quote.currency,
      description: `invoice ${invoice.number}, at the rate of ${quote.day}`,
      dueDays: 0,
    });
    if (outcome.outcome !== 'done') throw new NotSettled(`quote ${quote.id}`, outcome);
    await this.database.asSystem((tx) => noteQuoteSent(tx, quote.id, outcome.externalId));
    return outcome.externalId;
  }

  /** Takes all of it off at the provider; says whether that was possible, or whether it was paid before. */
  private async withdraw(rail: PaymentRail, of: Sendable): Promise<boolean> {
    const { quote } = of;
    // A killed worker may have sent it without a note of it: sending finds what is there.
    const externalId = quote.external_id ?? (await this.send(rail, of));
    const order = { creditId: quote.id, externalId, amountMinor: quote.amount_minor };
    const { outcome } = finalEnding(`quote ${quote.id}`, await rail.creditInvoice(order));
    if (outcome !== 'done') return false;
    await this.noteWithdrawn(of);
    return true;
  }

  private noteWithdrawn({ quote, invoice }: Pick<Sendable, 'quote' | 'invoice'>): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      if ((await endQuote(tx, quote.id, 'withdrawn', at)) === 0) return;
      const details = { invoice: invoice.id, day: quote.day };
      const by = { system: 'end-quote', organizationId: invoice.platform_id };
      await audit(tx, by, { action: 'payment-quote.withdrawn', subjectId: quote.id, details, at });
      const to = [invoice.label_id, invoice.platform_id];
      await publish(tx, { to, topic: 'payment-quote.withdrawn', subjectId: quote.id, payload: details, at });
    });
  }
}
