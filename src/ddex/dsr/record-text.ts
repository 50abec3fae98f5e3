import { escapeText } from './escaping';
import { type Cell, layouts, type RecordCode } from './layouts';
import { type NamedCells } from './records';

/** Anything that needs a closer look before it is written: marks, control characters, halves of surrogate pairs. */
export const SPECIAL = /[\u0000-\u001f\u007f|\\\ud800-\udfff]/;

/** One comment line with the names of the cells. */
export function namesLine(code: RecordCode): string {
  const [, ...cells]: readonly Cell[] = layouts[code];
  return `#${[code, ...cells.map(({ name }) => name)].join('\t')}\n`;
}

/**
 * One record as a line with all its cells, in the published escapes. Nothing is checked but that the text can be carried:
 * RangeError on line ends and control characters.
 */
export function recordLine(code: RecordCode, cells: NamedCells): string {
  const [, ...layout]: readonly Cell[] = layouts[code];
  return `${[code, ...layout.map(({ name }) => cellText(cells[name]))].join('\t')}\n`;
}

/** The values of a cell, escaped; a list of several is separated by pipes. */
export function cellText(value: string | readonly string[] | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? carried(value) : value.map(carried).join('|');
}

const carried = (value: string): string => (SPECIAL.test(value) ? escapeText(value) : value);
