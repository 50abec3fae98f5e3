import { isCalendarDate, overlaps, type CalendarDate, type Period } from '../calendar';
import { LISTS, type Bounds } from './limits';
import { fault, member, readFields, readList, readString, type Fields, type Place } from './reading';

/** Stands in for a day that is at fault. */
export const NO_DATE = '0001-01-01' as CalendarDate;

/** A term, its renewals and its sell-off end by this day. Requests name no later month, and periods, due days and answers to them are counted on from there: the calendar ends with the year 9999. */
export const LAST_END = '2999-01-01' as CalendarDate;

const DAYS = ['from', 'until'];

export function readDate(place: Place): CalendarDate {
  const text = readString(place);
  if (text !== undefined && isCalendarDate(text)) return text;
  if (text !== undefined) fault(place, 'terms-date', 'must be a day that exists, as YYYY-MM-DD');
  return NO_DATE;
}

/** A period of at least one day, with no other members. */
export function readPeriod(place: Place): Period {
  const fields = readFields(place, { required: DAYS });
  return fields ? readDays(place, fields) : { from: NO_DATE, until: NO_DATE };
}

/** The days of an object that was read with `from` and `until` among its fields. */
export function readDays(place: Place, fields: Fields): Period {
  const period = { from: readDate(member(fields, 'from')), until: readDate(member(fields, 'until')) };
  if (period.from !== NO_DATE && period.until !== NO_DATE && period.from >= period.until) {
    fault(place, 'terms-period', 'must begin before it ends: `until` is the first day after it');
  }
  return period;
}

interface IntervalFields<More> {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  /** What an interval says beside its days. */
  readonly more: (fields: Fields, place: Place) => More;
}

/** Intervals of one clause, as written: they ascend and no day is in two. Gaps are allowed; `remarksOf` tells of them. */
export function readIntervals<More>(
  place: Place,
  { required, optional = [], more }: IntervalFields<More>,
  bounds: Bounds = LISTS.intervals,
): (Period & More)[] {
  const read = readList(place, bounds).flatMap((entry) => {
    const fields = readFields(entry, { required: [...DAYS, ...required], optional });
    return fields ? [{ entry, interval: { ...readDays(entry, fields), ...more(fields, entry) } }] : [];
  });
  const intervals = read.map(({ interval }) => interval);
  read.forEach(({ entry, interval }, index) => refuseDisorder(entry, interval, intervals.slice(0, index)));
  return intervals;
}

function refuseDisorder(place: Place, interval: Period, earlier: readonly Period[]): void {
  const other = earlier.find((one) => overlaps(one, interval));
  if (other) {
    fault(place, 'terms-overlap', `has days in common with the interval from ${other.from} until ${other.until}`);
  } else if (interval.from !== NO_DATE && earlier.some((one) => one.from > interval.from)) {
    fault(place, 'terms-order', 'stands behind a later one: intervals are written in ascending order');
  }
}
