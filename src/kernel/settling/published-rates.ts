import { type CalendarDate, dayAfter, type Period } from '../calendar';
import { divide, exactText, multiply, ONE, rational, type Rational } from '../money';
import { type Terms } from '../terms';
import { type ExchangeRate } from './exchange';

/** Who publishes rates. What the parties record themselves is no publication. */
export const RATE_SOURCES = ['ecb', 'cbr'] as const;
export type RateSource = (typeof RATE_SOURCES)[number];

/** A published rate as it is kept: one unit of base is so many of quote. */
export interface KnownRate {
  readonly id: string;
  readonly base: string;
  readonly quote: string;
  readonly day: CalendarDate;
  readonly rate: string;
}

/** The rate that is used, and by what: the kernel's three words, the day it was asked for, the rows, and how they make it. */
export interface ChosenRate extends ExchangeRate {
  readonly on: CalendarDate;
  readonly asked: CalendarDate;
  readonly formula: string;
  readonly rows: readonly KnownRate[];
}

export interface RateQuestion {
  readonly from: string;
  readonly to: string;
  readonly day: CalendarDate;
}

interface Publisher {
  /** The currency that every rate of the source is in. */
  readonly pivot: string;
  /** The two currencies of a published rate of this one. */
  readonly pairOf: (currency: string) => { readonly base: string; readonly quote: string };
  /** How many days before the one asked for a rate may be of: the longest time in which the source publishes nothing, and a little more. */
  readonly daysBack: number;
}

/** The European bank rests four days at Easter and at Christmas; the Bank of Russia up to twelve at New Year. */
export const RATE_PUBLISHERS: Readonly<Record<RateSource, Publisher>> = {
  ecb: { pivot: 'EUR', pairOf: (currency) => ({ base: 'EUR', quote: currency }), daysBack: 7 },
  cbr: { pivot: 'RUB', pairOf: (currency) => ({ base: currency, quote: 'RUB' }), daysBack: 14 },
};

/** The published pairs that a question is answered from: one, or two where neither currency is the source's own. */
export function ratePairs(
  source: RateSource,
  { from, to }: Pick<RateQuestion, 'from' | 'to'>,
): { readonly base: string; readonly quote: string }[] {
  const { pivot, pairOf } = RATE_PUBLISHERS[source];
  return [from, to].filter((currency) => currency !== pivot).map(pairOf);
}

export const earliestRateDay = (source: RateSource, day: CalendarDate): CalendarDate =>
  dayAfter(day, -RATE_PUBLISHERS[source].daysBack);

/**
 * The rate of the day, or of the latest day before it on which the source published all that is needed; undefined where that is further back than the source ever
 * rests. Both rates of a cross rate are of one day. `rows`: of the pairs of `ratePairs`, at most one for each pair and day. All is exact; nothing is rounded.
 */
export function chooseRate(
  source: RateSource,
  question: RateQuestion,
  rows: readonly KnownRate[],
): ChosenRate | undefined {
  const first = earliestRateDay(source, question.day);
  const byDay = Map.groupBy(
    rows.filter(({ day }) => first <= day && day <= question.day),
    ({ day }) => day,
  );
  const days = [...byDay.keys()].sort().reverse();
  for (const day of days) {
    const legs = ratePairs(source, question).map(({ base, quote }) =>
      byDay.get(day)?.find((row) => row.base === base && row.quote === quote),
    );
    if (legs.some((leg) => leg === undefined)) continue;
    const used = legs as KnownRate[];
    const { rate, formula } = rateThrough(question, used);
    return { rate: exactText(rate), source, on: day, asked: question.day, formula, rows: used };
  }
  return undefined;
}

/** As published where the pair stands so, one over it where it stands the other way round, and the product of two for a cross rate. */
export function rateThrough(
  { from, to }: Pick<RateQuestion, 'from' | 'to'>,
  rows: readonly Pick<KnownRate, 'base' | 'quote' | 'rate'>[],
): { readonly rate: Rational; readonly formula: string } {
  let rate = ONE;
  let at = from;
  const factors: string[] = [];
  for (const { base, quote, rate: published } of rows) {
    const isForward = base === at;
    rate = isForward ? multiply(rate, rational(published)) : divide(rate, rational(published));
    factors.push(`${isForward ? '' : '1 / '}${published} [${base} 1 = ${quote} ${published}]`);
    at = isForward ? quote : base;
  }
  if (at !== to) throw new RangeError(`these rates lead to ${at}, not to ${to}`);
  return { rate, formula: `${from} 1 = ${to} ${factors.join(' × ')}` };
}

const lastDayOf = ({ until }: Period): CalendarDate => dayAfter(until, -1);

/** By which day the contract takes the rate; undefined where that day is still to come: a rate of the day of payment is known when it is paid. */
export function dayOfRate(
  { rateOf }: NonNullable<Terms['exchange']>,
  { period, issuedOn }: { readonly period: Period; readonly issuedOn: CalendarDate },
): CalendarDate | undefined {
  switch (rateOf) {
    case 'period-end':
      return lastDayOf(period);
    case 'statement':
      return issuedOn;
    case 'payment':
      return undefined;
  }
}
