import { isCommercialModel, isIsrc, isTerritory, isUseType, normaliseIsrc } from '../kernel';
import { split } from './engine/careful-line';
import { type DateForm, dateForms, jsonLines, parquet } from './engine/delimited-layout';
import { escapedKey } from './engine/json-members';
import {
  type ColumnKind,
  type Delimiter,
  delimiters,
  headerCells,
  type Mapping,
  type NameKind,
  type TableForm,
} from './mapping';

/** Names that people give to such columns, most telling first. What was sold is never guessed: amounts of many kinds stand in tables. */
const usual: Readonly<Record<Exclude<ColumnKind, 'sales'> | NameKind, RegExp>> = {
  isrc: /^(isrc|resource ?isrc|isrc ?code|track ?isrc)$/i,
  quantity: /^(quantity|units?|plays?|streams?|total ?usages?|net ?usage|count|количество|прослушивания)$/i,
  returns: /^(returns?|refunds?|возвраты)$/i,
  day: /^(day|date|usage ?date|transaction ?date|sale ?date|period|дата)$/i,
  territory: /^(territory|territory ?code|country|country ?code|region|страна|территория)$/i,
  use: /^(use|use ?type|usage ?type|product ?type|тип использования)$/i,
  model: /^(model|commercial ?model|subscription ?type|тариф)$/i,
  title: /^(title|track ?title|track ?name|track|song|resource ?title|название)$/i,
  artist: /^(artists?|artist ?name|display ?artist|performer|resource ?display ?artist ?name|исполнитель)$/i,
  duration: /^(duration|length|track ?length|длительность)$/i,
};

const dayPatterns: Readonly<Record<DateForm, RegExp>> = {
  'YYYY-MM-DD': /^\d{4}-\d\d-\d\d$/,
  YYYYMMDD: /^\d{8}$/,
  'DD.MM.YYYY': /^\d\d\.\d\d\.\d{4}$/,
  'DD/MM/YYYY': /^(0[1-9]|[12]\d|3[01])\/(0[1-9]|1[0-2])\/\d{4}$/,
  'MM/DD/YYYY': /^(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])\/\d{4}$/,
};

/** What every cell of a column is like, where its name tells nothing. */
const contents: Readonly<Partial<Record<ColumnKind, (cell: string) => boolean>>> = {
  isrc: (cell) => isIsrc(normaliseIsrc(cell)),
  territory: isTerritory,
  use: isUseType,
  model: isCommercialModel,
  day: (cell) => Object.values(dayPatterns).some((pattern) => pattern.test(cell)),
};

/** The same for the rows of a Parquet file, as JSON Lines. */
export const proposeForParquet = (rows: readonly Buffer[]): Mapping | undefined => {
  const mapping = proposeMapping(rows);
  return mapping && { ...mapping, delimiter: parquet };
};

/** A mapping as far as the beginning of a file tells it; what is missing the sender adds. Undefined where no line is a header. */
export function proposeMapping(lines: readonly Buffer[]): Mapping | undefined {
  const table = /^(\ufeff)?\s*\{/.test(lines[0]?.toString('utf8', 0, 100) ?? '') ? ofObjects(lines) : ofCells(lines);
  if (table === undefined) return undefined;
  const { delimiter, header, rows } = table;
  const columns = columnsOf(header, rows);
  const cellsOf = (kind: ColumnKind): string[] => {
    const place = header.indexOf(columns[kind] ?? '');
    return place < 0 ? [] : rows.map((row) => row[place] ?? '');
  };
  return {
    delimiter,
    columns,
    constants: {},
    translations: {},
    dates: dateForms.find((form) => cellsOf('day').every((cell) => dayPatterns[form].test(cell))) ?? 'YYYY-MM-DD',
    decimal: cellsOf('quantity').some((cell) => /^\d{1,3}(\.\d{3})+(,\d+)?$/.test(cell)) ? ',' : '.',
  };
}

interface Table {
  readonly delimiter: TableForm;
  readonly header: readonly string[];
  readonly rows: readonly string[][];
}

function ofCells([first, ...rest]: readonly Buffer[]): Table | undefined {
  if (first === undefined) return undefined;
  const delimiter = mostLikely(first);
  const header = headerCells(first, delimiter);
  if (header === undefined) return undefined;
  const rows = rest.flatMap((line) => {
    const cells = split(line.toString('utf8').replace(/\r$/, ''), delimiter);
    return cells === undefined || cells.length < header.length ? [] : [cells.map((cell) => cell.trim())];
  });
  return { delimiter, header, rows };
}

/** So many keys are looked at; no object of usage has as many. */
const keysMax = 200;
const depthMax = 4;

/** Objects as a table: their keys, those of objects within them as pointers. */
function ofObjects(lines: readonly Buffer[]): Table {
  const objects = lines.flatMap((line) => {
    const members = new Map<string, string>();
    try {
      flatten(JSON.parse(line.toString('utf8').replace(/^\ufeff/, '')), '', members);
    } catch {
      // The dry run tells what is wrong with it.
      return [];
    }
    return [members];
  });
  const pointers = [...new Set(objects.flatMap((members) => [...members.keys()]))].slice(0, keysMax);
  return {
    delimiter: jsonLines,
    header: pointers.map(shortened),
    rows: objects.map((members) => pointers.map((pointer) => members.get(pointer) ?? '')),
  };
}

function flatten(value: unknown, pointer: string, members: Map<string, string>): void {
  if (typeof value !== 'object') return void members.set(pointer, String(value).trim());
  if (value === null || Array.isArray(value) || pointer.split('/').length > depthMax) return;
  for (const [key, inner] of Object.entries(value)) flatten(inner, `${pointer}/${escapedKey(key)}`, members);
}

/** A key of the object itself goes by its own name. */
function shortened(pointer: string): string {
  const key = pointer.slice(1);
  return /[/~]/.test(key) ? pointer : key;
}

/** The delimiter that the header has most of. */
function mostLikely(header: Buffer): Delimiter {
  const text = header.toString('utf8');
  const counts = delimiters.map((delimiter) => text.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

function columnsOf(
  header: readonly string[],
  rows: readonly string[][],
): Partial<Record<ColumnKind | NameKind, string>> {
  const columns: Partial<Record<ColumnKind | NameKind, string>> = {};
  const taken = new Set<string>();
  const take = (kind: ColumnKind | NameKind, name: string | undefined): void => {
    if (name === undefined || name === '' || columns[kind] !== undefined || taken.has(name)) return;
    columns[kind] = name;
    taken.add(name);
  };
  for (const [kind, pattern] of Object.entries(usual) as [ColumnKind | NameKind, RegExp][]) {
    take(
      kind,
      header.find((name) => pattern.test(spoken(name))),
    );
  }
  for (const [kind, isLike] of Object.entries(contents) as [ColumnKind, (cell: string) => boolean][]) {
    const place = header.findIndex(
      (name, at) => !taken.has(name) && rows.length > 0 && rows.every((row) => isLike(row[at] ?? '')),
    );
    take(kind, header[place]);
  }
  const { title, artist, duration: _, ...counted } = columns;
  // Half of a name tells nothing.
  return title === undefined || artist === undefined ? counted : columns;
}

/** A column's name as people say it: of a pointer the last part, words apart. */
const spoken = (name: string): string =>
  name
    .replace(/^\/.*\//, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]/g, ' ');
