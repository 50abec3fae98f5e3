import { parse } from 'csv-parse/sync';
import { isCalendarDate, isDecimalText, isShare, type UsageSum } from '../kernel';
import { FilesRefused, parseJson, type FileFault, type TextFile } from './file-faults';

/** Usage sums, and where in its file the sum of each index stands. */
export interface UsageFile {
  readonly name: string;
  /** Where all of it stands: '' for a file of its own. */
  readonly place: string;
  readonly sums: readonly UsageSum[];
  readonly placeOf: (index: number) => string;
}

const NAMES = ['isrc', 'service', 'territory', 'use', 'model'] as const;
const COUNT = /^\d{1,18}$/;

interface OptionalColumn {
  readonly valid: (cell: string) => boolean;
  readonly shape: string;
}

/** Columns that only some terms ask for; an empty cell says nothing. */
const OPTIONAL: Readonly<Record<'sales' | 'controlledShare' | 'usedOn' | 'reportedOn' | 'sale', OptionalColumn>> = {
  sales: { valid: isDecimalText, shape: 'must be a plain decimal, as text' },
  controlledShare: { valid: isShare, shape: 'must be a fraction of one, as text: "0.6" or "1/3"' },
  usedOn: { valid: isCalendarDate, shape: 'must be a day that exists, such as "2026-01-31"' },
  reportedOn: { valid: isCalendarDate, shape: 'must be a day that exists, such as "2026-01-31"' },
  sale: { valid: (cell) => cell !== '', shape: 'must be text' },
};
const OPTIONAL_COLUMNS = Object.entries(OPTIONAL);
const COLUMNS: readonly string[] = [...NAMES, 'quantity', 'returns', ...Object.keys(OPTIONAL)];
const REQUIRED_COLUMNS: readonly string[] = [...NAMES, 'quantity'];

/** Usage as CSV whose header names the columns in any order, or as a JSON list of such objects. Throws FilesRefused with all faults. */
export function readUsageFile(file: TextFile): UsageFile {
  if (file.json !== undefined || /^\s*\[/.test(file.text))
    return readUsageRows(parseJson(file), { file: file.name, pointer: '' });
  const { records, lines } = parseCsv(file);
  return readRows(records, { file: file.name, place: '', placeOf: (index) => `line ${lines[index] ?? '?'}` });
}

/** Usage as a parsed JSON list. */
export function readUsageRows(rows: unknown, { file, pointer }: { file: string; pointer: string }): UsageFile {
  if (Array.isArray(rows)) return readRows(rows, { file, place: pointer, placeOf: (index) => `${pointer}/${index}` });
  throw new FilesRefused([{ file, place: pointer, code: 'usage-type', message: 'must be a list of usage sums' }]);
}

function parseCsv({ name, text }: TextFile): { records: Record<string, string>[]; lines: number[] } {
  let header: readonly string[] = [];
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  const columns = (names: string[]): string[] => {
    header = names;
    return names;
  };
  try {
    rows = parse(text, { columns, bom: true, info: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'cannot be read';
    throw new FilesRefused([{ file: name, place: '', code: 'usage-csv', message }]);
  }
  if (header.length > 0) refuseHeader(name, header);
  return { records: rows.map(({ record }) => record), lines: rows.map(({ info }) => info.lines) };
}

/** A column with a name that nobody reads could hold money: it is refused, not passed over. */
function refuseHeader(file: string, header: readonly string[]): void {
  const faults = [
    ...REQUIRED_COLUMNS.filter((column) => !header.includes(column)).map((column) => `lacks the column ${column}`),
    ...header.filter((column) => !COLUMNS.includes(column)).map((column) => `has an unknown column "${column}"`),
    ...header.filter((column, place) => header.indexOf(column) < place).map((column) => `has ${column} twice`),
  ].map((message): FileFault => ({ file, place: 'line 1', code: 'usage-column', message }));
  if (faults.length > 0) throw new FilesRefused(faults);
}

interface Rows {
  readonly file: string;
  readonly place: string;
  readonly placeOf: (index: number) => string;
}

function readRows(rows: readonly unknown[], { file, place, placeOf }: Rows): UsageFile {
  const faults: FileFault[] = [];
  const sums = rows.map((row, index) =>
    readRow(row, (message) => faults.push({ file, place: placeOf(index), code: 'usage-cell', message })),
  );
  if (faults.length > 0) throw new FilesRefused(faults);
  return { name: file, place, sums, placeOf };
}

function readRow(row: unknown, refuse: (message: string) => void): UsageSum {
  const cells = new Map<string, unknown>(typeof row === 'object' && row !== null ? Object.entries(row) : []);
  for (const column of cells.keys()) if (!COLUMNS.includes(column)) refuse(`${column} is not a column of usage`);
  const name = (column: (typeof NAMES)[number]): string => {
    const cell = cells.get(column);
    if (typeof cell === 'string' && cell !== '') return cell;
    refuse(`${column} is required`);
    return '';
  };
  const count = (column: 'quantity' | 'returns', absent: string): bigint => {
    const given = cells.get(column);
    const cell = given === undefined || given === '' ? absent : given;
    if (typeof cell === 'string' && COUNT.test(cell)) return BigInt(cell);
    refuse(`${column} must be a whole number that is not negative, as text`);
    return 0n;
  };
  const details: Record<string, string> = {};
  for (const [column, { valid, shape }] of OPTIONAL_COLUMNS) {
    const cell = cells.get(column);
    if (cell === undefined || cell === '') continue;
    if (typeof cell === 'string' && valid(cell)) details[column] = cell;
    else refuse(`${column} ${shape}`);
  }
  return {
    isrc: name('isrc'),
    service: name('service'),
    territory: name('territory'),
    use: name('use'),
    model: name('model'),
    quantity: count('quantity', ''),
    returns: count('returns', '0'),
    ...details,
  };
}
