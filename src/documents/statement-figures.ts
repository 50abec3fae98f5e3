import type { PaymentShown } from './statement-document';
import type { StatementWords } from './statement-words';

const points: Readonly<Record<string, string>> = { 'en-GB': '.', 'ru-RU': ',' };
const groups: Readonly<Record<string, string>> = { 'en-GB': ',', 'ru-RU': '\u00a0' };
const alone = /(?<![\p{L}\d_.\-/:])\d+(?:\.\d+)?(?![\p{L}\d_\-:])/gu;

/** A decimal as a reader of the language writes it: digits in threes, its own point, a true minus. Nothing is rounded. */
export function figureText(text: string, { locale }: Pick<StatementWords, 'locale'>): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const [whole = '', part] = text.replace('-', '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, groups[locale]!);
  const sign = text.startsWith('-') ? '\u2212' : '';
  return `${sign}${grouped}${part === undefined ? '' : `${points[locale]}${part}`}`;
}

/**
 * A formula of the kernel's with its digits in threes and its words in the language. Points stay points, whatever the language, for commas
 * stand between values there; ids, months and quotients stay as they are.
 */
export function formulaText(formula: string, { formulaWords }: Pick<StatementWords, 'formulaWords'>): string {
  const grouped = formula.replace(alone, (number) => {
    const [whole = '', part] = number.split('.');
    return `${whole.replace(/\B(?=(\d{3})+$)/g, '\u00a0')}${part === undefined ? '' : `.${part}`}`;
  });
  return Object.entries(formulaWords).reduce(
    (text, [english, word]) => text.replace(new RegExp(`(?<![\\w-])${english}(?![\\w-])`, 'g'), word),
    grouped,
  );
}

type Named = Pick<StatementWords, 'stepNames' | 'treatments' | 'publishers'>;

/** "tax withheld, borne by the platform" */
export function paymentName({ kind, treatment }: PaymentShown, { stepNames, treatments }: Named): string {
  const name = stepNames[kind] ?? kind;
  return treatment === undefined ? name : `${name}, ${treatments[treatment] ?? treatment}`;
}

/** "Bank of Russia, 2026-01-31"; what a law is called stays as it is. */
export function sourceText({ kind, source, on }: PaymentShown, { publishers }: Named): string {
  const name = kind.startsWith('exchange') ? (publishers[source] ?? source) : source;
  return on === undefined ? name : `${name}, ${on}`;
}

/** An amount with its currency, on one line. */
export const amountText = (amount: string, currency: string, words: Pick<StatementWords, 'locale'>): string =>
  `${figureText(amount, words)}\u00a0${currency}`;
