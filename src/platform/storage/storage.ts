import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../errors/domain-error';

export interface StoredFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** A stored file's content that is on disk and has no name yet. */
export interface BorrowedFile extends StoredFile {
  readonly path: string;
}

type Source = AsyncIterable<Uint8Array> | NodeJS.ReadableStream;

const unfinishedMilliseconds = 86_400_000;

/**
 * Files by the hash of their content, in a local folder. A file is complete and on disk before its hash is known to anyone,
 * so a crash leaves nothing half-stored; the same content is one file.
 */
@Injectable()
export class Storage {
  /** Names what this process has not finished: others see from its lock whether it lives. */
  readonly life = randomUUID();

  constructor(readonly folder: string) {}

  /** For work of jobs that spills to disk. What a killed process left in its own is swept by the next worker. */
  get temporaryFolder(): string {
    return join(this.temporaryFolders, this.life);
  }

  /** For parts of files that come in over several connections, and to any process. What nobody used is swept after two days. */
  get uploadsFolder(): string {
    return join(this.folder, 'uploads');
  }

  /** For what one job has read ahead for another one, in any process. What nobody used is swept after a day. */
  get readAheadFolder(): string {
    return join(this.folder, 'read-ahead');
  }

  /** Of processes that may have gone. */
  async otherLives(): Promise<string[]> {
    const lives = await readdir(this.temporaryFolders).catch(() => []);
    return lives.filter((life) => life !== this.life);
  }

  /** Removes what a process that is gone was working on. */
  async forget(life: string): Promise<void> {
    await rm(join(this.temporaryFolders, life), { recursive: true, force: true });
  }

  /** Removes what a killed process left half-stored: everything unfinished and older than a day, which no upload takes. */
  async sweep(now: Date): Promise<void> {
    await sweepOlder(join(this.folder, 'incoming'), now, unfinishedMilliseconds);
    await sweepOlder(this.temporaryFolders, now, unfinishedMilliseconds);
    await sweepOlder(this.readAheadFolder, now, unfinishedMilliseconds);
    await sweepOlder(this.uploadsFolder, now, 2 * unfinishedMilliseconds);
  }

  /** Streams `source` to disk while hashing it. Refuses with body-too-large past `bytesMax` and leaves nothing behind. */
  async store(source: Source, bytesMax: number): Promise<StoredFile> {
    const { path, sha256, bytes } = await this.receive(join(this.folder, 'incoming'), source, bytesMax);
    try {
      await this.keep(path, this.pathOf(sha256));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return { sha256, bytes };
  }

  /** As store, for `work` alone: the file is gone afterwards, and nothing of it is kept. */
  async borrow<T>(source: Source, bytesMax: number, work: (file: BorrowedFile) => Promise<T>): Promise<T> {
    const file = await this.receive(join(this.folder, 'incoming'), source, bytesMax);
    try {
      return await work(file);
    } finally {
      await rm(file.path, { force: true });
    }
  }

  private async receive(folder: string, source: Source, bytesMax: number): Promise<BorrowedFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const incoming = join(folder, randomUUID());
    const hash = createHash('sha256');
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > bytesMax)
          return done(new DomainError('body-too-large', `this route takes at most ${bytesMax} bytes`));
        hash.update(chunk);
        return done(null, chunk);
      },
    });
    try {
      await pipeline(source, measure, createWriteStream(incoming, { flags: 'wx', mode: 0o600, flush: true }));
      return { path: incoming, sha256: hash.digest('hex'), bytes };
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
  }

  /** Takes in a file that was made in the temporary folder, synced and hashed by whoever made it. */
  async take(path: string, sha256: string): Promise<void> {
    await this.keep(path, this.pathOf(sha256));
  }

  /** The file, to be read at any place. The caller closes it. */
  open(sha256: string): Promise<FileHandle> {
    return open(this.pathOf(sha256), 'r');
  }

  /** The file's bytes. */
  read(sha256: string): ReadStream {
    return createReadStream(this.pathOf(sha256), { highWaterMark: 512 * 1024 });
  }

  async has(sha256: string): Promise<boolean> {
    return stat(this.pathOf(sha256)).then(
      () => true,
      () => false,
    );
  }

  private get temporaryFolders(): string {
    return join(this.folder, 'temporary');
  }

  private async keep(incoming: string, path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(incoming, path);
    const folder = await open(dirname(path));
    try {
      // Without this the name could be lost in a power failure although the bytes are safe.
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Where the file lies, for threads that read it themselves. Nobody writes there. */
  pathOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('files are named by their SHA-256');
    return join(this.folder, sha256.slice(0, 2), sha256);
  }
}

async function sweepOlder(folder: string, now: Date, milliseconds: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now.getTime() - found.mtimeMs > milliseconds) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
