import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { DomainError } from '../platform/errors/domain-error';
import {
  type Cells,
  type Column,
  columns,
  optionalColumns,
  readRow,
  type RecordingRow,
  rowFault,
  type RowFault,
} from './catalogue-row';

/** One row of the file: what it says, or everything that is wrong with it. */
export type ReadRow =
  | { readonly row: number; readonly recording: RecordingRow }
  | { readonly row: number; readonly faults: readonly RowFault[] };

/** Far above any honest row; an unclosed quote would otherwise take the whole file into memory. */
const rowCharactersMax = 100_000;

/**
 * Reads a catalogue's CSV row by row, holding one row at a time. Refuses with import-unreadable where it is not CSV
 * and with import-header-invalid where a column is missing or stands twice, or one of the optional ones without the other; columns of other names are passed over.
 */
export async function* readCatalogueFile(source: NodeJS.ReadableStream): AsyncGenerator<ReadRow> {
  const parser = parse({ bom: true, relax_column_count: true, max_record_size: rowCharactersMax });
  // The iteration below sees every error, whichever end it comes from.
  pipeline(source, parser, () => undefined);
  let row = 0;
  let header: readonly string[] | undefined;
  let places: ReadonlyMap<Column, number> = new Map();
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      if (header === undefined) {
        header = cells;
        places = placesOf(cells);
      } else if (cells.length !== 1 || cells[0]?.trim() !== '') {
        yield readCells(row, cells, header.length, places);
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DomainError('import-unreadable', undefined, [
      { pointer: `/rows/${row + 1}`, code: 'csv-malformed', message: error.message.slice(0, 300) },
    ]);
  }
  if (header === undefined) throw new DomainError('import-unreadable', 'the file is empty');
}

function placesOf(header: readonly string[]): ReadonlyMap<Column, number> {
  const names = header.map((name) => name.trim().toLowerCase());
  // Both or neither: half of what is said of a parent could not be read.
  const hasParents = optionalColumns.some((column) => names.includes(column));
  const wanted: readonly Column[] = hasParents ? [...columns, ...optionalColumns] : columns;
  const faults = wanted.flatMap((column) => {
    const count = names.filter((name) => name === column).length;
    if (count === 1) return [];
    return [
      {
        pointer: `/header/${column}`,
        code: count === 0 ? 'column-missing' : 'column-repeated',
        message: `the header must name ${column} once`,
      },
    ];
  });
  if (faults.length > 0) throw new DomainError('import-header-invalid', undefined, faults);
  return new Map(wanted.map((column) => [column, names.indexOf(column)]));
}

function readCells(row: number, cells: readonly string[], width: number, places: ReadonlyMap<Column, number>): ReadRow {
  if (cells.length !== width) {
    const message = `the row has ${cells.length} cells, the header ${width}`;
    return { row, faults: [rowFault(row, '', 'row-cells', String(cells.length), message)] };
  }
  const named = Object.fromEntries(
    [...places].map(([column, place]) => [column, cells[place]?.trim() ?? '']),
  ) as unknown as Cells;
  return { row, ...readRow(row, named) };
}
