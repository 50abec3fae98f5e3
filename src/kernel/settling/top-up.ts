import { intersect, overlaps, reportingPeriodNamed, type Period } from '../calendar';
import { insideTerm } from './inside-term';
import { moneyFromText, moneyText, rational, toMinor, moneyRoundingIn } from '../money';
import { clauseNumber, type Guarantee, type Terms } from '../terms';
import { type GuaranteeState } from './carried';
import { proratedMinimum, settleGuarantees } from './guarantee';
import { greater, total } from './minor';
import { type SettlingStep } from './steps';

/** What clauses earned for a period, in minor units: the close's own, and each that it restates. */
export interface EarnedForPeriod {
  /** Name of the reporting period: "2026-01". */
  readonly period: string;
  readonly clauses: readonly { readonly clause: string; readonly minor: bigint }[];
}

export interface TopUp {
  readonly guarantee: Guarantee;
  readonly minor: bigint;
  readonly step: SettlingStep;
  readonly state: GuaranteeState;
}

/**
 * Tops up guarantees that are not paid in instalments: each reporting period, or each interval that has ended by now, to its
 * minimum. Top-ups to date less those booked is what is due, so a restated period changes its own top-up and no other.
 */
export function topUpGuarantees(
  terms: Terms,
  {
    period,
    earned,
    before,
  }: { period: Period; earned: readonly EarnedForPeriod[]; before: Readonly<Record<string, GuaranteeState>> },
): TopUp[] {
  return (terms.guarantees ?? []).flatMap((guarantee, place) => {
    const state = addEarned(guarantee, {
      terms,
      earned,
      before: before[guarantee.id] ?? { earned: {}, toppedUp: '0' },
    });
    const toDate = topUpToDate(guarantee, { terms, period, state });
    const minor = toDate - BigInt(state.toppedUp);
    const money = (amount: bigint) => moneyText({ minor: amount, currency: terms.currency });
    const keys = earned.map((one) => keyOf(guarantee, { terms, period: one.period }));
    const counted = countedIn(guarantee, { terms, state, keys });
    const booked = `topped up to date ${money(toDate)} − booked ${money(BigInt(state.toppedUp))} = ${money(minor)}`;
    const step: SettlingStep = {
      clause: clauseNumber('guarantees', place),
      step: 'guarantee',
      id: guarantee.id,
      formula: [...counted, booked].join('; '),
      minor,
    };
    return [{ guarantee, minor, step, state: { ...state, toppedUp: toDate.toString() } }];
  });
}

/** "2026-01: at least 500.00, earned 300.00", for each period or interval that this close adds to. */
function countedIn(
  guarantee: Guarantee,
  { terms, state, keys }: { terms: Terms; state: GuaranteeState; keys: readonly (string | undefined)[] },
): string[] {
  const money = (minor: bigint) => moneyText({ minor, currency: terms.currency });
  return [...new Set(keys)].flatMap((key) => {
    if (key === undefined) return [];
    const minimum =
      guarantee.per === 'period'
        ? minimumOf(guarantee, { terms, name: key })
        : minorOf(guarantee.intervals.find(({ from }) => from === key)?.amount, terms);
    const from = guarantee.per === 'period' ? key : `from ${key}`;
    return [`${from}: at least ${money(minimum)}, earned ${money(BigInt(state.earned[key] ?? '0'))}`];
  });
}

const minorOf = (amount: string | undefined, { currency }: Terms): bigint =>
  amount === undefined ? 0n : moneyFromText(amount, currency).minor;

function addEarned(
  guarantee: Guarantee,
  { terms, earned, before }: { terms: Terms; earned: readonly EarnedForPeriod[]; before: GuaranteeState },
): GuaranteeState {
  const sums: Record<string, string> = { ...before.earned };
  for (const { period, clauses } of earned) {
    const key = keyOf(guarantee, { terms, period });
    if (key === undefined) continue;
    const counted = clauses.filter(({ clause }) => guarantee.clauses?.includes(clause) ?? true);
    sums[key] = (BigInt(sums[key] ?? '0') + total(counted.map(({ minor }) => minor))).toString();
  }
  return { ...before, earned: sums };
}

/** The first day of the interval that the period's first day inside the term lies in, or the period's own name. */
function keyOf(guarantee: Guarantee, { terms, period }: { terms: Terms; period: string }): string | undefined {
  if (guarantee.per === 'period') return period;
  const { from } = insideTerm(terms, reportingPeriodNamed(period));
  return guarantee.intervals.find((interval) => interval.from <= from && from < interval.until)?.from;
}

function topUpToDate(
  guarantee: Guarantee,
  { terms, period, state }: { terms: Terms; period: Period; state: GuaranteeState },
): bigint {
  const earnedIn = (key: string) => BigInt(state.earned[key] ?? '0');
  if (guarantee.per === 'period') {
    return total(
      Object.keys(state.earned).map((name) => greater(0n, minimumOf(guarantee, { terms, name }) - earnedIn(name))),
    );
  }
  const amounts = guarantee.intervals.filter(({ instalments }) => instalments === undefined);
  const ended = amounts.filter(({ until }) => until <= period.until);
  if (guarantee.crossed && ended.length < amounts.length) return 0n;
  return total(
    unearnedOf(
      ended.map(({ from, amount }) => ({
        guarantee: minorOf(amount, terms),
        earned: earnedIn(from),
      })),
      guarantee.crossed,
    ),
  );
}

function unearnedOf(intervals: readonly { guarantee: bigint; earned: bigint }[], crossed: boolean): bigint[] {
  return [settleGuarantees({ crossed, intervals }).unearned];
}

/** The minimum of a period, none outside the days of the clause, prorated by days where it says so, rounded as the terms round. */
function minimumOf(
  { amount, prorated, active }: Extract<Guarantee, { per: 'period' }>,
  { terms, name }: { terms: Terms; name: string },
): bigint {
  const period = reportingPeriodNamed(name);
  const rounding = moneyRoundingIn(terms.currency, terms.rounding);
  const days = active ? intersect(active, terms.term) : terms.term;
  if (!days || !overlaps(days, period)) return 0n;
  const minimum = rational(amount);
  return toMinor(prorated ? proratedMinimum(minimum, { period, active: days }) : minimum, rounding);
}
