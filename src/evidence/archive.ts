import { fromBuffer, type Entry, type ZipFile as ReadZip } from 'yauzl';
import { ZipFile } from 'yazl';

const entriesMax = 5_000;
/** What is larger is refused unread: checking holds an archive in memory, and once more to make it anew. */
export const archiveBytesMax = 512 * 1024 * 1024;
/** Names that mean the same on every machine and lead nowhere else. */
const plainName = /^(?=.{1,100}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*(\/[A-Za-z0-9]+([._-][A-Za-z0-9]+)*)*$/;
/** Says that a name is UTF-8. Any other flag means encrypted, sized afterwards or patched: nothing that we write. */
const utf8Flag = 0x0800;
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

/**
 * The files of an archive by name. Rejects with ArchiveRefused. Sizes are held against the archive's own before anything is copied, so no
 * archive takes more memory than it is long: what is stored once and listed a thousand times is refused.
 */
export async function readArchive(bytes: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  try {
    if (bytes.length > archiveBytesMax) throw new ArchiveRefused(`more than ${archiveBytesMax} bytes`);
    if (isZip64(bytes)) throw new ArchiveRefused('written for larger files than it may have');
    const zip = await opened(bytes);
    if (zip.entryCount > entriesMax) throw new ArchiveRefused(`more than ${entriesMax} files`);
    let left = bytes.length;
    for (;;) {
      const entry = await nextEntry(zip);
      if (entry === undefined) break;
      refuseOther(entry);
      left -= entry.compressedSize;
      if (left < 0) throw new ArchiveRefused('its files are longer than itself');
      if (files.has(entry.fileName)) throw new ArchiveRefused(`${entry.fileName} is there twice`);
      files.set(entry.fileName, await contentOf(zip, entry));
    }
  } catch (error) {
    throw error instanceof ArchiveRefused ? error : new ArchiveRefused((error as Error).message);
  }
  return files;
}

/** Whether the locator of ZIP64 stands where it would before an end without comment. */
const isZip64 = (bytes: Buffer): boolean => bytes.length >= 42 && bytes.readUInt32LE(bytes.length - 42) === 0x07064b50;

/** Stored files are as large as they say they are: there is nothing to blow up. */
function refuseOther({ fileName, compressionMethod, generalPurposeBitFlag, extraFieldLength }: Entry): void {
  if (!plainName.test(fileName)) throw new ArchiveRefused(`"${fileName.slice(0, 100)}" is no name of a file in it`);
  if (compressionMethod !== 0 || (generalPurposeBitFlag & ~utf8Flag) !== 0 || extraFieldLength !== 0)
    throw new ArchiveRefused(`${fileName} is not stored plainly`);
}

const opened = (bytes: Buffer): Promise<ReadZip> =>
  new Promise((resolve, reject) =>
    fromBuffer(bytes, { lazyEntries: true, strictFileNames: true }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    ),
  );

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
