import { canonicalText } from '../canonical';
import { add, multiply, rational, ZERO, type Rational } from '../money';
import { type Selection } from '../terms';
import { type RecordingUnits } from './recordings';

/** Some rows of a clause's usage, by their place. `key` is the same for the same rows. */
export interface UsageRows {
  readonly key: string;
  readonly places: readonly number[];
}

/** The usage of one clause in one period, ready to be measured whole or narrowed. Sums are worked out once. */
export interface ClauseUsage {
  readonly rows: readonly RecordingUnits[];
  readonly all: UsageRows;
  /** The rows that the selection names, among `within`. */
  select(where: Selection | undefined, within?: UsageRows): UsageRows;
  /** Net units under the label's control: reported units × the controlled share of their recording. */
  units(rows: UsageRows): Rational;
  /** Money that the usage was sold for, × the controlled share. */
  sales(rows: UsageRows): Rational;
  unitsOf(place: number): Rational;
  salesOf(place: number): Rational;
}

export function clauseUsage(rows: readonly RecordingUnits[]): ClauseUsage {
  const all: UsageRows = { key: '', places: rows.map((_, place) => place) };
  const selected = new Map<string, UsageRows>();
  const unitsOf = (place: number): Rational => controlledUnits(rows[place]);
  const salesOf = (place: number): Rational => controlledSales(rows[place]);
  return {
    rows,
    all,
    select: (where, within = all) => {
      if (where === undefined) return within;
      const key = `${within.key} ${canonicalText(where)}`;
      const known = selected.get(key) ?? { key, places: within.places.filter((place) => selects(where, rows[place]!)) };
      selected.set(key, known);
      return known;
    },
    units: remembered((chosen) => sumUnits(rows, chosen)),
    sales: remembered((chosen) => chosen.places.reduce((sum, place) => add(sum, salesOf(place)), ZERO)),
    unitsOf,
    salesOf,
  };
}

/** Most rows are wholly the label's: whole numbers are added up as such, and only shared ones as fractions. */
function sumUnits(rows: readonly RecordingUnits[], { places }: UsageRows): Rational {
  let whole = 0n;
  let shared = ZERO;
  for (const place of places) {
    const row = rows[place];
    if (row?.controlledShare === undefined) whole += row?.units ?? 0n;
    else shared = add(shared, controlledUnits(row));
  }
  return add(rational(whole), shared);
}

function remembered(sum: (rows: UsageRows) => Rational): (rows: UsageRows) => Rational {
  const sums = new Map<string, Rational>();
  return (rows) => {
    const known = sums.get(rows.key) ?? sum(rows);
    sums.set(rows.key, known);
    return known;
  };
}

/** Net units × controlled share. */
export function controlledUnits(row: RecordingUnits | undefined): Rational {
  if (row === undefined) return ZERO;
  const units = rational(row.units);
  return row.controlledShare === undefined ? units : multiply(units, rational(row.controlledShare));
}

function controlledSales(row: RecordingUnits | undefined): Rational {
  if (row?.sales === undefined) return ZERO;
  const sales = rational(row.sales);
  return row.controlledShare === undefined ? sales : multiply(sales, rational(row.controlledShare));
}

/** Where and how something was used. */
export type Placed = Pick<RecordingUnits, 'service' | 'territory' | 'use' | 'model'>;

/** Whether a selection names the use. */
export function selects({ services, uses, models, territories }: Selection, place: Placed): boolean {
  const named = (set: readonly string[] | undefined, value: string) => set === undefined || set.includes(value);
  return (
    named(services, place.service) &&
    named(uses, place.use) &&
    named(models, place.model) &&
    named(territories, place.territory)
  );
}
