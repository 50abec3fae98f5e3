import fc from 'fast-check';
import { gapsBetween, overlaps, periodOf, type Period } from '.';

const day = (count: number): string => new Date(Date.UTC(2026, 0, 1 + count)).toISOString().slice(0, 10);
const PERIOD = fc
  .tuple(fc.nat(300), fc.integer({ min: 1, max: 60 }))
  .map(([from, days]): Period => periodOf(day(from), day(from + days)));

describe('gaps between periods', () => {
  it('neighbours have none: one ends with the day that the next begins', () => {
    expect(gapsBetween([periodOf('2025-01-01', '2025-04-01'), periodOf('2025-04-01', '2025-07-01')])).toEqual([]);
  });

  it('April is in neither', () => {
    const periods = [periodOf('2025-05-01', '2025-07-01'), periodOf('2025-01-01', '2025-04-01')];
    expect(gapsBetween(periods)).toEqual([{ from: '2025-04-01', until: '2025-05-01' }]);
  });

  it('a long period covers what lies between short ones inside it', () => {
    const short = [periodOf('2025-02-01', '2025-03-01'), periodOf('2025-06-01', '2025-07-01')];
    expect(gapsBetween([periodOf('2025-01-01', '2026-01-01'), ...short])).toEqual([]);
  });

  it('one period, or none, has no gap', () => {
    expect(gapsBetween([])).toEqual([]);
    expect(gapsBetween([periodOf('2025-01-01', '2025-02-01')])).toEqual([]);
  });

  it('no gap has a day of any period, and filling the gaps leaves none', () => {
    fc.assert(
      fc.property(fc.array(PERIOD, { maxLength: 8 }), (periods) => {
        const gaps = gapsBetween(periods);
        expect(gaps.some((gap) => periods.some((period) => overlaps(gap, period)))).toBe(false);
        expect(gapsBetween([...periods, ...gaps])).toEqual([]);
      }),
    );
  });
});
