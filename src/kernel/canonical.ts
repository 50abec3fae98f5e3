import { createHash } from 'node:crypto';

/**
 * The RFC 8785 text of a value: no blanks, members sorted by UTF-16 code units, undefined members left out. Written here
 * because the published package offers no entry that CommonJS can load. Amounts are strings, so the only numbers are
 * integers, whose JSON is their digits; other values and lone surrogates are refused with a TypeError.
 */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') return canonicalInteger(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no canonical form`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonicalString(name)}:${canonicalText(member)}`);
  return `{${members.join(',')}}`;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** SHA-256 of text (as UTF-8) or bytes, in lower-case hex. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** As sha256Hex, of text that comes in parts: no more of it is held than one. */
export function sha256HexOf(parts: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function canonicalString(text: string): string {
  if (LONE_SURROGATE.test(text)) throw new TypeError('text with a lone surrogate has no canonical form');
  return JSON.stringify(text);
}

function canonicalInteger(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError('only integers are hashed: write amounts as strings');
  return String(value === 0 ? 0 : value);
}
