import { type Period } from '../calendar';
import { isRecoupableIn, joinedBy, lapsesBy, type RecoupableAdvance } from './advances';

/** What passes from period to period, as plain JSON: minor units as text, to date. */
export interface RecoupmentBalance {
  /** Royalties less expenses. */
  readonly netToDate: string;
  readonly recoupedToDate: string;
  readonly clauses: readonly { readonly clause: string; readonly earned: string }[];
  readonly advances: readonly {
    readonly advance: string;
    readonly added: string;
    readonly recouped: string;
    readonly lapsed: string;
  }[];
  /** What results below zero opened beyond the advances; never below zero. */
  readonly opened: string;
  /** What results below zero left to be met by later royalties; never above zero. */
  readonly carriedForward: string;
}

/** The balance at signature: nothing is earned, and no advance has joined. */
export const NOTHING_RECOUPED: RecoupmentBalance = {
  netToDate: '0',
  recoupedToDate: '0',
  clauses: [],
  advances: [],
  opened: '0',
  carriedForward: '0',
};

/** One advance during a period, or what was opened beyond all advances. In minor units. */
export interface Position {
  /** Absent: what results below zero opened. */
  readonly advance?: RecoupableAdvance;
  readonly recoupable: boolean;
  readonly addedBefore: bigint;
  readonly added: bigint;
  readonly recoupedBefore: bigint;
  readonly lapsedBefore: bigint;
  /** Recouped in the period; below zero when given back. */
  change: bigint;
  lapsed: bigint;
}

export function openOf(position: Position): bigint {
  const { addedBefore, added, recoupedBefore, lapsedBefore, change, lapsed } = position;
  return addedBefore + added - recoupedBefore - lapsedBefore - change - lapsed;
}

/** First what was opened beyond the advances, then these in their order. Throws RangeError when they contradict the balance. */
export function positionsOf(
  before: RecoupmentBalance,
  { advances, period }: { advances: readonly RecoupableAdvance[]; period: Period },
): Position[] {
  const known = new Map(before.advances.map((entry) => [entry.advance, entry]));
  const opened = BigInt(before.opened);
  const positions: Position[] = [{ ...NO_MOVEMENT, recoupable: true, addedBefore: opened }];
  for (const advance of advances) {
    const entry = known.get(advance.id);
    known.delete(advance.id);
    const addedBefore = BigInt(entry?.added ?? '0');
    const added = joinedBy(advance, period) - addedBefore;
    if (added < 0n) throw new RangeError(`the advance ${advance.id} is less than what of it has joined the balance`);
    positions.push({
      ...NO_MOVEMENT,
      advance,
      recoupable: isRecoupableIn(advance, period),
      addedBefore,
      added,
      recoupedBefore: BigInt(entry?.recouped ?? '0'),
      lapsedBefore: BigInt(entry?.lapsed ?? '0'),
    });
  }
  for (const missing of known.keys()) throw new RangeError(`the advance ${missing} of the balance is missing`);
  return positions;
}

const NO_MOVEMENT = { addedBefore: 0n, added: 0n, recoupedBefore: 0n, lapsedBefore: 0n, change: 0n, lapsed: 0n };

/**
 * Lets lapse what is open of advances whose interval ends and does not carry over; what was opened beyond advances goes
 * with the last of them that was running.
 */
export function lapseWith(positions: readonly Position[], period: Period): void {
  let ended = false;
  let running = false;
  for (const position of positions) {
    if (!position.advance || position.addedBefore + position.added === 0n) continue;
    if (!lapsesBy(position.advance, period)) {
      running = true;
      continue;
    }
    ended ||= position.recoupable;
    position.lapsed = openOf(position);
  }
  const opened = positions.find(({ advance }) => !advance);
  if (opened && ended && !running) opened.lapsed = openOf(opened);
}

/** The balance after the period. */
export function balanceOf(
  before: RecoupmentBalance,
  {
    positions,
    nets,
    expenses,
    carriedForward,
  }: { positions: readonly Position[]; nets: ReadonlyMap<string, bigint>; expenses: bigint; carriedForward: bigint },
): RecoupmentBalance {
  const clauses = new Map(before.clauses.map(({ clause, earned }) => [clause, BigInt(earned)]));
  for (const [clause, net] of nets) clauses.set(clause, (clauses.get(clause) ?? 0n) + net);
  const net = [...nets.values()].reduce((sum, amount) => sum + amount, -expenses);
  const recouped = positions.reduce((sum, { change }) => sum + change, 0n);
  const opened = positions.find(({ advance }) => !advance);
  return {
    netToDate: (BigInt(before.netToDate) + net).toString(),
    recoupedToDate: (BigInt(before.recoupedToDate) + recouped).toString(),
    clauses: [...clauses].map(([clause, earned]) => ({ clause, earned: earned.toString() })),
    advances: positions.flatMap(({ advance, addedBefore, added, recoupedBefore, lapsedBefore, change, lapsed }) =>
      advance
        ? {
            advance: advance.id,
            added: (addedBefore + added).toString(),
            recouped: (recoupedBefore + change).toString(),
            lapsed: (lapsedBefore + lapsed).toString(),
          }
        : [],
    ),
    opened: (opened ? openOf(opened) : 0n).toString(),
    carriedForward: carriedForward.toString(),
  };
}
