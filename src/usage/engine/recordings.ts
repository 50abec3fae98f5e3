import { packedIsrc } from './packed-isrc';
import { type SharedRows, sharedRowsOf, shareOfRow, type ShareSpan, sharesOf } from './shared-rows';

/**
 * Recordings in the order of their ISRCs, in memory that threads share: a recording is its place among them. One of which the label controls a part has a row
 * more for each share, behind its own.
 */
export interface Recordings {
  readonly letters: Uint32Array;
  readonly digits: Uint32Array;
  /** Of each recording which set of repertoires it is in: one answer of matching holds for all of a set. 0: in none. */
  readonly sets: Uint16Array;
  /** Of each the place of the recording that it counts for: its own, but for an ISRC that was resolved to another one. Empty where none was. */
  readonly countsFor: Uint32Array;
  /** Open addressing: the place + 1, 0 where nothing is. A power of two long, at most half full. */
  readonly slots: Uint32Array;
  readonly shared: SharedRows;
}

/** `sets` and `spans` by ISRC, `resolved` from what is reported to the ISRC that it stands for, which is among `sets`; ISRCs in their stored form. */
export function recordingsOf(
  sets: ReadonlyMap<string, number>,
  resolved: ReadonlyMap<string, string> = new Map(),
  spans: ReadonlyMap<string, readonly ShareSpan[]> = new Map(),
): Recordings {
  const isrcs = [...new Set([...sets.keys(), ...resolved.keys()])].sort();
  const rows = isrcs.length + [...spans.values()].reduce((sum, own) => sum + sharesOf(own).length, 0);
  const size = 1 << Math.max(4, Math.ceil(Math.log2(isrcs.length * 2 + 1)));
  const recordings = {
    letters: new Uint32Array(new SharedArrayBuffer(rows * 4)),
    digits: new Uint32Array(new SharedArrayBuffer(rows * 4)),
    sets: new Uint16Array(new SharedArrayBuffer(rows * 2)),
    countsFor: new Uint32Array(new SharedArrayBuffer(resolved.size === 0 ? 0 : rows * 4)),
    slots: new Uint32Array(new SharedArrayBuffer(size * 4)),
  };
  const spansAt = new Map<number, readonly ShareSpan[]>();
  const places = new Map<string, number>();
  let next = 0;
  for (const isrc of isrcs) {
    const place = next;
    const own = spans.get(isrc);
    next += 1 + (own === undefined ? 0 : sharesOf(own).length);
    if (own !== undefined) spansAt.set(place, own);
    if (resolved.size > 0) places.set(isrc, place);
    const { letters, digits } = packedIsrc(isrc);
    recordings.letters.fill(letters, place, next);
    recordings.digits.fill(digits, place, next);
    recordings.sets.fill(sets.get(isrc) ?? 0, place, next);
    let slot = slotOf(letters, digits, size - 1);
    while (recordings.slots[slot] !== 0) slot = (slot + 1) & (size - 1);
    recordings.slots[slot] = place + 1;
  }
  for (const [isrc, place] of places) recordings.countsFor[place] = places.get(resolved.get(isrc) ?? isrc)!;
  return { ...recordings, shared: sharedRowsOf(spansAt, rows) };
}

const slotOf = (letters: number, digits: number, mask: number): number => {
  const mixed = Math.imul(Math.imul(letters, 0x9e3779b1) ^ digits, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & mask;
};

/** The place of the recording that the ISRC stands for; -1 for one that is not among them. */
export function recordingAt(
  { letters, digits, slots, countsFor }: Recordings,
  isrcLetters: number,
  isrcDigits: number,
): number {
  const mask = slots.length - 1;
  for (let slot = slotOf(isrcLetters, isrcDigits, mask); ; slot = (slot + 1) & mask) {
    const place = slots[slot]! - 1;
    if (place < 0) return place;
    if (letters[place] === isrcLetters && digits[place] === isrcDigits) {
      return countsFor.length === 0 ? place : countsFor[place]!;
    }
  }
}

/** The row of a recording with this share, in millionths; -1 where it has none. */
export function rowWithShare({ letters, digits, shared }: Recordings, recording: number, share: number): number {
  for (let row = recording; letters[row] === letters[recording] && digits[row] === digits[recording]; row += 1) {
    if (shareOfRow(shared, row) === share) return row;
  }
  return -1;
}
