const SLOTS = 8192;
const LENGTH_MAX = 32;

/**
 * Makes strings of short ASCII ranges and gives the same string again for the same bytes. Usage lines repeat dates,
 * context ids and shares millions of times; a table of fixed size is enough and never grows.
 */
export class TextCache {
  private readonly slots: string[] = new Array<string>(SLOTS).fill('');

  text(bytes: Buffer, start: number, end: number): string {
    if (end - start > LENGTH_MAX) return bytes.toString('latin1', start, end);
    let hash = 0;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193) + 0x9e37;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.slots[slot]!;
    if (same(known, bytes, start, end)) return known;
    const text = bytes.toString('latin1', start, end);
    this.slots[slot] = text;
    return text;
  }
}

function same(known: string, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = start; at < end; at += 1) if (known.charCodeAt(at - start) !== bytes[at]) return false;
  return true;
}
