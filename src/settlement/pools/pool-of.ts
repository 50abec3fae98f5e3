import {
  type Amended,
  getLiving,
  getLivingForUpdate,
  getUnpooledLivingForUpdate,
  type LivingAgreement,
} from '../../agreements';
import { type CloseFacts, monthPeriod, monthsOfLife, type PoolAccount, poolOpening, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { closeFactsOf, exercisedBefore } from '../facts/facts.repository';
import { carriedInto } from '../statements/carried-into';
import { closedMonths } from '../statements/statements.repository';
import { type PoolRecoupment, untakenRecoupments } from './pools.repository';

/**
 * Holds an agreement and all of its pool, always in the order of their ids, so that two closes of a pool wait for one another and neither waits for ever. Gives the agreement as it is then. Refuses
 * with statement-outdated where an amendment has just brought others into the pool.
 */
export async function holdPool(tx: Tx, agreementId: string): Promise<LivingAgreement> {
  // Most agreements have no pool; where there is one, another may have to be held first.
  const alone = await getUnpooledLivingForUpdate(tx, agreementId);
  if (alone !== undefined) return alone;
  const others = pooledIn(await getLiving(tx, agreementId));
  for (const id of [agreementId, ...others].sort()) await getLivingForUpdate(tx, id);
  const held = await getLiving(tx, agreementId);
  if (pooledIn(held).some((id) => !others.includes(id)))
    throw new DomainError('statement-outdated', 'its pool has changed');
  return held;
}

/** Every agreement that any version of the terms pools it with. */
const pooledIn = ({ life }: LivingAgreement): string[] => [
  ...new Set(life.versions.flatMap(({ terms }) => terms.recoupment?.pooledWith ?? [])),
];

/** What the close of a period is told, by its first month, with the other agreements of the pool. */
export async function factsWithPool(tx: Tx, agreement: LivingAgreement, month: string): Promise<CloseFacts> {
  const pool = await poolFactsOf(tx, agreement, month);
  return { ...(await closeFactsOf(tx, agreement, month)), ...(pool && { pool }) };
}

/**
 * The other agreements of the pool, as a close of the month is told of them: what royalties of others can recoup there as it stands now, and what it has lent here since the last
 * close. An agreement that does not name this one in its own terms stands apart until it does. Undefined where the terms have no pool.
 */
async function poolFactsOf(
  tx: Tx,
  agreement: LivingAgreement,
  month: string,
): Promise<readonly PoolAccount[] | undefined> {
  const { pooledWith } = termsOfMonth(agreement.life, month).recoupment ?? {};
  if (pooledWith === undefined) return undefined;
  const received = await untakenRecoupments(tx, agreement.id);
  const accounts: PoolAccount[] = [];
  for (const account of pooledWith) {
    const lent = received.filter(({ lender_id }) => lender_id === account);
    accounts.push({
      account,
      earned: 0n,
      opening: await openingOf(tx, await getLiving(tx, account), { id: agreement.id, month }),
      received: minorOf(lent),
    });
  }
  return accounts;
}

const minorOf = (recoupments: readonly PoolRecoupment[]): bigint =>
  recoupments.reduce((sum, { amount_minor }) => sum + amount_minor, 0n);

/**
 * What of it is open by the month, or by the month that it is to close next where that is earlier; nothing where no close is left that would take it, or the terms of that
 * close do not name the other one.
 */
async function openingOf(
  tx: Tx,
  other: LivingAgreement,
  { id, month }: { readonly id: string; readonly month: string },
): Promise<bigint> {
  const next = await nextClose(tx, other);
  if (next === undefined || !namesInPool(other, next, id)) return 0n;
  const months = monthsOfLife(other.life);
  // What joins with a month to come is not open yet.
  const last = months[months.indexOf(next) - 1];
  const until = next <= month ? next : last;
  if (until === undefined) return 0n;
  const period = monthPeriod(until);
  const exercised = await exercisedBefore(tx, other, period.until);
  const received = minorOf(await untakenRecoupments(tx, other.id));
  return poolOpening(termsOfMonth(other.life, next), {
    ...{ carried: await carriedInto(tx, other, next), period },
    ...{ exercised: new Set(exercised), received },
  });
}

/** The month that is to be closed next; undefined where all are closed. */
async function nextClose(tx: Tx, { id, life }: LivingAgreement): Promise<string | undefined> {
  const closed = await closedMonths(tx, id);
  return monthsOfLife(life).find((month) => !closed.has(month));
}

const namesInPool = ({ life }: LivingAgreement, month: string, id: string): boolean =>
  termsOfMonth(life, month).recoupment?.pooledWith?.includes(id) === true;

/** What another agreement has lent must be taken by the next close: its lender stays in the pool of that month. */
export async function refuseLeavingPool(tx: Tx, { agreement }: Amended): Promise<void> {
  const untaken = await untakenRecoupments(tx, agreement.id);
  const next = untaken.length === 0 ? undefined : await nextClose(tx, agreement);
  if (next === undefined) return;
  const left = untaken.find(({ lender_id }) => !namesInPool(agreement, next, lender_id));
  if (left === undefined) return;
  const message = `${left.lender_id} has recouped this agreement, and no close has that in its balances yet`;
  throw new DomainError('amendment-not-possible', undefined, [
    { pointer: '/recoupment/pooledWith', code: 'amendment-not-possible', message },
  ]);
}
