import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { AccordoRequest } from '../auth/allow';
import { fileBody } from './streams';

const figure = /^-?\d+([./]\d+)?$/;
/** What some spreadsheet begins a formula with: the wide signs are East Asian keyboards' own. */
export const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/u;

/** RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front; figures stay figures, negative ones too. */
export function csvCell(text: string): string {
  const safe = formulaStart.test(text) && !figure.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row of cells, ended as RFC 4180 has it. */
export const csvRow = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** The CSV of a request as it streams in. Refuses with content-type-unsupported. */
export const csvBody = (request: AccordoRequest): AsyncIterable<Uint8Array> =>
  fileBody(request, ['text/csv'], 'send the file as text/csv');

/** Whether the caller asks for CSV where JSON is the other choice: what the query says goes before what the headers say. */
export const wantsCsv = (format: 'json' | 'csv' | undefined, accept: string | undefined): boolean =>
  format === undefined ? accept?.startsWith('text/csv') === true : format === 'csv';

interface Batches<Row> {
  readonly header: string;
  readonly lineOf: (row: Row) => string;
  /** Rows that are read at once: fewer are the last ones. */
  readonly batch: number;
  /** Those after this one, or the first. */
  readonly read: (last: Row | undefined) => Promise<readonly Row[]>;
}

/** Rows under a header, batch by batch. Where each is read in a short transaction of its own, a slow reader holds none open. */
export async function* csvInBatches<Row>({ header, lineOf, batch, read }: Batches<Row>): AsyncGenerator<string> {
  yield header;
  for (let last: Row | undefined; ;) {
    const rows = await read(last);
    yield rows.map(lineOf).join('');
    last = rows.at(-1);
    if (rows.length < batch || last === undefined) return;
  }
}

/** Rows under a header, to be saved under this name. */
export const csvFile = (name: string, rows: Iterable<string> | AsyncIterable<string>): StreamableFile =>
  new StreamableFile(Readable.from(rows), {
    type: 'text/csv; charset=utf-8; header=present',
    disposition: `attachment; filename="${name}.csv"`,
  });
