import type { LivingAgreement } from '../../agreements';
import { dayInZone, reportingPeriodAround } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { ratesForClose } from '../rates/rates-for-close';
import { type ClosedMonth, type CloseInput, payAtRates, rateClose } from './rate-close';

/**
 * Works a close out, at the rates of tax and exchange that its terms ask for; `input` comes back with them. Where nothing is payable there is nothing to tax or
 * exchange, and no rate is asked for. Refuses with rates-missing and everything that is missing. Throws the kernel's RatingRefused.
 */
export async function closeAtRates(
  tx: Tx,
  { id, timeZone }: Pick<LivingAgreement, 'id' | 'timeZone'>,
  input: CloseInput,
  at: Date,
): Promise<{ readonly closed: ClosedMonth; readonly input: CloseInput }> {
  const closed = rateClose(input);
  const terms = input.termsOf(input.month);
  if (closed.settled.payable === 0n || (!terms.taxes && !terms.exchange)) return { closed, input };
  const period = reportingPeriodAround(terms.reportingPeriod, input.month);
  const days = { period, issuedOn: dayInZone(at, timeZone) };
  const rates = await ratesForClose(tx, { id, terms }, days);
  return { closed: payAtRates(closed, terms, rates), input: { ...input, facts: { ...input.facts, ...rates.facts } } };
}
