import {
  add,
  type AuditRight,
  calendarDateOf,
  concludeAudit,
  dayAfter,
  exactText,
  interestOn,
  maximum,
  moneyExact,
  type MoneyRounding,
  moneyText,
  rational,
  subtract,
  ZERO,
} from '../../kernel';

/** A month as it was found: what it should have earned, what it is booked with, and the day from which what is missing bears interest. */
export interface AuditedMonth {
  readonly month: string;
  /** A decimal in the currency. */
  readonly due: string;
  /** Minor units. */
  readonly booked: bigint;
  readonly payableOn: string;
}

export interface MonthReckoning {
  readonly month: string;
  readonly due: string;
  readonly booked: string;
  readonly missing: string;
  readonly interestDays: number | null;
  readonly interest: string | null;
  readonly formula: string | null;
}

/** What an audit comes to. Amounts as text; `formula` says each with its numbers. */
export interface AuditReckoning {
  readonly months: readonly MonthReckoning[];
  readonly due: string;
  readonly booked: string;
  readonly underpaid: string;
  readonly overpaid: string;
  /** Of what was due, exact; null where nothing was. */
  readonly underpaidShare: string | null;
  readonly costShifted: boolean;
  readonly auditCostCharged: string;
  readonly interest: string;
  readonly owed: string;
  readonly formula: { readonly underpaid: string; readonly costShift: string; readonly owed: string };
}

export interface AuditFigures {
  readonly months: readonly AuditedMonth[];
  /** A decimal in the currency. */
  readonly auditCost: string;
  readonly right: AuditRight;
  readonly currency: string;
  readonly rounding: MoneyRounding;
  /** Interest runs until this day. */
  readonly concludedOn: string;
}

/**
 * Works an audit out by the contract: all months together decide whether the platform pays for the audit, and what a month lacks bears interest from the day after it was
 * payable. Months that were paid too much make up for others in the sum, and earn no interest.
 */
export function reckonAudit(figures: AuditFigures): { reckoning: AuditReckoning; owed: bigint } {
  const { months, auditCost, right, currency, rounding } = figures;
  const money = (minor: bigint): string => moneyText({ minor, currency });
  const due = months.reduce((sum, month) => add(sum, rational(month.due)), ZERO);
  const paid = months.reduce((sum, month) => add(sum, moneyExact({ minor: month.booked, currency })), ZERO);
  const { costShift } = right;
  const outcome = concludeAudit(
    { due, paid, auditCost: rational(auditCost) },
    { ...(costShift && { costShift }), rounding },
  );
  const reckoned = months.map((month) => reckonMonth(month, figures));
  const interest = outcome.underpaid === 0n ? 0n : reckoned.reduce((sum, month) => sum + month.minor, 0n);
  const owed = outcome.totalOwed + interest;
  const share = outcome.underpaidShare && exactText(outcome.underpaidShare);
  const [dueText, bookedText] = [exactText(due), exactText(paid)];
  const reckoning: AuditReckoning = {
    months: reckoned.map(({ view }) => view),
    due: dueText,
    booked: bookedText,
    underpaid: money(outcome.underpaid),
    overpaid: money(outcome.overpaid),
    underpaidShare: share,
    costShifted: outcome.costShifted,
    auditCostCharged: money(outcome.auditCostCharged),
    interest: money(interest),
    owed: money(owed),
    formula: {
      underpaid: `${dueText} due − ${bookedText} booked = ${exactText(subtract(due, paid))}`,
      costShift: costShiftText(share, outcome.costShifted, figures),
      owed: `${money(outcome.underpaid)} + ${money(outcome.auditCostCharged)} + ${money(interest)} = ${money(owed)}`,
    },
  };
  return { reckoning, owed };
}

function reckonMonth(
  { month, due, booked, payableOn }: AuditedMonth,
  { right, currency, concludedOn, rounding }: AuditFigures,
): { view: MonthReckoning; minor: bigint } {
  const missing = maximum(subtract(rational(due), moneyExact({ minor: booked, currency })), ZERO);
  const view = { month, due, booked: moneyText({ minor: booked, currency }), missing: exactText(missing) };
  const { interest: clause } = right;
  if (clause === undefined) return { view: { ...view, interestDays: null, interest: null, formula: null }, minor: 0n };
  const from = dayAfter(calendarDateOf(payableOn), 1);
  const until = concludedOn < from ? from : concludedOn;
  const { days, exact, minor } = interestOn(missing, { clause, from, until, rounding });
  const year = clause.dayCount === 'actual/360' ? '360' : '365';
  const formula = `${view.missing} × ${clause.annualRate} × ${days} / ${year} = ${exactText(exact)}`;
  return { view: { ...view, interestDays: days, interest: moneyText({ minor, currency }), formula }, minor };
}

function costShiftText(
  share: string | null,
  shifted: boolean,
  { right: { costShift }, auditCost }: AuditFigures,
): string {
  if (costShift === undefined) return `the contract leaves the audit’s cost of ${auditCost} with the label`;
  if (share === null) return `nothing was due: the audit’s cost of ${auditCost} stays with the label`;
  const than = costShift.comparison === 'above' ? 'above' : 'at or above';
  const whose = shifted ? 'is the platform’s to pay' : 'stays with the label';
  return `${share} of what was due is missing, ${shifted ? '' : 'not '}${than} ${costShift.threshold}: the audit’s cost of ${auditCost} ${whose}`;
}
