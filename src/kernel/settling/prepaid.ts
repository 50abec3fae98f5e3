import { moneyFromText, moneyRoundingIn, rational, type Rational } from '../money';
import { clauseNumber, type Terms } from '../terms';
import { recoupableAdvances, type RecoupableAdvance } from './advances';
import { minimumFee } from './minimum-fee';
import { overlaps, type Period } from '../calendar';

/**
 * Whatever is paid before it is earned is recouped alike: yearly minimum fees within their year, guarantees paid in
 * instalments within their interval (or across all of them), then advances. In the order in which they are recouped.
 */
export interface Prepaid {
  readonly advance: RecoupableAdvance;
  readonly kind: 'minimum-fee' | 'guarantee' | 'recoupment';
  /** Number of the clause in the prose. */
  readonly clause: string;
}

export interface PrepaidInput {
  readonly period: Period;
  readonly exercised: ReadonlySet<string>;
  /** Fees of years that have begun, by "id from". */
  readonly fees: Readonly<Record<string, string>>;
}

export function prepaidOf(terms: Terms, { period, exercised, fees }: PrepaidInput): Prepaid[] {
  return [
    ...feesOf(terms, { period, fees }),
    ...instalmentGuarantees(terms),
    ...recoupableAdvances(terms, exercised).map((advance): Prepaid => {
      const place = terms.advances.findIndex(({ id }) => id === advance.id);
      return { advance, kind: 'recoupment', clause: clauseNumber('advances', place) };
    }),
  ];
}

function feesOf(terms: Terms, { period, fees }: Pick<PrepaidInput, 'period' | 'fees'>): Prepaid[] {
  return (terms.minimumFees ?? []).flatMap(({ id, years }, place) =>
    years
      .filter(({ from }) => from < period.until)
      .map(({ from, until, dueOn }): Prepaid => {
        const amount = BigInt(fees[feeKey(id, from)] ?? '0');
        return {
          advance: {
            id: feeKey(id, from),
            amount,
            due: [{ on: dueOn, amount }],
            recoupableFrom: 'all',
            recoup: { from, until, carryOver: false },
          },
          kind: 'minimum-fee',
          clause: clauseNumber('minimumFees', place),
        };
      }),
  );
}

/** "id from" of one year of a fee. */
export const feeKey = (id: string, from: string): string => `${id} ${from}`;

/**
 * The fees of years that are under way and not worked out yet, from the counts of their figures: those that begin in the period, and
 * in the first period of the term what began before it.
 */
export function feesBegun(
  terms: Terms,
  {
    period,
    known,
    countOf,
  }: { period: Period; known: Readonly<Record<string, string>>; countOf: (figure: string) => Rational },
): Record<string, string> {
  const { currency, rounding } = terms;
  const begun = (terms.minimumFees ?? []).flatMap(({ id, figure, rate, cap, years }) =>
    years
      .filter((year) => overlaps(year, period) && known[feeKey(id, year.from)] === undefined)
      .map(({ from }) => {
        const fee = minimumFee({
          rate: rational(rate),
          count: countOf(figure),
          cap: cap === undefined ? undefined : rational(cap),
          rounding: moneyRoundingIn(currency, rounding),
        });
        return [feeKey(id, from), fee.toString()] as const;
      }),
  );
  return Object.fromEntries(begun);
}

function instalmentGuarantees(terms: Terms): Prepaid[] {
  const minor = (amount: string) => moneyFromText(amount, terms.currency).minor;
  return (terms.guarantees ?? []).flatMap((guarantee, place) => {
    if (guarantee.per === 'period') return [];
    const last = guarantee.intervals.at(-1);
    return guarantee.intervals.flatMap(({ from, until, amount, instalments }): Prepaid[] => {
      if (instalments === undefined) return [];
      return [
        {
          advance: {
            id: `${guarantee.id} ${from}`,
            amount: minor(amount),
            due: instalments.map((instalment) => ({ on: instalment.on, amount: minor(instalment.amount) })),
            recoupableFrom: guarantee.clauses ?? 'all',
            // Crossed: what one interval does not earn, the later ones may.
            recoup: { from, until: guarantee.crossed && last ? last.until : until, carryOver: false },
          },
          kind: 'guarantee',
          clause: clauseNumber('guarantees', place),
        },
      ];
    });
  });
}
