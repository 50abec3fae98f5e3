import { dayAfter } from '../../kernel';
import type { DelimitedLayout } from './delimited-layout';

/** The day as text in each form, from the ISO day. */
export function dayInForm(day: string, form: DelimitedLayout['dates']): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return form.replace('YYYY', year).replace('MM', month).replace('DD', date);
}

/** Tells days of the report's period from their bytes. A day outside of it, or what is none, is not told apart here. */
export class DayReader {
  private readonly column: number | undefined;
  private readonly length: number;
  /** The days of the period as they are written, one after another. */
  private readonly written: Buffer;
  private latest = 0;

  constructor({ day, dates, from, days }: DelimitedLayout) {
    this.column = day;
    this.length = dates.length;
    const texts = Array.from({ length: days }, (_, at) => dayInForm(dayAfter(from, at), dates));
    this.written = Buffer.from(texts.join(''), 'latin1');
  }

  /** The day's number in the period; -1 for anything else. */
  at(bytes: Buffer, starts: Int32Array): number {
    const { column, length } = this;
    if (column === undefined) return 0;
    const start = starts[column]!;
    if (starts[column + 1]! - 1 - start !== length) return -1;
    if (this.isDay(bytes, start, this.latest)) return this.latest;
    const days = this.written.length / length;
    for (let day = 0; day < days; day += 1) {
      if (this.isDay(bytes, start, day)) return (this.latest = day);
    }
    return -1;
  }

  /** From the end: the last digits differ first. */
  private isDay(bytes: Buffer, start: number, day: number): boolean {
    const { written, length } = this;
    const own = day * length;
    for (let at = length - 1; at >= 0; at -= 1) if (bytes[start + at] !== written[own + at]) return false;
    return true;
  }
}
