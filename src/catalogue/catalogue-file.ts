import { DomainError } from '../platform/errors/domain-error';
import {
  type Cells,
  type CheckDigits,
  type Column,
  columns,
  furtherColumns,
  parentColumns,
  readRow,
  rowFault,
  type RowReading,
} from './catalogue-row';
import { csvRows } from './csv-rows';
import { type CatalogueMapping, mappedColumns } from './mapping';

/** One row of the file: what it says, or everything that is wrong with it. */
export type ReadRow = { readonly row: number } & RowReading;

/** How a file is read. Without a mapping its columns are named as ours. */
export interface FileReading {
  readonly mapping?: CatalogueMapping | undefined;
  readonly checkDigits?: CheckDigits | undefined;
}

/**
 * Reads a catalogue's CSV row by row, holding one row at a time. Refuses with import-unreadable where it is not CSV
 * and with import-header-invalid where a column is missing or stands twice, or one of the parents' without the other; columns of other names are passed over.
 */
export async function* readCatalogueFile(
  source: NodeJS.ReadableStream | AsyncIterable<Uint8Array>,
  { mapping, checkDigits }: FileReading = {},
): AsyncGenerator<ReadRow> {
  const { delimiter = ',', artistsSeparator } = mapping ?? {};
  let header: readonly string[] | undefined;
  let places: ReadonlyMap<Column, number> = new Map();
  const rules = { ...(checkDigits && { checkDigits }), ...(artistsSeparator && { artistsSeparator }) };
  for await (const { row, cells } of csvRows(source, delimiter)) {
    if (header === undefined) {
      header = cells;
      places = placesOf(cells, mapping);
    } else if (cells.length === header.length) {
      yield { row, ...readRow(row, namedCells(cells, places), rules) };
    } else if (cells.length !== 1 || cells[0]?.trim() !== '') {
      const message = `the row has ${cells.length} cells, the header ${header.length}`;
      yield { row, faults: [rowFault(row, '', 'row-cells', String(cells.length), message)] };
    }
  }
}

/** Where each column is. */
function placesOf(header: readonly string[], mapping: CatalogueMapping | undefined): ReadonlyMap<Column, number> {
  const names = header.map((name) => name.trim().toLowerCase());
  const wanted: readonly (readonly [Column, string])[] =
    mapping === undefined ? ours(names).map((column) => [column, column]) : mappedColumns(mapping);
  const faults = wanted.flatMap(([column, name]) => {
    const count = names.filter((one) => one === name.toLowerCase()).length;
    if (count === 1) return [];
    return [
      {
        pointer: `/header/${column}`,
        code: count === 0 ? 'column-missing' : 'column-repeated',
        message: `the header must name ${name} once`,
      },
    ];
  });
  if (faults.length > 0) throw new DomainError('import-header-invalid', undefined, faults);
  return new Map(wanted.map(([column, name]) => [column, names.indexOf(name.toLowerCase())]));
}

function ours(names: readonly string[]): Column[] {
  const hasParents = parentColumns.some((column) => names.includes(column));
  const further = furtherColumns.filter((column) => names.includes(column));
  return [...columns, ...(hasParents ? parentColumns : []), ...further];
}

const namedCells = (cells: readonly string[], places: ReadonlyMap<Column, number>): Cells =>
  Object.fromEntries([...places].map(([column, place]) => [column, cells[place]?.trim() ?? '']));
