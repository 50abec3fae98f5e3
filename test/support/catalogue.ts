import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Client } from 'pg';
import { stringify } from 'csv-stringify/sync';
import { ImportAtOnce } from '../../src/catalogue/imports/import-at-once';
import type { CatalogueImport } from '../../src/catalogue/imports/imports.repository';
import type { Actor } from '../../src/platform/auth/actor';
import { FrozenClock } from '../../src/platform/clock';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { Storage } from '../../src/platform/storage/storage';
import { freshDatabase } from './database';

export const catalogueColumns = [
  'isrc',
  'title',
  'version',
  'artists',
  'duration',
  'release',
  'upc',
  'p_line',
  'genre',
] as const;
/** A file may leave these out. */
const parentColumns = ['parent_isrc', 'parent_kind'] as const;
export type CatalogueCells = Partial<Record<(typeof catalogueColumns | typeof parentColumns)[number], string>>;

/** A catalogue file of these rows; cells not named are empty. It has columns of parents where a row names one. */
export function catalogueCsv(rows: readonly CatalogueCells[]): string {
  const hasParents = rows.some((row) => row.parent_isrc !== undefined || row.parent_kind !== undefined);
  const columns = hasParents ? [...catalogueColumns, ...parentColumns] : [...catalogueColumns];
  return stringify(
    rows.map((row) => columns.map((column) => row[column] ?? '')),
    { header: true, columns },
  );
}

/** A made-up ISRC under the user-assigned prefix ZZ. */
export const testIsrc = (number: number): string => `ZZT0126${String(number).padStart(5, '0')}`;

/** `count` plain rows from the given number on. */
export const plainRows = (count: number, from = 1): CatalogueCells[] =>
  Array.from({ length: count }, (_, at) => ({
    isrc: testIsrc(from + at),
    title: `Track ${from + at}`,
    artists: 'Somebody',
  }));

export interface CatalogueBench {
  readonly database: Database;
  readonly label: Actor;
  import(content: string | AsyncIterable<Uint8Array>): Promise<CatalogueImport>;
  close(): Promise<void>;
}

/** The catalogue's commands on a database of their own, without HTTP in front. */
export async function catalogueBench(): Promise<CatalogueBench> {
  const urls = await freshDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'accordo-files-'));
  const source = await applicationDataSource(urls.applicationUrl).initialize();
  const database = new Database(source);
  const storage = new Storage(folder);
  const label = await insertLabel(urls.superuserUrl);
  const command = new ImportAtOnce(storage, new FrozenClock(new Date('2026-01-05T09:00:00Z')));
  return {
    database,
    label,
    import: async (content) => {
      const file = await storage.store(
        typeof content === 'string' ? Readable.from([Buffer.from(content)]) : content,
        1e9,
      );
      return database.withTenant(label, (tx) => command.execute(tx, label, file));
    },
    close: async () => {
      await source.destroy();
      await urls.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A verified label without a party identifier. */
export async function insertLabel(superuserUrl: string): Promise<Actor> {
  const superuser = new Client({ connectionString: superuserUrl });
  await superuser.connect();
  const { rows } = await superuser
    .query<{ id: string }>(
      `INSERT INTO organizations (kind, name, country, state, registered_at, verified_at)
       VALUES ('label', 'Test label', 'KZ', 'verified', '2026-01-01', '2026-01-01') RETURNING id`,
    )
    .finally(() => superuser.end());
  const { id } = rows[0]!;
  return {
    organizationId: id,
    organizationKind: 'label',
    verified: true,
    roles: ['catalogue'],
    by: { kind: 'api-key', id },
  };
}
