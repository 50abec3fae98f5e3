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

/** With what an earlier conflict of the recording ended in a place, for each label of it. */
export interface SettledShares extends Pick<StatedClaim, 'territories' | 'from' | 'until'> {
  /** In millionths: together at most the whole. */
  readonly shares: ReadonlyMap<string, number>;
}

/** Places and days of a recording in which the same labels state the same shares, more than the whole between them. */
export interface Overclaimed {
  /** Their numbers, ascending. */
  readonly territories: readonly number[];
  readonly from: string;
  /** The first day that is not included; null: without end. */
  readonly until: string | null;
  /** By the label's id. In millionths. `kept`: what of the share an earlier conflict between all of these labels has ended with. */
  readonly claims: readonly { readonly labelId: string; readonly share: number; readonly kept?: number }[];
}

type Claims = Overclaimed['claims'][number][];

/**
 * Where several labels state more than the whole of one recording between them, in as few pieces as it takes: each place and day is in at most one. By first day, then by territories.
 * A label never states two shares of one place and day. Of what earlier conflicts ended with, the latest of a place counts.
 */
export function overclaimed(claims: readonly StatedClaim[], settled: readonly SettledShares[] = []): Overclaimed[] {
  const found: Overclaimed[] = [];
  // What still runs at the end of the last span, by who claims what where.
  let running = new Map<string, Overclaimed>();
  for (const { from, until } of spansOf([...claims, ...settled])) {
    const isHere = (days: Pick<StatedClaim, 'from' | 'until'>): boolean =>
      days.from <= from && (days.until === null || from < days.until);
    const next = new Map<string, Overclaimed>();
    for (const piece of piecesOf(claims.filter(isHere), settled.filter(isHere))) {
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

/**
 * What of a label's share nobody else states too: that much is its own however the conflict ends. So is what an earlier one has ended with for it: who states more again than was agreed or decided puts nobody else's share in
 * dispute. In millionths; it may be all of the share, or more.
 */
export function undisputedShare({ claims }: Pick<Overclaimed, 'claims'>, labelId: string): number {
  const others = claims.reduce((sum, claim) => (claim.labelId === labelId ? sum : sum + claim.share), 0);
  const kept = claims.find((claim) => claim.labelId === labelId)?.kept ?? 0;
  return Math.max(kept, wholeShare - others);
}

/** The days between which nothing begins or ends. */
function spansOf(claims: readonly Pick<StatedClaim, 'from' | 'until'>[]): { from: string; until: string | null }[] {
  const days = new Set(claims.flatMap(({ from, until }) => (until === null ? [from] : [from, until])));
  const sorted = [...days].sort();
  return sorted.map((from, at) => ({ from, until: sorted[at + 1] ?? null }));
}

/** Territories with the same claims, where these come to more than the whole. */
function piecesOf(
  claims: readonly StatedClaim[],
  settled: readonly SettledShares[],
): Pick<Overclaimed, 'territories' | 'claims'>[] {
  const byTerritory = new Map<number, Claims>();
  for (const { labelId, share, territories } of [...claims].sort((a, b) => order(a.labelId, b.labelId))) {
    for (const territory of territories) {
      const known = byTerritory.get(territory);
      if (known === undefined) byTerritory.set(territory, [{ labelId, share }]);
      else known.push({ labelId, share });
    }
  }
  const pieces = new Map<string, { territories: number[]; claims: Claims }>();
  for (const [territory, stated] of byTerritory) {
    if (stated.reduce((sum, { share }) => sum + share, 0) <= wholeShare) continue;
    const bound = withKept(
      stated,
      settled.findLast(({ territories }) => territories.includes(territory)),
    );
    const key = bound.map(({ labelId, share, kept }) => `${labelId} ${share} ${kept}`).join();
    const piece = pieces.get(key);
    if (piece === undefined) pieces.set(key, { territories: [territory], claims: bound });
    else piece.territories.push(territory);
  }
  return [...pieces.values()].map((piece) => ({
    ...piece,
    territories: piece.territories.sort((a, b) => a - b),
  }));
}

/** A label that was not heard then is not bound by it, and nobody is against that one. */
function withKept(claims: Claims, settled: SettledShares | undefined): Claims {
  if (settled === undefined || !claims.every(({ labelId }) => settled.shares.has(labelId))) return claims;
  return claims.map((claim) => ({ ...claim, kept: Math.min(claim.share, settled.shares.get(claim.labelId)!) }));
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
