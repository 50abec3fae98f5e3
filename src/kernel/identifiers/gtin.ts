const GTIN = /^(\d{8}|\d{12,14})$/;

export type GtinReading = { readonly gtin: string } | { readonly fault: 'gtin-malformed' | 'gtin-check-digit' };

/** Reads a bar code of 8, 12, 13 or 14 digits (UPC, EAN, ICPN) without blanks and hyphens, digits otherwise as written. */
export function readGtin(written: string): GtinReading {
  if (written.length > 40) return { fault: 'gtin-malformed' };
  const digits = plainGtin(written);
  if (!GTIN.test(digits)) return { fault: 'gtin-malformed' };
  return gtinCheckDigit(digits.slice(0, -1)) === digits.slice(-1) ? { gtin: digits } : { fault: 'gtin-check-digit' };
}

/** A bar code as written, without blanks and hyphens. */
export const plainGtin = (written: string): string => written.replace(/[\s-]/g, '');

/** The form in which bar codes are compared: 14 digits, zeros on the left. */
export function gtin14(gtin: string): string {
  return gtin.padStart(14, '0');
}

/** The check digit for the digits before it: weights 3, 1, 3, 1 … from the right, made up to the next ten. */
export function gtinCheckDigit(digits: string): string {
  const sum = [...digits]
    .reverse()
    .reduce((running, digit, index) => running + parseInt(digit, 10) * (index % 2 === 0 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
}
