import { add, divide, isZero, multiply, rational, ZERO, type Rational } from '../money';
import { type Selection } from '../terms';
import { type ClauseUsage, type UsageRows } from './clause-usage';

/**
 * A part of a royalty and the usage that earned it: in proportion to net units, to sales, the same for each recording, or
 * `lines`, row by row as given. What has no such usage belongs to no recording.
 */
export type Portion = { readonly value: Rational } & (
  | { readonly by: 'units' | 'sales' | 'recordings'; readonly where?: Selection; readonly rows: UsageRows }
  | { readonly by: 'lines'; readonly rows: UsageRows; readonly values: readonly Rational[] }
);

/** Portions of the same usage taken together. */
export function mergePortions(portions: readonly Portion[]): Portion[] {
  const merged = new Map<string, Portion>();
  portions.forEach((portion, index) => {
    const key = portion.by === 'lines' ? `lines ${index}` : `${portion.by} ${portion.rows.key}`;
    const before = merged.get(key);
    merged.set(key, before ? { ...before, value: add(before.value, portion.value) } : portion);
  });
  return [...merged.values()];
}

/** The portions of a value that became another one: a cap, a usage share, proration. */
export function scalePortions(portions: readonly Portion[], factor: Rational): Portion[] {
  return portions.map((portion) => ({
    ...portion,
    value: multiply(portion.value, factor),
    ...(portion.by === 'lines' ? { values: portion.values.map((value) => multiply(value, factor)) } : {}),
  }));
}

export interface Attribution {
  /** The exact amount of each row of the clause's usage, in its order. */
  readonly exact: readonly Rational[];
  /** What belongs to no row. */
  readonly unattributed: Rational;
}

/** Gives every portion to the rows that earned it. The rows' amounts and the rest sum to the portions. */
export function attribute(portions: readonly Portion[], usage: ClauseUsage): Attribution {
  const exact: Rational[] = usage.rows.map(() => ZERO);
  let unattributed = ZERO;
  for (const portion of portions) {
    const shares = portion.by === 'lines' ? portion.values : sharesOf(portion, usage);
    if (shares === undefined) {
      unattributed = add(unattributed, portion.value);
      continue;
    }
    portion.rows.places.forEach((place, index) => {
      exact[place] = add(exact[place] ?? ZERO, shares[index] ?? ZERO);
    });
  }
  return { exact, unattributed };
}

/** Undefined when nothing has weight. */
function sharesOf(portion: Exclude<Portion, { by: 'lines' }>, usage: ClauseUsage): Rational[] | undefined {
  const { rows } = portion;
  if (portion.by === 'recordings') return sharesOfRecordings(portion.value, { rows, usage });
  const total = portion.by === 'units' ? usage.units(rows) : usage.sales(rows);
  if (isZero(total)) return undefined;
  const each = divide(portion.value, total);
  const weight = portion.by === 'units' ? usage.unitsOf : usage.salesOf;
  return rows.places.map((place) => multiply(each, weight(place)));
}

/** Each recording used gets the same, and its rows share that by their number. */
function sharesOfRecordings(
  value: Rational,
  { rows, usage }: { rows: UsageRows; usage: ClauseUsage },
): Rational[] | undefined {
  if (rows.places.length === 0) return undefined;
  const counts = new Map<string, bigint>();
  const isrcs = rows.places.map((place) => usage.rows[place]?.isrc ?? '');
  for (const isrc of isrcs) counts.set(isrc, (counts.get(isrc) ?? 0n) + 1n);
  const each = divide(value, rational(BigInt(counts.size)));
  return isrcs.map((isrc) => divide(each, rational(counts.get(isrc) ?? 1n)));
}
