import { linesAfter, type StoredLine } from '../lines.repository';
import type { Statement } from '../statements.repository';
import type { Reading } from './lines-csv';

const batch = 2_000;

/** The lines of a statement above `after` and up to `last`, in batches with a short transaction each: a slow reader holds none open. */
export async function* lineBatches(
  read: Reading,
  statement: Statement,
  { after, last }: { readonly after: number; readonly last: number },
): AsyncGenerator<readonly StoredLine[]> {
  for (let at = after; at < last;) {
    const rows = await read((tx) => linesAfter(tx, statement, at, Math.min(batch, last - at)));
    if (rows.length === 0) return;
    yield rows;
    at = rows.at(-1)!.line;
  }
}
