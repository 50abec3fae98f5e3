import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { ReadingProgress } from '../../platform/operations/reading-progress';
import type { Storage } from '../../platform/storage/storage';
import { openArchive } from '../archives/open-archive';
import { readCatalogueFile, type ReadRow } from '../catalogue-file';
import { readJsonLinesFile } from '../json-lines-file';
import { getMapping } from '../mappings.repository';
import { readingOf } from '../messages/message-reading';
import { senderName, sendersOf } from '../messages/senders';
import { takeMessage } from '../messages/take-message';
import { checkDigitsOf } from '../settings.repository';
import { bringInRows } from './bring-in-rows';
import { countsOf, type ImportCounts } from './counts';
import type { ImportReport } from './import-report';
import type { CatalogueImport } from './imports.repository';
import type { PartsAhead } from './parts-ahead';
import { takeArchive } from './take-archive';

interface Work {
  readonly storage: Storage;
  readonly report: ImportReport;
  readonly progress: ReadingProgress;
  /** Of an archive. */
  readonly ahead: PartsAhead;
  readonly at: Date;
}

/** Reads the file of an import into the catalogue, whatever its form, and gives what it came to. */
export async function readFileInto(tx: Tx, found: CatalogueImport, work: Work): Promise<ImportCounts> {
  const { id: importId, owner_id: ownerId, file_sha256: sha256 } = found;
  const { report, at, storage, progress, ahead } = work;
  const senders = await sendersOf(tx, { ownerId, throughId: found.through_id, now: at });
  if (senders === undefined) throw new DomainError('delegation-over');
  const checkDigits = await checkDigitsOf(tx, ownerId);
  if (found.form === 'csv' || found.form === 'json-lines') {
    const mapping = found.mapping_id === null ? undefined : (await getMapping(tx, found.mapping_id)).mapping;
    const reading = { mapping, checkDigits };
    const source = progress.watched(storage.read(sha256));
    const rows = found.form === 'csv' ? readCatalogueFile(source, reading) : readJsonLinesFile(source, reading);
    const toldBy = await senderName(tx, found.through_id ?? ownerId);
    const read = await bringInRows(tx, { ownerId, importId, at, toldBy }, counted(rows, progress), {
      report,
      file: '',
    });
    return countsOf(report, read);
  }
  const taking = { ownerId, importId, at, senders, checkDigits, report };
  if (found.form === 'ern') {
    await takeMessage(tx, taking, { file: '', reading: readingOf(progress.watched(storage.read(sha256))) });
  } else {
    await ahead.begin();
    const files = openArchive(storage, sha256, progress);
    await takeArchive(tx, taking, { files, bytes: Number(found.bytes), ahead, progress });
  }
  return countsOf(report, 0);
}

async function* counted(rows: AsyncIterable<ReadRow>, progress: ReadingProgress): AsyncGenerator<ReadRow> {
  for await (const row of rows) {
    progress.atLine(row.row);
    yield row;
  }
}
