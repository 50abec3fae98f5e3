import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { ZipFile } from 'yazl';
import { type CatalogueImport, getImport } from '../../src/catalogue/imports/imports.repository';
import { claimPart } from '../../src/catalogue/imports/parts.repository';
import { ReadAhead } from '../../src/catalogue/imports/read-ahead';
import { ReceiveImport } from '../../src/catalogue/imports/receive-import';
import { RunImport } from '../../src/catalogue/imports/run-import';
import type { Actor } from '../../src/platform/auth/actor';
import { FrozenClock } from '../../src/platform/clock';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { enqueue, enqueueLeisurely } from '../../src/platform/jobs/jobs';
import { Storage } from '../../src/platform/storage/storage';
import { sampleReleaseMessage } from '../../src/sample/release-message';
import { insertLabel } from '../support/catalogue';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { killed, launched } from '../support/processes';
import { tarOf } from '../support/tar';

const clock = new FrozenClock(new Date('2026-01-05T09:00:00Z'));

let urls: FreshDatabase;
let folder: string;
let storage: Storage;
let superuser: Client;
const sources: DataSource[] = [];
beforeAll(async () => {
  urls = await freshDatabase();
  folder = await mkdtemp(join(tmpdir(), 'accordo-archives-'));
  storage = new Storage(join(folder, 'files'));
  superuser = new Client({ connectionString: urls.superuserUrl });
  await superuser.connect();
  for (let process = 0; process < 3; process += 1)
    sources.push(await applicationDataSource(urls.applicationUrl).initialize());
});
afterAll(async () => {
  for (const source of sources) await source.destroy();
  await superuser?.end();
  await urls?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** It makes a message so long that three of them are a part. */
const padding = `<!--${'x'.repeat(240_000)}-->`;

function message(release: number, id: string, at: string, is = (xml: string) => xml): string {
  return is(
    sampleReleaseMessage(release)
      .replace(/<MessageId>[^<]*</, `<MessageId>${id}<`)
      .replace(/<MessageCreatedDateTime>[^<]*</, `<MessageCreatedDateTime>2026-01-0${at}<`)
      .replaceAll(/<(PartyList|ResourceList|ReleaseList)>/g, `${padding}<$1>`),
  );
}

const titled = (title: string) => (xml: string) =>
  xml.replaceAll(/<TitleText>[^<]*</g, `<TitleText>${title} \u{1f3b5} \u0416<`);
const again = message(1, 'M-1', '1T09:00:00Z');
/** What one message says depends on others of other parts. */
const files = new Map<string, string>([
  ['01.xml', again],
  ['02.xml', message(2, 'M-2', '2T09:00:00Z')],
  ['cover.jpg', 'no message'],
  ['03.xml', message(3, 'M-3', '2T09:00:00Z', (xml) => xml.replace(/<Duration>[^<]*</, '<Duration>long<'))],
  ['04.xml', message(2, 'M-4', '3T09:00:00Z', titled('Newer'))],
  ['05.xml', message(2, 'M-5', '1T09:00:00Z', titled('Older'))],
  ['06.xml', again],
  ['07.xml', message(4, 'M-1', '2T09:00:00Z')],
  ['08.xml', message(5, 'M-8', '2T09:00:00Z', (xml) => xml.replace('LiveMessage', 'TestMessage'))],
  ['09.xml', message(6, 'M-9', '2T09:00:00Z').slice(0, -300)],
  [
    '10.xml',
    message(1, 'M-10', '2T09:00:00Z', (xml) => xml.replaceAll('<DealTerms>', '<DealTerms><TakeDown>true</TakeDown>')),
  ],
  ['11.xml', message(7, 'M-11', '2T09:00:00Z', (xml) => xml.replace(/<ISRC>[^<]*</, '<ISRC>none<'))],
]);
const partsOfFiles = 4;
const counts = {
  messages: { applied: 5, repeated: 1, outdated: 1, test: 1, refused: 3 },
  releases: { created: 3, changed: 1, withdrawn: 1, outdated: 1 },
};

async function packed(form: string): Promise<Buffer> {
  if (form === 'tar.gz') return gzipSync(tarOf(files));
  const zip = new ZipFile();
  for (const [name, content] of files) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const database = (process: number): Database => new Database(sources[process]!);

async function receive(label: Actor, archive: Buffer, dryRun = false): Promise<CatalogueImport> {
  const file = await storage.store(Readable.from([archive]), 1e9);
  const what = { file, form: 'archive', dryRun, mappingId: undefined } as const;
  return database(0).withTenant(label, (tx) => new ReceiveImport(clock).execute(tx, label, what));
}

const run = (): RunImport => new RunImport(database(0), storage, clock);
const aheadOf = (importId: string): string[] => {
  const found = join(storage.readAheadFolder, importId);
  return existsSync(found) ? readdirSync(found).sort() : [];
};
/** Whether the import reads its first part. */
async function hasBegun(importId: string): Promise<boolean> {
  const text = 'SELECT FROM catalogue_import_parts WHERE import_id = $1 AND claimed = 1';
  return (await superuser.query(text, [importId])).rowCount === 1;
}

/** What became of the import, without names that are drawn. */
async function cameTo(label: Actor, { id }: CatalogueImport): Promise<object> {
  const done = await database(0).withTenant(label, (tx) => getImport(tx, id), 'read');
  const { rows: faults } = await superuser.query(
    'SELECT number, file, path, code, severity, message FROM catalogue_import_faults WHERE import_id = $1 ORDER BY number',
    [id],
  );
  const report = done.report_sha256 === null ? null : await text(storage.read(done.report_sha256));
  const { state, counts: came, problem } = done;
  return { state, counts: came, problem, report, faults };
}

/** All that the label has, by names that are told. */
async function catalogueOf({ organizationId }: Actor): Promise<Record<string, object[]>> {
  const things = (table: string): string =>
    `SELECT m.message_key, t.number, (to_jsonb(t) - '{message_id,owner_id}'::text[]) AS thing FROM ${table} t JOIN release_messages m ON m.id = t.message_id WHERE t.owner_id = $1 ORDER BY 1, 2`;
  const questions = {
    recordings: `SELECT isrc, title, version, artists, duration_seconds, p_line, genre, label, language, told_at, words::text FROM recordings WHERE owner_id = $1 ORDER BY 1`,
    releases: `SELECT gtin, title, artists, label, kind, genre, released_on, sender, told_at, withdrawn_at IS NOT NULL AS withdrawn, version FROM releases WHERE owner_id = $1 ORDER BY 1`,
    tracks: `SELECT gtin, isrc, left_at IS NOT NULL AS gone FROM release_recordings t JOIN releases r ON r.id = release_id JOIN recordings g ON g.id = recording_id WHERE t.owner_id = $1 ORDER BY 1, 2`,
    messages: `SELECT message_key, file, file_sha256, sender, told_at, header FROM release_messages WHERE owner_id = $1 ORDER BY 1`,
    versions: `SELECT gtin, v.version, message_key, release_number, resources, deals, withdrawn FROM release_versions v JOIN releases r ON r.id = release_id JOIN release_messages m ON m.id = message_id WHERE v.owner_id = $1 ORDER BY 1, 2`,
    changes: `SELECT kind, before->>'title' AS before, coalesce(after->>'isrc', after->>'gtin') AS name, after->>'title' AS after FROM catalogue_changes WHERE owner_id = $1 ORDER BY position`,
    resources: things('message_resources'),
    told: things('message_releases'),
    deals: things('message_deals'),
  };
  const found: Record<string, object[]> = {};
  for (const [name, question] of Object.entries(questions))
    found[name] = (await superuser.query<object>(question, [organizationId])).rows;
  return found;
}

/** Holds every import in its first message, from which on others may read ahead, until it is released. */
async function held<Result>(work: (release: () => Promise<unknown>) => Promise<Result>): Promise<Result> {
  const holder = new Client({ connectionString: urls.superuserUrl });
  await holder.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE message_resources IN EXCLUSIVE MODE');
    return await work(() => holder.query('ROLLBACK'));
  } finally {
    await holder.end();
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 8_000; turn += 1) {
    if (await holds()) return;
    await wait(5);
  }
  throw new Error(`it does not come to this: ${what}`);
}

/** One worker takes the archive, and no other job waits; when it has begun, `meanwhile`. */
const heldAtFirst = (importId: string, meanwhile: () => Promise<unknown>): Promise<void> =>
  held(async (release) => {
    await superuser.query('DELETE FROM graphile_worker._private_jobs');
    const running = run().execute({ importId });
    running.catch(() => undefined);
    await until('the import has begun', () => hasBegun(importId));
    await meanwhile();
    await release();
    await running;
  });

/** Two workers read ahead whatever there is. */
const readAhead = (importId: string): Promise<unknown> =>
  Promise.all([1, 2].map((process) => new ReadAhead(database(process), storage).execute({ importId }, () => false)));

const allButFirst = Array.from({ length: partsOfFiles - 1 }, (_, at) => `${at + 2}.told-1`);

describe('an archive that several workers bring in', () => {
  let alone: { readonly came: object; readonly catalogue: object };
  beforeAll(async () => {
    const label = await insertLabel(urls.superuserUrl);
    const received = await receive(label, await packed('tar.gz'));
    await run().execute({ importId: received.id });
    alone = { came: await cameTo(label, received), catalogue: await catalogueOf(label) };
    expect(alone.came).toMatchObject({ state: 'done', counts });
  });

  it.each(['tar.gz', 'zip'])('as %s comes to what it comes to with one', async (form) => {
    const label = await insertLabel(urls.superuserUrl);
    const received = await receive(label, await packed(form));
    await heldAtFirst(received.id, async () => {
      await readAhead(received.id);
      expect(aheadOf(received.id)).toEqual(allButFirst);
    });
    expect({ came: await cameTo(label, received), catalogue: await catalogueOf(label) }).toEqual(alone);
    expect(aheadOf(received.id)).toEqual([]);
  });

  it('is read ahead as long as no other job waits', async () => {
    const label = await insertLabel(urls.superuserUrl);
    const received = await receive(label, await packed('zip'));
    await heldAtFirst(received.id, async () => {
      await database(1).asSystem((tx) => enqueueLeisurely(tx, 'nothing', {}, 'leisurely'));
      await database(1).asSystem((tx) => enqueue(tx, 'nothing', {}));
      await readAhead(received.id);
      // Each of the two has read one part.
      expect(aheadOf(received.id)).toEqual(allButFirst.slice(0, 2));
    });
    expect({ came: await cameTo(label, received), catalogue: await catalogueOf(label) }).toEqual(alone);
    // Where the import came to the last part, which nobody had claimed, it asked for help.
    const { rows } = await superuser.query(
      `SELECT task_identifier AS job, priority FROM graphile_worker.jobs WHERE key LIKE 'read-import-ahead %'`,
    );
    expect(rows).toEqual([{ job: 'read-import-ahead', priority: 10 }]);
  });

  it('as a dry run tells the same, and changes nothing', async () => {
    const label = await insertLabel(urls.superuserUrl);
    const received = await receive(label, await packed('zip'), true);
    await heldAtFirst(received.id, () => readAhead(received.id));
    expect(await cameTo(label, received)).toEqual(alone.came);
    for (const rows of Object.values(await catalogueOf(label))) expect(rows).toEqual([]);
    expect(aheadOf(received.id)).toEqual([]);
  });

  it('does not wait for one that died with a part in hand', async () => {
    const label = await insertLabel(urls.superuserUrl);
    const received = await receive(label, await packed('zip'));
    await heldAtFirst(received.id, async () => {
      const claimed = await database(1).asSystem((tx) => claimPart(tx, received.id));
      expect(claimed).toBe(2);
      await readAhead(received.id);
      expect(aheadOf(received.id)).toEqual(allButFirst.slice(1));
    });
    expect({ came: await cameTo(label, received), catalogue: await catalogueOf(label) }).toEqual(alone);
  });

  it('is begun anew where the one that takes it loses its connection', async () => {
    const label = await insertLabel(urls.superuserUrl);
    const received = await receive(label, await packed('zip'));
    const waiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    const lost = heldAtFirst(received.id, async () => {
      await readAhead(received.id);
      await until('it waits', async () => (await superuser.query(waiting)).rowCount === 1);
    });
    await expect(lost).rejects.toThrow();
    await run().execute({ importId: received.id });
    expect({ came: await cameTo(label, received), catalogue: await catalogueOf(label) }).toEqual(alone);
  });

  it('leaves nothing where it is cancelled, and nobody reads on', async () => {
    const label = await insertLabel(urls.superuserUrl);
    const received = await receive(label, await packed('tar.gz'));
    await heldAtFirst(received.id, async () => {
      await readAhead(received.id);
      await database(1).withTenant(label, (tx) => run().cancel(tx, label, received.id));
      await readAhead(received.id);
    });
    expect(await cameTo(label, received)).toMatchObject({ state: 'failed', problem: { code: 'reading-cancelled' } });
    for (const rows of Object.values(await catalogueOf(label))) expect(rows).toEqual([]);
    expect(aheadOf(received.id)).toEqual([]);
  });

  it('that is damaged in a part read ahead is refused as a whole', async () => {
    const label = await insertLabel(urls.superuserUrl);
    const archive = await packed('zip');
    const damaged = Buffer.from(archive);
    // The check sum of the last message.
    const at = archive.lastIndexOf('PK\u0001\u0002') + 16;
    damaged[at] = damaged[at]! ^ 0xff;
    const received = await receive(label, damaged);
    await heldAtFirst(received.id, () => readAhead(received.id));
    expect(await cameTo(label, received)).toMatchObject({ state: 'failed', problem: { code: 'import-unreadable' } });
    for (const rows of Object.values(await catalogueOf(label))) expect(rows).toEqual([]);
  });

  it('is in once, and in whole, where one of two processes is killed', async () => {
    const label = await insertLabel(urls.superuserUrl);
    const settings = { DATABASE_URL: urls.applicationUrl, DATA_FOLDER: folder, LOG_LEVEL: 'silent' };
    const workers: ChildProcess[] = [];
    try {
      const received = await held(async (release) => {
        const one = await receive(label, await packed('zip'));
        workers.push(launched('worker', settings), launched('worker', settings));
        await until('the import has begun', () => hasBegun(one.id));
        await killed(workers[0]!);
        await release();
        return one;
      });
      const done = (): Promise<CatalogueImport> =>
        database(0).withTenant(label, (tx) => getImport(tx, received.id), 'read');
      await until('the import is over', async () => (await done()).state !== 'queued');
      expect({ came: await cameTo(label, received), catalogue: await catalogueOf(label) }).toEqual(alone);
    } finally {
      await Promise.all(workers.map(killed));
    }
  });
});
