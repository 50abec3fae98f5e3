import fc from 'fast-check';
import { daysOf, isDateTime, isDayOrMonthOrYear, isoDate } from './dates';

describe('days', () => {
  it.each([
    ['2026-01-31', '2026-01-31'],
    ['20151001', '2015-10-01'],
    ['2028-02-29', '2028-02-29'],
    ['2000-02-29', '2000-02-29'],
    ['1900-02-29', null],
    ['2026-02-29', null],
    ['2026-13-01', null],
    ['2026-00-10', null],
    ['2026-04-31', null],
    ['0000-01-01', null],
    ['2026-1-1', null],
    ['2026/01/01', null],
    ['2026-01', null],
    ['2026010a', null],
    ['', null],
  ])('%j is %j', (text, day) => {
    expect(isoDate(text)).toBe(day);
  });

  it('are those of the calendar', () => {
    fc.assert(
      fc.property(
        fc.nat(9998),
        fc.integer({ min: 0, max: 14 }),
        fc.integer({ min: 0, max: 33 }),
        (years, month, day) => {
          const text = `${String(years + 1).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
          const exists = !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
          expect(isoDate(text)).toBe(exists ? text : null);
        },
      ),
    );
  });
});

describe('times', () => {
  it.each(['2014-12-14T10:05:00Z', '2014-12-14T10:05:00+08:00', '2026-01-01T00:00:00.123-05:30'])(
    '%s is one',
    (text) => {
      expect(isDateTime(text)).toBe(true);
    },
  );

  it.each(['2014-12-14T10:05:00', '2014-12-14', '2014-02-30T10:05:00Z', '2014-12-14T24:05:00Z', '2014-12-14T10:05Z'])(
    '%s is none',
    (text) => {
      expect(isDateTime(text)).toBe(false);
    },
  );
});

describe('a day, month or year', () => {
  const known = (text: string): boolean => isDayOrMonthOrYear(Buffer.from(text), 0, text.length);

  it.each([
    ['2026', '2026-01-01', '2026-12-31'],
    ['2024-02', '2024-02-01', '2024-02-29'],
    ['2026-02-28', '2026-02-28', '2026-02-28'],
    ['20260228', '2026-02-28', '2026-02-28'],
  ])('%s is from %s to %s', (text, first, last) => {
    expect(known(text)).toBe(true);
    expect(daysOf(text)).toEqual({ first, last });
  });

  it.each(['', '0000', '2026-13', '2026-00', '2026/01', '202601', '26', '2026-02-29'])('%j is none', (text) => {
    expect(known(text)).toBe(false);
  });
});
