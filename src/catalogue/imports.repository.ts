import type { Tx } from '../platform/database/tx';
import type { StoredFile } from '../platform/storage/storage';
import type { RowFault } from './catalogue-row';

export interface CatalogueImport {
  readonly id: string;
  readonly file_sha256: string;
  readonly bytes: bigint;
  readonly rows_read: number;
  readonly rows_accepted: number;
  readonly rows_rejected: number;
  readonly imported_at: Date;
}

export interface ImportFault {
  readonly number: number;
  readonly row_number: number;
  readonly column_name: string;
  readonly code: string;
  readonly value: string;
  readonly message: string;
}

export const openImport = (
  tx: Tx,
  ownerId: string,
  { sha256, bytes }: StoredFile,
  at: Date,
): Promise<CatalogueImport> =>
  tx.one<CatalogueImport>(
    `INSERT INTO catalogue_imports (owner_id, file_sha256, bytes, rows_read, rows_accepted, rows_rejected, imported_at)
     VALUES ($1, $2, $3, 0, 0, 0, $4) RETURNING *`,
    [ownerId, sha256, bytes, at],
  );

export const finishImport = (
  tx: Tx,
  id: string,
  { read, accepted, rejected }: { read: number; accepted: number; rejected: number },
): Promise<CatalogueImport> =>
  tx.one<CatalogueImport>(
    'UPDATE catalogue_imports SET rows_read = $2, rows_accepted = $3, rows_rejected = $4 WHERE id = $1 RETURNING *',
    [id, read, accepted, rejected],
  );

export const findImport = (tx: Tx, id: string): Promise<CatalogueImport | undefined> =>
  tx.first<CatalogueImport>('SELECT * FROM catalogue_imports WHERE id = $1', [id]);

/** Adds faults, numbered on from `after`. */
export const addFaults = (
  tx: Tx,
  { ownerId, importId, after }: { ownerId: string; importId: string; after: number },
  faults: readonly RowFault[],
): Promise<number> =>
  tx.run(
    `INSERT INTO catalogue_import_faults (import_id, owner_id, number, row_number, column_name, code, value, message)
     SELECT $1, $2, $3 + place, row, column_name, code, value, message
       FROM unnest($4::int[], $5::text[], $6::text[], $7::text[], $8::text[])
         WITH ORDINALITY AS incoming (row, column_name, code, value, message, place)`,
    [
      importId,
      ownerId,
      after,
      faults.map((fault) => fault.row),
      faults.map((fault) => fault.column),
      faults.map((fault) => fault.code),
      faults.map((fault) => fault.value),
      faults.map((fault) => fault.message),
    ],
  );

export const listFaults = (tx: Tx, importId: string, after: number, limit: number): Promise<ImportFault[]> =>
  tx.rows<ImportFault>(
    `SELECT number, row_number, column_name, code, value, message FROM catalogue_import_faults
      WHERE import_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [importId, after, limit],
  );
