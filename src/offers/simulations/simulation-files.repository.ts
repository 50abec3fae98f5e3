import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';

/** A usage file for simulations, its owner's alone. */
export interface SimulationFile {
  readonly id: string;
  readonly negotiationId: string;
  readonly fileSha256: string;
  readonly bytes: bigint;
  readonly rowCount: number;
  readonly months: readonly string[];
  readonly uploadedAt: Date;
}

const columns = `id, negotiation_id AS "negotiationId", file_sha256 AS "fileSha256", bytes, row_count AS "rowCount", months,
  uploaded_at AS "uploadedAt"`;

/** The owner's file in this negotiation. Refuses with not-found. */
export async function getSimulationFile(
  tx: Tx,
  id: string,
  { negotiationId, ownerId }: { negotiationId: string; ownerId: string },
): Promise<SimulationFile> {
  const file = await tx.first<SimulationFile>(
    `SELECT ${columns} FROM simulation_files WHERE id = $1 AND negotiation_id = $2 AND owner_id = $3`,
    [id, negotiationId, ownerId],
  );
  if (file === undefined) throw new DomainError('not-found', 'there is no usage file with this id');
  return file;
}

export interface NewSimulationFile extends Omit<SimulationFile, 'id' | 'bytes' | 'uploadedAt'> {
  readonly ownerId: string;
  readonly bytes: number;
  readonly uploadedBy: string;
  readonly at: Date;
}

export const insertSimulationFile = (tx: Tx, file: NewSimulationFile): Promise<SimulationFile> =>
  tx.one<SimulationFile>(
    `INSERT INTO simulation_files (owner_id, negotiation_id, file_sha256, bytes, row_count, months, uploaded_by, uploaded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${columns}`,
    [
      file.ownerId,
      file.negotiationId,
      file.fileSha256,
      file.bytes,
      file.rowCount,
      file.months,
      file.uploadedBy,
      file.at,
    ],
  );
