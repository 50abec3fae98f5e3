import { presentable } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { ReadingProgress } from '../../platform/operations/reading-progress';
import type { Storage } from '../../platform/storage/storage';
import { archiveRefused, type ArchivedFile, unpackedMost } from '../archives/archived-file';
import { openArchive } from '../archives/open-archive';
import { readCatalogueFile, type ReadRow } from '../catalogue-file';
import { readJsonLinesFile } from '../json-lines-file';
import { getMapping } from '../mappings.repository';
import { senderName, sendersOf } from '../messages/senders';
import { takeMessage, type Taking } from '../messages/take-message';
import { checkDigitsOf } from '../settings.repository';
import { bringInRows } from './bring-in-rows';
import { countsOf, type ImportCounts } from './counts';
import type { ImportReport } from './import-report';
import type { CatalogueImport } from './imports.repository';

interface Work {
  readonly storage: Storage;
  readonly report: ImportReport;
  readonly progress: ReadingProgress;
  readonly at: Date;
}

/** Reads the file of an import into the catalogue, whatever its form, and gives what it came to. */
export async function readFileInto(tx: Tx, found: CatalogueImport, work: Work): Promise<ImportCounts> {
  const { id: importId, owner_id: ownerId, file_sha256: sha256 } = found;
  const { report, at, storage, progress } = work;
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
  if (found.form === 'ern') await takeMessage(tx, taking, { file: '', source: progress.watched(storage.read(sha256)) });
  else await takeArchive(tx, taking, openArchive(storage, sha256, progress), { progress, bytes: Number(found.bytes) });
  return countsOf(report, 0);
}

/** Each message by itself: what is wrong with one leaves the others. */
async function takeArchive(
  tx: Tx,
  taking: Taking,
  files: AsyncIterable<ArchivedFile>,
  { progress, bytes }: { readonly progress: ReadingProgress; readonly bytes: number },
): Promise<void> {
  const weigh = weighing(bytes);
  let messages = 0;
  for await (const { name, content } of files) {
    const file = presentable(name, fileNameMax);
    if (name !== '' && !/\.xml(\.gz)?$/i.test(name)) {
      taking.report.add({ what: 'passed over', kind: 'message', name: '', file });
      continue;
    }
    messages += 1;
    progress.atLine(messages);
    await takeMessage(tx, taking, { file, source: content, weigh });
  }
  if (messages === 0) throw archiveRefused('archive-unsupported', 'no XML file is in it');
}

/** What is packed inside of the archive once more counts as well: all messages together unpack to no more than an archive may. */
function weighing(archiveBytes: number): (bytes: Uint8Array) => void {
  const most = unpackedMost(archiveBytes);
  let weight = 0;
  return ({ length }) => {
    weight += length;
    if (weight > most) throw archiveRefused('archive-too-dense', 'its messages unpack to far more than messages can');
  };
}

const fileNameMax = 200;

async function* counted(rows: AsyncIterable<ReadRow>, progress: ReadingProgress): AsyncGenerator<ReadRow> {
  for await (const row of rows) {
    progress.atLine(row.row);
    yield row;
  }
}
