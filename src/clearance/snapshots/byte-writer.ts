/** Writes a file from front to back; numbers are little-endian. */
export class ByteWriter {
  private buffer = Buffer.alloc(1 << 16);
  private end = 0;

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  byte(value: number): void {
    this.room(1);
    this.end = this.buffer.writeUInt8(value, this.end);
  }

  uint32(value: number): void {
    this.room(4);
    this.end = this.buffer.writeUInt32LE(value, this.end);
  }

  float64(value: number): void {
    this.room(8);
    this.end = this.buffer.writeDoubleLE(value, this.end);
  }

  /** Seven bits a byte, the lowest first; the eighth says that more follow. */
  varint(value: number): void {
    this.room(5);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.buffer[this.end++] = (rest % 128) | 0x80;
    this.buffer[this.end++] = rest;
  }

  ascii(text: string): void {
    this.room(text.length);
    this.end += this.buffer.write(text, this.end, 'latin1');
  }

  text(text: string): void {
    this.varint(text.length);
    this.ascii(text);
  }

  uuid(id: string): void {
    this.raw(Buffer.from(id.replaceAll('-', ''), 'hex'));
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.buffer.set(bytes, this.end);
    this.end += bytes.length;
  }

  list<Item>(items: readonly Item[], write: (item: Item) => void): void {
    this.varint(items.length);
    for (const item of items) write(item);
  }

  private room(length: number): void {
    if (this.end + length <= this.buffer.length) return;
    const roomier = Buffer.alloc(Math.max(this.buffer.length * 2, this.end + length));
    roomier.set(this.bytes);
    this.buffer = roomier;
  }
}
