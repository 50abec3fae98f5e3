import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { DomainError } from '../../platform/errors/domain-error';
import { archiveRefused, type ArchivedFile, filesMax, type Follower, unpackedMost } from './archived-file';

/**
 * The files of a zip archive. Before anything is unpacked its directory is held against its bytes: files that are together longer than the archive (one that is
 * listed a thousand times), that would unpack to far more than messages can, that are encrypted or packed in another way, are refused.
 */
export async function* zipFiles(path: string, progress: Pick<Follower, 'atBytes'>): AsyncGenerator<ArchivedFile> {
  await withZip(path, check);
  const zip = await opened(path);
  let packed = 0;
  try {
    for await (const entry of entriesOf(zip)) {
      await progress.atBytes(packed);
      if (!entry.fileName.endsWith('/'))
        yield {
          name: entry.fileName,
          bytes: entry.uncompressedSize,
          content: contentOf(zip, entry, () => progress.atBytes(packed)),
        };
      packed += entry.compressedSize;
    }
  } finally {
    zip.close();
  }
}

async function check(zip: ZipFile): Promise<void> {
  if (zip.entryCount > filesMax) throw archiveRefused('too-many-files', `an archive has at most ${filesMax} files`);
  let [packed, unpacked] = [0, 0];
  for await (const entry of entriesOf(zip)) {
    if (entry.isEncrypted() || !entry.canDecodeFileData()) {
      const message = 'a file in it is encrypted, or neither stored nor deflated';
      throw archiveRefused('archive-unsupported', message, entry.fileName);
    }
    packed += entry.compressedSize;
    unpacked += entry.uncompressedSize;
    if (packed > zip.fileSize) throw archiveRefused('archive-corrupt', 'its files are longer than itself');
    if (unpacked > unpackedMost(packed))
      throw archiveRefused('archive-too-dense', 'it unpacks to far more than messages can');
  }
}

async function withZip(path: string, work: (zip: ZipFile) => Promise<void>): Promise<void> {
  const zip = await opened(path);
  try {
    await work(zip);
  } finally {
    zip.close();
  }
}

const opened = (path: string): Promise<ZipFile> =>
  openPromise(path, { autoClose: false, lazyEntries: true }).catch((error: unknown) => {
    throw corrupt(error);
  });

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  const entries = zip.eachEntry();
  for (;;) {
    const { value, done } = await entries.next().catch((error: unknown) => {
      throw corrupt(error);
    });
    if (done === true) return;
    yield value;
  }
}

/** As long as its directory says, and what it says it is: else the archive is damaged. */
async function* contentOf(zip: ZipFile, entry: Entry, between: () => Promise<void>): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    const stream = await zip.openReadStreamPromise(entry);
    for await (const piece of stream as AsyncIterable<Buffer>) {
      sum = crc32(piece, sum);
      await between();
      yield piece;
    }
  } catch (error) {
    throw corrupt(error, entry.fileName);
  }
  if (sum !== entry.crc32) throw corrupt(new Error('its check sum differs'), entry.fileName);
}

/** A disk that fails is no fault of the archive. */
function corrupt(error: unknown, name = ''): unknown {
  if (error instanceof DomainError || (error as NodeJS.ErrnoException).syscall !== undefined) return error;
  return archiveRefused('archive-corrupt', `the archive is damaged: ${(error as Error).message}`, name);
}
