import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { ReceiveImport } from '../../src/catalogue/imports/receive-import';
import { SystemClock } from '../../src/platform/clock';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { Storage } from '../../src/platform/storage/storage';
import { catalogueCsv, insertLabel, plainRows } from '../support/catalogue';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { killed, launched } from '../support/processes';

const rows = 30_000;
const nothing = { recordings: 0, faults: 0, entries: 0, news: 0 };
/** After the import has begun. */
const killedAfterMilliseconds = [0, 250];

describe('a worker that is killed while it brings a catalogue in', () => {
  let urls: FreshDatabase;
  let folder: string;
  let superuser: Client;
  const workers: ChildProcess[] = [];
  beforeAll(async () => {
    urls = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'accordo-killed-'));
    superuser = new Client({ connectionString: urls.superuserUrl });
    await superuser.connect();
  });
  afterAll(async () => {
    await Promise.all(workers.map(killed));
    await superuser.end();
    await urls.drop();
    await rm(folder, { recursive: true });
  });

  function work(): ChildProcess {
    const settings = { DATABASE_URL: urls.applicationUrl, DATA_FOLDER: folder, LOG_LEVEL: 'silent' };
    const worker = launched('worker', settings);
    workers.push(worker);
    return worker;
  }

  async function asked<Row extends object>(text: string): Promise<Row> {
    return (await superuser.query<Row>(text)).rows[0]!;
  }

  async function until(what: string, condition: string): Promise<void> {
    for (let turn = 0; turn < 4_000; turn += 1) {
      if ((await asked<{ holds: boolean }>(`SELECT (${condition}) AS holds`)).holds) return;
      await wait(10);
    }
    throw new Error(`it does not come to this: ${what}`);
  }

  const inTheCatalogue = (): Promise<object> =>
    asked(
      `SELECT (SELECT state FROM catalogue_imports) AS state, (SELECT state FROM operations) AS operation,
              (SELECT count(*)::int FROM recordings) AS recordings, (SELECT count(*)::int FROM catalogue_import_faults) AS faults,
              (SELECT count(*)::int FROM audit_entries WHERE action = 'catalogue.imported') AS entries,
              (SELECT count(*)::int FROM outbox WHERE topic = 'catalogue.imported') AS news`,
    );

  it('leaves nothing of it, and another one does it once', async () => {
    const label = await insertLabel(urls.superuserUrl);
    const content = catalogueCsv([...plainRows(rows), { ...plainRows(1)[0], title: '' }]);
    const file = await new Storage(join(folder, 'files')).store(Readable.from([Buffer.from(content)]), 1e9);
    const source = await applicationDataSource(urls.applicationUrl).initialize();
    const what = { file, form: 'csv', dryRun: false, mappingId: undefined } as const;
    await new Database(source)
      .withTenant(label, (tx) => new ReceiveImport(new SystemClock()).execute(tx, label, what))
      .finally(() => source.destroy());

    // Of this database; the lock of an import is held from its first statement to its end, on the connection of its transaction.
    const isRunning = `EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted
      AND a.datname = current_database() AND a.application_name = 'accordo' AND a.xact_start IS NOT NULL)`;
    for (const milliseconds of killedAfterMilliseconds) {
      const worker = work();
      await until('the import has begun', isRunning);
      await wait(milliseconds);
      await killed(worker);
      await until('its transaction has ended', `NOT ${isRunning}`);
      expect(await inTheCatalogue()).toEqual({ ...nothing, state: 'queued', operation: 'running' });
    }
    work();
    await until('the import is over', `(SELECT state FROM catalogue_imports) <> 'queued'`);
    const all = { recordings: rows, faults: 1, entries: 1, news: 1 };
    expect(await inTheCatalogue()).toEqual({ ...all, state: 'done', operation: 'done' });
    expect(await asked('SELECT rows_accepted, rows_rejected FROM catalogue_imports')).toEqual({
      rows_accepted: rows,
      rows_rejected: 1,
    });
  });
});
