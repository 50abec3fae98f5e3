import type { Tx } from '../../platform/database/tx';
import type { AuditPlace, Made } from './audits.repository';

/** Somebody who may look, until a moment: by a key of which only the hash is kept. */
export interface AuditAccess {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly ends_at: Date;
  readonly given_at: Date;
  readonly revoked_at: Date | null;
}

const columns = 'id, name, prefix, ends_at, given_at, revoked_at';

export const insertAccess = (
  tx: Tx,
  { agreementId, number, labelId, platformId }: AuditPlace,
  access: { name: string; prefix: string; secretHash: string; endsAt: Date },
  { by, at }: Made,
): Promise<AuditAccess> =>
  tx.one<AuditAccess>(
    `INSERT INTO audit_accesses (agreement_id, number, label_id, platform_id, name, prefix, secret_hash, ends_at, given_by, given_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${columns}`,
    [
      ...[agreementId, number, labelId, platformId],
      ...[access.name, access.prefix, access.secretHash, access.endsAt, by, at],
    ],
  );

/** All that were ever given for an audit, in their order: there are at most `accessesMax`. */
export const accessesOf = (tx: Tx, agreementId: string, number: number): Promise<AuditAccess[]> =>
  tx.rows<AuditAccess>(
    `SELECT ${columns} FROM audit_accesses WHERE agreement_id = $1 AND number = $2 ORDER BY given_at, id`,
    [agreementId, number],
  );

export const accessesMax = 50;

export const revokeAccess = (tx: Tx, id: string, at: Date): Promise<number> =>
  tx.run('UPDATE audit_accesses SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL', [id, at]);

/** A look of an auditor. */
export interface AuditRequest {
  readonly id: string;
  readonly access_id: string;
  readonly method: string;
  readonly path: string;
  readonly at: Date;
}

/** Up to limit + 1 looks, oldest first. */
export const requestsOf = (
  tx: Tx,
  { agreementId, number }: Pick<AuditPlace, 'agreementId' | 'number'>,
  limit: number,
  after: readonly string[] | undefined,
): Promise<AuditRequest[]> =>
  tx.rows<AuditRequest>(
    `SELECT id, access_id, method, path, at FROM audit_requests
      WHERE agreement_id = $1 AND number = $2 AND ($4::timestamptz IS NULL OR (at, id) > ($4, $5::uuid)) ORDER BY at, id LIMIT $3 + 1`,
    [agreementId, number, limit, after?.[0] ?? null, after?.[1] ?? null],
  );
