import type { Storage } from '../../platform/storage/storage';
import { gunzipped, ReportUnreadable } from '../../ddex';
import { archiveRefused, type ArchivedFile, type Follower, unpackedMost } from './archived-file';
import { tarFiles } from './tar';
import { zipFiles } from './zip';

/**
 * The files of a stored archive: zip, tar.gz, or a single message that is packed by gzip, whose name is then empty. Refuses with import-unreadable what is damaged, none of these, or unpacks to far too much.
 */
export async function* openArchive(storage: Storage, sha256: string, progress: Follower): AsyncGenerator<ArchivedFile> {
  const begin = await beginningOf(storage, sha256);
  if (begin.toString('latin1', 0, 2) === 'PK') yield* zipFiles(storage.pathOf(sha256), progress);
  else if (begin[0] === 0x1f && begin[1] === 0x8b) yield* packedFiles(progress.watched(storage.read(sha256)));
  else throw archiveRefused('archive-unsupported', 'the file is neither zip nor gzip');
}

async function beginningOf(storage: Storage, sha256: string): Promise<Buffer> {
  const file = await storage.open(sha256);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const TAR_HEADER = 512;

async function* packedFiles(packed: AsyncIterable<Buffer>): AsyncGenerator<ArchivedFile> {
  const { first, all } = await begun(unpacked(packed));
  if (beginsAsXml(first)) yield { name: '', bytes: 0, content: all };
  else yield* tarFiles(all);
}

/** Whoever reads a message in it must not take the archive's fault for one of the message. */
async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* gunzipped(packed, unpackedMost);
  } catch (error) {
    if (!(error instanceof ReportUnreadable)) throw error;
    throw error.code === 'gzip-too-dense'
      ? archiveRefused('archive-too-dense', 'it unpacks to far more than messages can')
      : archiveRefused('archive-corrupt', 'it cannot be unpacked to its end');
  }
}

/** By a bracket, in UTF-8 or UTF-16, perhaps after blanks or a mark: no file name of an archive does. */
const beginsAsXml = (bytes: Buffer): boolean =>
  /^(\u00ef\u00bb\u00bf|\u00fe\u00ff|\u00ff\u00fe)?[\s\0]*</.test(bytes.toString('latin1'));

/** The first bytes, as many as a header of tar has if there are so many, and all of them. */
async function begun(source: AsyncGenerator<Buffer>): Promise<{ first: Buffer; all: AsyncIterable<Buffer> }> {
  let first = Buffer.alloc(0);
  while (first.length < TAR_HEADER) {
    const { value, done } = await source.next();
    if (done === true) break;
    first = Buffer.concat([first, value]);
  }
  return { first, all: joined(first, source) };
}

async function* joined(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
