import { overlaps, type Period } from '../calendar';
import { moneyFromText } from '../money';
import { type Terms } from '../terms';
import { total } from './minor';

/** An advance that is due for sure: an option counts once it is exercised. Amounts in minor units. */
export interface RecoupableAdvance {
  readonly id: string;
  readonly amount: bigint;
  readonly due: 'signature' | readonly { readonly on: string; readonly amount: bigint }[];
  readonly recoupableFrom: 'all' | readonly string[];
  readonly recoup?: Period & { readonly carryOver: boolean };
}

type AdvanceTerms = Pick<Terms, 'advances' | 'currency'>;

/** The advances of the terms in minor units, options only if exercised. Throws RangeError on an amount finer than those. */
export function recoupableAdvances(
  { advances, currency }: AdvanceTerms,
  exercised: ReadonlySet<string> = new Set(),
): RecoupableAdvance[] {
  const minor = (amount: string) => moneyFromText(amount, currency).minor;
  return advances
    .filter(({ id, option }) => !option || exercised.has(id))
    .map(({ id, amount, due, recoupableFrom, recoup }) => ({
      id,
      amount: minor(amount),
      due:
        due === 'signature' ? due : due.map((instalment) => ({ on: instalment.on, amount: minor(instalment.amount) })),
      recoupableFrom,
      ...(recoup && { recoup }),
    }));
}

/** Whether the advance is due, and to be recouped from all that is earned, from signature on. */
export const joinsAtSignature = ({ due, recoup, option }: Terms['advances'][number]): boolean =>
  due === 'signature' && !recoup && !option;

/** What all advances come to: those that are due for sure, and those with every option exercised. */
export function totalAdvances(
  terms: AdvanceTerms,
  exercised: ReadonlySet<string> = new Set(),
): { due: bigint; withAllOptions: bigint } {
  const all = new Set(terms.advances.map(({ id }) => id));
  const sum = (options: ReadonlySet<string>) => total(recoupableAdvances(terms, options).map(({ amount }) => amount));
  return { due: sum(exercised), withAllOptions: sum(all) };
}

/**
 * How much of the advance has joined the balance when the period ends: with a recoup interval, all of it once the interval
 * has begun, whenever it is paid; without one, what is due by then.
 */
export function joinedBy({ amount, due, recoup }: RecoupableAdvance, { until }: Period): bigint {
  if (recoup) return recoup.from < until ? amount : 0n;
  if (due === 'signature') return amount;
  return total(due.filter(({ on }) => on < until).map((instalment) => instalment.amount));
}

/** Whether royalties of the period recoup the advance: one that does not carry over only while its interval runs. */
export function isRecoupableIn({ recoup }: RecoupableAdvance, period: Period): boolean {
  if (!recoup) return true;
  return recoup.carryOver ? recoup.from < period.until : overlaps(recoup, period);
}

/** Whether what is open of the advance lapses with the period or lapsed before. */
export function lapsesBy({ recoup }: RecoupableAdvance, { until }: Period): boolean {
  return recoup !== undefined && !recoup.carryOver && recoup.until <= until;
}
