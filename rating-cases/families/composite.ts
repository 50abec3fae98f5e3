import { minorExact, rational, recoupPeriods, trueUpPeriods, type Period } from '../../src/kernel';
import { CaseMoney } from './case-money';
import { entryAt, family, periodWithin, type OpenDays } from './family';
import { branchesOf, rateFormula, type FormulaPeriod, type FormulaTerms } from './formulas';

type Step =
  | { readonly step: 'minimum-per-period'; readonly amount: string }
  | { readonly step: 'recoup'; readonly advance: string; readonly carry_over: boolean; readonly recoup?: OpenDays };

/** What a step makes of the amounts of all periods, and what of it is shown for each period and for all. */
interface Stepped {
  readonly amounts: readonly bigint[];
  readonly shown: readonly object[];
  readonly total: object;
}

interface Before {
  readonly periods: readonly Period[];
  readonly amounts: readonly bigint[];
  readonly money: CaseMoney;
}

/** composite: a formula, and then the steps in their order, each on what the one before left. */
export const composite = family(
  (terms: FormulaTerms & { then: readonly Step[] }, usage: { periods: readonly FormulaPeriod[] }) => {
    const money = new CaseMoney(terms);
    const rated = rateFormula(terms, usage.periods);
    const periods = rated.periods.map(({ period }) => period);
    let amounts: readonly bigint[] = rated.periods.map(({ minor }) => minor);
    const steps = terms.then.map((step) => {
      const stepped = take(step, { periods, amounts, money });
      amounts = stepped.amounts;
      return stepped;
    });
    return {
      periods: rated.periods.map(({ period, exact, minor, explanation }, index) => ({
        from: period.from,
        until: period.until,
        ...branchesOf(terms.formula, explanation),
        exact,
        final: money.text(minor),
        ...merged(steps.map(({ shown }) => entryAt(shown, index))),
      })),
      total: merged(steps.map(({ total }) => total)),
    };
  },
);

function take(step: Step, before: Before): Stepped {
  return step.step === 'minimum-per-period' ? takeMinimum(step, before) : takeRecoupment(step, before);
}

function takeMinimum(
  { amount }: Extract<Step, { step: 'minimum-per-period' }>,
  { periods, amounts, money }: Before,
): Stepped {
  const earned = periods.map((period, index) => {
    return { period, earned: minorExact(entryAt(amounts, index), money.scale) };
  });
  const toppedUp = trueUpPeriods(earned, { minimum: rational(amount), rounding: money.scale });
  const dues = toppedUp.periods.map(({ due }) => due.rounded);
  return {
    amounts: dues,
    shown: dues.map((due) => ({ after_minimum: money.text(due) })),
    total: { after_minimum: money.text(toppedUp.total.due) },
  };
}

function takeRecoupment(
  { advance, recoup, carry_over: carryOver }: Extract<Step, { step: 'recoup' }>,
  { periods, amounts, money }: Before,
): Stepped {
  const earned = periods.map((period, index) => {
    return { period, earned: [{ clause: 'royalties', amount: entryAt(amounts, index) }] };
  });
  const recouped = recoupPeriods(earned, {
    advances: [
      {
        id: 'advance',
        amount: money.read(advance),
        due: 'signature',
        recoupableFrom: 'all',
        ...(recoup ? { recoup: { ...periodWithin(recoup), carryOver } } : {}),
      },
    ],
    negative: 'unrecouped',
  });
  return {
    amounts: recouped.periods.map(({ payable }) => payable),
    shown: recouped.periods.map((period) =>
      money.texts({
        opening_unrecouped: period.opening,
        recouped: period.recouped,
        payable: period.payable,
        closing_unrecouped: period.closing,
      }),
    ),
    total: { payable: money.text(recouped.total.payable) },
  };
}

const merged = (objects: readonly object[]): object => Object.assign({}, ...objects) as object;
