import { getLiving } from '../../agreements';
import { dayInZone, type Life } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { occasionOfPayment } from '../invoices/held-invoices.repository';
import type { Invoice } from '../invoices/invoices.repository';
import { post } from '../ledger/ledger';
import { exchangeDifference } from '../ledger/templates';
import { exchangeDue } from '../rates/exchange-due';
import type { UsableRate } from '../rates/rate-uses.repository';
import { rateFor } from '../rates/rates-for-close';
import { payRateOf } from './pay-rate-of';
import { endQuote, type PaymentQuote } from './quotes.repository';

interface Settled {
  readonly invoice: Invoice;
  readonly quote: PaymentQuote;
  /** What it was quoted for: what was open of the invoice then, in its own currency. */
  readonly due: bigint;
  /** What came in, in the currency of payment. */
  readonly minor: bigint;
  readonly paidAt: Date;
  readonly at: Date;
}

/**
 * What was due leaves the books of its currency at the rate of the day on which it was paid, and comes into those of the currency of payment. Where it was paid on another day than it was quoted for
 * the difference is booked by itself: the platform owes no more for it, and the label gets what came in.
 */
export async function settleAtRate(tx: Tx, { invoice, quote, due, minor, paidAt, at }: Settled): Promise<void> {
  const { agreement_id: id, label_id: labelId, platform_id: platformId, currency } = invoice;
  const { life, timeZone } = await getLiving(tx, id);
  const day = dayInZone(paidAt, timeZone);
  const rate = day === quote.day ? quote.rate : await rateOfPayment(tx, life, { invoice, quote, day });
  const paid = await exchangeDue(
    tx,
    { id, labelId, platformId, currency },
    {
      ...{ month: day.slice(0, 7), occasion: occasionOfPayment(invoice), source: invoice.id, minor: due },
      ...{ rate, into: quote.currency, effectiveOn: day, at },
    },
  );
  const legs = exchangeDifference(minor - paid.minor);
  const event = { source: invoice.id, effectiveOn: day, at };
  await post(tx, { ...event, agreement: paid.agreement, kind: 'exchange-difference', legs });
  await endQuote(tx, quote.id, 'paid', at);
}

/** Of the day of payment; where there is none, the one that was quoted. */
async function rateOfPayment(
  tx: Tx,
  life: Life,
  { invoice, quote, day }: { invoice: Invoice; quote: PaymentQuote; day: PaymentQuote['day'] },
): Promise<UsableRate> {
  const source = payRateOf(life, { pay_in: invoice.pay_in, pay_rate_of: invoice.pay_rate_of! }, day);
  const rate = await rateFor(tx, {
    ...{ source, from: invoice.currency, to: quote.currency, day },
    agreementId: invoice.agreement_id,
  });
  return 'found' in rate ? rate.found : quote.rate;
}
