import { type Period } from '../calendar';
import { type Recoupment } from '../terms';
import { type RecoupableAdvance } from './advances';
import { greater, lesser, total } from './minor';
import { balanceOf, lapseWith, openOf, positionsOf, type Position, type RecoupmentBalance } from './recoupment-balance';
import { changeWithin, mayDraw, scopesOf, type Scope } from './recoupment-scope';
import { RoyaltyDraw } from './royalty-draw';

/** Below zero what returns and corrections take back. `clause` is any name of a source: a royalty clause, a top-up. */
export interface ClauseEarnings {
  readonly clause: string;
  readonly amount: bigint;
}

export interface RecoupmentPeriod {
  readonly period: Period;
  /** In the order in which they are recouped. */
  readonly advances: readonly RecoupableAdvance[];
  readonly negative: Recoupment['negative'];
  readonly earned: readonly ClauseEarnings[];
  /** Recovered from royalties before anything is recouped; from whichever clause has them. Absent: none. */
  readonly expenses?: bigint;
}

/** closing = opening − recouped − lapsed; opening has what was added. */
export interface Movement {
  readonly added: bigint;
  readonly opening: bigint;
  /** Below zero: given back, so that the advance is open again. */
  readonly recouped: bigint;
  readonly lapsed: bigint;
  readonly closing: bigint;
}

/** What a period does to the advances, all in minor units. The movement is that of everything unrecouped. */
export interface RecoupedPeriod extends Movement {
  readonly earned: bigint;
  readonly expenses: bigint;
  readonly netEarned: bigint;
  /** Not positive: what earlier results below zero left to be met. */
  readonly broughtForward: bigint;
  /** broughtForward + netEarned − recouped, where positive. */
  readonly payable: bigint;
  /** The same where negative: later royalties meet it before anything is payable; nothing is pulled back. */
  readonly carriedForward: bigint;
  readonly advances: readonly (Movement & { readonly advance: string })[];
  /** What results below zero opened beyond the advances. */
  readonly opened: Movement;
  readonly balance: RecoupmentBalance;
}

/**
 * One period: advances that begin join the balance, royalties less expenses recoup it, the rest is payable, and what does
 * not carry over lapses at the end of its interval. Advances are recouped in the order written and given back in reverse.
 *
 * A result below zero, 'unrecouped': is added to what is unrecouped, recouped = min(opening, net earned).
 * 'carried-forward': first takes from what was earned beyond recoupment, which waits on an account of its own, and only
 * then gives recoupment back; with all advances due at signature, recouped to date = min(advances, max(0, royalties to
 * date)). An advance that joins later is not recouped from royalties of before.
 *
 * An advance recoupable from named clauses takes only from what these earned, and is given back when they fall below what
 * it took. Throws RangeError when an advance of the balance is missing or has become less than what has joined.
 */
export function recoupPeriod(before: RecoupmentBalance, input: RecoupmentPeriod): RecoupedPeriod {
  const positions = positionsOf(before, input);
  const nets = netByClause(input.earned);
  const expenses = input.expenses ?? 0n;
  const scopes = scopesOf(positions, { before, nets, expenses });
  for (const scope of scopes) giveBack(positions, { scope, negative: input.negative });
  const draw = new RoyaltyDraw(nets);
  for (const position of positions) recoup(position, { positions, scopes, draw, negative: input.negative });
  lapseWith(positions, input.period);

  const earned = total([...nets.values()]);
  const movements = positions.map(movementOf);
  const [opened, ...ofAdvances] = movements;
  const sum = (part: (movement: Movement) => bigint) => total(movements.map(part));
  const recouped = sum((movement) => movement.recouped);
  const broughtForward = BigInt(before.carriedForward);
  const toPay = broughtForward + earned - expenses - recouped;
  const carriedForward = lesser(0n, toPay);
  return {
    earned,
    expenses,
    netEarned: earned - expenses,
    added: sum((movement) => movement.added),
    opening: sum((movement) => movement.opening),
    recouped,
    lapsed: sum((movement) => movement.lapsed),
    closing: sum((movement) => movement.closing),
    broughtForward,
    payable: greater(0n, toPay),
    carriedForward,
    advances: ofAdvances.map((movement, index) => ({ advance: input.advances[index]?.id ?? '', ...movement })),
    opened: opened ?? { added: 0n, opening: 0n, recouped: 0n, lapsed: 0n, closing: 0n },
    balance: balanceOf(before, { positions, nets, expenses, carriedForward }),
  };
}

function netByClause(earned: readonly ClauseEarnings[]): Map<string, bigint> {
  const nets = new Map<string, bigint>();
  for (const { clause, amount } of earned) nets.set(clause, (nets.get(clause) ?? 0n) + amount);
  return nets;
}

/** Gives recoupment back by as much as the scope's result is below zero, the advance listed last first. */
function giveBack(
  positions: readonly Position[],
  { scope, negative }: { scope: Scope; negative: Recoupment['negative'] },
): void {
  const result = (negative === 'unrecouped' ? 0n : scope.surplus) + scope.net - changeWithin(scope, positions);
  let missing = greater(0n, -result);
  for (const position of positions.toReversed()) {
    if (missing === 0n) return;
    if (!position.recoupable || !mayDraw(scope, position)) continue;
    const recouped = position.recoupedBefore + position.change;
    const back = position.advance ? lesser(missing, greater(0n, recouped)) : beyond(missing, { scope, negative });
    position.change -= back;
    missing -= back;
  }
}

/** What no advance can give back is opened beyond them all, if it is the whole result that is added to what is unrecouped. */
function beyond(missing: bigint, { scope, negative }: { scope: Scope; negative: Recoupment['negative'] }): bigint {
  return scope.clauses === 'all' && negative === 'unrecouped' ? missing : 0n;
}

/** Recoups one position as far as every scope that it is part of has room. */
function recoup(
  position: Position,
  {
    positions,
    scopes,
    draw,
    negative,
  }: {
    positions: readonly Position[];
    scopes: readonly Scope[];
    draw: RoyaltyDraw;
    negative: Recoupment['negative'];
  },
): void {
  const open = openOf(position);
  if (!position.recoupable || open <= 0n) return;
  const rooms = scopes
    .filter((scope) => mayDraw(scope, position))
    .map((scope) => {
      const limit = negative === 'unrecouped' ? scope.net : lesser(scope.net, scope.surplus + scope.net);
      return limit - changeWithin(scope, positions);
    });
  const wanted = rooms.reduce(lesser, open);
  if (wanted > 0n) position.change += draw.draw(position.advance?.recoupableFrom ?? 'all', wanted);
}

function movementOf(position: Position): Movement {
  const { added, change, lapsed } = position;
  const closing = openOf(position);
  return { added, opening: closing + change + lapsed, recouped: change, lapsed, closing };
}
