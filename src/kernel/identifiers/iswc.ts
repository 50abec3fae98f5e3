import { plainIdentifier } from './plain';

const ISWC = /^T\d{10}$/;

export type IswcReading =
  | { readonly iswc: string }
  | { readonly fault: 'iswc-malformed' }
  | { readonly fault: 'iswc-check-digit'; readonly iswc: string };

/**
 * Reads an International Standard Musical Work Code (ISO 15707): 'T', nine digits and a check digit. One, and each digit times its place from 1
 * to 9, and the check digit add up to a multiple of ten. Printed T-034.524.680-1. A wrong check digit gives the ISWC all the same.
 */
export function readIswc(written: string): IswcReading {
  const iswc = plainIdentifier(written).replace(/^ISWC:?/, '');
  if (!ISWC.test(iswc)) return { fault: 'iswc-malformed' };
  const sum = [...iswc.slice(1, 10)].reduce((total, digit, index) => total + (index + 1) * parseInt(digit, 10), 1);
  return String((10 - (sum % 10)) % 10) === iswc.slice(-1) ? { iswc } : { fault: 'iswc-check-digit', iswc };
}
