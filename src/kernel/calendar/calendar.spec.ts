import {
  calendarDateOf,
  contains,
  dayInZone,
  intersect,
  isCalendarDate,
  isMonth,
  isTimeZone,
  monthPeriod,
  monthsOf,
  overlaps,
  reportingPeriodAround,
  reportingPeriodName,
  reportingPeriodNameAround,
  reportingPeriodNamed,
  reportingPeriodsOf,
  REPORTING_PERIODS,
  periodOf,
  startOfDayInZone,
} from '.';

describe('calendar dates', () => {
  it.each(['2026-01-31', '2028-02-29', '2000-02-29', '9999-12-31'])('%s is a day', (text) => {
    expect(isCalendarDate(text)).toBe(true);
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-1-1',
    '0000-01-01',
    '2026-01-01T00:00',
  ])('%s is none', (text) => {
    expect(isCalendarDate(text)).toBe(false);
    expect(() => calendarDateOf(text)).toThrow(RangeError);
  });
});

describe('periods', () => {
  const january = monthPeriod('2026-01');

  it('has its first day and not the day it ends with', () => {
    expect(january).toEqual({ from: '2026-01-01', until: '2026-02-01' });
    expect(contains(january, calendarDateOf('2026-01-01'))).toBe(true);
    expect(contains(january, calendarDateOf('2026-01-31'))).toBe(true);
    expect(contains(january, calendarDateOf('2026-02-01'))).toBe(false);
    expect(contains(january, calendarDateOf('2025-12-31'))).toBe(false);
  });

  it('neighbours do not overlap', () => {
    expect(overlaps(january, monthPeriod('2026-02'))).toBe(false);
    expect(intersect(january, monthPeriod('2026-02'))).toBeUndefined();
    expect(intersect(january, periodOf('2026-01-15', '2027-01-01'))).toEqual(periodOf('2026-01-15', '2026-02-01'));
  });

  it('a period touches the months of its first and last day', () => {
    expect(monthsOf(periodOf('2025-11-30', '2026-02-01'))).toEqual(['2025-11', '2025-12', '2026-01']);
    expect(monthsOf(periodOf('9999-11-30', '9999-12-31'))).toEqual(['9999-11', '9999-12']);
  });

  it('knows a whole month from a part of one', () => {
    expect(reportingPeriodName('month', january)).toBe('2026-01');
    expect(reportingPeriodName('month', periodOf('2026-01-01', '2026-01-31'))).toBeUndefined();
    expect(['2026-13', '2026-1', '2026'].some(isMonth)).toBe(false);
    expect(() => monthPeriod('2026-00')).toThrow(RangeError);
    expect(monthPeriod('2025-12').until).toBe('2026-01-01');
  });

  it('refuses an empty one', () => {
    expect(() => periodOf('2026-01-01', '2026-01-01')).toThrow(RangeError);
  });
});

describe('reporting periods', () => {
  it('a span touches them in order, each once', () => {
    const span = periodOf('2026-05-31', '2027-02-01');
    expect(reportingPeriodsOf('quarter', span)).toEqual(['2026-Q2', '2026-Q3', '2026-Q4', '2027-Q1']);
    expect(reportingPeriodsOf('half-year', span)).toEqual(['2026-H1', '2026-H2', '2027-H1']);
    expect(reportingPeriodsOf('year', span)).toEqual(['2026', '2027']);
    expect(reportingPeriodsOf('month', span)).toEqual(monthsOf(span));
  });

  it('of every kind are found and named by any month of theirs', () => {
    for (const kind of REPORTING_PERIODS) {
      for (const month of monthsOf(periodOf('2026-01-01', '2028-01-01'))) {
        const period = reportingPeriodAround(kind, month);
        expect(monthsOf(period)).toContain(month);
        expect(reportingPeriodNamed(reportingPeriodNameAround(kind, month))).toEqual(period);
      }
    }
    expect(reportingPeriodAround('half-year', '2026-07')).toEqual(periodOf('2026-07-01', '2027-01-01'));
  });

  it('of every kind lie side by side and cover the span', () => {
    const span = periodOf('2026-05-31', '2027-02-01');
    for (const kind of REPORTING_PERIODS) {
      const periods = reportingPeriodsOf(kind, span).map(reportingPeriodNamed);
      periods.slice(1).forEach(({ from }, place) => expect(from).toBe(periods[place]?.until));
      expect(periods[0]?.from.localeCompare(span.from)).toBeLessThanOrEqual(0);
      expect(periods.at(-1)?.until.localeCompare(span.until)).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('days in a zone', () => {
  it('an instant is another day in Moscow than in London', () => {
    const instant = new Date('2025-12-31T21:30:00Z');
    expect(dayInZone(instant, 'Europe/Moscow')).toBe('2026-01-01');
    expect(dayInZone(instant, 'Europe/London')).toBe('2025-12-31');
  });

  it('a day begins at local midnight, or when the clocks have skipped it', () => {
    expect(startOfDayInZone(calendarDateOf('2026-01-01'), 'Europe/Moscow').toISOString()).toBe(
      '2025-12-31T21:00:00.000Z',
    );
    expect(startOfDayInZone(calendarDateOf('2018-11-04'), 'America/Sao_Paulo').toISOString()).toBe(
      '2018-11-04T03:00:00.000Z',
    );
  });

  it.each([
    ['Europe/Moscow', true],
    ['UTC', true],
    ['Europe/Atlantis', false],
    ['+03:00', false],
    ['', false],
    ['../etc', false],
  ])('%s: %s', (zone, known) => {
    expect(isTimeZone(zone)).toBe(known);
  });
});
