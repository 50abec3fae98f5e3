import { moneyText } from '../money';
import { SECTIONS, type Terms } from '../terms';
import { collateralise, type CollateralAccount, type PoolAccount } from './cross-collateral';
import { greater, total } from './minor';
import { type Prepaid } from './prepaid';
import { type ClauseEarnings, type RecoupedPeriod } from './recoupment';
import { type PoolMovement, type SettlingStep } from './steps';

/** What royalties and recoupment leave, before anything else: below zero where more was taken back than earned. */
export const balanceOf = ({ payable, carriedForward }: RecoupedPeriod): bigint => payable + carriedForward;

/** Expenses, and each thing paid beforehand that moved: what joined, was recouped, lapsed, and is left. */
export function recoupmentSteps(
  { currency }: Terms,
  { recouped, prepaid }: { recouped: RecoupedPeriod; prepaid: readonly Prepaid[] },
): SettlingStep[] {
  const money = (minor: bigint) => moneyText({ minor, currency });
  const expenses: SettlingStep[] =
    recouped.expenses === 0n
      ? []
      : [
          {
            clause: SECTIONS.expenses,
            step: 'expenses',
            formula: `${money(recouped.expenses)} recovered from royalties`,
            minor: -recouped.expenses,
          },
        ];
  const moved = recouped.advances.flatMap((movement): SettlingStep[] => {
    const { advance, opening, recouped: taken, lapsed, closing } = movement;
    const source = prepaid.find((one) => one.advance.id === advance);
    if (!source || (opening === 0n && taken === 0n)) return [];
    const lapse = lapsed === 0n ? '' : ` − lapsed ${money(lapsed)}`;
    const formula = `open ${money(opening)} − recouped ${money(taken)}${lapse} = open ${money(closing)}`;
    return [{ clause: source.clause, step: source.kind, id: advance, formula, minor: -taken }];
  });
  const { opened } = recouped;
  const results: SettlingStep[] =
    opened.opening === 0n && opened.recouped === 0n
      ? []
      : [
          {
            clause: SECTIONS.negativeResults,
            step: 'recoupment',
            formula: `results below zero: open ${money(opened.opening)} − recouped ${money(opened.recouped)} = open ${money(opened.closing)}`,
            minor: -opened.recouped,
          },
        ];
  return [...expenses, ...results, ...moved];
}

/** What lapsed unearned: the platform has paid it, no recording has earned it. */
export function breakageSteps({ currency }: Terms, { lapsed }: RecoupedPeriod): SettlingStep[] {
  if (lapsed === 0n) return [];
  const formula = `${moneyText({ minor: lapsed, currency })} paid and never earned`;
  return [{ clause: SECTIONS.breakage, step: 'breakage', formula, minor: 0n }];
}

export interface Pooled {
  readonly recouped: RecoupedPeriod;
  /** Royalties of this agreement that recoup others of the pool. */
  readonly lent: bigint;
  readonly steps: readonly SettlingStep[];
  /** With each other agreement, where these are closed one after the other. */
  readonly moved?: readonly PoolMovement[];
}

/** Name under which royalties of other agreements of the pool are earned here. */
const POOL = 'pool';

/** What others have lent already, as a source that recoups here. */
export function receivedFrom(others: readonly Pick<PoolAccount, 'received'>[] | undefined): ClauseEarnings[] {
  const amount = total((others ?? []).map(({ received = 0n }) => received));
  return amount === 0n ? [] : [{ clause: POOL, amount }];
}

/** What royalties of others could recoup in it as it stands, and would meet of a result below zero. `again`: as of `poolWith`. */
export function openForPool(recouped: RecoupedPeriod, again: (more: ClauseEarnings) => RecoupedPeriod): bigint {
  if (recouped.payable > 0n) return 0n;
  const { opening, earned } = ownOf(recouped, again);
  return greater(0n, opening - earned);
}

/**
 * The agreement as an account of the pool: beside what it recouped itself, either what it has left, or what royalties of others could
 * recoup in it and would meet of a result below zero. What only named clauses of its own recoup is no matter of the pool.
 */
function ownOf(
  recouped: RecoupedPeriod,
  again: (more: ClauseEarnings) => RecoupedPeriod,
): Pick<CollateralAccount, 'opening' | 'earned'> {
  const { recouped: taken, payable, carriedForward, closing, lapsed } = recouped;
  if (payable > 0n) return { opening: taken, earned: taken + payable };
  const most = again({ clause: POOL, amount: closing + lapsed - carriedForward });
  return { opening: most.recouped - carriedForward, earned: taken };
}

/**
 * Takes the agreement together with the others of its pool: what it has left after recouping itself recoups them, and what they
 * have left recoups it. `again` recoups the agreement with a further source.
 */
export function poolWith(
  { currency }: Terms,
  {
    recouped,
    others,
    again,
  }: {
    recouped: RecoupedPeriod;
    others: readonly PoolAccount[];
    again: (more: ClauseEarnings) => RecoupedPeriod;
  },
): Pooled {
  const own = { account: '', ...ownOf(recouped, again) };
  const [part, ...parts] = collateralise('pooled', [own, ...others]).accounts;
  const [lent, borrowed] = [part?.lent ?? 0n, part?.borrowed ?? 0n];
  if (others.some(({ received }) => received !== undefined)) {
    const moved = others.map(({ account, opening, received = 0n }, place): PoolMovement => {
      return { account, opening, received, lent: parts[place]?.borrowed ?? 0n };
    });
    return { recouped, lent, steps: stepsBetween({ currency }, moved), moved };
  }
  const money = (minor: bigint) => moneyText({ minor, currency });
  const step = (formula: string, minor: bigint): SettlingStep => ({
    clause: SECTIONS.pooledAgreements,
    step: 'pool',
    formula,
    minor,
  });
  if (borrowed > 0n) {
    const steps = [step(`${money(borrowed)} of other agreements of the pool recoups this one`, 0n)];
    return { recouped: again({ clause: POOL, amount: borrowed }), lent: 0n, steps };
  }
  if (lent > 0n) {
    return { recouped, lent, steps: [step(`${money(lent)} recoups other agreements of the pool`, -lent)] };
  }
  return { recouped, lent: 0n, steps: [] };
}

/** What each other agreement lent, and what is lent to it. */
function stepsBetween({ currency }: Pick<Terms, 'currency'>, moved: readonly PoolMovement[]): SettlingStep[] {
  const money = (minor: bigint) => moneyText({ minor, currency });
  const step = (id: string, formula: string, minor: bigint): SettlingStep => ({
    clause: SECTIONS.pooledAgreements,
    step: 'pool',
    id,
    formula,
    minor,
  });
  return moved
    .flatMap(({ account, received, lent }) => [
      step(account, `${money(received)} of another agreement of the pool recoups this one`, received),
      step(account, `${money(lent)} recoups another agreement of the pool`, -lent),
    ])
    .filter(({ minor }) => minor !== 0n);
}
