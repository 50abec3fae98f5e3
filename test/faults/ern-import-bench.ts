import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Client } from 'pg';
import { ReceiveImport } from '../../src/catalogue/imports/receive-import';
import { RunImport } from '../../src/catalogue/imports/run-import';
import type { Deal, ErnHeader, Release, Resource } from '../../src/ddex';
import type { Actor } from '../../src/platform/auth/actor';
import { FrozenClock } from '../../src/platform/clock';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { Storage } from '../../src/platform/storage/storage';
import { insertLabel } from '../support/catalogue';
import { digestOf } from '../support/ern-digest';
import type { ErnDigest } from '../support/ern-oracle';

/** Where a run works: a migrated database of its own. */
export interface ImportUrls {
  readonly applicationUrl: string;
  readonly superuserUrl: string;
}

export type Outcome = 'applied' | 'repeated' | 'outdated' | 'test' | 'refused';

export interface Brought {
  readonly id: string;
  readonly state: string;
  readonly counts: { readonly messages: Readonly<Record<Outcome, number>> } | null;
  /** Errors alone. */
  readonly faults: readonly { readonly code: string; readonly path: string; readonly message: string }[];
}

/** What is in the catalogue of a message that counts. */
export interface InCatalogue {
  readonly digest: ErnDigest;
  /** Recordings that are on its releases now. */
  readonly recordings: readonly {
    readonly isrc: string;
    readonly title: string;
    readonly seconds: number | null;
    /** Whether this import says so, and nothing newer. */
    readonly isOurs: boolean;
  }[];
  readonly releases: readonly { readonly gtin: string | null; readonly title: string; readonly withdrawn: boolean }[];
}

/** All that a message can change. */
const tables = [
  ...['recordings', 'releases', 'release_recordings', 'release_messages', 'message_resources', 'message_releases'],
  ...['message_deals', 'release_versions', 'recording_rights', 'catalogue_changes'],
];

/** Imports as a worker brings them in, on a database of their own, without HTTP in front. */
export class ImportBench {
  private constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly superuser: Client,
    private readonly superuserUrl: string,
    private readonly end: () => Promise<void>,
  ) {}

  private readonly clock = new FrozenClock(new Date('2026-01-05T09:00:00Z'));

  static async open({ applicationUrl, superuserUrl }: ImportUrls): Promise<ImportBench> {
    const folder = await mkdtemp(join(tmpdir(), 'accordo-imports-'));
    const source = await applicationDataSource(applicationUrl).initialize();
    const superuser = new Client({ connectionString: superuserUrl });
    await superuser.connect();
    const end = async (): Promise<void> => {
      await superuser.end();
      await source.destroy();
      await rm(folder, { recursive: true, force: true });
    };
    return new ImportBench(new Database(source), new Storage(folder), superuser, superuserUrl, end);
  }

  close(): Promise<void> {
    return this.end();
  }

  /** It has no party identifier: messages for anybody may be for it. */
  label(): Promise<Actor> {
    return insertLabel(this.superuserUrl);
  }

  async bring(label: Actor, bytes: Buffer): Promise<Brought> {
    const file = await this.storage.store(Readable.from([bytes]), 1e9);
    const receive = new ReceiveImport(this.clock);
    const what = { file, form: 'ern', dryRun: false, mappingId: undefined } as const;
    const { id } = await this.database.withTenant(label, (tx) => receive.execute(tx, label, what));
    await new RunImport(this.database, this.storage, this.clock).execute({ importId: id });
    const { rows } = await this.superuser.query<Brought>(
      `SELECT id, state, counts, (SELECT coalesce(json_agg(json_build_object('code', code, 'path', path, 'message', message)), '[]')
                                    FROM catalogue_import_faults WHERE import_id = i.id AND severity = 'error') AS faults
         FROM catalogue_imports i WHERE id = $1`,
      [id],
    );
    return rows[0]!;
  }

  /** A hash of everything that the label has. */
  async stateOf({ organizationId }: Actor): Promise<string> {
    const each = tables.map(
      (table) => `(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${table} t WHERE owner_id = $1)`,
    );
    const { rows } = await this.superuser.query<{ state: string }>(
      `SELECT concat_ws(' ', ${each.join(', ')}) AS state`,
      [organizationId],
    );
    return rows[0]!.state;
  }

  /** For a bug that is planted. */
  async change(text: string, parameters: unknown[]): Promise<void> {
    await this.superuser.query(text, parameters);
  }

  async inCatalogue(importId: string): Promise<InCatalogue> {
    const read = async <Row>(text: string): Promise<Row[]> =>
      (await this.superuser.query(text, [importId])).rows as Row[];
    const [message] = await read<{ kind: string; version: string | null; header: ErnHeader }>(
      'SELECT kind, version, header FROM release_messages WHERE import_id = $1',
    );
    const things = async <Thing>(table: string, where = ''): Promise<Thing[]> =>
      (
        await read<{ content: Thing }>(
          `SELECT content FROM ${table} JOIN release_messages m ON m.id = message_id WHERE m.import_id = $1 ${where} ORDER BY number`,
        )
      ).map(({ content }) => content);
    const ofMessage =
      'SELECT release_id FROM release_versions v JOIN release_messages m ON m.id = message_id WHERE m.import_id = $1';
    return {
      digest: digestOf({
        kind: message?.kind ?? null,
        version: message?.version ?? null,
        header: message?.header ?? null,
        resources: await things<Resource>('message_resources'),
        releases: await things<Release>('message_releases'),
        deals: await things<Deal>('message_deals', "AND message_deals.kind = 'deal'"),
        purged: [],
      }),
      recordings: await read(
        `SELECT DISTINCT isrc, title, duration_seconds AS seconds, r.import_id = $1 AS "isOurs" FROM release_recordings rr JOIN recordings r ON r.id = recording_id
          WHERE left_at IS NULL AND release_id IN (${ofMessage})`,
      ),
      releases: await read(
        `SELECT gtin, title, withdrawn_at IS NOT NULL AS withdrawn FROM releases WHERE id IN (${ofMessage})`,
      ),
    };
  }
}
