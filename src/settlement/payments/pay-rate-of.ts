import { type CalendarDate, type Life, termsOn } from '../../kernel';
import type { Invoice } from '../invoices/invoices.repository';

/**
 * Whose rate an invoice is paid at on a day that is paid in another currency: that of the terms in force on the day where they pay in it by what is published, else the one that it was issued
 * with. So an amendment helps where a bank publishes no rate any more.
 */
export function payRateOf(
  life: Life,
  { pay_in, pay_rate_of }: Pick<Invoice, 'pay_in'> & { readonly pay_rate_of: NonNullable<Invoice['pay_rate_of']> },
  day: CalendarDate,
): NonNullable<Invoice['pay_rate_of']> {
  const { exchange } = termsOn(life, day);
  return exchange?.payIn === pay_in && exchange.source !== 'manual' ? exchange.source : pay_rate_of;
}
