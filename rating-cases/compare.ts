import { at } from '../src/kernel';

/** A place where two JSON values differ. An absent side is undefined. */
export interface Difference {
  /** JSON pointer. */
  readonly path: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** Where two JSON values differ, the order of object members apart. Texts are compared as texts: "1.0" is not "1.00". */
export function differences(expected: unknown, got: unknown, path = ''): Difference[] {
  if (Array.isArray(expected) && Array.isArray(got)) return differencesIn({ ...expected }, { ...got }, path);
  if (isPlainObject(expected) && isPlainObject(got)) return differencesIn(expected, got, path);
  return Object.is(expected, got) ? [] : [{ path, expected, got }];
}

function differencesIn(
  expected: Readonly<Record<string, unknown>>,
  got: Readonly<Record<string, unknown>>,
  path: string,
): Difference[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(got)]);
  return [...names].flatMap((name) => differences(own(expected, name), own(got, name), at(path, name)));
}

const own = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
