import type { CalendarDate } from '../../kernel';

/** How days are written: four digits of the year, two of the month and of the day, in this order. */
export const dateForms = ['YYYY-MM-DD', 'YYYYMMDD', 'DD.MM.YYYY', 'DD/MM/YYYY', 'MM/DD/YYYY'] as const;
export type DateForm = (typeof dateForms)[number];

/** In place of a delimiter: every line is a JSON object, and its members are the columns. */
export const jsonLines = 'json-lines';
/** In place of a delimiter, in mappings: the file is Parquet. Its rows are read as JSON Lines. */
export const parquet = 'parquet';

/** Where a delimited report keeps what. Columns count from 0. What has no column holds for all lines, as the constants say. */
export interface DelimitedLayout {
  /** One byte: comma, semicolon, tab or pipe; or `jsonLines`. */
  readonly delimiter: string;
  readonly columns: number;
  /** For faults, by column; of JSON Lines the keys or pointers that are read. */
  readonly names: readonly string[];
  readonly isrc: number;
  readonly quantity: number;
  readonly returns?: number;
  readonly day?: number;
  readonly territory?: number;
  readonly use?: number;
  readonly model?: number;
  /** What was sold on a line, net of returns, in `currency`. */
  readonly sales?: number;
  readonly currency?: string;
  readonly dates: DateForm;
  /** Groups of thousands and the decimal sign as written: "." or ",". */
  readonly decimal: '.' | ',';
  readonly constants: { readonly territory?: string; readonly use?: string; readonly model?: string };
  /** From what is written to the codes of ISO 3166-1 and DDEX; a code itself needs no entry. */
  readonly translations: Readonly<Record<'territory' | 'use' | 'model', Readonly<Record<string, string>>>>;
  /** The report's first day, which lines without a day are of, and how many days it has. */
  readonly from: CalendarDate;
  readonly days: number;
  /** The file is Parquet: these are its rows, as JSON Lines. */
  readonly isParquet?: true;
  /** Where a line says what it calls the recording: columns, or members of an object. No line is at fault for what stands there. */
  readonly called?: Called;
  /** The lines are differences: with a minus a count takes away. */
  readonly signed?: true;
}

export interface Called {
  readonly title: number | string;
  readonly artist: number | string;
  readonly duration?: number | string;
}

/** The number of a cell on its line, from 1, as faults tell it; the members of an object have none. */
export const cellNumber = ({ delimiter }: DelimitedLayout, column: number | null): number | null =>
  column === null || delimiter === jsonLines ? null : column + 1;

/** A line that is not sound, with the number within its chunk. */
export interface DelimitedFault {
  readonly line: number;
  readonly column: number | null;
  readonly code: DelimitedFaultCode;
  readonly value: string;
}

/** What can be wrong with a line of a delimited report. As in DSR files where there is such a code. */
export const delimitedFaults = {
  'cells-missing': 'the line has fewer cells than the header',
  'cells-excess': 'the line has more cells than the header',
  'quotes-unbalanced': 'a quoted cell does not end on its line, or something follows its end',
  'line-too-long': 'the line is longer than 64 KiB',
  'cell-not-utf8': 'the line is not UTF-8',
  'json-malformed': 'the line is no JSON object, or nests more than 32 levels deep',
  'json-key-repeated': 'an object of the line has this key twice',
  'json-not-scalar': 'there is an object or a list where one value belongs',
  'isrc-missing': 'there is no ISRC',
  'isrc-malformed': 'an ISRC is two letters, three letters or digits, and seven digits',
  'cell-not-whole': 'a count is a whole number',
  'cell-negative': 'a count is not negative',
  'cell-out-of-range': 'a count is below 2^63',
  'returns-exceed-quantity': 'more is returned than used',
  'signs-differ': 'a line either adds or takes away, units and returns alike',
  'territory-unknown': 'no ISO 3166-1 territory, and none that the mapping translates',
  'use-unknown': 'no DDEX use type, and none that the mapping translates',
  'model-unknown': 'no DDEX commercial model, and none that the mapping translates',
  'cell-not-date': 'no day as the mapping writes days',
  'date-outside-period': 'the day is not in the month of the report',
} as const;
export type DelimitedFaultCode = keyof typeof delimitedFaults;
