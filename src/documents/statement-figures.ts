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

/** "rate 0.15, tax 150.00": the figures of tax and exchange, by their names in the language. What a source is called stays as it is. */
export const paymentText = (
  figures: readonly (readonly [name: string, value: string])[],
  words: Pick<StatementWords, 'locale' | 'figureNames' | 'treatments'>,
): string =>
  figures
    .map(([name, value]) => {
      const [, amount, currency] = /^(\d+\.?\d*) ([A-Z]{3})$/.exec(value) ?? [];
      const told = amount && currency ? amountText(amount, currency, words) : figureText(value, words);
      return `${words.figureNames[name] ?? name}\u00a0${words.treatments[value] ?? told}`;
    })
    .join(' · ');

/** An amount with its currency, on one line. */
export const amountText = (amount: string, currency: string, words: Pick<StatementWords, 'locale'>): string =>
  `${figureText(amount, words)}\u00a0${currency}`;
