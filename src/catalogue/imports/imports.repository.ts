import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { StoredFile } from '../../platform/storage/storage';
import type { ImportCounts } from './counts';
import type { ImportReport, ListedFault } from './import-report';

export const importForms = ['csv', 'json-lines', 'ern', 'archive'] as const;
export type ImportForm = (typeof importForms)[number];

export interface CatalogueImport {
  readonly id: string;
  readonly owner_id: string;
  readonly file_sha256: string;
  readonly bytes: bigint;
  readonly form: ImportForm;
  readonly state: 'queued' | 'done' | 'failed';
  readonly dry_run: boolean;
  /** Null where it was answered at once. */
  readonly operation_id: string | null;
  readonly mapping_id: string | null;
  /** The distributor that sent it in the label's name. */
  readonly through_id: string | null;
  readonly rows_read: number;
  readonly rows_accepted: number;
  readonly rows_rejected: number;
  readonly counts: ImportCounts | null;
  readonly report_sha256: string | null;
  readonly report_bytes: bigint | null;
  readonly problem: object | null;
  readonly imported_at: Date;
  readonly finished_at: Date | null;
}

export interface ImportFault {
  readonly number: number;
  readonly row_number: number;
  readonly column_name: string;
  readonly code: string;
  readonly value: string;
  readonly message: string;
  readonly file: string;
  readonly path: string;
  readonly severity: 'warning' | 'error';
}

export interface NewImport {
  readonly id?: string;
  readonly file: StoredFile;
  readonly form: ImportForm;
  readonly dryRun?: boolean;
  readonly operationId?: string;
  readonly mappingId?: string | undefined;
  readonly throughId?: string | undefined;
  readonly at: Date;
}

/** An import that has not begun yet. */
export const openImport = (
  tx: Tx,
  ownerId: string,
  { id, file: { sha256, bytes }, form, dryRun = false, operationId, mappingId, throughId, at }: NewImport,
): Promise<CatalogueImport> =>
  tx.one<CatalogueImport>(
    `INSERT INTO catalogue_imports (id, owner_id, file_sha256, bytes, form, state, dry_run, operation_id, mapping_id, through_id, rows_read, rows_accepted, rows_rejected, imported_at)
     VALUES (coalesce($10::uuid, gen_random_uuid()), $1, $2, $3, $4, 'queued', $5, $6, $7, $8, 0, 0, 0, $9) RETURNING *`,
    [ownerId, sha256, bytes, form, dryRun, operationId ?? null, mappingId ?? null, throughId ?? null, at, id ?? null],
  );

/** Keeps what an import came to; undefined where it is over already, then nothing is kept. */
export async function finishImport(
  tx: Tx,
  { id, owner_id: ownerId }: Pick<CatalogueImport, 'id' | 'owner_id'>,
  { counts, report, faults, at }: ImportResult,
): Promise<CatalogueImport | undefined> {
  const { read, accepted, rejected } = counts.rows;
  const done = await tx.first<CatalogueImport>(
    `UPDATE catalogue_imports SET state = 'done', rows_read = $2, rows_accepted = $3, rows_rejected = $4, counts = $5, report_sha256 = $6, report_bytes = $7,
            finished_at = $8
      WHERE id = $1 AND state = 'queued' RETURNING *`,
    [id, read, accepted, rejected, JSON.stringify(counts), report.sha256, report.bytes, at],
  );
  if (done !== undefined && faults.length > 0) await addFaults(tx, { ownerId, importId: id }, faults);
  return done;
}

export interface ImportResult {
  readonly counts: ImportCounts;
  readonly report: StoredFile;
  readonly faults: ImportReport['faults'];
  readonly at: Date;
}

/** Ends an import that came to nothing, with the reason; 0 where it is over already. */
export const failImport = (tx: Tx, id: string, problem: object, at: Date): Promise<number> =>
  tx.run(
    `UPDATE catalogue_imports SET state = 'failed', problem = $2, finished_at = $3 WHERE id = $1 AND state = 'queued'`,
    [id, JSON.stringify(problem), at],
  );

export const findImport = (tx: Tx, id: string): Promise<CatalogueImport | undefined> =>
  tx.first<CatalogueImport>('SELECT * FROM catalogue_imports WHERE id = $1', [id]);

/** Refuses with not-found. */
export async function getImport(tx: Tx, id: string): Promise<CatalogueImport> {
  const found = await findImport(tx, id);
  if (found === undefined) throw new DomainError('not-found');
  return found;
}

/** Latest first, before the given one. */
export const listImports = (tx: Tx, limit: number, before: readonly string[] | undefined): Promise<CatalogueImport[]> =>
  tx.rows<CatalogueImport>(
    `SELECT * FROM catalogue_imports WHERE $2::timestamptz IS NULL OR (imported_at, id) < ($2, $3::uuid)
      ORDER BY imported_at DESC, id DESC LIMIT $1`,
    [limit, before?.[0] ?? null, before?.[1] ?? null],
  );

/** Whether another import of this label came before and is still waiting: imports are brought in in the order in which they came. */
export const isPreceded = async (tx: Tx, { id, owner_id, imported_at }: CatalogueImport): Promise<boolean> =>
  (await tx.first(
    `SELECT FROM catalogue_imports WHERE owner_id = $1 AND state = 'queued' AND (imported_at, id) < ($2, $3::uuid)`,
    [owner_id, imported_at, id],
  )) !== undefined;

const addFaults = (
  tx: Tx,
  { ownerId, importId }: { readonly ownerId: string; readonly importId: string },
  faults: readonly ListedFault[],
): Promise<number> =>
  tx.run(
    `INSERT INTO catalogue_import_faults (import_id, owner_id, number, file, row_number, column_name, path, code, value, message, severity)
     SELECT $1, $2, place, file, row, column_name, path, code, value, message, severity
       FROM unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
         WITH ORDINALITY AS incoming (file, row, column_name, path, code, value, message, severity, place)`,
    [
      importId,
      ownerId,
      ...(['file', 'row', 'column', 'path', 'code', 'value', 'message', 'severity'] as const).map((name) =>
        faults.map((fault) => fault[name]),
      ),
    ],
  );

export const listFaults = (tx: Tx, importId: string, after: number, limit: number): Promise<ImportFault[]> =>
  tx.rows<ImportFault>(
    `SELECT number, row_number, column_name, code, value, message, file, path, severity FROM catalogue_import_faults
      WHERE import_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [importId, after, limit],
  );
