import type { Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';

export interface Upload {
  readonly id: string;
  readonly owner_id: string;
  readonly bytes: bigint;
  /** The file's first bytes that are on disk. */
  readonly received: bigint;
  /** As the sender wrote it. */
  readonly metadata: string | null;
  readonly expires_at: Date;
}

export interface UploadPart {
  readonly starts_at: bigint;
  readonly bytes: bigint;
  /** Name of the part in the temporary folder. */
  readonly file: string;
}

/** So many of an organization may be open at once. */
const openMax = 20;

/** Refuses with limit-reached. */
export async function beginUpload(
  tx: Tx,
  ownerId: string,
  {
    bytes,
    metadata,
    by,
    at,
    expiresAt,
  }: { bytes: number; metadata: string | null; by: string; at: Date; expiresAt: Date },
): Promise<Upload> {
  await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('uploads ' || $1, 0))`, [ownerId]);
  const { open } = await tx.one<{ open: bigint }>(
    'SELECT count(*) AS open FROM uploads WHERE owner_id = $1 AND ended_at IS NULL AND expires_at > $2',
    [ownerId, at],
  );
  if (open >= BigInt(openMax)) throw new DomainError('limit-reached', `at most ${openMax} uploads are open at once`);
  return tx.one<Upload>(
    `INSERT INTO uploads (owner_id, bytes, metadata, begun_by, begun_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING *`,
    [ownerId, bytes, metadata, by, at, expiresAt],
  );
}

/** One that is open still. Refuses with not-found. */
export async function getUpload(tx: Tx, id: string, now: Date): Promise<Upload> {
  const upload = await tx.first<Upload>(
    'SELECT * FROM uploads WHERE id = $1 AND ended_at IS NULL AND expires_at > $2',
    [id, now],
  );
  if (upload === undefined) throw new DomainError('not-found');
  return upload;
}

/** Adds what is on disk at the end of what was there; false where another connection was faster, or the upload has ended. */
export async function addPart(tx: Tx, { id, owner_id }: Upload, part: UploadPart, now: Date): Promise<boolean> {
  const moved = await tx.run(
    'UPDATE uploads SET received = $2 + $3 WHERE id = $1 AND received = $2 AND ended_at IS NULL AND expires_at > $4',
    [id, part.starts_at, part.bytes, now],
  );
  if (moved === 0) return false;
  await tx.run('INSERT INTO upload_parts (upload_id, starts_at, owner_id, bytes, file) VALUES ($1, $2, $3, $4, $5)', [
    ...[id, part.starts_at, owner_id, part.bytes, part.file],
  ]);
  return true;
}

export const partsOf = (tx: Tx, id: string): Promise<UploadPart[]> =>
  tx.rows<UploadPart>('SELECT starts_at, bytes, file FROM upload_parts WHERE upload_id = $1 ORDER BY starts_at', [id]);

/** From now on nothing is added and nothing read; 0 where it had ended. */
export const endUpload = (tx: Tx, id: string, at: Date): Promise<number> =>
  tx.run('UPDATE uploads SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL', [id, at]);
