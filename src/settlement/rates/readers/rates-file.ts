import { type CalendarDate, type Fault, Faults, presentable } from '../../../kernel';

/** One unit of base is so many of quote, exactly: a decimal, or a quotient where there is no decimal. */
export interface PublishedRate {
  readonly base: string;
  readonly quote: string;
  readonly day: CalendarDate;
  readonly rate: string;
  /** Where it stands in the file, from 1 on. */
  readonly line: number;
}

/** All rates of a file, or everything that is wrong with it: a file with any fault gives no rate. */
export type ReadRates = { readonly rates: readonly PublishedRate[] } | { readonly faults: readonly Fault[] };

/** What readers are told beside the bytes. */
export interface ReadingOf {
  /** The last day that a rate may be of: what is said of later ones cannot be true yet. */
  readonly lastDay: CalendarDate;
}

/** What any file of rates may have at most, packed or not. A history of thirty years of fifty currencies has two million bytes. */
export const ratesBytesMax = 8 * 1024 * 1024;

/** One thing wrong with a file: on which line, in which cell or element ('' where the whole line is meant), and what stands there. */
export interface RatesFault {
  readonly line: number;
  readonly cell: string;
  readonly code: string;
  readonly value: string;
  readonly message: string;
}

/** Collects what is wrong, the first thousand, as faults with pointers: "/lines/12/USD". */
export class RatesFaults {
  private readonly faults = new Faults();

  add({ line, cell, code, value, message }: RatesFault): void {
    const place = cell === '' ? '' : `/${presentable(cell, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    this.faults.add(`/lines/${line}${place}`, code, `"${presentable(value, 60)}": ${message}`);
  }

  get found(): boolean {
    return this.faults.found;
  }

  get list(): readonly Fault[] {
    return this.faults.list;
  }
}

/** The rates, or the faults where there are any; a file without either has no rates, which is a fault. */
export function readRates(rates: readonly PublishedRate[], faults: RatesFaults): ReadRates {
  if (!faults.found && rates.length === 0) {
    faults.add({ line: 1, cell: '', code: 'rates-none', value: '', message: 'the file has no rates' });
  }
  return faults.found ? { faults: faults.list } : { rates };
}

/** The decimal as `exactText` gives it, without a quotient of each of a history's 200,000. */
export const plainDecimal = (text: string): string =>
  text
    .replace(/^0+(?=\d)/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');

export const isCode = (text: string): boolean => /^[A-Z]{3}$/.test(text);
