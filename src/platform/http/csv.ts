const figure = /^-?\d+([./]\d+)?$/;
const formula = /^[=+\-@\t\r]/;

/** RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front; figures stay figures, negative ones too. */
export function csvCell(text: string): string {
  const safe = formula.test(text) && !figure.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row of cells, ended as RFC 4180 has it. */
export const csvRow = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
