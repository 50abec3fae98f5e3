const special = /["\\]/;

/**
 * A PostgreSQL array as text. The driver looks at every value of every array by itself; here are a dozen arrays of a thousand values that
 * are all of one kind. Null stands for NULL.
 */
export function arrayText(values: readonly (string | number | null)[]): string {
  let text = '{';
  for (const [place, value] of values.entries()) {
    if (place > 0) text += ',';
    if (typeof value === 'number') text += value;
    else if (value === null) text += 'NULL';
    else text += special.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
  }
  return `${text}}`;
}
