import { gtin14, isCalendarDate, plainGtin, readGtin, readIsrc } from '../kernel';
import { readDuration } from './duration';

/** The columns of a catalogue file. All stand in its header; which cells may be empty is said by `readRow`. */
export const columns = [
  'isrc',
  'title',
  'version',
  'artists',
  'duration',
  'release',
  'upc',
  'p_line',
  'genre',
] as const;
/** Both or neither stand in a header: half of what is said of a parent could not be read. */
export const parentColumns = ['parent_isrc', 'parent_kind'] as const;
/** A file may have any of these. */
export const furtherColumns = ['label', 'catalogue_number', 'release_date', 'language'] as const;
/** Columns that a file may leave out: what they would say of a recording then stays as it was. */
export const optionalColumns = [...parentColumns, ...furtherColumns] as const;
export const allColumns = [...columns, ...optionalColumns] as const;
export type Column = (typeof allColumns)[number];
/** What a row has in each column; a column that the file does not have is absent. */
export type Cells = Readonly<Partial<Record<Column, string>>>;

/** Whether a wrong check digit rejects what has it, or is told and no more. */
export type CheckDigits = 'warning' | 'error';

/** How rows are read, beside their columns. */
export interface RowRules {
  readonly checkDigits?: CheckDigits;
  /** Between the names of several artists. */
  readonly artistsSeparator?: string;
}

/** Between names that came one by one: no name has such a character. */
export const nameSeparator = '\u001e';

/** How a recording was made of its parent. */
export const versionKinds = [
  'remaster',
  'live',
  'remix',
  'edit',
  'sped-up',
  'slowed-down',
  'other',
  // No version at all: the same recording under another ISRC.
  'same-recording',
] as const;
export type VersionKind = (typeof versionKinds)[number];

/** The recording that another one is a version of; it need not be in the same catalogue. */
export interface ParentVersion {
  readonly isrc: string;
  readonly kind: VersionKind;
}

/** Null: none. Undefined: the file has no such column. */
export interface RecordingRow {
  readonly isrc: string;
  readonly title: string;
  readonly version?: string | null;
  readonly artists: readonly string[];
  readonly durationSeconds?: number | null;
  /** The release it is on. */
  readonly release: RowRelease | null;
  readonly pLine?: string | null;
  readonly genre?: string | null;
  readonly label?: string | null;
  /** Of the performance. */
  readonly language?: string | null;
  readonly parent?: ParentVersion | null;
}

export interface RowRelease {
  /** The bar code as 14 digits. */
  readonly gtin: string;
  readonly title: string;
  readonly label?: string | null;
  readonly catalogueNumber?: string | null;
  /** A year, month or day. */
  readonly releasedOn?: string | null;
}

/** One thing wrong with one cell. Rows count as a spreadsheet does: the header is row 1. */
export interface RowFault {
  readonly row: number;
  readonly column: Column | '';
  readonly code: string;
  readonly value: string;
  readonly message: string;
  /** A warning leaves the row in. */
  readonly severity: 'warning' | 'error';
}

/** What became of a row: a recording, or everything that is wrong with it. */
export type RowReading =
  | { readonly recording: RecordingRow; readonly warnings?: readonly RowFault[] }
  | { readonly faults: readonly RowFault[] };

const lengths: Readonly<Record<Column, number>> = {
  isrc: 40,
  title: 500,
  version: 200,
  artists: 2000,
  duration: 40,
  release: 500,
  upc: 40,
  p_line: 300,
  genre: 100,
  parent_isrc: 40,
  parent_kind: 40,
  label: 300,
  catalogue_number: 100,
  release_date: 10,
  language: 35,
};

const controlCharacters = /\p{Cc}/gu;

export const rowFault = (row: number, column: Column | '', code: string, value: string, message: string): RowFault => ({
  row,
  column,
  code,
  value: shown(value),
  message,
  severity: 'error',
});

type Note = (column: Column, code: string, message: string, severity?: RowFault['severity']) => void;

/** Reads one row's cells; every fault of the row comes at once. ISRC, title and artists are needed; a release needs its UPC and its title. */
export function readRow(
  row: number,
  cells: Cells,
  { checkDigits = 'error', artistsSeparator = '|' }: RowRules = {},
): RowReading {
  const faults: RowFault[] = [];
  const note: Note = (column, code, message, severity = 'error') => {
    faults.push({ ...rowFault(row, column, code, cells[column] ?? '', message), severity });
  };
  checkTexts(cells, note);
  const isrc = readIsrc(cells.isrc ?? '');
  if ('fault' in isrc) note('isrc', isrc.fault, 'an ISRC is two letters, three letters or digits, and seven digits');
  const title = textOf(cells.title ?? '');
  if (title === null) note('title', 'title-missing', 'a recording needs a title');
  const artists = namesOf(cells.artists ?? '', artistsSeparator);
  if (artists.length === 0) note('artists', 'artists-missing', 'a recording needs at least one artist');
  const durationSeconds = readLength(cells.duration, note);
  const release = readRelease(cells, note, checkDigits);
  const parent = readParent(cells, 'isrc' in isrc ? isrc.isrc : '', note);
  checkLanguage(cells.language, note);

  if ('fault' in isrc || title === null || faults.some(({ severity }) => severity === 'error')) return { faults };
  const recording = {
    isrc: isrc.isrc,
    title,
    ...told('version', cells.version),
    artists,
    ...given('durationSeconds', durationSeconds),
    release,
    ...told('pLine', cells.p_line),
    ...told('genre', cells.genre),
    ...told('label', cells.label),
    ...told('language', cells.language),
    ...given('parent', parent),
  };
  return faults.length === 0 ? { recording } : { recording, warnings: faults };
}

function checkLanguage(cell: string | undefined, note: Note): void {
  const language = textOf(cell ?? '');
  if (language !== null && !isLanguage(language)) note('language', 'language-malformed', 'write a tag: ru, pt-BR');
}

function checkTexts(cells: Cells, note: Note): void {
  for (const column of allColumns) {
    const cell = cells[column];
    if (cell === undefined) continue;
    const text = column === 'artists' ? cell.replaceAll(nameSeparator, ' ') : cell;
    checkText(text, lengths[column], (code, message) => note(column, code, message));
  }
}

const namesOf = (cell: string, separator: string): string[] =>
  cell
    .replaceAll(separator, nameSeparator)
    .split(nameSeparator)
    .flatMap((name) => textOf(name) ?? []);

/** A value under a name, where there is one. */
const given = <Name extends string, Value>(name: Name, value: Value | undefined): { readonly [key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { [key in Name]: Value });

/** The cell under a name, where the file has such a column. */
const told = <Name extends string>(name: Name, cell: string | undefined): { readonly [key in Name]?: string | null } =>
  given(name, cell === undefined ? undefined : textOf(cell));

/** Undefined where there is no such column, or its cell is none. */
function readLength(cell: string | undefined, note: Note): number | null | undefined {
  if (cell === undefined || cell === '') return cell === undefined ? undefined : null;
  const seconds = readDuration(cell);
  if (seconds === undefined) {
    note(
      'duration',
      'duration-malformed',
      'write seconds (215), M:SS (3:35) or ISO 8601 (PT3M35S), more than nothing and up to a day',
    );
  }
  return seconds;
}

function readRelease(cells: Cells, note: Note, checkDigits: CheckDigits): RecordingRow['release'] {
  const title = textOf(cells.release ?? '');
  const upc = cells.upc ?? '';
  const day = cells.release_date ?? '';
  if (day !== '' && !isPartialDate(day)) note('release_date', 'date-malformed', 'write YYYY-MM-DD, YYYY-MM or YYYY');
  if (upc === '') {
    // Without a bar code it could not be told from another release of the same title, and would be lost without a word.
    if (title !== null)
      note('upc', 'upc-missing', 'a release is known by its UPC: give it, or leave the release empty too');
    return null;
  }
  if (title === null) note('release', 'release-missing', 'a UPC needs the title of its release');
  const gtin = readBarCode(upc, note, checkDigits);
  if (title === null || gtin === null) return null;
  return {
    gtin,
    title,
    ...told('label', cells.label),
    ...told('catalogueNumber', cells.catalogue_number),
    ...told('releasedOn', cells.release_date),
  };
}

/** As 14 digits; one whose last digit is wrong, too, if that is no error. */
function readBarCode(upc: string, note: Note, checkDigits: CheckDigits): string | null {
  const read = readGtin(upc);
  if ('gtin' in read) return gtin14(read.gtin);
  if (read.fault === 'gtin-check-digit') {
    note('upc', read.fault, 'the last digit does not fit the others', checkDigits);
    return gtin14(plainGtin(upc));
  }
  note('upc', read.fault, 'a UPC or EAN has 8, 12, 13 or 14 digits');
  return null;
}

/** The shape of a language tag (BCP 47); which ones there are nobody asks. */
export const isLanguage = (text: string): boolean => /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/.test(text);

const isPartialDate = (text: string): boolean =>
  /^\d{4}$/.test(text) || isCalendarDate(/^\d{4}-\d\d$/.test(text) ? `${text}-01` : text);

function readParent(
  { parent_isrc: written, parent_kind: named }: Cells,
  isrc: string,
  note: Note,
): RecordingRow['parent'] {
  if (written === undefined || named === undefined) return undefined;
  if (written === '' && named === '') return null;
  const kind = versionKinds.find((one) => one === named.toLowerCase());
  if (kind === undefined) note('parent_kind', 'parent-kind-unknown', `write one of ${versionKinds.join(', ')}`);
  const parent = readIsrc(written);
  if ('fault' in parent) note('parent_isrc', parent.fault, 'a parent is named by its ISRC');
  else if (parent.isrc === isrc) note('parent_isrc', 'parent-self', 'no recording is a version of itself');
  return kind === undefined || 'fault' in parent ? null : { isrc: parent.isrc, kind };
}

function checkText(cell: string, lengthMax: number, note: (code: string, message: string) => void): void {
  if (cell.length > lengthMax) note('text-too-long', `at most ${lengthMax} characters`);
  // What the decoder puts where the bytes are not UTF-8; JSON can name half of a pair as well.
  if (/[\uFFFD\p{Cs}]/u.test(cell)) note('text-not-utf8', 'the file must be UTF-8');
  if (cell.search(controlCharacters) >= 0)
    note('text-control-character', 'no line breaks, tabs or other control characters inside a cell');
}

function textOf(cell: string): string | null {
  const text = cell.normalize('NFC').trim();
  return text === '' ? null : text;
}

/** The cell as a fault shows it: its first 200 characters, without what a database or a terminal could not take. */
const shown = (value: string): string =>
  [...value.slice(0, 400)].slice(0, 200).join('').replace(controlCharacters, '\uFFFD');
