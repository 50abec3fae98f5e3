import { reportingPeriodNamed } from '../calendar';
import { type PeriodUsage } from '../rating';
import { type Terms } from '../terms';
import { openingCarried, type Carried } from './carried';
import { closePeriod, type ClosedPeriod, type CloseFacts } from './close-period';

/** A period of past, given or imagined usage. */
export interface SimulatedPeriod extends PeriodUsage {
  /** Name of the reporting period: "2026-01". */
  readonly period: string;
  readonly facts?: CloseFacts;
}

/**
 * What terms would pay, period by period in the order given: the very close of a period, on usage that need not have happened.
 * Balances pass from each period to the next, counters of the term run on. Throws RatingRefused as a close does.
 */
export function simulate(
  terms: Terms,
  { periods, carried = openingCarried(terms) }: { periods: readonly SimulatedPeriod[]; carried?: Carried },
): ClosedPeriod[] {
  let balances = carried;
  // Counters of the term read usage again in every later period.
  const all = periods.map((period) => ({ ...period, usage: [...period.usage] }));
  return all.map(({ period, usage, context, facts }, place) => {
    const closed = closePeriod({
      terms,
      period: reportingPeriodNamed(period),
      usage,
      context,
      earlier: all.slice(0, place).map((one) => ({ ...one, period: reportingPeriodNamed(one.period) })),
      carried: balances,
      ...(facts ? { facts } : {}),
    });
    balances = closed.settled.carried;
    return closed;
  });
}
