import { dayAfter } from '../../kernel/calendar';
import type { DelimitedLayout } from './delimited-layout';

/** The day as text in each form, from the ISO day. */
export function dayInForm(day: string, form: DelimitedLayout['dates']): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return form.replace('YYYY', year).replace('MM', month).replace('DD', date);
}

/** Tells days of the report's month from their bytes. A day outside of it, or what is none, is not told apart here. */
export class DayReader {
  private readonly column: number | undefined;
  private readonly length: number;
  /** The days of the month as they are written, one after another. */
  private readonly written: Buffer;
  private readonly days: number;
  /** Where in the form the two digits of the day stand. */
  private readonly digitsAt: number;

  constructor({ day, dates, from, days }: DelimitedLayout) {
    this.column = day;
    this.length = dates.length;
    this.days = days;
    this.digitsAt = dates.indexOf('DD');
    const texts = Array.from({ length: days }, (_, at) => dayInForm(dayAfter(from, at), dates));
    this.written = Buffer.from(texts.join(''), 'latin1');
  }

  /** The day's number in the month, from 0; -1 for anything else. */
  at(bytes: Buffer, starts: Int32Array): number {
    const { column, length, written, digitsAt } = this;
    if (column === undefined) return 0;
    const start = starts[column]!;
    if (starts[column + 1]! - 1 - start !== length) return -1;
    const day = (bytes[start + digitsAt]! - 48) * 10 + bytes[start + digitsAt + 1]! - 49;
    if (day < 0 || day >= this.days) return -1;
    const own = day * length;
    for (let at = 0; at < length; at += 1) if (bytes[start + at] !== written[own + at]) return -1;
    return day;
  }
}
