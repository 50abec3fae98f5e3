import { periodOf, type Period } from '../../src/kernel';

/** Makes of a case's terms and usage what the product makes of them, in the shape of the case's `expect`. */
export type Family = (entry: { readonly terms: unknown; readonly usage: unknown }) => unknown;

/**
 * A family whose fields are as its description in the file says. Nothing is checked: a case that is not so fails by itself.
 * What is given only renames, picks and orders fields; every figure is the product's.
 */
export function family<Terms, Usage>(run: (terms: Terms, usage: Usage) => unknown): Family {
  return ({ terms, usage }) => run(terms as Terms, usage as Usage);
}

/** Half-open days. */
export interface Days {
  readonly from: string;
  readonly until: string;
}

/** Half-open days; null is an open side. */
export interface OpenDays {
  readonly from: string | null;
  readonly until: string | null;
}

/** Days with an open side as a period of the product: from the first day that there is, until the last. */
export function periodWithin({ from, until }: OpenDays): Period {
  return periodOf(from ?? '0001-01-01', until ?? '9999-12-31');
}

/** What the product made of the entry at this place. Throws RangeError where it made nothing of it. */
export function entryAt<Entry>(list: readonly Entry[], place: number): Entry {
  const entry = list[place];
  if (entry === undefined) throw new RangeError(`nothing came out at place ${place}`);
  return entry;
}
