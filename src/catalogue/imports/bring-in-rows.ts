import type { Tx } from '../../platform/database/tx';
import type { ReadRow } from '../catalogue-file';
import { rowFault, type RowFault } from '../catalogue-row';
import { type GoodRow, writeRows, type Writing } from '../write-rows';
import type { ImportReport } from './import-report';

/** Large enough that statements cost little, small enough that memory stays flat. */
const batchRows = 5000;

/**
 * Brings the rows of a file in and gives how many there were: the good ones become recordings, the bad ones are told with every fault. The next batch is read while
 * the database writes the one before.
 */
export async function bringInRows(
  tx: Tx,
  writing: Writing,
  rows: AsyncIterable<ReadRow>,
  { report, file }: { readonly report: ImportReport; readonly file: string },
): Promise<number> {
  let read = 0;
  let written: Promise<void> = Promise.resolve();
  try {
    for await (const batch of batches(rows)) {
      read += batch.length;
      await written;
      written = writeBatch(tx, writing, batch, { report, file });
      // It is awaited before the next batch, or below: a failure must not be taken for one that nobody hears of.
      written.catch(() => undefined);
    }
  } finally {
    // Where the rows cannot be read further the transaction ends: no statement may come after that on its connection, which will be another's.
    await written.catch(() => undefined);
  }
  await written;
  return read;
}

async function* batches(rows: AsyncIterable<ReadRow>): AsyncGenerator<readonly ReadRow[]> {
  let batch: ReadRow[] = [];
  for await (const row of rows) {
    if (batch.push(row) < batchRows) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function writeBatch(
  tx: Tx,
  writing: Writing,
  batch: readonly ReadRow[],
  { report, file }: { readonly report: ImportReport; readonly file: string },
): Promise<void> {
  const good = batch.filter((row): row is GoodRow => 'recording' in row);
  const { outcomes, releases } = await writeRows(tx, writing, good);
  const outcomeOf = new Map(good.map((row, at) => [row, outcomes[at]!]));
  for (const row of batch) {
    const faults = 'faults' in row ? row.faults : [...(row.warnings ?? []), ...repetition(row, outcomeOf.get(row))];
    const isRejected = faults.some(({ severity }) => severity === 'error');
    const name = 'recording' in row ? row.recording.isrc : '';
    const what = isRejected ? 'rejected' : outcomeOf.get(row as GoodRow)!;
    report.add({ what, kind: 'recording', name, file, row: row.row });
    for (const fault of faults) report.fault({ ...fault, file, path: '' });
  }
  for (const { name, isNew } of releases)
    report.add({ what: isNew ? 'created' : 'changed', kind: 'release', name, file });
  await report.flush();
}

const repetition = ({ row, recording: { isrc } }: GoodRow, outcome: string | undefined): RowFault[] =>
  outcome === 'repeated'
    ? [rowFault(row, 'isrc', 'isrc-repeated', isrc, 'an earlier row of this file has the same ISRC')]
    : [];
