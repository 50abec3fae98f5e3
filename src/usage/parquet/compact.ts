import { corrupt } from './unreadable';

/** Types of the compact protocol of Thrift, by their numbers. */
const wire = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
};

const depthMax = 32;
/** A 64-bit number takes no more. */
const varintBytesMax = 10;

type Fields = Readonly<Record<number, (type: number) => void>>;

/**
 * Reads the structures that Parquet describes itself by, field by field, as its caller asks for them. Nothing is made of what nobody asked for, every element costs
 * a byte of the input, and nothing nests deeper than 32: whatever the bytes are, time and memory are bounded by their length.
 */
export class CompactReader {
  constructor(
    private readonly bytes: Buffer,
    public at = 0,
  ) {}

  /** Calls the reader of each field that is there; others are passed over. */
  struct(fields: Fields): void {
    let id = 0;
    for (let head = this.byte(); head !== 0; head = this.byte()) {
      const [delta, type] = [head >> 4, head & 15];
      id = delta === 0 ? this.signed() : id + delta;
      const read = fields[id];
      if (read === undefined) this.skip(type, 0);
      else read(type);
    }
  }

  structOf(type: number, fields: Fields): void {
    if (type !== wire.struct) throw corrupt('a structure is something else');
    this.struct(fields);
  }

  list(type: number, element: (type: number) => void): void {
    if (type !== wire.list) throw corrupt('a list is something else');
    const { size, of } = this.listHead();
    for (let count = 0; count < size; count += 1) element(of);
  }

  /** A whole number that a double holds exactly. */
  whole(type: number): number {
    if (type < wire.i16 || type > wire.i64) throw corrupt('a number is something else');
    return this.signed();
  }

  /** A byte as a number. */
  small(type: number): number {
    if (type !== wire.byte) throw corrupt('a byte is something else');
    return this.byte();
  }

  truth(type: number): boolean {
    if (type !== wire.true && type !== wire.false) throw corrupt('a truth value is something else');
    return type === wire.true;
  }

  text(type: number): string {
    if (type !== wire.binary) throw corrupt('a text is something else');
    const length = this.unsigned();
    const from = this.at;
    this.pass(length);
    return this.bytes.toString('utf8', from, this.at);
  }

  skip(type: number, depth: number): void {
    if (depth > depthMax) throw corrupt('its description nests too deep');
    switch (type) {
      case wire.true:
      case wire.false:
        return;
      case wire.byte:
        return this.pass(1);
      case wire.i16:
      case wire.i32:
      case wire.i64:
        return this.skipVarint();
      case wire.double:
        return this.pass(8);
      case wire.uuid:
        return this.pass(16);
      case wire.binary:
        return this.pass(this.unsigned());
      case wire.list:
      case wire.set:
        return this.skipList(depth);
      case wire.map:
        return this.skipMap(depth);
      case wire.struct:
        return this.skipStruct(depth);
      default:
        throw corrupt('its description has an unknown type');
    }
  }

  private skipStruct(depth: number): void {
    for (let head = this.byte(); head !== 0; head = this.byte()) {
      if (head >> 4 === 0) this.skipVarint();
      this.skip(head & 15, depth + 1);
    }
  }

  private skipList(depth: number): void {
    const { size, of } = this.listHead();
    // Within a list a truth value is a byte of its own.
    for (let count = 0; count < size; count += 1)
      this.skip(of === wire.true || of === wire.false ? wire.byte : of, depth + 1);
  }

  private skipMap(depth: number): void {
    const size = this.unsigned();
    if (size === 0) return;
    this.refuseMore(size);
    const types = this.byte();
    for (let count = 0; count < size; count += 1) {
      for (const type of [types >> 4, types & 15]) this.skip(type < wire.byte ? wire.byte : type, depth + 1);
    }
  }

  private listHead(): { readonly size: number; readonly of: number } {
    const head = this.byte();
    const size = head >> 4 === 15 ? this.unsigned() : head >> 4;
    this.refuseMore(size);
    return { size, of: head & 15 };
  }

  private refuseMore(size: number): void {
    if (size > this.bytes.length - this.at) throw corrupt('a list claims more than there is');
  }

  private signed(): number {
    const zigzag = this.unsigned();
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  private unsigned(): number {
    let [value, scale] = [0, 1];
    for (let count = 0; count < varintBytesMax; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) break;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw corrupt('a number of its description is beyond all measure');
  }

  private skipVarint(): void {
    for (let count = 0; count < varintBytesMax; count += 1) if (this.byte() < 0x80) return;
    throw corrupt('a number of its description is too long');
  }

  private pass(count: number): void {
    this.at += count;
    if (this.at > this.bytes.length) throw new CompactEnded();
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new CompactEnded();
    this.at += 1;
    return byte;
  }
}

/** There are not as many bytes as the structure has. */
export class CompactEnded extends Error {}
