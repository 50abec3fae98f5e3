import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

export interface WrittenFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** Writes a file from its first byte to its last and hashes it meanwhile. */
export class HashedFile {
  private readonly hash: Hash = createHash('sha256');
  bytes = 0;

  constructor(private readonly file: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes);
    await this.file.write(bytes, 0, bytes.length, this.bytes);
    this.bytes += bytes.length;
  }

  /** A footer says what the file holds: JSON, its length in four bytes, and eight that tell the kind of file. */
  async writeFooter(footer: object, magic: string): Promise<void> {
    const text = Buffer.from(JSON.stringify(footer), 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    await this.write(Buffer.concat([text, length, Buffer.from(magic, 'latin1')]));
  }

  /** All of it is on disk afterwards. */
  async end(): Promise<WrittenFile> {
    await this.file.sync();
    return { sha256: this.hash.digest('hex'), bytes: this.bytes };
  }
}

/** Refuses by Error what is no file of one of these kinds. */
export async function readFooter<Footer>(file: FileHandle, ...magics: readonly string[]): Promise<Footer> {
  const { size } = await file.stat();
  const end = await bytesAt(file, Math.max(0, size - 12), Math.min(12, size));
  if (!magics.includes(end.toString('latin1', 4))) throw new Error(`not a file of the kind ${magics.join(' or ')}`);
  const length = end.readUInt32LE(0);
  return JSON.parse((await bytesAt(file, size - 12 - length, length)).toString('utf8')) as Footer;
}

export async function bytesAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, offset + read);
    if (bytesRead === 0) throw new Error('the file ends too early');
    read += bytesRead;
  }
  return bytes;
}
