import fc from 'fast-check';
import { exactText, moneyRoundingIn, ratio, rational } from '../money';
import { concludeAudit, decideNotices, type AuditNotice } from './audit';

const rounding = moneyRoundingIn('USD', { mode: 'half-up' });
const audit = (due: string, paid: string, comparison: 'at-or-above' | 'above' = 'at-or-above') =>
  concludeAudit(
    { due: rational(due), paid: rational(paid), auditCost: rational('7500') },
    { costShift: { threshold: '0.10', comparison }, rounding },
  );

describe('what an audit comes to', () => {
  it.each([
    ['100000', '90000', 'at-or-above', true, 1750000n],
    ['100000', '90000', 'above', false, 1000000n],
    ['100000', '89999.99', 'above', true, 1750001n],
    ['100000', '90000.01', 'at-or-above', false, 999999n],
  ] as const)('%s due, %s paid, %s a tenth: cost shifted %s', (due, paid, comparison, shifted, owed) => {
    expect(audit(due, paid, comparison)).toMatchObject({ costShifted: shifted, totalOwed: owed });
  });

  it('overpaid owes nothing', () => {
    expect(audit('100', '130')).toEqual({
      underpaid: 0n,
      overpaid: 3000n,
      underpaidShare: rational('0'),
      costShifted: false,
      auditCostCharged: 0n,
      totalOwed: 0n,
    });
  });

  it('nothing due has no share and shifts nothing', () => {
    expect(audit('0', '0')).toMatchObject({ underpaidShare: null, costShifted: false, totalOwed: 0n });
  });

  it('without an agreement on it the cost stays where it fell', () => {
    const finding = { due: rational('100'), paid: rational('0'), auditCost: rational('5') };
    expect(concludeAudit(finding, { rounding })).toMatchObject({ costShifted: false, totalOwed: 10000n });
  });

  it('interest runs on what was underpaid, and is rounded once', () => {
    const outcome = concludeAudit(
      {
        due: rational('100000'),
        paid: rational('95000'),
        auditCost: rational('7500'),
        interest: {
          clause: { annualRate: '0.06', dayCount: 'actual/365', graceDays: 0 },
          from: '2023-01-31',
          until: '2023-07-31',
        },
      },
      { costShift: { threshold: '0.10', comparison: 'at-or-above' }, rounding },
    );
    expect(outcome.interest && exactText(outcome.interest.exact)).toBe('10860/73');
    expect(outcome).toMatchObject({ interest: { days: 181, minor: 14877n }, totalOwed: 514877n });
  });

  it('the parts sum to what is owed, and nobody is underpaid and overpaid at once', () => {
    const amount = fc.bigInt(0n, 10n ** 9n).map((cents) => ratio(cents, 100n));
    fc.assert(
      fc.property(amount, amount, (due, paid) => {
        const outcome = concludeAudit(
          { due, paid, auditCost: rational('75') },
          { costShift: { threshold: '0.05', comparison: 'above' }, rounding },
        );
        expect(outcome.totalOwed).toBe(outcome.underpaid + outcome.auditCostCharged);
        expect(outcome.underpaid === 0n || outcome.overpaid === 0n).toBe(true);
      }),
    );
  });
});

describe('notices of audit', () => {
  const right = { yearsBetweenNotices: 3, fullYearsBack: 3 };
  const notice = (on: string, from: string, until: string): AuditNotice => ({
    notice: on,
    on,
    period: { from, until },
  });
  const decided = (...notices: AuditNotice[]) =>
    decideNotices(notices, { right }).map((one) => (one.outcome === 'accepted' ? one.outcome : one.reason));

  it('one in three calendar years, for the three full years before it; a refused one blocks nothing', () => {
    expect(
      decided(
        notice('2024-01-09', '2021-01-01', '2024-01-01'),
        notice('2026-12-31', '2024-01-01', '2026-01-01'),
        notice('2027-01-01', '2023-01-01', '2027-01-01'),
        notice('2027-01-01', '2024-01-01', '2027-01-01'),
      ),
    ).toEqual(['accepted', 'too-soon', 'period-outside-window', 'accepted']);
  });

  it('the year that has begun is no full year', () => {
    expect(decided(notice('2024-06-01', '2023-01-01', '2024-01-02'))).toEqual(['period-outside-window']);
  });

  it('the same days are not audited twice, neighbouring ones are', () => {
    const yearly = { yearsBetweenNotices: 1, fullYearsBack: 3 };
    const outcomes = decideNotices(
      [
        notice('2024-06-01', '2021-01-01', '2023-01-01'),
        notice('2025-06-01', '2022-12-31', '2025-01-01'),
        notice('2025-06-02', '2023-01-01', '2025-01-01'),
      ],
      { right: yearly },
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'rejected', 'accepted']);
  });

  it('the reason is the first check that fails, in the order of the terms', () => {
    const notices = [
      notice('2024-01-09', '2021-01-01', '2024-01-01'),
      notice('2025-01-09', '2020-01-01', '2024-01-01'),
    ];
    const last = (checks: Parameters<typeof decideNotices>[1]['checks'] & object) =>
      decideNotices(notices, { right, checks })[1];
    expect(last(['too-soon', 'period-outside-window'])).toMatchObject({ reason: 'too-soon' });
    expect(last(['period-outside-window', 'too-soon'])).toMatchObject({ reason: 'period-outside-window' });
    expect(last(['period-already-audited'])).toMatchObject({ reason: 'period-already-audited' });
    expect(last([])).toEqual({ notice: '2025-01-09', outcome: 'accepted' });
  });
});
