import { wholeShare } from '../money';

/** What a label states of a recording. */
export interface StatedClaim {
  readonly labelId: string;
  /** In millionths: above 0. */
  readonly share: number;
  /** Their numbers. */
  readonly territories: readonly number[];
  readonly from: string;
  /** The first day that is not included; null: without end. */
  readonly until: string | null;
}

/** Places and days of a recording in which the same labels state the same shares, more than the whole between them. */
export interface Overclaimed {
  /** Their numbers, ascending. */
  readonly territories: readonly number[];
  readonly from: string;
  /** The first day that is not included; null: without end. */
  readonly until: string | null;
  /** By the label's id. In millionths. */
  readonly claims: readonly { readonly labelId: string; readonly share: number }[];
}

/**
 * Where several labels state more than the whole of one recording between them, in as few pieces as it takes: each place and day is in at most one. By first day, then by territories.
 * A label never states two shares of one place and day.
 */
export function overclaimed(claims: readonly StatedClaim[]): Overclaimed[] {
  const found: Overclaimed[] = [];
  // What still runs at the end of the last span, by who claims what where.
  let running = new Map<string, Overclaimed>();
  for (const { from, until } of spansOf(claims)) {
    const here = claims.filter((claim) => claim.from <= from && (claim.until === null || from < claim.until));
    const next = new Map<string, Overclaimed>();
    for (const piece of piecesOf(here)) {
      const key = JSON.stringify(piece);
      const before = running.get(key);
      next.set(key, { ...piece, from: before?.from ?? from, until });
      running.delete(key);
    }
    found.push(...running.values());
    running = next;
  }
  found.push(...running.values());
  return found.sort((a, b) => order(a.from, b.from) || a.territories[0]! - b.territories[0]!);
}

/** What of a label's share nobody else states too: that much is its own however the conflict ends. In millionths. */
export function undisputedShare({ claims }: Pick<Overclaimed, 'claims'>, labelId: string): number {
  const others = claims.reduce((sum, claim) => (claim.labelId === labelId ? sum : sum + claim.share), 0);
  return Math.max(0, wholeShare - others);
}

/** The days between which nothing begins or ends. */
function spansOf(claims: readonly StatedClaim[]): { from: string; until: string | null }[] {
  const days = new Set(claims.flatMap(({ from, until }) => (until === null ? [from] : [from, until])));
  const sorted = [...days].sort();
  return sorted.map((from, at) => ({ from, until: sorted[at + 1] ?? null }));
}

/** Territories with the same claims, where these come to more than the whole. */
function piecesOf(claims: readonly StatedClaim[]): Pick<Overclaimed, 'territories' | 'claims'>[] {
  const byTerritory = new Map<number, { labelId: string; share: number }[]>();
  for (const { labelId, share, territories } of [...claims].sort((a, b) => order(a.labelId, b.labelId))) {
    for (const territory of territories) {
      const known = byTerritory.get(territory);
      if (known === undefined) byTerritory.set(territory, [{ labelId, share }]);
      else known.push({ labelId, share });
    }
  }
  const pieces = new Map<string, { territories: number[]; claims: { labelId: string; share: number }[] }>();
  for (const [territory, stated] of byTerritory) {
    if (stated.reduce((sum, { share }) => sum + share, 0) <= wholeShare) continue;
    const key = stated.map(({ labelId, share }) => `${labelId} ${share}`).join();
    const piece = pieces.get(key);
    if (piece === undefined) pieces.set(key, { territories: [territory], claims: stated });
    else piece.territories.push(territory);
  }
  return [...pieces.values()].map((piece) => ({
    ...piece,
    territories: piece.territories.sort((a, b) => a - b),
  }));
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
