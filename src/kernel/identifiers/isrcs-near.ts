import { isIsrc, normaliseIsrc } from './isrc';

/** What it takes to get from what was written to an ISRC. */
export type IsrcEdit =
  | 'written-otherwise'
  | 'look-alike'
  | 'characters-swapped'
  | 'one-character'
  | 'character-missing'
  | 'character-too-many';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const length = 12;

/** Signs that are taken for each other: by eye, or by machines that read print. */
const lookAlikes = [
  ['O', '0'],
  ['Q', '0'],
  ['D', '0'],
  ['I', '1'],
  ['L', '1'],
  ['Z', '2'],
  ['S', '5'],
  ['G', '6'],
  ['B', '8'],
] as const;

/** What an ISRC may have at a place, counted from 0. */
const signsAt = (place: number): string => (place < 2 ? letters : place < 5 ? letters + digits : digits);

/** More than so many never come near one text: insertions before, between and after eleven characters are the most. */
export const ISRCS_NEAR_MAX = 432;

/**
 * Every ISRC one slip away from what was written, each with the slip that explains it best: other case or hyphens, look-alikes (O for 0) anywhere,
 * two neighbours swapped, one character wrong, one missing, one too many. What was written is not among them. Bounded for any text.
 */
export function isrcsNear(written: string): ReadonlyMap<string, IsrcEdit> {
  const near = new Map<string, IsrcEdit>();
  const text = written.length > 40 ? '' : normaliseIsrc(written);
  if (text.length < length - 1 || text.length > length + 1) return near;
  const found = (isrc: string, edit: IsrcEdit): void => {
    if (isIsrc(isrc) && isrc !== written && !near.has(isrc)) near.set(isrc, edit);
  };
  found(text, 'written-otherwise');
  if (text.length < length) insertions(text, (isrc) => found(isrc, 'character-missing'));
  else if (text.length > length) deletions(text, (isrc) => found(isrc, 'character-too-many'));
  else slips(text, found);
  return near;
}

function slips(text: string, found: (isrc: string, edit: IsrcEdit) => void): void {
  found([...text].map(fitting).join(''), 'look-alike');
  for (let place = 0; place < length; place += 1) {
    for (const sign of signsAt(place)) {
      if (looksLike(text[place]!, sign)) found(withSign(text, place, sign), 'look-alike');
    }
  }
  for (let place = 0; place + 1 < length; place += 1) {
    const swapped = text[place + 1]! + text[place]!;
    found(text.slice(0, place) + swapped + text.slice(place + 2), 'characters-swapped');
  }
  for (let place = 0; place < length; place += 1) {
    for (const sign of signsAt(place)) found(withSign(text, place, sign), 'one-character');
  }
}

function insertions(text: string, found: (isrc: string) => void): void {
  for (let place = 0; place <= text.length; place += 1) {
    for (const sign of signsAt(place)) found(text.slice(0, place) + sign + text.slice(place));
  }
}

function deletions(text: string, found: (isrc: string) => void): void {
  for (let place = 0; place < text.length; place += 1) found(text.slice(0, place) + text.slice(place + 1));
}

const withSign = (text: string, place: number, sign: string): string =>
  text.slice(0, place) + sign + text.slice(place + 1);

const looksLike = (a: string, b: string): boolean =>
  lookAlikes.some(([letter, digit]) => (a === letter && b === digit) || (a === digit && b === letter));

/** The sign itself where it may stand, else the first look-alike that may. */
function fitting(sign: string, place: number): string {
  const allowed = signsAt(place);
  if (allowed.includes(sign)) return sign;
  return [...allowed].find((other) => looksLike(sign, other)) ?? sign;
}
