import { isCalendarDate } from '../../../kernel';
import {
  isCode,
  plainDecimal,
  type PublishedRate,
  RatesFaults,
  type ReadingOf,
  type ReadRates,
  readRates,
} from './rates-file';

const months = 'January February March April May June July August September October November December'.split(' ');
const longDay = /^(\d{1,2}) ([A-Z][a-z]+) (\d{4})$/;
const rateForm = /^\d{1,12}(\.\d{1,12})?$/;
/** Neither of them has more columns than a few dozen. */
const columnsMax = 200;

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The European Central Bank's CSV, of its whole history (`2026-11-27,1.0512,N/A,`) or of one day (`27 November 2026, 1.0512, `): one euro in each of the
 * currencies that the first line names. Both end every line with a comma. `N/A`: nothing was published.
 */
export function readEcb(bytes: Uint8Array, { lastDay }: ReadingOf): ReadRates {
  const faults = new RatesFaults();
  const [header, ...rows] = rowsOf(bytes);
  const currencies = currenciesOf(header, faults);
  // Under a wrong header every cell would be another one's.
  if (faults.found) return readRates([], faults);
  const rates: PublishedRate[] = [];
  const days = new Set<string>();
  for (const row of rows) {
    const day = dayOf(row, { lastDay, days, faults });
    if (row.cells.length !== currencies.length + 1) {
      const message = `the line has ${row.cells.length} cells, the first one ${currencies.length + 1}`;
      faults.add({ line: row.line, cell: '', code: 'row-cells', value: String(row.cells.length), message });
      continue;
    }
    currencies.forEach((quote, place) => {
      const value = row.cells[place + 1] ?? '';
      if (value === 'N/A') return;
      if (!rateForm.test(value) || !/[1-9]/.test(value)) {
        const message = 'must be a decimal above zero, or N/A';
        faults.add({ line: row.line, cell: quote, code: 'rate-malformed', value, message });
      } else if (day !== undefined) {
        rates.push({ base: 'EUR', quote, day, rate: plainDecimal(value), line: row.line });
      }
    });
  }
  return readRates(rates, faults);
}

/** The lines that have anything on them, by cells without the blanks around them and without the last, empty one. */
function rowsOf(bytes: Uint8Array): Row[] {
  const text = new TextDecoder('utf-8').decode(bytes);
  return text.split(/\r?\n/).flatMap((written, index) => {
    if (written.trim() === '') return [];
    const cells = written.split(',', columnsMax + 2).map((cell) => cell.trim());
    return [{ line: index + 1, cells: cells.at(-1) === '' ? cells.slice(0, -1) : cells }];
  });
}

function currenciesOf(header: Row | undefined, faults: RatesFaults): string[] {
  const { line, cells } = header ?? { line: 1, cells: [''] };
  const [first = '', ...currencies] = cells;
  const add = (cell: string, code: string, value: string, message: string): void =>
    faults.add({ line, cell, code, value, message });
  if (first !== 'Date') add('Date', 'header-malformed', first, 'the first line must begin with Date');
  if (currencies.length === 0) add('', 'header-malformed', '', 'the first line must name currencies');
  if (currencies.length > columnsMax) add('', 'header-malformed', '', `at most ${columnsMax} currencies`);
  currencies.forEach((code, place) => {
    const cell = String(place + 2);
    if (!isCode(code) || code === 'EUR') add(cell, 'currency-malformed', code, 'must be a currency code, not EUR');
    else if (currencies.indexOf(code) !== place) add(cell, 'currency-repeated', code, 'is named twice');
  });
  return currencies;
}

function dayOf(
  { line, cells: [value = ''] }: Row,
  { lastDay, days, faults }: ReadingOf & { readonly days: Set<string>; readonly faults: RatesFaults },
): PublishedRate['day'] | undefined {
  const add = (code: string, message: string): undefined => {
    faults.add({ line, cell: 'Date', code, value, message });
    return undefined;
  };
  const [, date = '', month = '', year = ''] = longDay.exec(value) ?? [];
  const number = months.indexOf(month) + 1;
  const day = month === '' ? value : `${year}-${String(number).padStart(2, '0')}-${date.padStart(2, '0')}`;
  if (!isCalendarDate(day)) return add('day-malformed', 'must be a day: 2026-11-27 or 27 November 2026');
  if (day > lastDay) return add('day-to-come', 'is still to come');
  if (days.has(day)) return add('day-repeated', 'an earlier line is of the same day');
  days.add(day);
  return day;
}
