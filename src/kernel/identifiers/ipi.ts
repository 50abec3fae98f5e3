import { plainIdentifier } from './plain';

const IPI = /^\d{9,11}$/;

export type IpiReading =
  | { readonly ipi: string }
  | { readonly fault: 'ipi-malformed' }
  | { readonly fault: 'ipi-check-digit'; readonly ipi: string };

/**
 * Reads an IPI name number (CISAC, Interested Party Information): eleven digits, zeros on the left, which are often left out. The last two make the
 * first nine, weighted 10 to 2, up to a multiple of 101. The rule was worked out from numbers that are in use, since CISAC publishes none: a
 * wrong check gives the number all the same.
 */
export function readIpi(written: string): IpiReading {
  const digits = plainIdentifier(written);
  if (!IPI.test(digits)) return { fault: 'ipi-malformed' };
  const ipi = digits.padStart(11, '0');
  const sum = [...ipi.slice(0, 9)].reduce((total, digit, index) => total + (10 - index) * parseInt(digit, 10), 0);
  const check = String((101 - (sum % 101)) % 101).padStart(2, '0');
  return check === ipi.slice(9) ? { ipi } : { fault: 'ipi-check-digit', ipi };
}
