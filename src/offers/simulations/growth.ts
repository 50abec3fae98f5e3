import { add, denominatorOf, exactText, multiply, numeratorOf, ONE, type Rational, rational, ZERO } from '../../kernel';

/** Values of months that follow each other: the first as planned, each later one grown from the one before, exactly. */
export function grown(
  first: Rational,
  { growthPerMonth, months }: { growthPerMonth: string; months: number },
): Rational[] {
  const factor = add(ONE, rational(growthPerMonth));
  const values: Rational[] = [];
  for (let value = first; values.length < months; value = multiply(value, factor)) values.push(value);
  return values;
}

/** Whole units of exact values in their order: what a month has beyond a whole unit is carried to the next, so the sums agree. */
export function wholeUnits(values: readonly Rational[]): bigint[] {
  let exact = ZERO;
  let counted = 0n;
  return values.map((value) => {
    exact = add(exact, value);
    const units = numeratorOf(exact) / denominatorOf(exact) - counted;
    counted += units;
    return units;
  });
}

export interface Course {
  readonly growthPerMonth: string;
  readonly months: number;
}

/** A value by month: as planned, and from the last planned month on grown exactly. */
export function courseOf(planned: readonly string[], { growthPerMonth, months }: Course): Rational[] {
  const last = rational(planned.at(-1) ?? '0');
  const given = planned.slice(0, -1).map(rational);
  return [...given, ...grown(last, { growthPerMonth, months: months - given.length })];
}

export const countCourse = (planned: readonly string[], course: Course): bigint[] =>
  wholeUnits(courseOf(planned, course));

export const amountCourse = (planned: readonly string[], course: Course): string[] =>
  courseOf(planned, course).map(exactText);

/** As planned and then as last planned: shares and flags do not grow. */
export const constantCourse = (planned: readonly string[], { months }: Course): string[] =>
  Array.from({ length: months }, (_, place) => planned[Math.min(place, planned.length - 1)] ?? '0');
