import {
  allocateByWeights,
  exactText,
  fromMinorUnits,
  rational,
  roundEach,
  roundTogether,
  toMinorUnits,
  trimTotal,
  type ExactLine,
  type InMinorUnits,
  type RoundedLine,
  type RoundingMode,
} from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { family } from './family';

type AllocationTerms = MoneyTerms & {
  readonly method: 'round-each' | 'largest-remainder' | 'allocate-by-weights' | 'trim-total-with-adjustment-row';
  readonly credit?: string;
};

interface AllocationUsage {
  readonly amount?: string;
  readonly lines: readonly { readonly line: string; readonly amount?: string; readonly weight?: string }[];
}

/** rounding-allocation. */
export const roundingAllocation = family((terms: AllocationTerms, usage: AllocationUsage) => {
  const money = new CaseMoney(terms);
  switch (terms.method) {
    case 'round-each':
      return { lines: finals(roundEach(linesOf(usage), money.scale).lines, money) };
    case 'largest-remainder':
      return togetherShown(linesOf(usage), { credit: terms.credit ?? '0', money });
    case 'allocate-by-weights': {
      const weighted = usage.lines.map(({ line, weight = '0' }) => ({ line, weight: rational(weight) }));
      const shared = allocateByWeights(rational(usage.amount ?? '0'), { lines: weighted, rounding: money.scale });
      return {
        lines: shared.lines.map(({ line, ...amounts }) => ({ line, ...money.exactAndFinal(amounts) })),
        lines_total: money.text(shared.linesTotal),
      };
    }
    case 'trim-total-with-adjustment-row': {
      const { rawTotal, invoiced, adjustment } = trimTotal(linesOf(usage), money.scale);
      return { raw_total: exactText(rawTotal), invoiced: money.text(invoiced), adjustment_row: exactText(adjustment) };
    }
  }
});

const linesOf = ({ lines }: AllocationUsage): ExactLine[] =>
  lines.map(({ line, amount = '0' }) => ({ line, amount: rational(amount) }));

const finals = (lines: readonly RoundedLine[], money: CaseMoney) =>
  lines.map(({ line, minor }) => ({ line, final: money.text(minor) }));

function togetherShown(lines: readonly ExactLine[], { credit, money }: { credit: string; money: CaseMoney }): unknown {
  const together = roundTogether(lines, { rounding: money.scale, credit: rational(credit) });
  return {
    exact_total: exactText(together.exactTotal),
    rounded_each_total: money.text(together.roundedEachTotal),
    drift: money.text(together.drift),
    lines: finals(together.lines, money),
    adjusted: together.adjusted.map(({ line, by }) => ({ line, by: money.text(by) })),
    lines_total: money.text(together.linesTotal),
    credit_applied: money.text(together.creditApplied),
    amount_due: money.text(together.amountDue),
  };
}

interface CurrencyTerms {
  readonly direction: 'to-minor-units' | 'from-minor-units';
  readonly rounding: { readonly mode: RoundingMode };
}

interface CurrencyLine {
  readonly line: string;
  readonly currency: string;
  readonly amount?: string;
  readonly minor_units?: string;
}

/** currency-exponent. */
export const currencyExponent = family((terms: CurrencyTerms, { lines }: { lines: readonly CurrencyLine[] }) => ({
  lines: lines.map(({ line, currency, amount = '0', minor_units = '0' }) => ({
    line,
    ...unitsShown(
      terms.direction === 'to-minor-units'
        ? toMinorUnits(rational(amount), { currency, mode: terms.rounding.mode })
        : fromMinorUnits(BigInt(minor_units), currency),
    ),
  })),
}));

function unitsShown(units: InMinorUnits): object {
  if (units.status === 'rejected') return { status: units.status, reason: units.reason };
  const { status, decimals, amount, minor } = units;
  return { status, decimals: String(decimals), final: amount, minor_units: String(minor) };
}
