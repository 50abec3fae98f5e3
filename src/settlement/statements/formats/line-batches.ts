import type { Tx } from '../../../platform/database/tx';
import { linesAfter, type StoredLine } from '../lines.repository';
import type { Statement } from '../statements.repository';
import type { Reading } from './lines-csv';

const batch = 2_000;

interface Between {
  readonly after: number;
  readonly last: number;
}

/** Numbered rows above `after` and up to `last`, in batches with a short transaction each: a slow reader holds none open. */
export async function* batchesOf<Row extends { readonly line: number }>(
  read: Reading,
  rowsAfter: (tx: Tx, line: number, limit: number) => Promise<Row[]>,
  { after, last }: Between,
): AsyncGenerator<readonly Row[]> {
  for (let at = after; at < last;) {
    const rows = await read((tx) => rowsAfter(tx, at, Math.min(batch, last - at)));
    if (rows.length === 0) return;
    yield rows;
    at = rows.at(-1)!.line;
  }
}

/** The lines of a statement above `after` and up to `last`. */
export const lineBatches = (
  read: Reading,
  statement: Statement,
  between: Between,
): AsyncGenerator<readonly StoredLine[]> =>
  batchesOf(read, (tx, line, limit) => linesAfter(tx, statement, line, limit), between);
