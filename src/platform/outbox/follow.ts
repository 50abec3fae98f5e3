import type { Tx } from '../database/tx';

/**
 * How far a follower of everybody's news has come: all of the transactions below `transaction` are known, and of those above it the entries
 * in `seen`.
 */
export interface FollowedTo {
  readonly transaction: string;
  readonly seen: ReadonlySet<string>;
}

/** Where a follower begins that reads the present state afterwards: whatever may still commit comes to it as news. */
export async function followFromHere(tx: Tx): Promise<FollowedTo> {
  const { horizon } = await tx.one<{ horizon: string }>(
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon',
  );
  return { transaction: horizon, seen: new Set() };
}

/**
 * The subjects of agreement news that has become visible since: at the moment of its commit, also while an older transaction still runs
 * (readers of /v1/events wait for that one, since they advance by one place; a follower keeps what lies above the horizon in mind instead).
 * Only for system transactions: it is everybody's news.
 */
export async function followAgreements(
  tx: Tx,
  to: FollowedTo,
): Promise<{ subjects: readonly string[]; to: FollowedTo }> {
  // One statement, hence one snapshot for the horizon and for what is visible above the one before.
  const { horizon, entries } = await tx.one<{ horizon: string; entries: [string, string, string][] | null }>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
            (SELECT json_agg(json_build_array(transaction::text, position::text, subject_id)) FROM outbox
              WHERE topic LIKE 'agreement.%' AND transaction >= $1::xid8) AS entries`,
    [to.transaction],
  );
  const fresh = (entries ?? []).filter(([, position]) => !to.seen.has(position));
  const above = (entries ?? []).filter(([transaction]) => BigInt(transaction) >= BigInt(horizon));
  return {
    subjects: [...new Set(fresh.map(([, , subject]) => subject))],
    to: { transaction: horizon, seen: new Set(above.map(([, position]) => position)) },
  };
}
