import { archiveRefused, type ArchivedFile, filesMax } from './archived-file';
import { ByteSource } from './byte-source';

const BLOCK = 512;
/** A long name, or what pax says of a file. */
const extensionMax = 64 * 1024;

/** The files of a tar archive (ustar, with the long names of pax and GNU), one after another; links, folders and devices are passed over. */
export async function* tarFiles(source: AsyncIterable<Buffer>): AsyncGenerator<ArchivedFile> {
  const bytes = new ByteSource(source);
  let longName: string | undefined;
  let files = 0;
  try {
    for (let header = await bytes.take(BLOCK); header !== undefined; header = await bytes.take(BLOCK)) {
      if (header.every((byte) => byte === 0)) return;
      const { name, size, type } = readHeader(header);
      if (type === 'x' || type === 'L') {
        if (size > extensionMax) throw archiveRefused('archive-unsupported', 'the name of a file is too long');
        const text = ((await bytes.take(size)) ?? Buffer.alloc(0)).toString('utf8');
        longName = type === 'L' ? text.replace(/\0.*$/s, '') : (paxPath(text) ?? longName);
      } else {
        files += 1;
        if (files > filesMax) throw archiveRefused('too-many-files', `an archive has at most ${filesMax} files`);
        const content = new Content(bytes, size);
        if (type === '0') yield { name: longName ?? name, bytes: size, content };
        await content.passOver();
        longName = undefined;
      }
      await skip(bytes, (BLOCK - (size % BLOCK)) % BLOCK);
    }
  } finally {
    await bytes.end();
  }
}

/** What is left of a file's content is passed over, whoever read some of it. */
class Content implements AsyncIterable<Buffer> {
  private left: number;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly bytes: ByteSource,
    size: number,
  ) {
    this.left = size;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (let piece = await this.next(); piece !== undefined; piece = await this.next()) yield piece;
  }

  async passOver(): Promise<void> {
    while ((await this.next()) !== undefined);
  }

  /** In turns: a reader that gave up may have asked for a piece that it does not wait for. */
  private next(): Promise<Buffer | undefined> {
    const piece = this.turn.then(() => (this.left > 0 ? this.take() : undefined));
    this.turn = piece.catch(() => undefined);
    return piece;
  }

  private async take(): Promise<Buffer> {
    const piece = await this.bytes.take(Math.min(this.left, 256 * 1024));
    if (piece === undefined) throw archiveRefused('archive-corrupt', 'the archive ends too early');
    this.left -= piece.length;
    return piece;
  }
}

async function skip(bytes: ByteSource, count: number): Promise<void> {
  if (count > 0 && (await bytes.take(count)) === undefined)
    throw archiveRefused('archive-corrupt', 'the archive ends too early');
}

function readHeader(header: Buffer): { readonly name: string; readonly size: number; readonly type: string } {
  const text = (from: number, length: number): string =>
    header.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  const octal = (from: number, length: number): number => {
    const digits = text(from, length).trim();
    if (!/^[0-7]{1,12}$/.test(digits)) throw archiveRefused('archive-corrupt', 'a header of the archive is damaged');
    return parseInt(digits, 8);
  };
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (octal(148, 8) !== sum) throw archiveRefused('archive-corrupt', 'a header of the archive is damaged');
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  const type = header[156] === 0 ? '0' : String.fromCharCode(header[156]!);
  return { name: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, size: octal(124, 12), type };
}

/** "27 path=folder/file.xml\n" among other records. */
const paxPath = (records: string): string | undefined => /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1];
