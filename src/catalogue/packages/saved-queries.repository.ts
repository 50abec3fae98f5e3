import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { RecordingQuery } from '../search/search-query';

/** A saved query without its exceptions: what lists show. */
export interface SavedQueryHead {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly query: RecordingQuery;
  readonly exceptCount: number;
  readonly madeAt: Date;
  readonly savedBy: string;
  readonly savedAt: Date;
}

export interface SavedQuery extends SavedQueryHead {
  /** In ISRC order. */
  readonly exceptIsrcs: readonly string[];
}

/** What a label writes of it. */
export type SavedQueryContent = Pick<SavedQuery, 'name' | 'query' | 'exceptIsrcs' | 'savedBy' | 'savedAt'>;

const head = `id, name, version, query, cardinality(except_isrcs) AS "exceptCount", made_at AS "madeAt", saved_by AS "savedBy", saved_at AS "savedAt"`;
const whole = `${head}, except_isrcs AS "exceptIsrcs"`;

/** Refuses with not-found: also for one that was deleted. */
export const getSavedQuery = (tx: Tx, id: string): Promise<SavedQuery> => find(tx, id, '');

/** As getSavedQuery, and nobody else changes it until the transaction ends. */
export const getSavedQueryForUpdate = (tx: Tx, id: string): Promise<SavedQuery> => find(tx, id, 'FOR UPDATE');

async function find(tx: Tx, id: string, lock: '' | 'FOR UPDATE'): Promise<SavedQuery> {
  const sql = `SELECT ${whole} FROM saved_queries WHERE id = $1 AND deleted_at IS NULL ${lock}`;
  const found = await tx.first<SavedQuery>(sql, [id]);
  if (found === undefined) throw new DomainError('not-found');
  return found;
}

/** One more than `limit` of a label's saved queries, oldest first, after the given keys. */
export const listSavedQueries = (
  tx: Tx,
  {
    ownerId,
    after,
    limit,
  }: { readonly ownerId: string; readonly after: readonly string[] | undefined; readonly limit: number },
): Promise<SavedQueryHead[]> =>
  tx.rows<SavedQueryHead>(
    `SELECT ${head} FROM saved_queries
      WHERE owner_id = $1 AND deleted_at IS NULL AND ($2::timestamptz IS NULL OR (made_at, id) > ($2, $3::uuid))
      ORDER BY made_at, id LIMIT $4 + 1`,
    [ownerId, after?.[0] ?? null, after?.[1] ?? null, limit],
  );

/** How many there are. Nobody else of the label saves another one until the transaction ends. */
export async function countSavedQueries(tx: Tx, ownerId: string): Promise<number> {
  await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 2))', [`saved queries of ${ownerId}`]);
  const { count } = await tx.one<{ count: bigint }>(
    'SELECT count(*) FROM saved_queries WHERE owner_id = $1 AND deleted_at IS NULL',
    [ownerId],
  );
  return Number(count);
}

const parametersOf = ({ name, query, exceptIsrcs, savedBy, savedAt }: SavedQueryContent) => [
  name,
  JSON.stringify(query),
  exceptIsrcs,
  savedBy,
  savedAt,
];

/** Two of one name are refused by the index. */
export const insertSavedQuery = (tx: Tx, ownerId: string, content: SavedQueryContent): Promise<SavedQuery> =>
  tx.one<SavedQuery>(
    `INSERT INTO saved_queries (owner_id, version, name, query, except_isrcs, saved_by, saved_at, made_at)
     VALUES ($1, 1, $2, $3, $4, $5, $6, $6) RETURNING ${whole}`,
    [ownerId, ...parametersOf(content)],
  );

export const replaceSavedQuery = (tx: Tx, id: string, content: SavedQueryContent): Promise<SavedQuery> =>
  tx.one<SavedQuery>(
    `UPDATE saved_queries SET version = version + 1, name = $2, query = $3, except_isrcs = $4, saved_by = $5, saved_at = $6
      WHERE id = $1 RETURNING ${whole}`,
    [id, ...parametersOf(content)],
  );

/** Rows are never deleted here: what it said is wiped, and nobody finds it any more. The packages that were published from it keep what it said then. */
export async function wipeSavedQuery(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.run(
    `UPDATE saved_queries SET version = version + 1, query = '{}', except_isrcs = '{}', deleted_at = $2 WHERE id = $1`,
    [id, at],
  );
}
