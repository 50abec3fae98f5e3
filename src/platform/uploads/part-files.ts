import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

const pathOf = (folder: string, file: string): string => join(folder, `upload-${file}`);

/** A part of an upload while it is written, in a file of its own: nothing that was acknowledged is ever written over. */
export class PartFile {
  readonly file = randomUUID();
  private readonly hash = createHash('sha256');
  bytes = 0;

  private opened: FileHandle | undefined;
  private isLeft = false;

  constructor(private readonly folder: string) {}

  async write(chunk: Buffer): Promise<void> {
    this.opened ??= await this.open();
    this.hash.update(chunk);
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await this.opened.write(chunk, at, chunk.length - at);
      at += bytesWritten;
    }
    this.bytes += chunk.length;
  }

  /** All of it is on disk afterwards, its name as well. */
  async end(): Promise<void> {
    await this.opened?.sync();
    await this.close();
    const folder = await open(this.folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Base64. To be asked for once. */
  get sha256(): string {
    return this.hash.digest('base64');
  }

  /** It may count: whoever sweeps finds out. */
  leave(): void {
    this.isLeft = true;
  }

  async discard(): Promise<void> {
    await this.close();
    if (this.isLeft) return;
    await removePart(this.folder, this.file);
  }

  private async open(): Promise<FileHandle> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    return open(pathOf(this.folder, this.file), 'wx', 0o600);
  }

  private async close(): Promise<void> {
    const opened = this.opened;
    this.opened = undefined;
    await opened?.close();
  }
}

export const removePart = (folder: string, file: string): Promise<void> => rm(pathOf(folder, file), { force: true });

/** Parts one after another. */
export async function* bytesOfParts(folder: string, files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) yield* createReadStream(pathOf(folder, file)) as AsyncIterable<Buffer>;
}
