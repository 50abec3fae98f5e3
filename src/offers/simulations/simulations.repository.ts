import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { Basis } from './basis';

/** A run without what it stands on and came out as, both of which may be long: what lists show. */
export interface SimulationHead {
  readonly id: string;
  readonly negotiationId: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly ownerId: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly revisions: readonly number[];
  readonly basisKind: Basis['kind'];
  readonly operationId: string | null;
  readonly shared: boolean;
  readonly sharedAt: Date | null;
  readonly resultHash: string | null;
}

export interface Simulation extends SimulationHead {
  /** Canonical JSON, as it was asked for. */
  readonly basis: string;
  /** Canonical JSON, written once; null until the run is done. */
  readonly result: string | null;
}

const columns = `id, negotiation_id AS "negotiationId", label_id AS "labelId", platform_id AS "platformId",
  owner_id AS "ownerId", requested_by AS "requestedBy", requested_at AS "requestedAt", revisions,
  basis::json ->> 'kind' AS "basisKind", operation_id AS "operationId", shared, shared_at AS "sharedAt", result_hash AS "resultHash"`;

/** Refuses with not-found. */
export async function getSimulation(tx: Tx, id: string): Promise<Simulation> {
  const found = await tx.first<Simulation>(`SELECT ${columns}, basis, result FROM simulations WHERE id = $1`, [id]);
  if (found === undefined) throw new DomainError('not-found');
  return found;
}

/** The runs of a negotiation that the organization sees, oldest first, after the given keys. */
export const listSimulations = (
  tx: Tx,
  negotiationId: string,
  limit: number,
  after: readonly string[] | undefined,
): Promise<SimulationHead[]> =>
  tx.rows<SimulationHead>(
    `SELECT ${columns} FROM simulations
      WHERE negotiation_id = $1 AND ($3::timestamptz IS NULL OR (requested_at, id) > ($3, $4::uuid))
      ORDER BY requested_at, id LIMIT $2`,
    [negotiationId, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

export interface NewSimulation extends Omit<SimulationHead, 'id' | 'sharedAt' | 'resultHash' | 'basisKind'> {
  readonly basis: string;
}

export const insertSimulation = (tx: Tx, simulation: NewSimulation): Promise<SimulationHead> =>
  tx.one<SimulationHead>(
    `INSERT INTO simulations (negotiation_id, label_id, platform_id, owner_id, requested_by, requested_at, revisions, basis,
                              operation_id, shared, shared_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${columns}`,
    [
      simulation.negotiationId,
      simulation.labelId,
      simulation.platformId,
      simulation.ownerId,
      simulation.requestedBy,
      simulation.requestedAt,
      simulation.revisions,
      simulation.basis,
      simulation.operationId,
      simulation.shared,
      simulation.shared ? simulation.requestedAt : null,
    ],
  );

/** Writes what a run came out as, unless that has been written already. */
export async function keepResult(
  tx: Tx,
  id: string,
  { result, hash }: { result: string; hash: string },
): Promise<SimulationHead> {
  await tx.run('UPDATE simulations SET result = $2, result_hash = $3 WHERE id = $1 AND result IS NULL', [
    id,
    result,
    hash,
  ]);
  return tx.one<SimulationHead>(`SELECT ${columns} FROM simulations WHERE id = $1`, [id]);
}

/** Shows a run of the organization's own to the other party; says whether that is new. */
export async function markShared(tx: Tx, id: string, at: Date): Promise<boolean> {
  const changed = await tx.run('UPDATE simulations SET shared = true, shared_at = $2 WHERE id = $1 AND NOT shared', [
    id,
    at,
  ]);
  return changed > 0;
}
