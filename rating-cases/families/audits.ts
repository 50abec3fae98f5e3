import {
  concludeAudit,
  decideNotices,
  exactText,
  rational,
  type AuditNotice,
  type DayCount,
  type Interest,
  type NoticeCheck,
} from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { family, type Days } from './family';

type CostShiftTerms = MoneyTerms & {
  readonly model: 'cost-shift';
  readonly threshold_rate: string;
  readonly comparison: 'at-or-above' | 'above';
  readonly audit_cost: string;
  readonly interest?: Days & { readonly annual_rate: string; readonly day_count: DayCount };
};

interface NoticeTerms {
  readonly model: 'notice-window';
  readonly years_between_notices: string;
  readonly max_full_years: string;
  readonly checks_in_order: readonly NoticeCheck[];
}

interface Usage {
  readonly due: string;
  readonly paid: string;
  readonly notices: readonly AuditNotice[];
}

/** audit-clause. */
export const auditClause = family((terms: CostShiftTerms | NoticeTerms, usage: Usage) =>
  terms.model === 'notice-window' ? notices(terms, usage) : costShift(terms, usage),
);

function notices(terms: NoticeTerms, usage: Usage): unknown {
  const right = {
    yearsBetweenNotices: parseInt(terms.years_between_notices, 10),
    fullYearsBack: parseInt(terms.max_full_years, 10),
  };
  return { notices: decideNotices(usage.notices, { right, checks: terms.checks_in_order }) };
}

function costShift(terms: CostShiftTerms, usage: Usage): unknown {
  const money = new CaseMoney(terms);
  const { threshold_rate: threshold, comparison, interest: agreed } = terms;
  const outcome = concludeAudit(
    {
      due: rational(usage.due),
      paid: rational(usage.paid),
      auditCost: rational(terms.audit_cost),
      ...(agreed ? { interest: interestOf(agreed) } : {}),
    },
    { costShift: { threshold, comparison }, rounding: money.scale },
  );
  const { underpaidShare, interest } = outcome;
  return {
    ...money.texts({ underpaid: outcome.underpaid, overpaid: outcome.overpaid }),
    underpaid_share: underpaidShare === null ? null : exactText(underpaidShare),
    cost_shifted: outcome.costShifted,
    audit_cost_charged: money.text(outcome.auditCostCharged),
    ...(interest ? { interest: interestShown(interest, money) } : {}),
    total_owed: money.text(outcome.totalOwed),
  };
}

function interestOf({ annual_rate, day_count, from, until }: NonNullable<CostShiftTerms['interest']>) {
  return { clause: { annualRate: annual_rate, dayCount: day_count, graceDays: 0 }, from, until };
}

function interestShown({ days, exact, minor }: Interest, money: CaseMoney): unknown {
  return { days: String(days), ...money.exactAndFinal({ exact, minor }) };
}
