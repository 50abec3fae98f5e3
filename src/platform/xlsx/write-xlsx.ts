import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { cellXml, type ColumnKind, columnLetters, style, xmlText } from './cells';
import { fixedParts, sheetEnd, sheetStart } from './parts';

export interface Column {
  readonly title: string;
  readonly kind: ColumnKind;
  /** In characters. */
  readonly width: number;
}

/** The cells of a row by column; null and '' leave a cell empty. */
export type Row = readonly (string | null)[];

/** A row that stands out: in bold. */
export interface TotalRow {
  readonly total: Row;
}

export interface Sheet {
  /** At most 31 characters, none of []:*?/\ among them. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** In batches: each is text at once, and forgotten. */
  readonly batches: Iterable<readonly (Row | TotalRow)[]> | AsyncIterable<readonly (Row | TotalRow)[]>;
}

/** Rows that a sheet can have under its header: a spreadsheet knows 1,048,576. */
export const rowsMax = 1_048_575;

/** The first instant that a ZIP can tell, of local parts: the same workbook has the same bytes. */
const madeAt = new Date(1980, 0, 1);
const entry = { mtime: madeAt, forceDosTimestamp: true, mode: 0o100644, compress: true, compressionLevel: 1 };

/**
 * A workbook (Office Open XML) as it is written: no more of it is in memory than a batch of rows, and none where the reader stops.
 * `places` are those of its amounts. A failure while rows are made ends the stream with it.
 */
export function writeXlsx(sheets: readonly Sheet[], places: number): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as unknown as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  const names = sheets.map(({ name }) => name);
  for (const [name, text] of fixedParts(names, places)) zip.addBuffer(Buffer.from(text), name, entry);
  sheets.forEach((sheet, index) => {
    zip.addReadStreamLazy(`xl/worksheets/sheet${index + 1}.xml`, entry, (take) => {
      if (output.destroyed) return;
      const rows = Readable.from(sheetXml(sheet), { objectMode: false });
      rows.on('error', (error) => output.destroy(error));
      output.once('close', () => rows.destroy());
      take(null, rows);
    });
  });
  zip.end();
  return output;
}

async function* sheetXml({ columns, batches }: Sheet): AsyncGenerator<Buffer> {
  const letters = columns.map((_, index) => columnLetters(index));
  const titles = columns.map(
    ({ title, kind }, index) =>
      `<c r="${letters[index]}1" s="${kind === 'text' ? style.heading : style.headingRight}" t="inlineStr"><is><t>${xmlText(title)}</t></is></c>`,
  );
  const start = sheetStart(columns.map(({ width }) => width));
  yield Buffer.from(`${start}<row r="1">${titles.join('')}</row>`);
  let number = 1;
  for await (const batch of batches) {
    let text = '';
    for (const row of batch) {
      number += 1;
      const total = 'total' in row;
      const cells: Row = total ? row.total : row;
      text += `<row r="${number}">`;
      for (const [index, { kind }] of columns.entries())
        text += cellXml(`${letters[index]}${number}`, cells[index] ?? null, { kind, total });
      text += '</row>';
    }
    yield Buffer.from(text);
  }
  yield Buffer.from(sheetEnd);
}
