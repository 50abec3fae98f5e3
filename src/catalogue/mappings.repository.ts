import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { CatalogueMapping } from './mapping';

export interface SavedMapping {
  readonly id: string;
  readonly name: string;
  readonly mapping: CatalogueMapping;
  readonly madeBy: string;
  readonly madeAt: Date;
}

const columns = `id, name, mapping, made_by AS "madeBy", made_at AS "madeAt"`;

/** Refuses with not-found. */
export async function getMapping(tx: Tx, id: string): Promise<SavedMapping> {
  const found = await tx.first<SavedMapping>(`SELECT ${columns} FROM catalogue_mappings WHERE id = $1`, [id]);
  if (found === undefined) throw new DomainError('not-found', 'you have no such mapping');
  return found;
}

/** Oldest first, after the given one. */
export const listMappings = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<SavedMapping[]> =>
  tx.rows<SavedMapping>(
    `SELECT ${columns} FROM catalogue_mappings WHERE $2::timestamptz IS NULL OR (made_at, id) > ($2, $3::uuid) ORDER BY made_at, id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

export const insertMapping = (
  tx: Tx,
  ownerId: string,
  { name, mapping, madeBy, madeAt }: Omit<SavedMapping, 'id'>,
): Promise<SavedMapping> =>
  tx.one<SavedMapping>(
    `INSERT INTO catalogue_mappings (owner_id, name, mapping, made_by, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING ${columns}`,
    [ownerId, name, JSON.stringify(mapping), madeBy, madeAt],
  );
