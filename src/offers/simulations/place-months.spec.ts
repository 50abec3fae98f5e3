import { referenceTerms } from '../../kernel/testing/reference-terms';
import { placeMonths } from './place-months';

const from = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => {
    const number = parseInt(first.slice(0, 4), 10) * 12 + parseInt(first.slice(5), 10) - 1 + at;
    return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`;
  });

/** The term is [2026-01-01, 2028-01-01). */
const placed = (changes: Record<string, unknown>, months: readonly string[]) => {
  const { movedBy, periods, leftOut } = placeMonths(referenceTerms(changes), months);
  return {
    movedBy,
    periods: periods.map(({ name, months: own }) => `${name}: ${own.map(({ usageOf }) => usageOf).join(' ')}`),
    leftOut: leftOut.map(({ month, reason }) => `${month} ${reason}`),
  };
};

describe('months of usage in the periods of terms', () => {
  it('stand where they are when the term has them', () => {
    expect(placed({}, from('2026-11', 3))).toEqual({
      movedBy: 0,
      periods: ['2026-11: 2026-11', '2026-12: 2026-12', '2027-01: 2027-01'],
      leftOut: [],
    });
  });

  it('are looked at as the first ones of a term that comes later, as the last ones of an earlier one', () => {
    expect(placed({}, from('2025-09', 2))).toMatchObject({
      movedBy: 4,
      periods: ['2026-01: 2025-09', '2026-02: 2025-10'],
    });
    expect(placed({}, from('2025-12', 2))).toMatchObject({
      movedBy: 1,
      periods: ['2026-01: 2025-12', '2026-02: 2026-01'],
    });
    expect(placed({}, from('2028-02', 2))).toMatchObject({
      movedBy: -3,
      periods: ['2027-11: 2028-02', '2027-12: 2028-03'],
    });
  });

  it('that the term has no room for are left out', () => {
    const term = { from: '2026-01-01', until: '2026-03-01' };
    for (const first of ['2025-12', '2026-01', '2026-02']) {
      const months = from(first, 3);
      expect(placed({ term }, months).leftOut).toEqual([`${months[2]} outside-term`]);
    }
  });

  it('make whole periods where these are longer, and are left out where they do not', () => {
    const reportingPeriod = 'quarter';
    expect(placed({ reportingPeriod }, from('2026-01', 6)).periods).toEqual([
      '2026-Q1: 2026-01 2026-02 2026-03',
      '2026-Q2: 2026-04 2026-05 2026-06',
    ]);
    expect(placed({ reportingPeriod }, from('2026-02', 5))).toEqual({
      movedBy: 0,
      periods: ['2026-Q2: 2026-04 2026-05 2026-06'],
      leftOut: ['2026-02 period-not-whole', '2026-03 period-not-whole'],
    });
    expect(placed({ reportingPeriod: 'year' }, from('2026-01', 12)).periods).toHaveLength(1);
    expect(placed({ reportingPeriod }, ['2026-01', '2026-03']).leftOut).toHaveLength(2);
  });

  it('a first period that begins with the term is whole with the months that the term has of it', () => {
    const term = { from: '2026-02-15', until: '2028-01-01' };
    expect(placed({ term, reportingPeriod: 'quarter' }, from('2026-02', 2)).periods).toEqual([
      '2026-Q1: 2026-02 2026-03',
    ]);
  });
});
