import type { StatementLineView } from './line-view';

export const csvColumns = [
  'line',
  'period',
  'clause',
  'isrc',
  'serviceId',
  'territory',
  'useType',
  'commercialModel',
  'quantity',
  'returns',
  'exact',
  'amount',
  'currency',
] as const satisfies readonly (keyof StatementLineView)[];

export const csvHeader = `${csvColumns.join(',')}\r\n`;

export const csvLine = (line: StatementLineView): string =>
  `${csvColumns.map((column) => csvCell(String(line[column] ?? ''))).join(',')}\r\n`;

const figure = /^-?\d+([./]\d+)?$/;
const formula = /^[=+\-@\t\r]/;

/** RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front; figures stay figures, negative ones too. */
export function csvCell(text: string): string {
  const safe = formula.test(text) && !figure.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
