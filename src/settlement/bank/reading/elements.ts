import { childrenOf, elementsAt, type XmlElement } from '../../../ddex';
import { isCalendarDate, isCurrency, readMoney } from '../../../kernel';
import type { FileFaults } from './file-faults';

/** The text of the first element that a path leads to ("Acct/Id/IBAN"); null where there is none, or nothing in it. */
export function textAt(element: XmlElement, path: string): string | null {
  const text = elementsAt(element, path.split('/'))[0]?.text ?? '';
  return text === '' ? null : text;
}

/** Of the first of these paths that leads to something. */
export const firstText = (element: XmlElement, ...paths: readonly string[]): string | null =>
  paths.map((path) => textAt(element, path)).find((text) => text !== null) ?? null;

export const allTexts = (element: XmlElement, path: string): string[] =>
  elementsAt(element, path.split('/'))
    .map(({ text }) => text)
    .filter((text) => text !== '');

const dayForm = /^(\d{4}-\d{2}-\d{2})(T|Z|[+-]\d{2}:\d{2}|$)/;

/** A day, given as such or as an instant: then it is the day that stands there, the bank's own. A fault where it is none. */
export function dayAt(element: XmlElement, path: string, faults: FileFaults): string {
  const text = firstText(element, `${path}/Dt`, `${path}/DtTm`);
  const day = dayForm.exec(text ?? '')?.[1];
  if (day !== undefined && isCalendarDate(day)) return day;
  faults.add(element, 'day-unknown', `${path} must have a day`);
  return '0001-01-01';
}

const amountForm = /^\d{1,15}(\.\d{0,5})?$/;

export interface ReadAmount {
  readonly minor: bigint;
  readonly currency: string;
}

/** An amount with its currency; undefined where it is none, or has more digits than its currency. */
export function amountOf(element: XmlElement): ReadAmount | undefined {
  const amount = childrenOf(element, 'Amt')[0];
  const currency = amount?.attribute('Ccy') ?? '';
  const text = (amount?.text ?? '').replace(/\.0*$|(\.\d*?[1-9])0+$/, '$1');
  const money = amountForm.test(text) && isCurrency(currency) ? readMoney(text, currency) : undefined;
  return money && { minor: money.minor, currency };
}

/** As amountOf; a fault where there is none. */
export function amountAt(element: XmlElement, faults: FileFaults): ReadAmount {
  const amount = amountOf(element);
  if (amount !== undefined) return amount;
  faults.add(element, 'amount-unknown', 'Amt must be an amount in a currency, with no more digits than it has');
  return { minor: 0n, currency: '' };
}

/** Whether it is a credit; a fault where it does not say. */
export function isCredit(element: XmlElement, faults: FileFaults): boolean {
  const text = textAt(element, 'CdtDbtInd');
  if (text !== 'CRDT' && text !== 'DBIT') faults.add(element, 'field-in', 'CdtDbtInd must be CRDT or DBIT');
  return text === 'CRDT';
}

/** A text that must be there. */
export function needed(element: XmlElement, text: string | null, what: string, faults: FileFaults): string {
  if (text === null || text.length > 140)
    faults.add(element, 'field-required', `${what} must be there, in 140 letters`);
  return text ?? '';
}
