/** Reads a file from front to back. Throws RangeError past its end: a cut file is noticed wherever it was cut. */
export class Cursor {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    private at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get place(): number {
    return this.at;
  }

  /** How many bytes are still to come. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    const value = this.view.getUint8(this.at);
    this.at += 1;
    return value;
  }

  uint32(): number {
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  float64(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  /** Seven bits a byte, the lowest first; the eighth says that more follow. At most 32 bits. */
  varint(): number {
    const { bytes } = this;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[this.at];
      if (byte === undefined) throw new RangeError('the file ends too early');
      this.at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('a number is longer than 32 bits');
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError('the file ends too early');
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  ascii(length: number): string {
    return String.fromCharCode(...this.take(length));
  }

  /** A length and so many bytes of ASCII. */
  text(): string {
    return this.ascii(this.varint());
  }

  uuid(): string {
    const hex = Array.from(this.take(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
}
