import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../../platform/storage/storage';
import type { MessageReading, ReadMessage, Told } from '../messages/message-reading';

/** Names how messages are written here. A worker of another release, which writes them otherwise, finds no file, and reads for itself. */
const form = 'told-1';
/** So much of a message is gathered before it is written. */
const frameLength = 256 * 1024;
const lengthBytes = 4;

/**
 * The messages of an archive that one worker has read and another one will take: a file for each part, on the disk that all workers share. It has what each message tells, in frames of
 * JSON after their length, and behind them how its reading ended. A file is complete or not there; none outlives the attempt that it was read for.
 */
export class PartFiles {
  private readonly folder: string;

  constructor(storage: Storage, importId: string) {
    this.folder = join(storage.readAheadFolder, importId);
  }

  /** Keeps what these messages tell. Whatever goes wrong, then there is no file. */
  async write(part: number, messages: AsyncIterable<MessageReading>): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const incoming = join(this.folder, randomUUID());
    const file = await open(incoming, 'wx', 0o600);
    try {
      try {
        for await (const message of messages) await writeMessage(file, message);
      } finally {
        await file.close();
      }
      await rename(incoming, this.pathOf(part));
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
  }

  /** What was read of this part; undefined where nobody did. The caller closes it. */
  async open(part: number): Promise<PartFile | undefined> {
    try {
      return new PartFile(await open(this.pathOf(part), 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  remove(part: number): Promise<void> {
    return rm(this.pathOf(part), { force: true });
  }

  removeAll(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  private pathOf(part: number): string {
    return join(this.folder, `${part}.${form}`);
  }
}

async function writeMessage(file: FileHandle, message: MessageReading): Promise<void> {
  let texts: string[] = [];
  let length = 0;
  const write = async (): Promise<void> => {
    const text = `[${texts.join(',')}]`;
    [texts, length] = [[], 0];
    await writeFrame(file, text);
  };
  const read = await message(
    (told) => {
      const text = JSON.stringify(told);
      length += text.length;
      texts.push(text);
    },
    async () => {
      if (length >= frameLength) await write();
    },
  );
  if (length > 0) await write();
  await writeFrame(file, JSON.stringify(read));
}

async function writeFrame(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length);
  await file.appendFile(Buffer.concat([length, bytes]));
}

/** The messages of one part, in their order. */
export class PartFile {
  constructor(private readonly file: FileHandle) {}

  /** Tells what the next message told whoever read it. */
  readonly next: MessageReading = async (tell, between) => {
    for (;;) {
      const frame = JSON.parse(await this.frame()) as readonly Told[] | ReadMessage;
      if ('sha256' in frame) {
        await between(frame.bytes);
        return frame;
      }
      for (const told of frame) tell(told);
      await between(0);
    }
  };

  close(): Promise<void> {
    return this.file.close();
  }

  private async frame(): Promise<string> {
    const length = (await this.bytes(lengthBytes)).readUInt32BE();
    return (await this.bytes(length)).toString('utf8');
  }

  private async bytes(count: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(count);
    for (let read = 0; read < count;) {
      const { bytesRead } = await this.file.read(bytes, read, count - read);
      if (bytesRead === 0) throw new Error('a part that was read ahead has fewer messages than its archive');
      read += bytesRead;
    }
    return bytes;
  }
}
