import { at, isCommercialModel, isCurrency, isTerritory, isUseType } from '../kernel';
import type { Fault } from '../platform/errors/domain-error';
import { split } from './engine/careful-line';
import { type Called, type DateForm, type DelimitedLayout, jsonLines, parquet } from './engine/delimited-layout';

export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];
export const tableForms = [...delimiters, jsonLines, parquet] as const;
export type TableForm = (typeof tableForms)[number];

/** What a column can hold. */
export const columnKinds = ['isrc', 'quantity', 'returns', 'day', 'territory', 'use', 'model', 'sales'] as const;
export type ColumnKind = (typeof columnKinds)[number];
/** What a line calls the recording: nothing is counted by it, and no line is at fault for it. */
export type NameKind = 'title' | 'artist' | 'duration';
/** What must be known of each line, from a column or for all lines alike. */
const placeKinds = ['territory', 'use', 'model'] as const;
type PlaceKind = (typeof placeKinds)[number];

/** How a sender's own tables are read: which column holds what, how it is written, and what holds for all lines. */
export interface Mapping {
  readonly delimiter: TableForm;
  /** Names as in the header, upper and lower case being one. Of JSON Lines and Parquet: keys, or JSON pointers, as they are written. */
  readonly columns: Readonly<Partial<Record<ColumnKind | NameKind, string>>>;
  /** ISO 3166-1 and DDEX codes. */
  readonly constants: Readonly<Partial<Record<PlaceKind, string>>>;
  /** From what is written to such codes. */
  readonly translations: Readonly<Partial<Record<PlaceKind, Readonly<Record<string, string>>>>>;
  readonly dates: DateForm;
  readonly decimal: '.' | ',';
  /** Of the amounts, where a column holds what was sold. */
  readonly currency?: string;
}

/** Whether the first line of such a file says what the others are. */
export const isHeaded = ({ delimiter }: Pick<Mapping, 'delimiter'>): boolean =>
  delimiter !== jsonLines && delimiter !== parquet;

const isCode: Readonly<Record<PlaceKind, (text: string) => boolean>> = {
  territory: isTerritory,
  use: isUseType,
  model: isCommercialModel,
};

/** What is wrong with a mapping by itself, whatever file it is for. */
export function mappingFaults({ columns, constants, translations, currency }: Mapping): Fault[] {
  const faults: Fault[] = [];
  for (const kind of ['isrc', 'quantity'] as const) {
    if (columns[kind] === undefined) faults.push(missing(`/mapping/columns/${kind}`, `no column holds the ${kind}`));
  }
  if (
    (columns.title === undefined) !== (columns.artist === undefined) ||
    (columns.duration !== undefined && columns.title === undefined)
  )
    faults.push(missing('/mapping/columns/title', 'a title goes with its artist, and a duration with both'));
  faults.push(...currencyFaults(columns.sales, currency));
  const names = Object.values(columns).map((name) => name.toLowerCase());
  if (new Set(names).size < names.length) {
    faults.push({ pointer: '/mapping/columns', code: 'column-repeated', message: 'a column holds one thing' });
  }
  for (const kind of placeKinds) {
    const [column, constant] = [columns[kind], constants[kind]];
    if ((column === undefined) === (constant === undefined)) {
      faults.push(missing(`/mapping/constants/${kind}`, `the ${kind} is either in a column or the same for all lines`));
    }
    if (constant !== undefined && !isCode[kind](constant))
      faults.push(unknown(`/mapping/constants/${kind}`, kind, constant));
    for (const [written, code] of Object.entries(translations[kind] ?? {})) {
      if (!isCode[kind](code)) faults.push(unknown(at(`/mapping/translations/${kind}`, written), kind, code));
    }
  }
  return faults;
}

function currencyFaults(sales: string | undefined, currency: string | undefined): Fault[] {
  const pointer = '/mapping/currency';
  if ((sales === undefined) !== (currency === undefined)) {
    return [missing(pointer, 'a column of sales goes with the currency of its amounts')];
  }
  if (currency === undefined || isCurrency(currency)) return [];
  return [{ pointer, code: 'mapping-code-unknown', message: `${currency} is no currency` }];
}

const missing = (pointer: string, message: string): Fault => ({ pointer, code: 'mapping-incomplete', message });
const unknown = (pointer: string, kind: string, code: string): Fault => ({
  pointer,
  code: 'mapping-code-unknown',
  message: `${code} is no ${kind} code`,
});

/** The cells of a header line. Undefined where its quotes do not match. */
export function headerCells(line: Buffer, delimiter: string): string[] | undefined {
  const text = line
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replace(/\r$/, '');
  return split(text, delimiter)?.map((cell) => cell.trim());
}

export interface MappedMonth {
  readonly from: DelimitedLayout['from'];
  readonly days: number;
}

/** Where the file with this header (JSON Lines and Parquet have none) keeps what the mapping names, or why it is not the mapping's. */
export function layoutFor(
  mapping: Mapping,
  header: readonly string[],
  { from, days }: MappedMonth,
): DelimitedLayout | { readonly faults: readonly Fault[] } {
  const isJson = !isHeaded(mapping);
  const { title, artist, duration, ...counted } = mapping.columns;
  const names = isJson ? Object.values(counted) : header;
  const known = names.map((name) => name.toLowerCase());
  const faults: Fault[] = [];
  const places: Partial<Record<ColumnKind | NameKind, number>> = {};
  for (const [kind, name] of Object.entries(isJson ? counted : mapping.columns) as [ColumnKind | NameKind, string][]) {
    const place = known.indexOf(name.toLowerCase());
    places[kind] = place;
    if (place < 0)
      faults.push({ pointer: '/lines/1', code: 'column-missing', message: `there is no column "${name}" (${kind})` });
    if (place !== known.lastIndexOf(name.toLowerCase())) {
      faults.push({ pointer: '/lines/1', code: 'column-repeated', message: `the column "${name}" is there twice` });
    }
  }
  if (faults.length > 0) return { faults };
  const { isrc = -1, quantity = -1, title: titles, artist: artists, duration: durations, ...others } = places;
  const called = isJson ? calledBy(title, artist, duration) : calledBy(titles, artists, durations);
  const { delimiter, dates, decimal, constants, translations } = mapping;
  const { territory = {}, use = {}, model = {} } = translations;
  return {
    ...(delimiter === parquet ? { delimiter: jsonLines, isParquet: true } : { delimiter }),
    ...{ columns: names.length, names, isrc, quantity, ...others },
    ...{ dates, decimal, constants, translations: { territory, use, model }, from, days },
    ...(called === undefined ? {} : { called }),
    ...currencyOf(mapping),
  };
}

const currencyOf = ({ currency }: Mapping): Pick<DelimitedLayout, 'currency'> =>
  currency === undefined ? {} : { currency };

const calledBy = <Place extends number | string>(
  title: Place | undefined,
  artist: Place | undefined,
  duration: Place | undefined,
): Called | undefined =>
  title === undefined || artist === undefined
    ? undefined
    : { title, artist, ...(duration === undefined ? {} : { duration }) };
