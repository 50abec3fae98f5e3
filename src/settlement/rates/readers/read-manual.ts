import { CsvError, parse } from 'csv-parse/sync';
import { exactText, isCalendarDate, isCurrency, rational, type Fault } from '../../../kernel';
import { type PublishedRate, RatesFaults, ratesBytesMax } from './rates-file';

/** A rate that somebody wrote down, and where it is from. */
export interface WrittenRate extends PublishedRate {
  readonly note: string;
}

export type ReadWritten = { readonly rates: readonly WrittenRate[] } | { readonly faults: readonly Fault[] };

const columns = ['day', 'base', 'quote', 'rate', 'note'] as const;
const noteForm = /^[^\p{Cc}\uFFFD]{1,500}$/u;
const rateForm = /^(0|[1-9]\d{0,11})(\.\d{1,12})?$/;

/** Rates written down by hand, as UTF-8 CSV: `day,base,quote,rate,note`, at most `rowsMax` of them. The note says where each is from. */
export function readManual(bytes: Uint8Array, { rowsMax }: { readonly rowsMax: number }): ReadWritten {
  const faults = new RatesFaults();
  const [header, ...rows] = rowsOf(bytes, faults);
  if (faults.found) return { faults: faults.list };
  if (header?.cells.join() !== columns.join()) {
    const message = `the first line must be ${columns.join()}`;
    faults.add({ line: 1, cell: '', code: 'header-malformed', value: header?.cells.join() ?? '', message });
    return { faults: faults.list };
  }
  if (rows.length === 0 || rows.length > rowsMax) {
    const message = `the file must have 1 to ${rowsMax} rates`;
    faults.add({ line: 1, cell: '', code: 'rates-count', value: String(rows.length), message });
    return { faults: faults.list };
  }
  const seen = new Set<string>();
  const rates = rows.flatMap((row) => readRow(row, { seen, faults }));
  return faults.found ? { faults: faults.list } : { rates };
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function rowsOf(bytes: Uint8Array, faults: RatesFaults): Row[] {
  if (bytes.length > ratesBytesMax) throw new RangeError('a file of rates is larger than that');
  try {
    const records = parse(Buffer.from(bytes), {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 10_000,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as CsvError & { lines?: number };
    const message = error.message.slice(0, 200);
    faults.add({ line: lines ?? 1, cell: '', code: 'csv-malformed', value: '', message });
    return [];
  }
}

function readRow(
  { line, cells }: Row,
  { seen, faults }: { readonly seen: Set<string>; readonly faults: RatesFaults },
): WrittenRate[] {
  const add = (cell: string, code: string, value: string, message: string): void =>
    faults.add({ line, cell, code, value, message });
  if (cells.length !== columns.length) {
    add('', 'row-cells', String(cells.length), `the line must have ${columns.length} cells`);
    return [];
  }
  const [day = '', base = '', quote = '', rate = '', note = ''] = cells;
  const pair = [day, ...[base, quote].sort()].join(' ');
  if (seen.has(pair)) add('', 'rate-repeated', pair, 'an earlier line has a rate of these currencies and this day');
  seen.add(pair);
  const isPairSound = checkPair({ base, quote }, add);
  const isRateSound = rateForm.test(rate) && /[1-9]/.test(rate);
  if (!isRateSound) add('rate', 'rate-malformed', rate, 'must be a decimal above zero');
  if (!noteForm.test(note)) {
    add('note', 'note-malformed', note, 'must say where the rate is from, in 1 to 500 characters of UTF-8');
  }
  if (!isCalendarDate(day)) add('day', 'day-malformed', day, 'must be a day: YYYY-MM-DD');
  else if (isPairSound && isRateSound) {
    return [{ day, base, quote, rate: exactText(rational(rate)), note, line }];
  }
  return [];
}

function checkPair(
  { base, quote }: { readonly base: string; readonly quote: string },
  add: (cell: string, code: string, value: string, message: string) => void,
): boolean {
  const unknown = Object.entries({ base, quote }).filter(([, code]) => !isCurrency(code));
  for (const [cell, code] of unknown) add(cell, 'currency-malformed', code, 'must be an active ISO 4217 currency');
  if (base === quote) add('quote', 'currency-repeated', quote, 'must be another currency than base');
  return unknown.length === 0 && base !== quote;
}
