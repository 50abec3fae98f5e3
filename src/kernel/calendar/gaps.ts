import { type Period } from './period';

/** The days between the first and the last of the periods that are in none of them, as periods in order. Periods may overlap. */
export function gapsBetween(periods: readonly Period[]): Period[] {
  const gaps: Period[] = [];
  const [first, ...rest] = [...periods].sort((a, b) => (a.from < b.from ? -1 : 1));
  let covered = first?.until;
  for (const { from, until } of rest) {
    if (covered !== undefined && covered < from) gaps.push({ from: covered, until: from });
    if (covered === undefined || covered < until) covered = until;
  }
  return gaps;
}
