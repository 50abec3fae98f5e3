import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { leafHash, ledgerEntryText, merkleTree, nodeHash } from '../../src/kernel';
import { FrozenClock } from '../../src/platform/clock';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { Keyring } from '../../src/platform/keyring/keyring';
import { type Books, post } from '../../src/settlement/ledger/ledger';
import { findCheckpoint, loggedAfter, readNodes } from '../../src/settlement/ledger/log/log.repository';
import { LogLedger } from '../../src/settlement/ledger/log/log-ledger';
import { backFeeDue } from '../../src/settlement/ledger/templates';
import { freshDatabase, type FreshDatabase } from '../support/database';

const at = new Date('2026-01-05T09:00:00Z');
let urls: FreshDatabase;
let database: Database;
let log: LogLedger;
let superuser: Client;
const folder = mkdtempSync(join(tmpdir(), 'accordo-log-'));

beforeEach(async () => {
  urls = await freshDatabase();
  database = new Database(await applicationDataSource(urls.applicationUrl).initialize());
  log = new LogLedger(database, await Keyring.open(join(folder, 'keyring.json'), at), new FrozenClock(at));
  superuser = new Client({ connectionString: urls.superuserUrl });
  await superuser.connect();
});
afterEach(async () => {
  await superuser.end();
  await database.source.destroy();
  await urls.drop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const newBooks = (): Books => ({ id: randomUUID(), labelId: randomUUID(), platformId: randomUUID(), currency: 'USD' });

const book = (agreement: Books, source: string): Promise<boolean> =>
  database.asSystem((tx) =>
    post(tx, { agreement, kind: 'back-fee-due', source, effectiveOn: '2026-01-05', at, legs: backFeeDue(5n) }),
  );

interface Leaf {
  readonly position: bigint;
  readonly source: string;
  readonly number: number;
}
const leaves = (): Promise<Leaf[]> =>
  database.asSystem((tx) =>
    tx.rows(
      `SELECT position, source, number FROM ledger_leaves l
         JOIN ledger_transactions t ON t.agreement_id = l.agreement_id AND t.id = l.transaction_id ORDER BY position`,
    ),
  );
const sources = async (): Promise<string[]> => (await leaves()).map(({ source }) => source);
const checkpoint = () => database.asSystem((tx) => findCheckpoint(tx));

/** Whatever else runs on the server (other tests, too) may hold the log back for a moment. */
async function untilLogged(size: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    await log.execute();
    if (((await checkpoint())?.size ?? 0) >= size) return;
    await sleep(25);
  }
  throw new Error(`not ${size} transactions were logged`);
}

/** The root over what the tables of transactions and postings say, by the plain tree. */
async function rootOfBooks(books: Books, size: number): Promise<string> {
  const entries = await database.asSystem((tx) =>
    loggedAfter(tx, { agreementId: books.id, size, after: 0, limit: 1_000_000 }),
  );
  return merkleTree(entries.map(({ entry }) => Buffer.from(ledgerEntryText(entry)))).root.toString('hex');
}

describe('the log of the ledger', () => {
  it('takes each transaction once, in the order of their commits, and signs how far it has come', async () => {
    const books = newBooks();
    await log.execute();
    expect(await checkpoint()).toBeUndefined();
    for (const source of ['a', 'b', 'c']) await book(books, source);
    await untilLogged(3);
    expect(await leaves()).toEqual([
      { position: 0n, source: 'a', number: 1 },
      { position: 1n, source: 'b', number: 2 },
      { position: 2n, source: 'c', number: 3 },
    ]);
    const signed = await checkpoint();
    expect(signed?.root.toString('hex')).toBe(await rootOfBooks(books, 3));
    // Nothing new: nothing is signed.
    await log.execute();
    expect((await checkpoint())?.jws).toBe(signed?.jws);
    await book(books, 'd');
    await untilLogged(4);
    expect((await checkpoint())?.root.toString('hex')).toBe(await rootOfBooks(books, 4));
  });

  it('skips no transaction that another one overtakes, and waits for it', async () => {
    const books = newBooks();
    const slow = new Client({ connectionString: urls.applicationUrl });
    await slow.connect();
    try {
      await book(books, 'before');
      await untilLogged(1);
      await slow.query(`BEGIN; SET LOCAL accordo.role = 'system'`);
      const { rows } = await slow.query<{ id: string }>(
        `INSERT INTO ledger_transactions (agreement_id, label_id, platform_id, kind, source, effective_on, booked_at)
         VALUES ($1, $2, $3, 'back-fee-due', 'slow', '2026-01-05', $4) RETURNING id`,
        [books.id, books.labelId, books.platformId, at],
      );
      await book(books, 'fast');
      await log.execute();
      expect(await sources()).toEqual(['before']);
      // It comes back by itself.
      const { rows: waiting } = await superuser.query(`SELECT key FROM graphile_worker.jobs WHERE key = 'log-ledger'`);
      expect(waiting).toHaveLength(1);
      await slow.query(
        `INSERT INTO ledger_postings (agreement_id, transaction_id, leg, label_id, platform_id, account, amount_minor, currency, exponent)
         VALUES ($1, $2, 1, $3, $4, 'platform-receivable', 5, 'USD', 2), ($1, $2, 2, $3, $4, 'label-payable', -5, 'USD', 2)`,
        [books.id, rows[0]!.id, books.labelId, books.platformId],
      );
      await log.execute();
      expect(await sources()).toEqual(['before']);
      await slow.query('COMMIT');
    } finally {
      await slow.end();
    }
    await untilLogged(3);
    expect(await sources()).toEqual(['before', 'slow', 'fast']);
    expect(await leaves()).toMatchObject([{ number: 1 }, { number: 2 }, { number: 3 }]);
    expect((await checkpoint())?.root.toString('hex')).toBe(await rootOfBooks(books, 3));
  });

  it('is one log, however many write to it while others post', async () => {
    const all = [newBooks(), newBooks(), newBooks()];
    const posting = all.map(async (books) => {
      for (let number = 0; number < 60; number += 1) await book(books, String(number));
    });
    const writing = Array.from({ length: 4 }, async () => {
      for (let round = 0; round < 15; round += 1) await log.execute();
    });
    await Promise.all([...posting, ...writing]);
    await untilLogged(180);
    const logged = await leaves();
    expect(logged.map(({ position }) => position)).toEqual(logged.map((_, place) => BigInt(place)));
    expect(logged).toHaveLength(180);
    for (const books of all) {
      const entries = await database.asSystem((tx) =>
        loggedAfter(tx, { agreementId: books.id, size: 180, after: 0, limit: 100 }),
      );
      expect(entries.map(({ entry }) => [entry.number, entry.source])).toEqual(
        Array.from({ length: 60 }, (_, number) => [number + 1, String(number)]),
      );
    }
    const { size, root } = (await checkpoint())!;
    const { rows } = await superuser.query<{ hash: Buffer }>(
      'SELECT hash FROM ledger_nodes WHERE level = 0 ORDER BY place',
    );
    expect([size, rows.length]).toEqual([180, 180]);
    expect(foldedRoot(rows.map(({ hash }) => hash)).equals(root)).toBe(true);
  });

  it('shows what somebody changed behind its back', async () => {
    const books = newBooks();
    for (const source of ['a', 'b']) await book(books, source);
    await untilLogged(2);
    await superuser.query('SET session_replication_role = replica');
    await superuser.query(`UPDATE ledger_postings SET amount_minor = amount_minor * 2`);
    const [changed] = await database.asSystem((tx) =>
      loggedAfter(tx, { agreementId: books.id, size: 2, after: 0, limit: 1 }),
    );
    const [leaf] = await database.asSystem((tx) => readNodes(tx, [{ level: 0, place: 0 }]));
    expect(leafHash(Buffer.from(ledgerEntryText(changed!.entry))).equals(leaf!)).toBe(false);
  });
});

describe('the database', () => {
  const system = (text: string): Promise<number> => database.asSystem((tx) => tx.run(text));

  it('refuses gaps in the log, and checkpoints that do not grow or are of leaves that are not there', async () => {
    const books = newBooks();
    for (const source of ['a', 'b']) await book(books, source);
    await untilLogged(2);
    const leaf = (position: number, number: number): Promise<number> =>
      system(
        `INSERT INTO ledger_leaves (position, agreement_id, transaction_id, number, label_id, platform_id, written_in, content_hash)
         VALUES (${position}, '${books.id}', gen_random_uuid(), ${number}, gen_random_uuid(), gen_random_uuid(), '1', sha256(''))`,
      );
    await expect(leaf(3, 3)).rejects.toMatchObject({ constraint: 'ledger_leaves_follow' });
    await expect(leaf(2, 4)).rejects.toMatchObject({ constraint: 'ledger_leaves_follow' });
    await expect(leaf(1, 3)).rejects.toMatchObject({ constraint: 'ledger_leaves_pkey' });
    await expect(leaf(2, 2)).rejects.toMatchObject({ constraint: 'ledger_leaves_numbered' });
    const sign = (size: number): Promise<number> =>
      system(`INSERT INTO ledger_checkpoints (size, root, jws, signed_at) VALUES (${size}, sha256(''), 'x', now())`);
    // There is one of it where a transaction of another database of the server ran between the two.
    const either = expect.stringMatching(/^ledger_checkpoints_(grow|pkey)$/) as string;
    await expect(sign(1)).rejects.toMatchObject({ constraint: either });
    await expect(sign(2)).rejects.toMatchObject({ constraint: 'ledger_checkpoints_pkey' });
    await expect(sign(3)).rejects.toMatchObject({ constraint: 'ledger_checkpoints_grow' });
    await leaf(2, 3);
    await sign(3);
  });

  it('lets a party see its own leaves, everybody the checkpoints, and nobody the nodes', async () => {
    const [ours, theirs] = [newBooks(), newBooks()];
    for (const books of [ours, theirs]) await book(books, 'a');
    await untilLogged(2);
    const seen = (organizationId: string, table: string): Promise<number> =>
      database.asMemberOf(organizationId, async (tx) => (await tx.rows(`SELECT FROM ${table}`)).length, 'read');
    // One, or one for each, where something else ran on the server between the two.
    const signed = await database.asSystem(async (tx) => (await tx.rows('SELECT FROM ledger_checkpoints')).length);
    for (const organization of [ours.labelId, ours.platformId]) {
      expect(await seen(organization, 'ledger_leaves')).toBe(1);
      expect(await seen(organization, 'ledger_checkpoints')).toBe(signed);
      expect(await seen(organization, 'ledger_nodes')).toBe(0);
    }
    expect(await seen(randomUUID(), 'ledger_leaves')).toBe(0);
    for (const table of ['ledger_leaves', 'ledger_nodes', 'ledger_checkpoints']) {
      const attempt = database.asMemberOf(ours.labelId, (tx) => tx.run(`INSERT INTO ${table} SELECT * FROM ${table}`));
      if (table === 'ledger_nodes') expect(await attempt).toBe(0);
      else await expect(attempt).rejects.toMatchObject({ code: '42501' });
    }
  });
});

/** The root over the hashes of leaves, by the recursive definition. */
function foldedRoot(hashes: readonly Buffer[]): Buffer {
  const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return hashes.length === 1
    ? hashes[0]!
    : nodeHash(foldedRoot(hashes.slice(0, split)), foldedRoot(hashes.slice(split)));
}
