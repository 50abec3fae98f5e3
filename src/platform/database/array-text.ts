const special = /["\\]/;

/**
 * A PostgreSQL array as text. The driver looks at every value of every array by itself; here are a dozen arrays of a thousand values that
 * are all of one kind. Null stands for NULL.
 */
export function arrayText(values: readonly (string | number | null)[]): string {
  if (values.every((value) => typeof value === 'number')) return `{${values.join()}}`;
  if (values.every((value) => typeof value === 'string' && !special.test(value))) {
    return values.length === 0 ? '{}' : `{"${values.join('","')}"}`;
  }
  return `{${values.map(elementText).join()}}`;
}

function elementText(value: string | number | null): string {
  if (typeof value === 'number') return String(value);
  return value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
