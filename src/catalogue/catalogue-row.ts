import { gtin14, readGtin, readIsrc } from '../kernel';
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
/** Columns that a file may leave out: what they would say of a recording then stays as it was. */
export const optionalColumns = ['parent_isrc', 'parent_kind'] as const;
type OptionalColumn = (typeof optionalColumns)[number];
export type Column = (typeof columns)[number] | OptionalColumn;
export type Cells = Readonly<Record<(typeof columns)[number], string> & Partial<Record<OptionalColumn, string>>>;

/** How a recording was made of its parent. */
export const versionKinds = ['remaster', 'live', 'remix', 'edit', 'sped-up', 'slowed-down', 'other'] as const;
export type VersionKind = (typeof versionKinds)[number];

/** The recording that another one is a version of; it need not be in the same catalogue. */
export interface ParentVersion {
  readonly isrc: string;
  readonly kind: VersionKind;
}

export interface RecordingRow {
  readonly isrc: string;
  readonly title: string;
  readonly version: string | null;
  readonly artists: readonly string[];
  readonly durationSeconds: number | null;
  /** The release it is on, its bar code as 14 digits. */
  readonly release: { readonly gtin: string; readonly title: string } | null;
  readonly pLine: string | null;
  readonly genre: string | null;
  /** Null: none. Undefined: the file has no such columns. */
  readonly parent?: ParentVersion | null;
}

/** One thing wrong with one cell. Rows count as a spreadsheet does: the header is row 1. */
export interface RowFault {
  readonly row: number;
  readonly column: Column | '';
  readonly code: string;
  readonly value: string;
  readonly message: string;
}

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
};

const controlCharacters = /\p{Cc}/gu;

export const rowFault = (row: number, column: Column | '', code: string, value: string, message: string): RowFault => ({
  row,
  column,
  code,
  value: shown(value),
  message,
});

/** Reads one row's cells; every fault of the row comes at once. ISRC, title and artists are needed; a release needs its UPC and its title. */
export function readRow(
  row: number,
  cells: Cells,
): { readonly recording: RecordingRow } | { readonly faults: readonly RowFault[] } {
  const faults: RowFault[] = [];
  const note = (column: Column, code: string, message: string): void => {
    faults.push(rowFault(row, column, code, cells[column] ?? '', message));
  };
  for (const column of [...columns, ...optionalColumns])
    checkText(cells[column] ?? '', lengths[column], (code, message) => note(column, code, message));

  const isrc = readIsrc(cells.isrc);
  if ('fault' in isrc) note('isrc', isrc.fault, 'an ISRC is two letters, three letters or digits, and seven digits');
  const title = textOf(cells.title);
  if (title === null) note('title', 'title-missing', 'a recording needs a title');
  const artists = cells.artists.split('|').flatMap((name) => textOf(name) ?? []);
  if (artists.length === 0) note('artists', 'artists-missing', 'a recording needs at least one artist');
  const durationSeconds = cells.duration === '' ? null : readDuration(cells.duration);
  if (durationSeconds === undefined) {
    note(
      'duration',
      'duration-malformed',
      'write seconds (215), M:SS (3:35) or ISO 8601 (PT3M35S), more than nothing and up to a day',
    );
  }
  const release = readRelease(cells, note);
  const parent = readParent(cells, 'isrc' in isrc ? isrc.isrc : '', note);

  if ('fault' in isrc || title === null || durationSeconds === undefined || faults.length > 0) return { faults };
  const rest = { version: textOf(cells.version), pLine: textOf(cells.p_line), genre: textOf(cells.genre) };
  const told = parent === undefined ? {} : { parent };
  return { recording: { isrc: isrc.isrc, title, artists, durationSeconds, release, ...rest, ...told } };
}

function readRelease(
  cells: Cells,
  note: (column: Column, code: string, message: string) => void,
): RecordingRow['release'] {
  const title = textOf(cells.release);
  if (cells.upc === '') {
    // Without a bar code it could not be told from another release of the same title, and would be lost without a word.
    if (title !== null)
      note('upc', 'upc-missing', 'a release is known by its UPC: give it, or leave the release empty too');
    return null;
  }
  if (title === null) note('release', 'release-missing', 'a UPC needs the title of its release');
  const gtin = readGtin(cells.upc);
  if ('fault' in gtin) {
    note(
      'upc',
      gtin.fault,
      gtin.fault === 'gtin-check-digit'
        ? 'the last digit does not fit the others'
        : 'a UPC or EAN has 8, 12, 13 or 14 digits',
    );
    return null;
  }
  return title === null ? null : { gtin: gtin14(gtin.gtin), title };
}

function readParent(
  { parent_isrc: written, parent_kind: named }: Cells,
  isrc: string,
  note: (column: Column, code: string, message: string) => void,
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
  // What the decoder puts where the bytes are not UTF-8.
  if (cell.includes('\uFFFD')) note('text-not-utf8', 'the file must be UTF-8');
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
