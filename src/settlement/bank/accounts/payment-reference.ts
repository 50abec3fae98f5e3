import { checkDigitsHold, remainder97 } from './account-number';

const idLength = 21;

/**
 * What a platform writes into its transfer so that it is found: a creditor's reference (ISO 11649) of the first 21 digits of the invoice's id. Invoice numbers are a
 * label's own, and two labels may have the same.
 */
export function paymentReference(invoiceId: string): string {
  const text = invoiceId.replaceAll('-', '').slice(0, idLength).toUpperCase();
  const check = 98 - remainder97(`${text}RF00`);
  return `RF${String(check).padStart(2, '0')}${text}`;
}

/** The least and the greatest id that may have this reference; undefined where it is no reference of ours, or mistyped. */
export function idsOfReference(reference: string): { readonly from: string; readonly to: string } | undefined {
  const text = reference.replace(/\s/g, '').toUpperCase();
  if (!/^RF\d{2}[0-9A-F]{21}$/.test(text) || !checkDigitsHold(text)) return undefined;
  const digits = text.slice(4).toLowerCase();
  const idOf = (rest: string): string =>
    `${digits}${rest.repeat(32 - idLength)}`.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { from: idOf('0'), to: idOf('f') };
}

/** All references in a text, as they may be: banks cut texts anywhere, and people write them in groups of four. */
export const referencesIn = (text: string): string[] =>
  text.toUpperCase().match(/RF\s*\d\s*\d(\s*[0-9A-F]){21}/g) ?? [];

const numberForm = /INV-\d{4}-\d{6,}/g;

/** All invoice numbers in a text. */
export const invoiceNumbersIn = (text: string): string[] => [...new Set(text.toUpperCase().match(numberForm) ?? [])];
