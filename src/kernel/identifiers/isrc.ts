/** Two letters, three letters or digits, seven digits (ISO 3901). The first two letters are not a territory. */
const ISRC = /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/;

export type IsrcReading = { readonly isrc: string } | { readonly fault: 'isrc-malformed' };

/** Whether the text is an ISRC in its stored form: 12 characters, upper case, no hyphens. */
export function isIsrc(text: string): boolean {
  return ISRC.test(text);
}

/** What people write, in the stored form: upper case, no hyphens or blanks, no 'ISRC' before it. It may still be malformed. */
export function normaliseIsrc(written: string): string {
  return written
    .toUpperCase()
    .replace(/^\s*ISRC[\s:-]*/, '')
    .replace(/[\s-]/g, '');
}

/** Reads an ISRC as people write it: any case, hyphens or blanks, perhaps with 'ISRC' before it. There is no check digit. */
export function readIsrc(written: string): IsrcReading {
  if (ISRC.test(written)) return { isrc: written };
  if (written.length > 40) return { fault: 'isrc-malformed' };
  const isrc = normaliseIsrc(written);
  return ISRC.test(isrc) ? { isrc } : { fault: 'isrc-malformed' };
}

/** The printed form: ZZ-AB1-26-00001. */
export function isrcText(isrc: string): string {
  return `${isrc.slice(0, 2)}-${isrc.slice(2, 5)}-${isrc.slice(5, 7)}-${isrc.slice(7)}`;
}
