import { CompactEnded, CompactReader } from './compact';
import { type Leaf, leavesOf, type LogicalType, type SchemaElement } from './leaves';
import { corrupt, notParquet, unsupported } from './unreadable';

/** Where bytes are read from, at any place. */
export interface ByteSource {
  readonly bytes: number;
  read(offset: number, length: number): Promise<Buffer>;
}

/** Where the values of a column lie, for one row group. */
export interface ColumnChunk {
  readonly type: number;
  readonly codec: number;
  readonly values: number;
  readonly unpackedBytes: number;
  readonly offset: number;
  readonly bytes: number;
}

export interface RowGroup {
  readonly rows: number;
  /** A chunk for each leaf. */
  readonly chunks: readonly ColumnChunk[];
}

/** What a Parquet file says of itself. */
export interface Footer {
  readonly rows: number;
  readonly leaves: readonly Leaf[];
  readonly groups: readonly RowGroup[];
}

const magic = 'PAR1';
const encryptedMagic = 'PARE';
const tailBytes = 8;
const footerBytesMax = 16 * 1024 * 1024;
const elementsMax = 10_000;
const chunksMax = 500_000;

/** Reads and checks the end of a file, where everything stands. Stops by ParquetUnreadable. */
export async function readFooter(source: ByteSource): Promise<Footer> {
  if (source.bytes < magic.length + tailBytes) throw notParquet('the file is no Parquet file: it is too short');
  const [head, tail] = [await source.read(0, 4), await source.read(source.bytes - tailBytes, tailBytes)];
  const end = tail.toString('latin1', 4);
  if (end === encryptedMagic) throw unsupported('the file is encrypted');
  if (end !== magic || head.toString('latin1') !== magic)
    throw notParquet('the file is no Parquet file: it does not begin and end with PAR1');
  const length = tail.readUInt32LE(0);
  const from = source.bytes - tailBytes - length;
  if (from < magic.length) throw corrupt('its footer claims to be longer than the file');
  if (length > footerBytesMax) throw unsupported(`its footer has ${length} bytes, more than ${footerBytesMax}`);
  const footer = parsed(await source.read(from, length));
  for (const { chunks } of footer.groups) {
    for (const { offset, bytes } of chunks)
      if (offset < magic.length || offset + bytes > from) throw corrupt('a column lies outside of the file');
  }
  return footer;
}

function parsed(bytes: Buffer): Footer {
  const reader = new CompactReader(bytes);
  const elements: SchemaElement[] = [];
  const groups: RowGroup[] = [];
  let [rows, chunks, isEncrypted] = [-1, 0, false];
  try {
    reader.struct({
      2: (type) =>
        reader.list(type, () => {
          if (elements.length === elementsMax) throw unsupported(`it has more than ${elementsMax} columns`);
          elements.push(readElement(reader));
        }),
      3: (type) => (rows = reader.whole(type)),
      4: (type) =>
        reader.list(type, () => {
          const group = readGroup(reader, chunksMax - chunks);
          chunks += group.chunks.length;
          groups.push(group);
        }),
      8: (type) => ((isEncrypted = true), reader.skip(type, 0)),
    });
  } catch (error) {
    throw error instanceof CompactEnded ? corrupt('its footer ends too early') : error;
  }
  if (isEncrypted) throw unsupported('the file is encrypted');
  const leaves = leavesOf(elements);
  checkGroups(groups, leaves, rows);
  return { rows, leaves, groups };
}

function checkGroups(groups: readonly RowGroup[], leaves: readonly Leaf[], rows: number): void {
  let sum = 0;
  for (const group of groups) {
    sum += group.rows;
    if (group.rows < 0) throw corrupt('a row group has less than no rows');
    if (group.chunks.length !== leaves.length) throw corrupt('a row group has not the columns of the schema');
    leaves.forEach(({ type, isRepeated, path }, at) => {
      const chunk = group.chunks[at]!;
      if (chunk.type !== type) throw corrupt(`the column "${path.join('.')}" changes its type`);
      if (!isRepeated && chunk.values !== group.rows)
        throw corrupt(`the column "${path.join('.')}" has not a value a row`);
    });
  }
  if (sum !== rows) throw corrupt('its row groups do not add up to its rows');
}

function readElement(reader: CompactReader): SchemaElement {
  const element: SchemaElement = {
    ...{ type: undefined, width: 0, repetition: 0, name: '', children: 0 },
    ...{ converted: undefined, scale: 0, logical: undefined },
  };
  reader.struct({
    1: (type) => (element.type = reader.whole(type)),
    2: (type) => (element.width = reader.whole(type)),
    3: (type) => (element.repetition = reader.whole(type)),
    4: (type) => (element.name = reader.text(type)),
    5: (type) => (element.children = reader.whole(type)),
    6: (type) => (element.converted = reader.whole(type)),
    7: (type) => (element.scale = reader.whole(type)),
    10: (type) => (element.logical = readLogical(reader, type)),
  });
  // A group says how many children it has; one without any is told apart from a column by that alone.
  return element;
}

/** A union: the one member that is there says what the column means. */
function readLogical(reader: CompactReader, type: number): LogicalType | undefined {
  let logical: LogicalType | undefined;
  const member = (number: number) => (of: number) => {
    let [scale, isSigned, isUtc, unit] = [0, true, false, 0];
    reader.structOf(of, {
      1: (inner) => {
        if (number === 5) scale = reader.whole(inner);
        else if (number === 8) isUtc = reader.truth(inner);
        else reader.skip(inner, 0);
      },
      2: (inner) => {
        if (number === 10) isSigned = reader.truth(inner);
        else if (number === 8) unit = readUnit(reader, inner);
        else reader.skip(inner, 0);
      },
    });
    logical = { number, scale, isSigned, isUtc, unit };
  };
  reader.structOf(type, Object.fromEntries(Array.from({ length: 30 }, (_, at) => [at + 1, member(at + 1)])));
  return logical;
}

function readUnit(reader: CompactReader, type: number): number {
  let unit = 0;
  const is = (number: number) => (of: number) => ((unit = number), reader.skip(of, 0));
  reader.structOf(type, { 1: is(1), 2: is(2), 3: is(3) });
  return unit;
}

function readGroup(reader: CompactReader, most: number): RowGroup {
  const chunks: ColumnChunk[] = [];
  let rows = -1;
  reader.struct({
    1: (type) =>
      reader.list(type, () => {
        if (chunks.length === most) throw unsupported(`its row groups have more than ${chunksMax} columns together`);
        chunks.push(readChunk(reader));
      }),
    3: (type) => (rows = reader.whole(type)),
  });
  return { rows, chunks };
}

function readChunk(reader: CompactReader): ColumnChunk {
  let chunk: ColumnChunk | undefined;
  reader.struct({
    1: () => {
      throw unsupported('its columns lie in other files');
    },
    3: (type) => (chunk = readChunkData(reader, type)),
    8: () => {
      throw unsupported('the file is encrypted');
    },
  });
  if (chunk === undefined) throw corrupt('a column says nothing of itself');
  return chunk;
}

function readChunkData(reader: CompactReader, of: number): ColumnChunk {
  let [type, codec, values, unpackedBytes, bytes, data, dictionary] = [-1, -1, -1, -1, -1, -1, 0];
  reader.structOf(of, {
    1: (inner) => (type = reader.whole(inner)),
    4: (inner) => (codec = reader.whole(inner)),
    5: (inner) => (values = reader.whole(inner)),
    6: (inner) => (unpackedBytes = reader.whole(inner)),
    7: (inner) => (bytes = reader.whole(inner)),
    9: (inner) => (data = reader.whole(inner)),
    11: (inner) => (dictionary = reader.whole(inner)),
  });
  if (Math.min(values, unpackedBytes, bytes, data) < 0) throw corrupt('a column does not say where it lies');
  // Some writers name no dictionary by nought, others by a place behind the data.
  const offset = dictionary > 0 && dictionary < data ? dictionary : data;
  return { type, codec, values, unpackedBytes, offset, bytes };
}
