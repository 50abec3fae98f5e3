import { overlaps, periodOf, type Period } from '../calendar';
import {
  compare,
  divide,
  isZero,
  maximum,
  rational,
  subtract,
  toMinor,
  ZERO,
  type MoneyRounding,
  type Rational,
} from '../money';
import { type AuditRight, type LateInterest } from '../terms';
import { interestOn, type Interest } from './late-interest';

export interface AuditFinding {
  /** What should have been paid, what was, and what the audit cost, in whole units of the currency. */
  readonly due: Rational;
  readonly paid: Rational;
  readonly auditCost: Rational;
  /** The days for which what was underpaid bears interest; absent: none is agreed. */
  readonly interest?: { readonly clause: LateInterest; readonly from: string; readonly until: string };
}

/** What an audit comes to, in minor units: underpaid + auditCostCharged + interest = totalOwed. */
export interface AuditOutcome {
  readonly underpaid: bigint;
  readonly overpaid: bigint;
  /** underpaid / due, exact; null when nothing was due. */
  readonly underpaidShare: Rational | null;
  readonly costShifted: boolean;
  readonly auditCostCharged: bigint;
  readonly interest?: Interest;
  readonly totalOwed: bigint;
}

/** Charges the audit to the payer when the unpaid share of what was due reaches (or exceeds) the threshold; nothing due shifts nothing. */
export function concludeAudit(
  { due, paid, auditCost, interest }: AuditFinding,
  { costShift, rounding }: { costShift?: AuditRight['costShift']; rounding: MoneyRounding },
): AuditOutcome {
  const missing = maximum(subtract(due, paid), ZERO);
  const underpaid = toMinor(missing, rounding);
  const underpaidShare = isZero(due) ? null : divide(missing, due);
  const costShifted = costShift !== undefined && underpaidShare !== null && reaches(underpaidShare, costShift);
  const auditCostCharged = costShifted ? toMinor(auditCost, rounding) : 0n;
  const charged = interest && interestOn(missing, { ...interest, rounding });
  return {
    underpaid,
    overpaid: toMinor(maximum(subtract(paid, due), ZERO), rounding),
    underpaidShare,
    costShifted,
    auditCostCharged,
    ...(charged && { interest: charged }),
    totalOwed: underpaid + auditCostCharged + (charged?.minor ?? 0n),
  };
}

function reaches(share: Rational, { threshold, comparison }: NonNullable<AuditRight['costShift']>): boolean {
  const order = compare(share, rational(threshold));
  return comparison === 'above' ? order > 0 : order >= 0;
}

export const NOTICE_CHECKS = ['too-soon', 'period-outside-window', 'period-already-audited'] as const;

export type NoticeCheck = (typeof NOTICE_CHECKS)[number];

/** A notice of audit: the day it is given, and the days it wants to audit. */
export interface AuditNotice {
  readonly notice: string;
  readonly on: string;
  readonly period: { readonly from: string; readonly until: string };
}

export type NoticeOutcome =
  | { readonly notice: string; readonly outcome: 'accepted' }
  | { readonly notice: string; readonly outcome: 'rejected'; readonly reason: NoticeCheck };

/**
 * Decides notices in the order they were received; the first check that fails is the reason. A rejected notice counts for
 * nothing later. Throws RangeError on an empty period.
 */
export function decideNotices(
  notices: readonly AuditNotice[],
  {
    right,
    checks = NOTICE_CHECKS,
  }: { right: Pick<AuditRight, 'yearsBetweenNotices' | 'fullYearsBack'>; checks?: readonly NoticeCheck[] },
): NoticeOutcome[] {
  const accepted: Accepted[] = [];
  return notices.map(({ notice, on, period }): NoticeOutcome => {
    const wanted = { year: yearOf(on), period: periodOf(period.from, period.until) };
    const reason = checks.find((check) => fails(check, { wanted, accepted, right }));
    if (reason) return { notice, outcome: 'rejected', reason };
    accepted.push(wanted);
    return { notice, outcome: 'accepted' };
  });
}

interface Accepted {
  readonly year: number;
  readonly period: Period;
}

function fails(
  check: NoticeCheck,
  {
    wanted: { year, period },
    accepted,
    right,
  }: {
    wanted: Accepted;
    accepted: readonly Accepted[];
    right: Pick<AuditRight, 'yearsBetweenNotices' | 'fullYearsBack'>;
  },
): boolean {
  const last = accepted.at(-1);
  switch (check) {
    case 'too-soon':
      return last !== undefined && year - last.year < right.yearsBetweenNotices;
    case 'period-outside-window':
      return period.from < firstDayOf(year - right.fullYearsBack) || period.until > firstDayOf(year);
    case 'period-already-audited':
      return accepted.some((earlier) => overlaps(earlier.period, period));
  }
}

const yearOf = (day: string): number => parseInt(day.slice(0, 4), 10);
const firstDayOf = (year: number): string => `${String(year).padStart(4, '0')}-01-01`;
