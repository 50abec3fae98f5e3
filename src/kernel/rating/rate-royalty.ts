import { type Period } from '../calendar';
import { at, Faults } from '../faults';
import { add, isDecimalText, rational, sumOf, toMinor, ZERO, type MoneyRounding, type Rational } from '../money';
import { needsOf, type Royalty } from '../terms';
import { clauseUsage } from './clause-usage';
import { evaluate } from './evaluate';
import { valueText, type Explanation } from './explanation';
import { type Figures } from './figures';
import { RatingRefused } from './rating-input';

/** A royalty by itself, on figures alone: what a calculator or an offer's example needs, without usage or parties. */
export interface RoyaltySeries {
  readonly royalty: Royalty;
  readonly rounding: MoneyRounding;
  /** In order of time. Any periods: figures are decimals or quotients by id, flags "true" or "false". */
  readonly periods: readonly { readonly period: Period; readonly figures: Readonly<Record<string, string>> }[];
}

export interface RoyaltyOfPeriod {
  readonly period: Period;
  readonly exact: string;
  /** Rounded once, in minor units. */
  readonly minor: bigint;
  readonly explanation: Explanation;
}

export interface RatedSeries {
  readonly periods: readonly RoyaltyOfPeriod[];
  /** `exact` adds exact values, `minor` adds what was issued; they may differ. */
  readonly total: { readonly exact: string; readonly minor: bigint };
}

/** Rates a royalty period by period; counters of the term run on. Throws RatingRefused when a figure is absent or malformed. */
export function rateRoyalty({ royalty, rounding, periods }: RoyaltySeries): RatedSeries {
  checkFigures(royalty, periods);
  const rated = periods.map(({ period, figures }, place): RoyaltyOfPeriod & { readonly value: Rational } => {
    const { value, explanation } = evaluate(
      royalty,
      figuresAlone(period, { figures, earlier: periods.slice(0, place) }),
    );
    return { period, value, exact: valueText(value), minor: toMinor(value, rounding), explanation };
  });
  return {
    periods: rated.map(({ period, exact, minor, explanation }) => ({ period, exact, minor, explanation })),
    total: {
      exact: valueText(sumOf(rated.map(({ value }) => value))),
      minor: rated.reduce((sum, { minor }) => sum + minor, 0n),
    },
  };
}

function figuresAlone(
  period: Period,
  { figures, earlier }: { figures: Readonly<Record<string, string>>; earlier: RoyaltySeries['periods'] },
): Figures {
  const usage = clauseUsage([]);
  return {
    period,
    usage,
    rows: usage.all,
    measure: (measure) => figureOf(figures, measure),
    before:
      earlier.length === 0
        ? undefined
        : (measure) => earlier.reduce((sum, past) => add(sum, figureOf(past.figures, measure)), ZERO),
    flag: (id) => figures[id] === 'true',
  };
}

function figureOf(figures: Readonly<Record<string, string>>, id: string): Rational {
  const text = figures[id];
  return text === undefined ? ZERO : rational(text);
}

const QUOTIENT = /^-?\d+\/[1-9]\d*$/;

function checkFigures(royalty: Royalty, periods: RoyaltySeries['periods']): void {
  const faults = new Faults();
  const needed = [...needsOf(royalty).figures];
  periods.forEach(({ figures }, place) => {
    for (const id of needed) {
      const pointer = at(`${at('/periods', place)}/figures`, id);
      const value = figures[id];
      if (value === undefined) faults.add(pointer, 'context-missing', 'is asked for');
      else if (!isDecimalText(value) && !QUOTIENT.test(value) && value !== 'true' && value !== 'false') {
        faults.add(pointer, 'context-figure', 'must be a plain decimal, a quotient or a flag');
      }
    }
  });
  if (faults.found) throw new RatingRefused(faults.list);
}
