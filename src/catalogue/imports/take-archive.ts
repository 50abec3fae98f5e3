import { presentable } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { ReadingProgress } from '../../platform/operations/reading-progress';
import { archiveRefused, type ArchivedFile, isMessage, weighing } from '../archives/archived-file';
import { partsOf } from '../archives/parts-of';
import { readingOf } from '../messages/message-reading';
import { takeMessage, type Taking } from '../messages/take-message';
import type { PartsAhead } from './parts-ahead';

const fileNameMax = 200;

interface Archive {
  readonly files: AsyncIterable<ArchivedFile>;
  /** Of the archive, packed. */
  readonly bytes: number;
  readonly ahead: PartsAhead;
  readonly progress: ReadingProgress;
}

/** Takes the messages of an archive in their order, each by itself: what is wrong with one leaves the others. Refuses with import-unreadable where the archive cannot be read, or has none. */
export async function takeArchive(tx: Tx, taking: Taking, { files, bytes, ahead, progress }: Archive): Promise<void> {
  const weigh = weighing(bytes);
  let messages = 0;
  for await (const part of partsOf(files)) {
    await ahead.take(part.number, async (read) => {
      for await (const archived of part.files) {
        const file = presentable(archived.name, fileNameMax);
        if (!isMessage(archived)) {
          taking.report.add({ what: 'passed over', kind: 'message', name: '', file });
          continue;
        }
        messages += 1;
        progress.atLine(messages);
        await takeMessage(tx, taking, { file, reading: read?.next ?? readingOf(archived.content), weigh });
      }
    });
  }
  if (messages === 0) throw archiveRefused('archive-unsupported', 'no XML file is in it');
}
