import { calendarDateOf } from '../../kernel';
import { referenceTerms } from '../../kernel/testing/reference-terms';
import { deadlinesOf, type MonthFacts, stepsOf } from './month-steps';

const day = calendarDateOf;
const terms = referenceTerms();
const nothing: MonthFacts = { reported: null, drafted: null, issued: null, invoice: null, interest: null };
const deadlines = deadlinesOf(terms, { month: '2026-01', concludedOn: day('2025-12-20') });
const on = (today: string, facts: Partial<MonthFacts> = {}) =>
  stepsOf(deadlines, { month: '2026-01', period: '2026-01', today: day(today), facts: { ...nothing, ...facts } });

describe('the steps of a month', () => {
  it('are due in days after its end, or after the signature where that is later', () => {
    expect(terms.usage.report.dueDays).toBe(15);
    expect(deadlines).toEqual({ ended: '2026-02-01', report: '2026-02-15', statement: '2026-03-02' });
    expect(deadlinesOf(terms, { month: '2026-01', concludedOn: day('2026-02-11') })).toEqual({
      ended: '2026-02-01',
      report: '2026-02-25',
      statement: '2026-03-12',
    });
  });

  it('are those of the whole period where that is longer than a month', () => {
    const quarterly = referenceTerms({ reportingPeriod: 'quarter' });
    expect(deadlinesOf(quarterly, { month: '2026-01', concludedOn: day('2025-12-20') })).toEqual({
      ...{ ended: '2026-04-01', report: '2026-04-15', statement: '2026-04-30' },
    });
  });

  it.each([
    ['2026-01-31', 'upcoming', 0],
    ['2026-02-01', 'due', 0],
    ['2026-02-15', 'due', 0],
    ['2026-02-16', 'overdue', 1],
    ['2026-03-15', 'overdue', 28],
  ])('on %s a report is %s', (today, state, daysLate) => {
    expect(on(today).report).toMatchObject({ state, daysLate, done: null });
  });

  it('stay late once they were done late', () => {
    const facts = {
      reported: '2026-02-20',
      issued: '2026-03-01',
      invoice: { issued: '2026-03-01', due: '2026-03-31', paid: '2026-04-10' },
    };
    expect(on('2026-06-01', facts)).toMatchObject({
      report: { state: 'done', daysLate: 5 },
      draft: { state: 'done', done: '2026-03-01' },
      statement: { state: 'done', daysLate: 0 },
      payment: { state: 'done', daysLate: 10 },
    });
  });

  it('have no payment before there is an invoice', () => {
    expect(on('2026-03-05').payment).toBeNull();
  });
});
