import { crc32 } from 'node:zlib';

/** An entry as somebody who wishes us ill writes it. */
export interface RawEntry {
  readonly name: string;
  readonly data: Buffer;
  readonly flags?: number;
  readonly method?: number;
  /** What both headers say of the size before packing. */
  readonly size?: number;
  readonly extra?: Buffer;
  /** Lists the content of this earlier entry once more instead of having its own. */
  readonly contentOf?: number;
}

/** A ZIP of these entries in this order, without any of a library's care. */
export function rawZip(entries: readonly RawEntry[]): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (const entry of entries) {
    offsets.push(entry.contentOf === undefined ? offset : offsets[entry.contentOf]!);
    if (entry.contentOf !== undefined) continue;
    const local = Buffer.concat([u32(0x04034b50), fixed(entry), Buffer.from(entry.name), extraOf(entry), entry.data]);
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(entries.map((entry, place) => centralOf(entry, offsets[place]!)));
  const counts = Buffer.concat([u16(entries.length), u16(entries.length)]);
  const end = Buffer.concat([u32(0x06054b50), u32(0), counts, u32(central.length), u32(offset), u16(0)]);
  return Buffer.concat([...parts, central, end]);
}

function centralOf(entry: RawEntry, offset: number): Buffer {
  const rest = Buffer.concat([u16(0), u16(0), u16(0), u32(0), u32(offset)]);
  return Buffer.concat([u32(0x02014b50), u16(20), fixed(entry), rest, Buffer.from(entry.name), extraOf(entry)]);
}

/** From the version needed to the length of the extra fields: the same in both headers. */
function fixed({ name, data, flags = 0, method = 0, size = data.length, extra }: RawEntry): Buffer {
  const time = Buffer.concat([u16(0), u16(0x21)]);
  const sizes = Buffer.concat([u32(crc32(data)), u32(data.length), u32(size)]);
  return Buffer.concat([u16(20), u16(flags), u16(method), time, sizes, u16(name.length), u16(extra?.length ?? 0)]);
}

const extraOf = ({ extra }: RawEntry): Buffer => extra ?? Buffer.alloc(0);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
