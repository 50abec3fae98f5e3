import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { type Writable } from 'node:stream';

export const DSR_EXIT = { sound: 0, faulty: 1, unreadable: 2 } as const;

export interface DsrStreams {
  readonly output: Writable;
  readonly errors: { write(text: string): unknown };
}

/** The bytes of a file, or of standard input. What cannot be opened rejects while it is read. */
export const openBytes = (path: string): AsyncIterable<Buffer> =>
  path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 256 * 1024 });

/** Why a file cannot be read, in a few words; rethrows what is no fault of a file. */
export function reasonUnreadable(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || syscall === undefined) throw error;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'is a folder',
    EACCES: 'may not be read',
  };
  return known[code] ?? `cannot be read (${code})`;
}

/** Writes, and waits where the reader on the other side is slower. */
export async function put(stream: Writable, text: string): Promise<void> {
  if (text !== '' && !stream.write(text)) await once(stream, 'drain');
}
