import { checkMod11And2 } from './iso-7064';
import { plainIdentifier } from './plain';

const ISNI = /^\d{15}[\dX]$/;

export type IsniReading =
  | { readonly isni: string }
  | { readonly fault: 'isni-malformed' }
  | { readonly fault: 'isni-check-digit'; readonly isni: string };

/**
 * Reads an International Standard Name Identifier (ISO 27729): fifteen digits and a check character by ISO/IEC 7064 MOD 11-2, where X is ten.
 * Printed 0000 0000 6303 7346, perhaps with 'ISNI' before it or as an address at isni.org. A wrong check character gives the ISNI all the same.
 */
export function readIsni(written: string): IsniReading {
  const isni = plainIdentifier(written.replace(/^https?:\/\/(www\.)?isni\.org\/(isni\/)?/i, '')).replace(/^ISNI:?/, '');
  if (!ISNI.test(isni)) return { fault: 'isni-malformed' };
  return checkMod11And2(isni.slice(0, -1)) === isni.slice(-1) ? { isni } : { fault: 'isni-check-digit', isni };
}
