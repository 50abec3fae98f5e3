import { crc32, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { CompactEnded, CompactReader } from './compact';
import { readHybrid } from './encodings';
import type { ByteSource, ColumnChunk } from './footer';
import type { Leaf } from './leaves';
import { unsnapped } from './snappy';
import { corrupt, ParquetUnreadable, tooTight, unsupported } from './unreadable';
import { encodings, readValues, type Values } from './values';

/** Writers cut pages at one mebibyte; those that do not stay below this. */
const pageBytesMax = 16 * 1024 * 1024;
/** Of a page, and of a dictionary. */
const pageValuesMax = 4 * 1024 * 1024;
/** A header has the least and the greatest value of its page, which may be long. */
const headerWindows = [8 * 1024, 256 * 1024, 2 * 1024 * 1024];
const emptyPagesMax = 1_000;

const codecs = { none: 0, snappy: 1, gzip: 2, zstd: 6 };
const pageKinds = { data: 0, index: 1, dictionary: 2, dataV2: 3 };

/** Values of some rows that follow each other. */
export interface Page {
  readonly rows: number;
  /** 1 where the row has a value; undefined where all have. */
  readonly present: Uint8Array | undefined;
  readonly values: Values;
  /** By value, where the values are those of the dictionary. */
  readonly indices: Int32Array | undefined;
}

interface Header {
  kind: number;
  unpackedBytes: number;
  bytes: number;
  crc: number | undefined;
  values: number;
  encoding: number;
  levelsEncoding: number;
  /** Of the second kind of data pages: before the values, and never packed. */
  definitionBytes: number;
  repetitionBytes: number;
  isPacked: boolean;
}

/** What all columns of a row group hold at once, counted before it is taken; and, where there is an end to that, what they have taken so far. */
export class HeldBytes {
  private held = 0;
  private taken = 0;

  constructor(
    private readonly most: number,
    private readonly mostTaken = Infinity,
  ) {}

  /** Stops by ParquetUnreadable. */
  take(bytes: number): void {
    this.held += bytes;
    this.taken += bytes;
    if (this.held > this.most) throw tooTight(`its columns would take more than ${this.most} bytes at once`);
    if (this.taken > this.mostTaken) throw tooTight(`its first rows would take more than ${this.mostTaken} bytes`);
  }

  leave(bytes: number): void {
    this.held -= bytes;
  }

  leaveAll(): void {
    this.held = 0;
  }
}

/** Reads one column of a row group page by page: what is held of it is a page and a dictionary. */
export class ColumnPages {
  private at: number;
  private readonly end: number;
  private valuesLeft: number;
  private dictionary: Values | undefined;
  private heldByPage = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly leaf: Leaf,
    private readonly chunk: ColumnChunk,
    private readonly held: HeldBytes,
    /** Of its rows, from the first on: of a page no more is made than is wanted. */
    private wanted: number,
  ) {
    this.at = chunk.offset;
    this.end = chunk.offset + chunk.bytes;
    this.valuesLeft = chunk.values;
  }

  /** The next page that has rows. To be asked only while rows are left. */
  async next(): Promise<Page> {
    this.held.leave(this.heldByPage);
    this.heldByPage = 0;
    for (let empty = 0; empty < emptyPagesMax; empty += 1) {
      const header = await this.header();
      const needed = costOf(header, header.kind === pageKinds.dictionary ? header.values : this.wanted);
      this.held.take(needed);
      const body = await this.body(header);
      if (header.kind === pageKinds.dictionary) {
        this.takeDictionary(header, body);
        continue;
      }
      this.heldByPage += needed;
      if (header.kind === pageKinds.data || header.kind === pageKinds.dataV2) {
        if (header.values > this.valuesLeft) throw this.damaged('has more values than it says');
        this.valuesLeft -= header.values;
        if (header.values > 0) return this.page(header, body);
      }
    }
    throw this.damaged('has pages without end that hold nothing');
  }

  private async header(): Promise<Header> {
    if (this.at >= this.end) throw this.damaged('ends too early');
    for (const window of headerWindows) {
      const length = Math.min(window, this.end - this.at);
      try {
        const reader = new CompactReader(await this.source.read(this.at, length));
        const header = readHeader(reader);
        this.at += reader.at;
        this.refuse(header);
        return header;
      } catch (error) {
        if (!(error instanceof CompactEnded)) throw error;
        if (length < window) break;
      }
    }
    throw this.damaged('has a page without a whole header');
  }

  /** Said of a page before anything of it is read. */
  private refuse({ bytes, unpackedBytes, values, definitionBytes, repetitionBytes }: Header): void {
    if (Math.min(bytes, unpackedBytes, values, definitionBytes, repetitionBytes) < 0 || this.at + bytes > this.end)
      throw this.damaged('has a page of an impossible size');
    if (definitionBytes + repetitionBytes > Math.min(bytes, unpackedBytes))
      throw this.damaged('has a page of an impossible size');
    const name = this.leaf.path.join('.');
    if (Math.max(bytes, unpackedBytes) > pageBytesMax)
      throw tooTight(`a page of the column "${name}" unpacks to ${unpackedBytes} bytes, more than ${pageBytesMax}`);
    if (values > pageValuesMax)
      throw tooTight(`a page of the column "${name}" has ${values} values, more than ${pageValuesMax}`);
  }

  private async body({ bytes, crc }: Header): Promise<Buffer> {
    const body = await this.source.read(this.at, bytes);
    this.at += bytes;
    if (crc !== undefined && crc32(body) !== crc >>> 0) throw this.damaged('has a page that is not as it was written');
    return body;
  }

  private takeDictionary({ encoding, values, unpackedBytes }: Header, body: Buffer): void {
    if (this.dictionary !== undefined) throw this.damaged('has a second dictionary');
    if (encoding !== encodings.plain && encoding !== encodings.plainDictionary)
      throw this.damaged('has a dictionary that is written in an impossible way');
    const page = this.unpack(body, unpackedBytes);
    this.dictionary = readValues(encodings.plain, page, this.leaf, { count: values, wanted: values });
  }

  private page(header: Header, body: Buffer): Page {
    const { present, rest, count } =
      header.kind === pageKinds.data ? this.levels(header, body) : this.levelsBeside(header, body);
    const rows = Math.min(header.values, this.wanted);
    this.wanted -= rows;
    const wanted = present === undefined ? rows : countOf(present.subarray(0, rows));
    const { encoding } = header;
    if (encoding !== encodings.dictionary && encoding !== encodings.plainDictionary) {
      const values = this.counted(readValues(encoding, rest, this.leaf, { count, wanted }));
      return { rows, present, values, indices: undefined };
    }
    const { dictionary } = this;
    if (dictionary === undefined) throw this.damaged('names values of a dictionary that is not there');
    const indices = new Int32Array(wanted);
    // Of a dictionary of one value nothing need be told.
    const width = rest[0] ?? 0;
    if (width > 0) readHybrid(rest, 1, width, indices);
    if (indices.some((index) => index >= dictionary.count))
      throw this.damaged('names values that its dictionary has not');
    return { rows, present, values: dictionary, indices };
  }

  private counted(values: Values): Values {
    const { madeBytes = 0 } = values;
    this.heldByPage += madeBytes;
    this.held.take(madeBytes);
    return values;
  }

  /** Of the first kind of data pages: everything is packed together. */
  private levels({ values: rows, unpackedBytes, levelsEncoding }: Header, body: Buffer): Levels {
    const page = this.unpack(body, unpackedBytes);
    if (this.leaf.definitionMax === 0) return { present: undefined, rest: page, count: rows };
    if (levelsEncoding !== encodings.rle) throw unsupported('levels in an encoding that is long given up are not read');
    if (page.length < 4) throw this.damaged('has a page that ends too early');
    const length = page.readUInt32LE(0);
    if (length > page.length - 4) throw this.damaged('has a page that ends too early');
    return this.leveled(page.subarray(4, 4 + length), rows, page.subarray(4 + length));
  }

  private levelsBeside(header: Header, body: Buffer): Levels {
    const { values: rows, unpackedBytes, definitionBytes, repetitionBytes, isPacked } = header;
    const before = definitionBytes + repetitionBytes;
    const rest = body.subarray(before);
    const page = isPacked ? this.unpack(rest, unpackedBytes - before) : rest;
    if (this.leaf.definitionMax === 0) return { present: undefined, rest: page, count: rows };
    return this.leveled(body.subarray(repetitionBytes, before), rows, page);
  }

  private leveled(bytes: Buffer, rows: number, rest: Buffer): Levels {
    const { definitionMax } = this.leaf;
    const present = new Uint8Array(rows);
    readHybrid(bytes, 0, 32 - Math.clz32(definitionMax), present);
    for (let row = 0; row < rows; row += 1) present[row] = present[row] === definitionMax ? 1 : 0;
    const count = countOf(present);
    return { present: count === rows ? undefined : present, rest, count };
  }

  private unpack(packed: Buffer, size: number): Buffer {
    const { codec } = this.chunk;
    if (codec === codecs.none) {
      if (packed.length !== size) throw this.damaged('has a page of an impossible size');
      return packed;
    }
    // Of no values nothing need have been packed.
    if (size === 0) return Buffer.alloc(0);
    const page = this.unpackedBy(codec, packed, size);
    if (page.length !== size) throw this.damaged('has a page that unpacks to another size than it says');
    return page;
  }

  private unpackedBy(codec: number, packed: Buffer, size: number): Buffer {
    try {
      switch (codec) {
        case codecs.snappy:
          return unsnapped(packed, size);
        case codecs.gzip:
          return gunzipSync(packed, { maxOutputLength: size });
        case codecs.zstd:
          return zstdDecompressSync(packed, { maxOutputLength: size });
      }
    } catch (error) {
      throw error instanceof ParquetUnreadable ? error : this.damaged('has a page that cannot be unpacked');
    }
    throw unsupported(
      `the column "${this.leaf.path.join('.')}" is packed in a way that is not read (codec ${codec}): Snappy, gzip and Zstandard are`,
    );
  }

  private damaged(how: string): ParquetUnreadable {
    return corrupt(`the column "${this.leaf.path.join('.')}" ${how}`);
  }
}

/** Bytes packed and unpacked, whether each value is there, and where it begins, or which one it is, if it is wanted. */
const costOf = ({ bytes, unpackedBytes, values }: Header, wanted: number): number =>
  bytes + unpackedBytes + values + 4 * Math.min(values, wanted);

function countOf(present: Uint8Array): number {
  let count = 0;
  for (const each of present) count += each;
  return count;
}

interface Levels {
  readonly present: Uint8Array | undefined;
  readonly rest: Buffer;
  /** Values that are there. */
  readonly count: number;
}

function readHeader(reader: CompactReader): Header {
  const header: Header = {
    ...{ kind: -1, unpackedBytes: -1, bytes: -1, crc: undefined, values: 0, encoding: -1 },
    ...{ levelsEncoding: -1, definitionBytes: 0, repetitionBytes: 0, isPacked: true },
  };
  const values = (type: number): number => (header.values = reader.whole(type));
  const encoding = (type: number): number => (header.encoding = reader.whole(type));
  reader.struct({
    1: (type) => (header.kind = reader.whole(type)),
    2: (type) => (header.unpackedBytes = reader.whole(type)),
    3: (type) => (header.bytes = reader.whole(type)),
    4: (type) => (header.crc = reader.whole(type)),
    5: (type) =>
      reader.structOf(type, { 1: values, 2: encoding, 3: (inner) => (header.levelsEncoding = reader.whole(inner)) }),
    7: (type) => reader.structOf(type, { 1: values, 2: encoding }),
    8: (type) =>
      reader.structOf(type, {
        1: values,
        4: encoding,
        5: (inner) => (header.definitionBytes = reader.whole(inner)),
        6: (inner) => (header.repetitionBytes = reader.whole(inner)),
        7: (inner) => (header.isPacked = reader.truth(inner)),
      }),
  });
  return header;
}
