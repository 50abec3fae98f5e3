import { type Position, type RecoupmentBalance } from './recoupment-balance';

/** The clauses that some advances are limited to, with the royalties of the period and what earlier ones left. Minor units. */
export interface Scope {
  readonly clauses: 'all' | ReadonlySet<string>;
  /** Earned in the period; of all clauses, less expenses. */
  readonly net: bigint;
  /** Earned to date less recouped to date, before the period: what royalties were beyond recoupment. */
  readonly surplus: bigint;
}

/** Whether what the position draws counts in the scope: all its clauses are the scope's. */
export function mayDraw({ clauses }: Pick<Scope, 'clauses'>, { advance }: Position): boolean {
  if (clauses === 'all') return true;
  const from = advance?.recoupableFrom ?? 'all';
  return from !== 'all' && from.every((clause) => clauses.has(clause));
}

/** What positions of the scope recouped in the period so far, less what they gave back. */
export function changeWithin(scope: Scope, positions: readonly Position[]): bigint {
  return positions.reduce((sum, position) => (mayDraw(scope, position) ? sum + position.change : sum), 0n);
}

/** Each set of clauses that an advance names, smaller ones first, and last all royalties together. */
export function scopesOf(
  positions: readonly Position[],
  { before, nets, expenses }: { before: RecoupmentBalance; nets: ReadonlyMap<string, bigint>; expenses: bigint },
): Scope[] {
  const sets = new Map<string, ReadonlySet<string>>();
  for (const { advance } of positions) {
    if (!advance || advance.recoupableFrom === 'all') continue;
    const clauses = new Set(advance.recoupableFrom);
    sets.set(JSON.stringify([...clauses].sort()), clauses);
  }
  const named = [...sets.values()].sort((a, b) => a.size - b.size);
  return [...named.map((clauses) => scopeOf(clauses)), wholeScope()];

  function scopeOf(clauses: ReadonlySet<string>): Scope {
    const net = [...clauses].reduce((sum, clause) => sum + (nets.get(clause) ?? 0n), 0n);
    const earned = before.clauses.reduce(
      (sum, entry) => (clauses.has(entry.clause) ? sum + BigInt(entry.earned) : sum),
      0n,
    );
    const recouped = positions.reduce(
      (sum, position) => (mayDraw({ clauses }, position) ? sum + position.recoupedBefore : sum),
      0n,
    );
    return { clauses, net, surplus: earned - recouped };
  }

  function wholeScope(): Scope {
    const net = [...nets.values()].reduce((sum, amount) => sum + amount, -expenses);
    return { clauses: 'all', net, surplus: BigInt(before.netToDate) - BigInt(before.recoupedToDate) };
  }
}
