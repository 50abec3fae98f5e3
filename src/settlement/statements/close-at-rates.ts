import type { LivingAgreement } from '../../agreements';
import {
  type CalendarDate,
  dayInZone,
  type Period,
  reportingPeriodAround,
  type Terms,
  termsOfMonth,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { UsableRate } from '../rates/rate-uses.repository';
import type { Found } from '../rates/found';
import { type RatesOfClose, ratesForClose, ratesOfClose } from '../rates/rates-for-close';
import { deadlinesIn } from '../timetable/timetable';
import { firstDrafted } from './drafts/drafts.repository';
import { type ClosedMonth, type CloseInput, payAtRates, rateClose } from './rate-close';
import { refuseRecoupingHeld } from './refuse-held';

/**
 * Works a close out, at the rates of tax and exchange that its terms ask for; `input` comes back with them. Where nothing is payable there is nothing to tax or
 * exchange, and no rate is asked for. Refuses with rates-missing and everything that is missing; and where it would recoup what is held for a rate. Throws the kernel's RatingRefused.
 */
export async function closeAtRates(
  tx: Tx,
  agreement: LivingAgreement,
  input: CloseInput,
  at: Date,
): Promise<{ readonly closed: ClosedMonth; readonly input: CloseInput }> {
  const closed = rateClose(input);
  const terms = input.termsOf(input.month);
  const { until } = reportingPeriodAround(terms.reportingPeriod, input.month);
  await refuseRecoupingHeld(tx, agreement, { terms, until, carried: input.carried, settled: closed.settled, at });
  if (closed.settled.payable === 0n || !asksForRates(terms)) return { closed, input };
  const rates = await ratesForClose(tx, { id: agreement.id, terms }, await daysOf(tx, agreement, input.month, at));
  return { closed: payAtRates(closed, terms, rates), input: { ...input, facts: { ...input.facts, ...rates.facts } } };
}

/** Whether a payment under the terms is taxed or exchanged. */
export const asksForRates = ({ taxes, exchange }: Terms): boolean => taxes !== undefined || exchange !== undefined;

/** The rates that a close of the month would take today, or what it would lack. */
export async function ratesOfMonth(
  tx: Tx,
  agreement: LivingAgreement,
  month: string,
  at: Date,
): Promise<Found<RatesOfClose>> {
  const terms = termsOfMonth(agreement.life, month);
  return ratesOfClose(tx, { id: agreement.id, terms }, await daysOf(tx, agreement, month, at));
}

/** Whether a draft's rates are no more those that a close would take: one was corrected, agreed otherwise, or has come for the very day that was asked for. */
export async function areRatesOutdated(
  tx: Tx,
  agreement: LivingAgreement,
  { month, rates, at }: { readonly month: string; readonly rates: readonly UsableRate[]; readonly at: Date },
): Promise<boolean> {
  if (rates.length === 0) return false;
  const now = await ratesOfMonth(tx, agreement, month, at);
  return !('found' in now) || rowsOf(now.found.rates) !== rowsOf(rates);
}

const rowsOf = (rates: readonly UsableRate[]): string =>
  JSON.stringify(
    rates.map(({ kind, rate, source, from }) => {
      // Another version of the table may say the same again.
      if ('taxRule' in from) return [kind, rate, source];
      return 'agreedNumber' in from ? [kind, from.agreedNumber] : [kind, from.published, from.crossedWith];
    }),
  );

/**
 * The period, and the day that the statement is of: the one on which it was drawn up first, and no later one than that by which it was due. Both parties are told the same, though drafts are the
 * label's. A rate that the parties have to agree on first is of the day by which the statement is due: it would else be another one with each attempt.
 */
async function daysOf(
  tx: Tx,
  agreement: LivingAgreement,
  month: string,
  at: Date,
): Promise<{ readonly period: Period; readonly issuedOn: CalendarDate }> {
  const { reportingPeriod, exchange } = termsOfMonth(agreement.life, month);
  const period = reportingPeriodAround(reportingPeriod, month);
  const { statement: due } = deadlinesIn(agreement, month);
  if (exchange?.source === 'manual') return { period, issuedOn: due };
  const drafted = await tx.asSystem(() => firstDrafted(tx, agreement.id, month));
  const first = dayInZone(drafted ?? at, agreement.timeZone);
  return { period, issuedOn: first < due ? first : due };
}
