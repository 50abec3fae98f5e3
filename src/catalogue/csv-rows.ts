import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { presentable } from '../kernel';
import { DomainError } from '../platform/errors/domain-error';

/** Far above any honest row; an unclosed quote would otherwise take the whole file into memory. */
export const rowCharactersMax = 100_000;

export interface CsvRow {
  /** As a spreadsheet counts: the header is row 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

/** The rows of a CSV file, the header among them, holding one at a time. Refuses with import-unreadable where it is not CSV, or empty. */
export async function* csvRows(
  source: NodeJS.ReadableStream | AsyncIterable<Uint8Array>,
  delimiter = ',',
): AsyncGenerator<CsvRow> {
  const parser = parse({ bom: true, relax_column_count: true, max_record_size: rowCharactersMax, delimiter });
  // The iteration below sees every error, whichever end it comes from.
  pipeline(source, parser, () => undefined);
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      row += 1;
      yield { row, cells };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DomainError('import-unreadable', undefined, [
      { pointer: `/rows/${row + 1}`, code: 'csv-malformed', message: presentable(error.message, 300) },
    ]);
  }
  if (row === 0) throw new DomainError('import-unreadable', 'the file is empty');
}
