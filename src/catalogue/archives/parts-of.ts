import { type ArchivedFile, isMessage } from './archived-file';

/** Files that follow one another. They are read in their order, before the next part is asked for, or passed over. */
export interface ArchivePart {
  /** From 1 on. */
  readonly number: number;
  readonly files: AsyncIterable<ArchivedFile>;
}

/** Enough work that it is worth being handed out, little enough that nobody waits for it long. */
const part = { bytes: 2 * 1024 * 1024, messages: 100 };
/** A message that is packed once more unpacks to about so many times its size. */
const packedTimes = 20;
const bytesOf = ({ name, bytes }: ArchivedFile): number => (name.endsWith('.gz') ? packedTimes * bytes : bytes);

/** An archive in parts, the same ones whoever goes through it: a part ends with the message that fills it. */
export async function* partsOf(files: AsyncIterable<ArchivedFile>): AsyncGenerator<ArchivePart> {
  const all = files[Symbol.asyncIterator]();
  try {
    let next = await all.next();
    for (let number = 1; next.done !== true; number += 1) {
      let { bytes, messages } = part;
      const rest = async function* (): AsyncGenerator<ArchivedFile> {
        while (next.done !== true && bytes > 0 && messages > 0) {
          const file = next.value;
          yield file;
          if (isMessage(file)) [bytes, messages] = [bytes - bytesOf(file), messages - 1];
          next = await all.next();
        }
      };
      yield { number, files: rest() };
      const left = rest();
      while ((await left.next()).done !== true);
    }
  } finally {
    await all.return?.();
  }
}
