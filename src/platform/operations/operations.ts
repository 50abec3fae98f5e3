import type { Database } from '../database/database';
import { often, type Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';

export interface Operation {
  readonly id: string;
  readonly owner_id: string;
  readonly kind: string;
  readonly subject_id: string | null;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  readonly progress: object;
  readonly result: object | null;
  readonly problem: object | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Opens an operation that the caller can follow at /v1/operations/:id. */
export const openOperation = (
  tx: Tx,
  { ownerId, kind, subjectId = null, at }: { ownerId: string; kind: string; subjectId?: string | null; at: Date },
): Promise<Operation> =>
  tx.one<Operation>(
    `INSERT INTO operations (owner_id, kind, subject_id, state, created_at, updated_at) VALUES ($1, $2, $3, 'queued', $4, $4) RETURNING *`,
    [ownerId, kind, subjectId, at],
  );

/** The organization's own operation of this kind that is not over yet. */
export const operationInHand = (tx: Tx, kind: string): Promise<Operation | undefined> =>
  tx.first<Operation>(`SELECT * FROM operations WHERE kind = $1 AND state IN ('queued', 'running') LIMIT 1`, [kind]);

/** Moves an operation on; a finished one stays as it is, so a job that runs twice says nothing new. */
export const moveOperation = (
  tx: Tx,
  id: string,
  {
    state,
    progress,
    result,
    problem,
    at,
  }: { state: Operation['state']; progress?: object; result?: object; problem?: object; at: Date },
): Promise<number> =>
  tx.run(
    often(`UPDATE operations SET state = $2, progress = coalesce($3, progress), result = coalesce($4, result), problem = coalesce($5, problem), updated_at = $6
      WHERE id = $1 AND state IN ('queued', 'running')`),
    [id, state, json(progress), json(result), json(problem), at],
  );

/** Says that the work has begun, in a transaction of its own. */
export const beginOperation = async (database: Database, id: string, at: Date): Promise<void> =>
  void (await database.statementAsSystem({ ...beginning, values: [id, at.toISOString()] }));

const beginning = often(
  `UPDATE operations SET state = 'running', updated_at = $2 WHERE id = $1 AND state IN ('queued', 'running')`,
);

export async function getOperation(tx: Tx, id: string): Promise<Operation> {
  const operation = await tx.first<Operation>('SELECT * FROM operations WHERE id = $1', [id]);
  if (operation === undefined) throw new DomainError('not-found');
  return operation;
}

const json = (value: object | undefined): string | null => (value === undefined ? null : JSON.stringify(value));
