import {
  add,
  compare,
  exactText,
  moneyRoundingIn,
  moneyText,
  multiply,
  ONE,
  ratio,
  rational,
  sumOf,
  ZERO,
  minorExact,
  type Rational,
} from '../money';
import { type RatedPeriod, type RecordingUnits } from '../rating';
import { clauseNumber, type Reserve, type Terms } from '../terms';
import { total } from './minor';
import { EMPTY_RESERVE, moveReserve, type ReserveMove, type ReserveState } from './reserve';
import { type SettlingStep } from './steps';

type States = Readonly<Record<string, ReserveState>>;

export interface ReservesMoved {
  readonly steps: readonly SettlingStep[];
  readonly states: States;
}

export interface SalesHeld extends ReservesMoved {
  /** By royalty clause: what is taken from its sales (below zero) or given back to them, as a decimal. */
  readonly heldSales: Readonly<Record<string, string>>;
}

/**
 * Reserves on sales, before the royalty: what they hold is no base of it yet. Each royalty clause has a reserve of its own. `isLast`: everything is released, and
 * nothing is held.
 */
export function reserveSalesOf(
  terms: Terms,
  { sales, before, isLast }: { sales: ReadonlyMap<string, Rational>; before: States; isLast: boolean },
): SalesHeld {
  const moved = reservesOf(terms, 'sales').flatMap(({ reserve, place }) =>
    (reserve.clauses ?? []).map((clause) => {
      const key = `${reserve.id} ${clause}`;
      const state = before[key];
      const move = isLast ? releasedWhole(state) : moveOf(terms, { reserve, state, base: sales.get(clause) ?? ZERO });
      return { key, clause, move, step: stepOf(terms, { reserve, place, move, step: 'reserve-on-sales' }) };
    }),
  );
  const rounding = moneyRoundingIn(terms.currency, terms.rounding);
  const held = new Map<string, Rational>();
  for (const { clause, move } of moved) {
    held.set(clause, add(held.get(clause) ?? ZERO, minorExact(move.released - move.held, rounding)));
  }
  return {
    steps: moved.flatMap(({ move, step }) => (movesSomething(move) ? [step] : [])),
    states: Object.fromEntries(moved.map(({ key, move }) => [key, move.state])),
    heldSales: Object.fromEntries([...held].map(([clause, amount]) => [clause, exactText(amount)])),
  };
}

/**
 * Reserves on royalties, after recoupment: a share of what sales earned, returns left aside, but never more than is payable; and
 * what falls due is released. `isLast`: everything is.
 */
export function reserveRoyaltiesOf(
  terms: Terms,
  { rated, payable, before, isLast }: { rated: RatedPeriod; payable: bigint; before: States; isLast: boolean },
): ReservesMoved & { readonly minor: bigint } {
  let left = payable > 0n ? payable : 0n;
  let minor = 0n;
  const steps: SettlingStep[] = [];
  const states: Record<string, ReserveState> = {};
  const onSales = remembered((clause) => royaltyOnSales(rated, clause));
  for (const { reserve, place } of reservesOf(terms, 'royalties')) {
    const clauses = reserve.clauses ?? rated.clauses.map(({ clause }) => clause);
    const base = sumOf(clauses.map(onSales));
    const state = before[reserve.id];
    const move = isLast ? releasedWhole(state) : cappedMove(terms, { reserve, state, base, left });
    left -= move.held;
    minor += move.released - move.held;
    states[reserve.id] = move.state;
    if (movesSomething(move)) steps.push(stepOf(terms, { reserve, place, move, step: 'reserve' }));
  }
  return { steps, states, minor };
}

interface Moving {
  readonly reserve: Reserve;
  readonly state: ReserveState | undefined;
  readonly base: Rational;
}

function moveOf(terms: Terms, { reserve, state, base }: Moving): ReserveMove {
  const rounding = moneyRoundingIn(terms.currency, terms.rounding);
  return moveReserve({ state: state ?? EMPTY_RESERVE, rule: reserve, rounding }, base);
}

/** No period comes after the last one: nothing could be released any more. */
function releasedWhole({ due }: ReserveState = EMPTY_RESERVE): ReserveMove {
  return { held: 0n, released: total(due.map(BigInt)), balance: 0n, state: EMPTY_RESERVE };
}

/** Nothing is held from money that is not paid. */
function cappedMove(terms: Terms, { left, ...moving }: Moving & { left: bigint }): ReserveMove {
  const move = moveOf(terms, moving);
  if (move.held <= left) return move;
  const rounding = moneyRoundingIn(terms.currency, { mode: terms.rounding.mode });
  const rule = { rate: '1', release: moving.reserve.release };
  return moveReserve({ state: moving.state ?? EMPTY_RESERVE, rule, rounding }, minorExact(left, rounding));
}

/** What a clause's sales earned, its returns left aside; below zero counts as nothing. */
function royaltyOnSales(rated: RatedPeriod, clause: string): Rational {
  const line = rated.clauses.find((candidate) => candidate.clause === clause);
  if (!line) return ZERO;
  const rows = rated.recordings.filter((recording) => recording.clause === clause);
  const uneven = rated.uneven.get(clause);
  const earned =
    line.perUnit === null
      ? sumOf(rows.map((row, place) => multiply(uneven?.[place] ?? ZERO, grossOverNet(row))))
      : multiply(sumOf(rows.map(grossUnits)), rational(line.perUnit));
  const all = add(earned, rational(line.unattributed));
  return compare(all, ZERO) > 0 ? all : ZERO;
}

/** Units before returns, under the label's control. */
function grossUnits({ units, returned = 0n, controlledShare }: RecordingUnits): Rational {
  const gross = rational(units + returned);
  return controlledShare === undefined ? gross : multiply(gross, rational(controlledShare));
}

/** Sales that come without a count of units and without returns are what they are. */
function grossOverNet({ units, returned = 0n }: RecordingUnits): Rational {
  if (returned === 0n) return ONE;
  return units === 0n ? ZERO : ratio(units + returned, units);
}

function remembered(work: (clause: string) => Rational): (clause: string) => Rational {
  const known = new Map<string, Rational>();
  return (clause) => {
    const result = known.get(clause) ?? work(clause);
    known.set(clause, result);
    return result;
  };
}

function reservesOf(terms: Terms, basis: Reserve['basis']): { reserve: Reserve; place: number }[] {
  return (terms.reserves ?? [])
    .map((reserve, place) => ({ reserve, place }))
    .filter(({ reserve }) => reserve.basis === basis);
}

function stepOf(
  { currency }: Terms,
  { reserve, place, move, step }: { reserve: Reserve; place: number; move: ReserveMove; step: SettlingStep['step'] },
): SettlingStep {
  const money = (minor: bigint) => moneyText({ minor, currency });
  return {
    clause: clauseNumber('reserves', place),
    step,
    id: reserve.id,
    formula: `released ${money(move.released)} − held ${money(move.held)}, still held ${money(move.balance)}`,
    minor: move.released - move.held,
  };
}

const movesSomething = ({ held, released, balance }: ReserveMove): boolean =>
  held > 0n || released > 0n || balance > 0n;
