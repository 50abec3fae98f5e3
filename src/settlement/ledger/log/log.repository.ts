import { type LedgerEntry, type NodeAt, fullNodesOf, type TreeNode } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { withLegs } from '../ledger';

/** A transaction as a leaf of the log, and its place there. */
export interface LoggedEntry {
  readonly position: number;
  readonly entry: LedgerEntry;
}

/** One that is to be logged. */
export interface PendingEntry {
  readonly entry: LedgerEntry;
  readonly labelId: string;
  readonly platformId: string;
  readonly writtenIn: string;
}

interface EntryRow {
  readonly agreement_id: string;
  readonly id: string;
  readonly number: number;
  readonly kind: string;
  readonly source: string;
  readonly effective_on: string;
  readonly booked_at: Date;
  readonly currency: string;
  readonly legs: LedgerEntry['legs'];
}

const entryOf = (row: EntryRow): LedgerEntry => ({
  agreement: row.agreement_id,
  transaction: row.id,
  number: row.number,
  kind: row.kind,
  source: row.source,
  effectiveOn: row.effective_on,
  bookedAt: row.booked_at.toISOString(),
  currency: row.currency,
  legs: row.legs,
});

/** One writer of the log at a time: the others wait, and then find its leaves. */
export const lockLog = (tx: Tx): Promise<number> =>
  tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('accordo ledger log', 0))`);

/** How far the log has come: its size, and what its last leaf is of. */
export interface LoggedTo {
  readonly size: number;
  /** `written_in`, agreement and transaction: the order of the log. */
  readonly last: readonly [string, string, string];
}

const nil = '00000000-0000-0000-0000-000000000000';

export async function loggedTo(tx: Tx): Promise<LoggedTo> {
  const leaf = await tx.first<{ position: bigint; last: [string, string, string] }>(
    `SELECT position, ARRAY[written_in::text, agreement_id::text, transaction_id::text] AS last
       FROM ledger_leaves ORDER BY position DESC LIMIT 1`,
  );
  return leaf === undefined ? { size: 0, last: ['0', nil, nil] } : { size: Number(leaf.position) + 1, last: leaf.last };
}

/**
 * The transactions that come next in the log. It stops at the snapshot's xmin: whatever may still commit was written in a transaction from there
 * on, so nothing can appear behind the last leaf. The horizon is asked first, by itself: where the table is distributed, other machines would answer with
 * their own. Throws where the database's numbers of transactions begin anew, as after a restore into another cluster: nothing would ever be logged.
 */
export async function pendingEntries(tx: Tx, { last }: LoggedTo, limit: number): Promise<PendingEntry[]> {
  const { horizon, isAhead } = await tx.one<{ horizon: string; isAhead: boolean }>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon, $1::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) AS "isAhead"`,
    [last[0]],
  );
  if (isAhead)
    throw new Error(`the ledger's log has come to database transaction ${last[0]}, and the database is at ${horizon}`);
  type Row = EntryRow & { readonly label_id: string; readonly platform_id: string; readonly written: string };
  const rows = await tx.rows<Row>(
    `SELECT t.agreement_id, t.id, t.label_id, t.platform_id, t.kind, t.source, t.effective_on, t.booked_at, t.written_in::text AS written,
            p.currency, p.legs,
            (coalesce((SELECT max(number) FROM ledger_leaves l WHERE l.agreement_id = t.agreement_id), 0)
              + row_number() OVER (PARTITION BY t.agreement_id ORDER BY t.written_in, t.id))::int AS number
       FROM (SELECT * FROM ledger_transactions
              WHERE written_in < $5::xid8
                AND (written_in, agreement_id, id) > ($2::xid8, $3::uuid, $4::uuid)
              ORDER BY written_in, agreement_id, id LIMIT $1) t ${withLegs}
      ORDER BY t.written_in, t.agreement_id, t.id`,
    [limit, ...last, horizon],
  );
  return rows.map((row) => ({
    entry: entryOf(row),
    labelId: row.label_id,
    platformId: row.platform_id,
    writtenIn: row.written,
  }));
}

/** Whether something is committed that the log has not taken: not yet, or it came meanwhile. */
export async function hasUnlogged(tx: Tx, { last }: LoggedTo): Promise<boolean> {
  const { unlogged } = await tx.one<{ unlogged: boolean }>(
    `SELECT EXISTS (SELECT FROM ledger_transactions WHERE (written_in, agreement_id, id) > ($1::xid8, $2::uuid, $3::uuid)) AS unlogged`,
    [...last],
  );
  return unlogged;
}

export async function addLeaves(
  tx: Tx,
  {
    size,
    entries,
    hashes,
  }: { readonly size: number; readonly entries: readonly PendingEntry[]; readonly hashes: readonly string[] },
): Promise<void> {
  await tx.run(
    `INSERT INTO ledger_leaves (position, agreement_id, transaction_id, number, label_id, platform_id, written_in, content_hash)
     SELECT $1::bigint + place - 1, agreement, transaction, number, label, platform, written, decode(hash, 'hex')
       FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::uuid[], $7::xid8[], $8::text[])
            WITH ORDINALITY AS leaf(agreement, transaction, number, label, platform, written, hash, place)`,
    [
      size,
      entries.map(({ entry }) => entry.agreement),
      entries.map(({ entry }) => entry.transaction),
      entries.map(({ entry }) => entry.number),
      entries.map(({ labelId }) => labelId),
      entries.map(({ platformId }) => platformId),
      entries.map(({ writtenIn }) => writtenIn),
      hashes,
    ],
  );
}

export async function addNodes(tx: Tx, nodes: readonly TreeNode[]): Promise<void> {
  await tx.run(
    `INSERT INTO ledger_nodes (level, place, hash)
     SELECT level, place, decode(hash, 'hex') FROM unnest($1::smallint[], $2::bigint[], $3::text[]) AS node(level, place, hash)`,
    [nodes.map(({ level }) => level), nodes.map(({ place }) => place), nodes.map(({ hash }) => hash.toString('hex'))],
  );
}

/** Nodes are nobody's: hashes of all books, read for whoever may have the proof. */
export async function readNodes(tx: Tx, nodes: readonly NodeAt[]): Promise<Buffer[]> {
  const rows = await tx.asSystem(() =>
    tx.rows<{ hash: Buffer }>(
      `SELECT n.hash FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS asked(level, place, number)
         JOIN ledger_nodes n USING (level, place) ORDER BY asked.number`,
      [nodes.map(({ level }) => level), nodes.map(({ place }) => place)],
    ),
  );
  if (rows.length !== nodes.length) throw new Error(`the ledger's tree lacks nodes: ${rows.length} of ${nodes.length}`);
  return rows.map(({ hash }) => hash);
}

/** The full nodes that a tree of that size consists of. */
export const readEdge = (tx: Tx, size: number): Promise<Buffer[]> =>
  readNodes(tx, fullNodesOf({ start: 0, end: size }));

export interface Checkpoint {
  readonly size: number;
  readonly root: Buffer;
  readonly jws: string;
  readonly signedAt: Date;
}

/** The latest checkpoint, or the one of exactly this size. */
export async function findCheckpoint(tx: Tx, size?: number): Promise<Checkpoint | undefined> {
  const row = await tx.first<{ size: bigint; root: Buffer; jws: string; signed_at: Date }>(
    'SELECT size, root, jws, signed_at FROM ledger_checkpoints WHERE $1::bigint IS NULL OR size = $1 ORDER BY size DESC LIMIT 1',
    [size ?? null],
  );
  return row && { size: Number(row.size), root: row.root, jws: row.jws, signedAt: row.signed_at };
}

export async function addCheckpoint(tx: Tx, { size, root, jws, signedAt }: Checkpoint): Promise<void> {
  await tx.run('INSERT INTO ledger_checkpoints (size, root, jws, signed_at) VALUES ($1, $2, $3, $4)', [
    size,
    root,
    jws,
    signedAt,
  ]);
}

const logged = `
  SELECT l.position, l.number, t.agreement_id, t.id, t.kind, t.source, t.effective_on, t.booked_at, p.currency, p.legs
    FROM ledger_leaves l JOIN ledger_transactions t ON t.agreement_id = l.agreement_id AND t.id = l.transaction_id ${withLegs}`;

type LoggedRow = EntryRow & { readonly position: bigint };
const loggedOf = (row: LoggedRow): LoggedEntry => ({ position: Number(row.position), entry: entryOf(row) });

/** One transaction of an agreement, where it is in the tree of that size. */
export async function findLogged(
  tx: Tx,
  { agreementId, id, size }: { readonly agreementId: string; readonly id: string; readonly size: number },
): Promise<LoggedEntry | undefined> {
  const row = await tx.first<LoggedRow>(
    `${logged} WHERE l.agreement_id = $1 AND l.transaction_id = $2 AND l.position < $3`,
    [agreementId, id, size],
  );
  return row && loggedOf(row);
}

/** Those of an agreement after a number, in the tree of that size. */
export async function loggedAfter(
  tx: Tx,
  {
    agreementId,
    size,
    after,
    limit,
  }: { readonly agreementId: string; readonly size: number; readonly after: number; readonly limit: number },
): Promise<LoggedEntry[]> {
  const rows = await tx.rows<LoggedRow>(
    `${logged} WHERE l.agreement_id = $1 AND l.position < $2 AND l.number > $3 ORDER BY l.number LIMIT $4`,
    [agreementId, size, after, limit],
  );
  return rows.map(loggedOf);
}

/** How many transactions of an agreement the tree of that size has. */
export async function countLogged(tx: Tx, agreementId: string, size: number): Promise<number> {
  const { count } = await tx.one<{ count: number }>(
    'SELECT coalesce(max(number), 0) AS count FROM ledger_leaves WHERE agreement_id = $1 AND position < $2',
    [agreementId, size],
  );
  return count;
}
