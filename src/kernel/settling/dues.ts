import { calendarDateOf, dayAfter, type CalendarDate } from '../calendar';
import { type Terms } from '../terms';
import { prepaidOf } from './prepaid';

/** Money that falls due on a day of its own, before anything has earned it. */
export interface DuePayment {
  readonly clause: 'advance' | 'guarantee' | 'minimum-fee';
  /** Which of its payments: "advance" at signature, "advance #2", "guarantee 2026-01-01 #1" of the interval from that day. */
  readonly source: string;
  /** Id of the advance, guarantee or fee in the terms. */
  readonly id: string;
  /** Null: at signature. */
  readonly on: CalendarDate | null;
  readonly minor: bigint;
  /** From when on royalties recoup it. Null: from signature on. */
  readonly joinsOn: CalendarDate | null;
}

interface Known {
  /** Optional advances that were exercised, each with its day. */
  readonly exercised: ReadonlyMap<string, CalendarDate>;
  /** Fees of the years that have begun, by "id from": others have no amount yet. */
  readonly fees: Readonly<Record<string, string>>;
}

/**
 * Every payment that the terms fix beforehand: advances (options once exercised, and then within the days of payment unless by instalments), guarantees by
 * instalment, and minimum fees of years that have begun. In the order of the clauses.
 */
export function duePayments(terms: Terms, { exercised, fees }: Known): DuePayment[] {
  const prepaid = prepaidOf(terms, { period: terms.term, exercised: new Set(exercised.keys()), fees });
  const dueDayOf = (day: CalendarDate | undefined) => (day === undefined ? null : dayAfter(day, terms.payment.dueDays));
  const kinds = { recoupment: 'advance', guarantee: 'guarantee', 'minimum-fee': 'minimum-fee' } as const;
  const payments = prepaid.flatMap(({ advance: { id, amount, due, recoup }, kind }): DuePayment[] => {
    const begins = recoup && calendarDateOf(recoup.from);
    const of = { clause: kinds[kind], id: id.split(' ')[0] ?? id };
    if (due === 'signature') {
      const day = exercised.get(id);
      return [{ ...of, source: id, on: dueDayOf(day), minor: amount, joinsOn: begins ?? day ?? null }];
    }
    return due.map(({ on, amount: minor }, place) => ({
      ...{ ...of, source: `${id} #${place + 1}`, minor },
      ...{ on: calendarDateOf(on), joinsOn: begins ?? calendarDateOf(on) },
    }));
  });
  return payments.filter(({ minor }) => minor > 0n);
}
