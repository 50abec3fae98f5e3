import { isCommercialModel, isIsrc, isTerritory, isUseType, normaliseIsrc } from '../kernel';
import { split } from './engine/careful-line';
import { type DateForm, dateForms } from './engine/delimited-layout';
import { type ColumnKind, type Delimiter, delimiters, headerCells, type Mapping } from './mapping';

/** Names that people give to such columns, most telling first. */
const usual: Readonly<Record<ColumnKind, RegExp>> = {
  isrc: /^(isrc|resource ?isrc|isrc ?code|track ?isrc)$/i,
  quantity: /^(quantity|units?|plays?|streams?|total ?usages?|net ?usage|count|количество|прослушивания)$/i,
  returns: /^(returns?|refunds?|возвраты)$/i,
  day: /^(day|date|usage ?date|transaction ?date|sale ?date|period|дата)$/i,
  territory: /^(territory|territory ?code|country|country ?code|region|страна|территория)$/i,
  use: /^(use|use ?type|usage ?type|product ?type|тип использования)$/i,
  model: /^(model|commercial ?model|subscription ?type|тариф)$/i,
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

/** A mapping as far as the beginning of a file tells it; what is missing the sender adds. Undefined where no line is a header. */
export function proposeMapping(lines: readonly Buffer[]): Mapping | undefined {
  const [first, ...rest] = lines;
  if (first === undefined) return undefined;
  const delimiter = mostLikely(first);
  const header = headerCells(first, delimiter);
  if (header === undefined) return undefined;
  const rows = rest.flatMap((line) => {
    const cells = split(line.toString('utf8').replace(/\r$/, ''), delimiter);
    return cells === undefined || cells.length < header.length ? [] : [cells.map((cell) => cell.trim())];
  });
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

/** The delimiter that the header has most of. */
function mostLikely(header: Buffer): Delimiter {
  const text = header.toString('utf8');
  const counts = delimiters.map((delimiter) => text.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

function columnsOf(header: readonly string[], rows: readonly string[][]): Partial<Record<ColumnKind, string>> {
  const columns: Partial<Record<ColumnKind, string>> = {};
  const taken = new Set<string>();
  const take = (kind: ColumnKind, name: string | undefined): void => {
    if (name === undefined || name === '' || columns[kind] !== undefined || taken.has(name)) return;
    columns[kind] = name;
    taken.add(name);
  };
  for (const [kind, pattern] of Object.entries(usual) as [ColumnKind, RegExp][]) {
    take(
      kind,
      header.find((name) => pattern.test(name.replace(/[_-]/g, ' '))),
    );
  }
  for (const [kind, isLike] of Object.entries(contents) as [ColumnKind, (cell: string) => boolean][]) {
    const place = header.findIndex(
      (name, at) => !taken.has(name) && rows.length > 0 && rows.every((row) => isLike(row[at] ?? '')),
    );
    take(kind, header[place]);
  }
  return columns;
}
