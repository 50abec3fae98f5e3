import { type Cells } from './cells';
import { add, compare, multiply, ratio, rational, type Rational, subtract, ZERO } from '../../kernel/money/rational';
import { canonicalDecimal, DecimalSum } from './decimal-sum';
import { type Findings } from './faults';
import { type CellName, cellNumber } from './layouts';
import { type SalesContext } from './records';

/** Amounts that stand in the summary and in every line of its. */
const amounts = [
  'AllocatedRevenueInCurrencyOfTransaction',
  'AllocatedRevenueInCurrencyOfAccounting',
  'AllocatedNetRevenueInCurrencyOfTransaction',
  'AllocatedNetRevenueInCurrencyOfAccounting',
] as const satisfies readonly (CellName<'SY10'> & CellName<'SR08'>)[];

/** Amounts that a summary states in both currencies: in that of accounting, they are those times the exchange rate. */
const exchanged = [
  'GrossRevenue',
  'NetRevenue',
  'AllocatedRevenue',
  'AllocatedNetRevenue',
  'FinalTotalAmount',
] as const;

const lineCells = amounts.map((name) => cellNumber('SR08', name));
const SUMMARY = cellNumber('SR08', 'SummaryRecordId');

/** A sum with what rounding explains: each amount differs by up to half a unit of its own last place. */
class RoundedSum {
  private readonly sum = new DecimalSum();
  /** How many amounts have so many places. */
  private readonly counts: number[] = [];

  add(text: string): void {
    this.sum.add(text);
    const places = placesOf(text);
    this.counts[places] = (this.counts[places] ?? 0) + 1;
  }

  get text(): string {
    return this.sum.text;
  }

  agreesWith(text: string): boolean {
    let slack = halfAUnit(placesOf(text));
    this.counts.forEach((count, places) => {
      slack = add(slack, multiply(rational(BigInt(count)), halfAUnit(places)));
    });
    return isWithin(subtract(exact(this.sum.text), exact(text)), slack);
  }
}

interface ContextRevenue {
  readonly context: SalesContext;
  readonly sums: readonly RoundedSum[];
}

/**
 * Holds the money of each sales context against its lines, and its two currencies against each other. Differences are
 * warnings: how much is tolerated is for the parties to agree, but what rounding cannot explain is told.
 */
export class RevenueCheck {
  private readonly contexts = new Map<string, ContextRevenue>();

  constructor(private readonly findings: Findings) {}

  /** Takes a sound context, the record of which is open. */
  context(context: SalesContext): void {
    this.contexts.set(context.summaryRecordId, { context, sums: amounts.map(() => new RoundedSum()) });
    const cells: Readonly<Record<string, string | readonly string[] | undefined>> = context.cells;
    for (const amount of exchanged) {
      const from = cells[`${amount}InCurrencyOfTransaction`];
      const to = cells[`${amount}InCurrencyOfAccounting`];
      if (typeof from !== 'string' || typeof to !== 'string' || isExchanged(from, context.exchangeRate, to)) continue;
      const name = `${amount}InCurrencyOfAccounting` as CellName<'SY10'>;
      const message = `${name} is not ${from} ${context.currencyOfTransaction} times ${context.exchangeRate}`;
      this.findings.add('exchange-mismatch', message, { cell: cellNumber('SY10', name), value: to });
    }
  }

  /** Rejected lines count too: the check is whether the sender's own figures agree with each other. */
  line(cells: Cells): void {
    if (!cells.isUsable(SUMMARY)) return;
    const revenue = this.contexts.get(cells.repeatedText(SUMMARY));
    if (revenue === undefined) return;
    lineCells.forEach((cell, index) => {
      if (cells.isUsable(cell)) revenue.sums[index]!.add(cells.text(cell));
    });
  }

  finish(): void {
    for (const { context, sums } of this.contexts.values()) {
      this.findings.open(context.lineNumber, 'SY10');
      amounts.forEach((name, index) => {
        const said = context.cells[name];
        const sum = sums[index]!;
        if (sum.agreesWith(said)) return;
        const message = `${name} says ${said}, its lines add up to ${sum.text}`;
        this.findings.add('revenue-total-mismatch', message, { cell: cellNumber('SY10', name), value: said });
      });
    }
  }
}

function placesOf(text: string): number {
  const dot = text.indexOf('.');
  return dot < 0 ? 0 : text.length - dot - 1;
}

/** 0.005 for two places. */
const halfAUnit = (places: number): Rational => ratio(1n, 2n * 10n ** BigInt(places));

/** The product is exact; the amount was rounded once. */
const isExchanged = (from: string, rate: string, to: string): boolean =>
  isWithin(subtract(multiply(exact(from), exact(rate)), exact(to)), halfAUnit(placesOf(to)));

const isWithin = (difference: Rational, slack: Rational): boolean =>
  compare(difference, slack) <= 0 && compare(difference, subtract(ZERO, slack)) >= 0;

/** Files also write `5.`, which is no decimal elsewhere. */
const exact = (text: string): Rational => rational(canonicalDecimal(text));
