/** Parquet put together byte by byte, to say what no writer would. Numbers within are those of the format. */

type Thrift = number | bigint | string | boolean | Buffer | readonly Thrift[] | { readonly [field: number]: Thrift };

/** A structure in the compact protocol: fields by their numbers; whole numbers go as 64 bits, of which readers tell no difference. */
export function struct(fields: { readonly [field: number]: Thrift }): Buffer {
  const parts = Object.entries(fields).map(([id, value]) => {
    const { type, bytes } = typed(value);
    return Buffer.concat([Buffer.from([type]), zigzag(BigInt(id)), bytes]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function typed(value: Thrift): { readonly type: number; readonly bytes: Buffer } {
  if (typeof value === 'boolean') return { type: value ? 1 : 2, bytes: Buffer.alloc(0) };
  if (typeof value === 'number' || typeof value === 'bigint') return { type: 6, bytes: zigzag(BigInt(value)) };
  if (typeof value === 'string')
    return { type: 8, bytes: Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]) };
  if (Buffer.isBuffer(value)) return { type: 12, bytes: value };
  if (Array.isArray(value)) {
    const items = (value as readonly Thrift[]).map(typed);
    const head = Buffer.concat([Buffer.from([0xf0 | (items[0]?.type ?? 12)]), varint(items.length)]);
    return { type: 9, bytes: Buffer.concat([head, ...items.map(({ bytes }) => bytes)]) };
  }
  return { type: 12, bytes: struct(value as { readonly [field: number]: Thrift }) };
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const zigzag = (value: bigint): Buffer => varint(value < 0n ? -value * 2n - 1n : value * 2n);

export interface RawColumn {
  readonly name: string;
  readonly type: number;
  readonly isOptional?: boolean;
  readonly codec?: number;
  /** Whole pages, headers included. */
  readonly pages: Buffer;
  readonly values?: number;
  readonly unpackedBytes?: number | bigint;
}

/** A data page of the first kind. */
export const page = (
  body: Buffer,
  said: { values: number; encoding?: number; unpacked?: number; kind?: number; packed?: number; crc?: number },
): Buffer => {
  const { values, encoding = 0, unpacked = body.length, kind = 0, packed = body.length, crc } = said;
  const inner = { 1: values, 2: encoding, 3: 3, 4: 3 };
  return Buffer.concat([
    struct({
      1: kind,
      2: unpacked,
      3: packed,
      ...(crc !== undefined && { 4: crc }),
      ...(kind === 2 ? { 7: inner } : { 5: inner }),
    }),
    body,
  ]);
};

/** A file of one row group. */
export function rawFile(
  rows: number,
  columns: readonly RawColumn[],
  changed: { readonly [field: number]: Thrift } = {},
): Buffer {
  let at = 4;
  const chunks = columns.map(({ type, codec = 0, pages, values = rows, unpackedBytes = pages.length, name }) => {
    const from = at;
    at += pages.length;
    const data = { 1: type, 2: [0], 3: [name], 4: codec, 5: values, 6: unpackedBytes, 7: pages.length, 9: from };
    return struct({ 2: from, 3: data });
  });
  const schema = [
    struct({ 4: 'root', 5: columns.length }),
    ...columns.map(({ type, name, isOptional = false }) => struct({ 1: type, 3: isOptional ? 1 : 0, 4: name })),
  ];
  const footer = struct({ 1: 2, 2: schema, 3: rows, 4: [struct({ 1: chunks, 2: at, 3: rows })], ...changed });
  return closed(Buffer.concat(columns.map(({ pages }) => pages)), footer);
}

/** Anything as the footer of a file. */
export function closed(data: Buffer, footer: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([Buffer.from('PAR1'), data, footer, length, Buffer.from('PAR1')]);
}

/** Texts as PLAIN writes them. */
export const plainTexts = (texts: readonly string[]): Buffer =>
  Buffer.concat(
    texts.map((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return Buffer.concat([length, Buffer.from(text)]);
    }),
  );

export function plainNumbers(numbers: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 8);
  numbers.forEach((number, at) => bytes.writeBigInt64LE(number, at * 8));
  return bytes;
}
