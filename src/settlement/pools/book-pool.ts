import type { LivingAgreement } from '../../agreements';
import type { Settled } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { type Posting, postAll } from '../ledger/ledger';
import { poolLent, poolReceived } from '../ledger/templates';
import { insertRecoupment, takeRecoupments, untakenRecoupments } from './pools.repository';

interface PoolOfClose {
  readonly month: string;
  readonly pool: Settled['pool'];
  readonly effectiveOn: string;
  readonly at: Date;
}

/** Books what a close has lent to others of its pool, which their next closes take, and takes what others have lent. The caller holds all of them. */
export async function bookPool(
  tx: Tx,
  agreement: LivingAgreement,
  { month, pool = [], effectiveOn, at }: PoolOfClose,
): Promise<void> {
  const event = { agreement, effectiveOn, at };
  const postings: Posting[] = [];
  for (const { account, lent, received } of pool) {
    const source = `${month} ${account}`;
    if (lent > 0n) await insertRecoupment(tx, agreement, { agreementId: account, month, minor: lent, at });
    postings.push({ ...event, kind: 'pool-lent', source, legs: poolLent(lent) });
    postings.push({ ...event, kind: 'pool-received', source, legs: poolReceived(received) });
  }
  await postAll(tx, postings);
  if (pool.every(({ received }) => received === 0n)) return;
  // Only what `received` is the sum of: what others lent stays until a close has it in its balances.
  const lenders = new Set(pool.map(({ account }) => account));
  const untaken = await untakenRecoupments(tx, agreement.id);
  const numbers = untaken.flatMap(({ number, lender_id }) => (lenders.has(lender_id) ? [number] : []));
  await takeRecoupments(tx, agreement, { numbers, month, at });
}
