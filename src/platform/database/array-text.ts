/** What an array or a column holds: as PostgreSQL reads it. */
export type Cell = string | number | bigint | null;

const special = /["\\]/;

/**
 * A PostgreSQL array as text. The driver looks at every value of every array by itself; whoever writes many rows has a dozen arrays of a thousand values that
 * are all of one kind. Null stands for NULL.
 */
export function arrayText(values: readonly Cell[]): string {
  if (values.every((value) => typeof value === 'number' || typeof value === 'bigint')) return `{${values.join()}}`;
  if (values.every((value) => typeof value === 'string' && !special.test(value))) {
    return values.length === 0 ? '{}' : `{"${values.join('","')}"}`;
  }
  return `{${values.map(elementText).join()}}`;
}

function elementText(value: Cell): string {
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  return value === null ? 'NULL' : String(value);
}
