import { formulaStart } from '../http/csv';

/** What stands in a column: text, a whole or decimal figure, or an amount with the places of its currency. */
export type ColumnKind = 'text' | 'figure' | 'amount';

/** Places of the cell formats in the styles part, in its order. */
export const style = {
  plain: 0,
  heading: 1,
  amount: 2,
  figure: 3,
  guarded: 4,
  totalText: 5,
  totalAmount: 6,
  headingRight: 7,
} as const;

const decimal = /^-?\d+(\.\d+)?$/;
/** A spreadsheet keeps doubles: what has more digits would be another figure there, and stays text. */
const digitsMax = 15;

const special = /[&<>\x00-\x08\x0b\x0c\r\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)|\p{Surrogate}/gu;
const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text as an element's content: XML's own characters by name, those that it cannot carry as ECMA-376 writes them (`_x0001_`). */
export const xmlText = (text: string): string =>
  text.replace(
    special,
    (character) => names[character] ?? `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  );

/** Whether a spreadsheet can keep a figure to the last digit. */
export const isExactFigure = (text: string): boolean =>
  decimal.test(text) && text.replace(/^-?0*\.?0*|[.-]/g, '').length <= digitsMax;

/**
 * One cell. Text is always an inline string, which no reader runs, whatever it begins with; one that looks like a formula is marked
 * as text besides, so that it stays text when somebody edits the cell.
 */
export function cellXml(
  reference: string,
  value: string | null,
  { kind, total = false }: { kind: ColumnKind; total?: boolean },
): string {
  if (value === null || value === '') return '';
  if (kind !== 'text' && isExactFigure(value)) {
    const amount = total ? style.totalAmount : style.amount;
    // Excel ends whole figures with a point where a format has room for places.
    const figure = value.includes('.') ? style.plain : style.figure;
    return `<c r="${reference}" s="${kind === 'figure' ? figure : amount}"><v>${value}</v></c>`;
  }
  const format = formulaStart.test(value) ? style.guarded : total ? style.totalText : style.plain;
  return `<c r="${reference}" s="${format}" t="inlineStr"><is><t xml:space="preserve">${xmlText(value)}</t></is></c>`;
}

/** 'A', 'B', … 'Z', 'AA': the letters of a column, counted from zero. */
export function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}
