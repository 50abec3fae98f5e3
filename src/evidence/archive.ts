import { fromBuffer, type Entry, type ZipFile as ReadZip } from 'yauzl';
import { ZipFile } from 'yazl';

const entriesMax = 5_000;
/** The first instant that a ZIP can tell; made of local parts, since a ZIP tells local time. */
const madeAt = new Date(1980, 0, 1);

/** A file that is no archive as we write them. */
export class ArchiveRefused extends Error {}

/**
 * A ZIP with these files and nothing of its own: sorted by name, stored, no times, no comments. The same files give the same bytes
 * anywhere, so whoever has the files can make the archive again and compare.
 */
export function writeArchive(files: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const zip = new ZipFile();
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, bytes] of sorted) {
    zip.addBuffer(Buffer.from(bytes), name, {
      compress: false,
      mtime: madeAt,
      forceDosTimestamp: true,
      mode: 0o100644,
    });
  }
  zip.end();
  return collected(zip.outputStream);
}

/** The files of an archive by name. Rejects with ArchiveRefused: nothing is unpacked that is larger than the archive itself. */
export async function readArchive(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  try {
    const zip = await opened(bytes);
    if (zip.entryCount > entriesMax) throw new ArchiveRefused(`more than ${entriesMax} files`);
    for await (const { entry, content } of entriesOf(zip)) {
      if (files.has(entry.fileName)) throw new ArchiveRefused(`${entry.fileName} is there twice`);
      files.set(entry.fileName, content);
    }
  } catch (error) {
    throw error instanceof ArchiveRefused ? error : new ArchiveRefused((error as Error).message);
  }
  return files;
}

const opened = (bytes: Buffer): Promise<ReadZip> =>
  new Promise((resolve, reject) =>
    fromBuffer(bytes, { lazyEntries: true, strictFileNames: true }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    ),
  );

async function* entriesOf(zip: ReadZip): AsyncGenerator<{ entry: Entry; content: Buffer }> {
  for (;;) {
    const entry = await nextEntry(zip);
    if (entry === undefined) return;
    // Stored files are as large as they say they are: there is nothing to blow up.
    if (entry.compressionMethod !== 0 || entry.isEncrypted())
      throw new ArchiveRefused(`${entry.fileName} is not stored plainly`);
    yield { entry, content: await contentOf(zip, entry) };
  }
}

function nextEntry(zip: ReadZip): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (): void =>
      void zip.removeListener('entry', onEntry).removeListener('end', onEnd).removeListener('error', onError);
    const onEntry = (entry: Entry): void => (settle(), resolve(entry));
    const onEnd = (): void => (settle(), resolve(undefined));
    const onError = (error: Error): void => (settle(), reject(error));
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
}

const contentOf = (zip: ReadZip, entry: Entry): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : collected(stream).then(resolve, reject))),
  );

async function collected(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
