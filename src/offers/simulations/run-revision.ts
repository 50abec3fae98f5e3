import {
  type ClosedPeriod,
  compileGrants,
  type Explanation,
  type Fault,
  grantsOf,
  intersect,
  moneyText,
  RatingRefused,
  type SimulatedPeriod,
  simulate,
  standingApart,
  sumWithoutSales,
  type Terms,
  type UsageSum,
} from '../../kernel';
import type { BasisMonth } from './basis';
import { contextOfMonths } from './context-of-month';
import { placeMonths, type PlacedPeriod } from './place-months';
import type { ClauseRun, NotLicensed, PeriodRun, RevisionRun } from './simulation-result';

const faultsShown = 100;

export interface RevisionToRun {
  readonly number: number;
  readonly terms: Terms;
  readonly termsHash: string;
}

/**
 * What a revision would pay on these months, by the kernel's own arithmetic. Usage that it does not license is left out and counted; a
 * refusal of the kernel is the outcome, with its faults.
 */
export function runRevision({ number, terms, termsHash }: RevisionToRun, basis: readonly BasisMonth[]): RevisionRun {
  const months = new Map(basis.map((month) => [month.month, month]));
  const placed = placeMonths(terms, [...months.keys()].sort());
  const sorted = new LicensedUsage(terms);
  const head = {
    revision: number,
    termsHash,
    rules: terms.rules,
    currency: terms.currency,
    reportingPeriod: terms.reportingPeriod,
    movedBy: placed.movedBy,
    monthsLeftOut: placed.leftOut,
  };
  try {
    const periods = placed.periods.map((period) => periodToRun(period, { terms, months, sorted }));
    const closed = simulateNamingPeriod(terms, periods);
    const runs = closed.map((outcome, place) => periodRun(outcome, placed.periods[place]));
    return { ...head, refusal: null, periods: runs, totals: totalsOf(closed, terms), notLicensed: sorted.notLicensed };
  } catch (error) {
    if (!(error instanceof RatingRefused)) throw error;
    const refusal = error.faults.slice(0, faultsShown);
    return { ...head, refusal, periods: [], totals: null, notLicensed: sorted.notLicensed };
  }
}

interface Sources {
  readonly terms: Terms;
  readonly months: ReadonlyMap<string, BasisMonth>;
  readonly sorted: LicensedUsage;
}

function periodToRun({ name, period, months: placed }: PlacedPeriod, { terms, months, sorted }: Sources) {
  // The day that the kernel asks the grants for: the period's first one in the term.
  const day = (intersect(period, terms.term) ?? period).from;
  const parts = placed.flatMap(({ usageOf }) => months.get(usageOf) ?? []);
  const usage = parts.flatMap((month) => sorted.licensed(month.usage, day));
  const untold = sumWithoutSales(terms, period, usage);
  if (untold !== undefined) throw withoutSales(name, untold);
  const contexts = parts.map((month) => naming(name, () => month.contextFor(terms, day)));
  const context = naming(name, () => contextOfMonths(terms, contexts));
  // What other agreements of a pool will earn nobody knows.
  return { period: name, usage, context, facts: standingApart(terms) };
}

/** Keeps what the grants allow, by the kernel's own matching, and counts the rest by its reason. */
class LicensedUsage {
  private readonly grants;
  private readonly left = new Map<string, { sums: number; quantity: bigint; returns: bigint }>();

  constructor(terms: Terms) {
    this.grants = compileGrants(grantsOf(terms, ''));
  }

  licensed(usage: readonly UsageSum[], day: PlacedPeriod['period']['from']): UsageSum[] {
    return usage.filter((sum) => {
      const { service, territory, use, model, isrc } = sum;
      const decision = this.grants.context({ service, territory, use, model, day }).clauseFor(isrc);
      if (!decision.licensed) this.leave(sum, decision.reason);
      return decision.licensed;
    });
  }

  get notLicensed(): NotLicensed[] {
    return [...this.left]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, { sums, quantity, returns }]) => ({
        reason,
        sums,
        quantity: String(quantity),
        returns: String(returns),
        units: String(quantity - returns),
      }));
  }

  private leave({ quantity, returns }: UsageSum, reason: string): void {
    const counted = this.left.get(reason) ?? { sums: 0, quantity: 0n, returns: 0n };
    counted.sums += 1;
    counted.quantity += quantity;
    counted.returns += returns;
    this.left.set(reason, counted);
  }
}

/** A refusal says in which period it is: the shortest run that is refused ends with it. */
function simulateNamingPeriod(terms: Terms, periods: readonly SimulatedPeriod[]): ClosedPeriod[] {
  const refusalOf = (count: number): RatingRefused | undefined => {
    try {
      simulate(terms, { periods: periods.slice(0, count) });
      return undefined;
    } catch (error) {
      if (error instanceof RatingRefused) return error;
      throw error;
    }
  };
  try {
    return simulate(terms, { periods });
  } catch (error) {
    if (!(error instanceof RatingRefused)) throw error;
    let [sound, refused, refusal] = [0, periods.length, error];
    while (refused - sound > 1) {
      const middle = Math.floor((sound + refused) / 2);
      const found = refusalOf(middle);
      if (found === undefined) sound = middle;
      else [refused, refusal] = [middle, found];
    }
    throw named(periods[refused - 1]?.period ?? '', refusal);
  }
}

function naming<T>(period: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RatingRefused) throw named(period, error);
    throw error;
  }
}

/** What nobody was asked for when it was reported stands in no report: a revision that pays by it cannot be tried on that usage. */
function withoutSales(period: string, { isrc, territory, use, model }: UsageSum): RatingRefused {
  const message = `does not tell what ${isrc} was sold for in ${territory} (${use}, ${model})`;
  return new RatingRefused([{ pointer: `/periods/${period}/usage`, code: 'usage-sales-missing', message }]);
}

const named = (period: string, { faults }: RatingRefused): RatingRefused =>
  new RatingRefused(faults.map((fault): Fault => ({ ...fault, pointer: `/periods/${period}${fault.pointer}` })));

function periodRun({ rated, settled }: ClosedPeriod, placed: PlacedPeriod | undefined): PeriodRun {
  const money = (minor: bigint): string => moneyText({ minor, currency: rated.currency });
  return {
    period: rated.period,
    usageOf: (placed?.months ?? []).map(({ usageOf }) => usageOf),
    clauses: rated.clauses.map(({ clause, number, quantity, exact, amount, explanation }): ClauseRun => ({
      clause,
      number,
      quantity,
      exact,
      amount,
      winner: winnerOf(explanation),
    })),
    royalties: money(settled.royalties),
    steps: settled.steps.map(({ clause, step, id, formula, minor }) => ({
      clause,
      step,
      id: id ?? null,
      formula,
      amount: money(minor),
    })),
    opening: money(settled.opening),
    recouped: money(settled.recouped),
    closing: money(settled.closing),
    payable: money(settled.payable),
  };
}

/** The branch that decided: through floors and caps that did not apply, to the choice that won. */
function winnerOf(explanation: Explanation): ClauseRun['winner'] {
  const { kind, name, formula, value, chosen, applied, of = [] } = explanation;
  const inner = chosen !== undefined ? of[chosen] : applied === false ? of[0] : undefined;
  return inner === undefined ? { kind, name: name ?? null, formula, value } : winnerOf(inner);
}

function totalsOf(closed: readonly ClosedPeriod[], { currency }: Terms): RevisionRun['totals'] {
  const sum = (of: (settled: ClosedPeriod['settled']) => bigint): string =>
    moneyText({ minor: closed.reduce((total, { settled }) => total + of(settled), 0n), currency });
  return {
    royalties: sum(({ royalties }) => royalties),
    recouped: sum(({ recouped }) => recouped),
    payable: sum(({ payable }) => payable),
  };
}
