import { randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
} from 'node:fs/promises';
import { join } from 'node:path';
import { FilePlace, type FileToWrite, type PlacedFile, PlacedFileChanged, PlacedFileForbidden } from './file-place';

const pieceBytes = 512 * 1024;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY, O_CREAT, O_EXCL } = constants;

/** Files in folders that others write to as well, so that nothing there is followed: a link may lead anywhere, and come between two looks. */
export class FolderPlace extends FilePlace {
  /** `root` is an absolute path. */
  constructor(private readonly root: string) {
    super();
  }

  address(box: string): string {
    return `${box}/in`;
  }

  async prepare(box: string): Promise<void> {
    // Those who deliver belong to the group of the folder, if anybody but us does.
    for (const folder of ['in', 'out']) await mkdir(join(this.root, box, folder), { recursive: true, mode: 0o770 });
  }

  async *incoming(box: string): AsyncGenerator<PlacedFile> {
    const folder = await this.folder(box, 'in');
    for await (const { name } of await opendir(folder)) {
      // What goes away between two looks was not ours to take.
      const found = await lstat(join(folder, name), { bigint: true }).catch(() => undefined);
      if (found !== undefined)
        yield { name, bytes: Number(found.size), version: versionOf(found), isFile: isOwnFile(found) };
    }
  }

  async *read(box: string, file: PlacedFile): AsyncGenerator<Buffer> {
    const path = join(await this.folder(box, 'in'), file.name);
    const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
      throw whyNotOpened(error, file.name);
    });
    try {
      if ((await pathOf(handle)) !== path) throw new PlacedFileChanged(file.name);
      await refuseAnother(handle, file);
      for (let at = 0; ;) {
        const piece = Buffer.allocUnsafe(pieceBytes);
        const { bytesRead } = await handle.read(piece, 0, pieceBytes, at);
        if (bytesRead === 0) break;
        at += bytesRead;
        // One that grows without end is not read without end.
        if (at > file.bytes) throw new PlacedFileChanged(file.name);
        yield piece.subarray(0, bytesRead);
      }
      await refuseAnother(handle, file);
    } finally {
      await handle.close();
    }
  }

  async write(box: string, name: string, { path: source }: FileToWrite): Promise<void> {
    const folder = await this.folder(box, 'out');
    const path = join(folder, `.${randomUUID()}`);
    const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o660);
    try {
      if ((await pathOf(handle)) !== path) throw leadsElsewhere(folder);
      for await (const piece of createReadStream(source, { highWaterMark: pieceBytes }))
        await handle.write(piece as Buffer);
      await handle.sync();
      await sweepUnfinished(folder, (await handle.stat()).mtimeMs);
      await rename(path, join(folder, name));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** The folder, if it is where it says. */
  private async folder(box: string, name: 'in' | 'out'): Promise<string> {
    if (!/^[0-9a-f-]{36}$/.test(box)) throw new Error('boxes are called by ids');
    await this.prepare(box);
    const folder = join(await realpath(this.root), box, name);
    if ((await realpath(folder)) !== folder) throw leadsElsewhere(folder);
    return folder;
  }
}

const unfinished = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const unfinishedMilliseconds = 3_600_000;

/** What a killed worker was writing goes with the next writing, an hour later: no writing takes as long. */
async function sweepUnfinished(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!unfinished.test(name)) continue;
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > unfinishedMilliseconds)
      await rm(join(folder, name), { force: true });
  }
}

/** Gone, or a link by now; or its sender keeps it from us. Anything else is our own trouble. */
function whyNotOpened(error: unknown, name: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ELOOP') return new PlacedFileChanged(name);
  return code === 'EACCES' ? new PlacedFileForbidden(name) : error;
}

const leadsElsewhere = (folder: string): Error => new Error(`${folder} leads elsewhere`);

/** Where the open file really is, whatever its name says by now. */
const pathOf = (handle: FileHandle): Promise<string> => readlink(`/proc/self/fd/${handle.fd}`);

interface Found {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly nlink: bigint;
  isFile(): boolean;
}

/** With a second name it may be somebody else's file. */
const isOwnFile = (found: Found): boolean => found.isFile() && found.nlink === 1n;
const versionOf = ({ ino, size, mtimeNs }: Found): string => `${ino}-${size}-${mtimeNs}`;

async function refuseAnother(handle: FileHandle, { name, version }: PlacedFile): Promise<void> {
  const found = await handle.stat({ bigint: true });
  if (!isOwnFile(found) || versionOf(found) !== version) throw new PlacedFileChanged(name);
}
