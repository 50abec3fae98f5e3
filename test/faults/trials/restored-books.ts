import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { applicationDataSource, Database } from '../../../src/platform/database/database';
import { toDatabase } from '../../../src/platform/database/embedded';
import { migrate, ownerDataSource } from '../../../src/platform/database/migrate';
import { Keyring } from '../../../src/platform/keyring/keyring';
import { LogLedger } from '../../../src/settlement/ledger/log/log-ledger';
import { findCheckpoint } from '../../../src/settlement/ledger/log/log.repository';
import { postAll, type Posting } from '../../../src/settlement/ledger/ledger';
import { advanceDue } from '../../../src/settlement/ledger/templates';
import { emptyDatabase, type FreshDatabase } from '../../support/database';
import { testServer } from '../../support/server';
import { months } from '../simulator/deals';
import type { Product } from '../simulator/product';
import { type Dump, dump, restore } from './dump';
import { closed, endMonth, onACopy, type Play, sendPlays } from './months-of-plays';
import { rootOfBooks } from './root-of-books';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

const batch = 1_000;
const legsEach = 4;
/** Nobody but who adds to them, and nothing that was added. */
const facts = [
  ...['ledger_transactions', 'ledger_postings', 'ledger_leaves', 'ledger_nodes', 'ledger_checkpoints', 'audit_entries'],
  ...['statements', 'statement_lines', 'period_bookings', 'receipts', 'receipt_allocations', 'invoice_credits'],
];

/**
 * T16: a database with many postings is dumped, and restored into one that all migrations have made from nothing. The root over the books, balances, every table and the
 * log are what they were, the log goes on, no fact can be changed; and what migrations can be taken back and run again over the data leave the books alone.
 */
export const restoredBooks: ServiceTrial = {
  name: 'T16',
  about: 'the books are dumped, restored and migrated',
  unit: 'postings',
  sizes: { brief: 4_000, usual: 100_000, full: 1_000_000 },
  run: (product, order: Order): Promise<Verdict> =>
    onACopy(product, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'accordo-dump-'));
      try {
        return await run(product, order, folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
};

async function run(product: Product, { size, say }: Order, folder: string): Promise<Verdict> {
  const found = new Found();
  await someMonths(product);
  await posted(product, size);
  const log = product.service(LogLedger);
  await log.execute();
  const before = await stateOf((text, values) => product.look(text, values));
  say(`${before.postings} postings are there`);
  const source = await superuserOf(product.databaseName);
  const [dumpSeconds, kept] = await timed(() => dump(source, folder)).finally(() => source.end());
  const restored = await emptyDatabase();
  try {
    const [migrationSeconds] = await timed(() => migrate(restored));
    const restoreSeconds = await intoAnother(restored, kept, { before, found });
    say(`restored in ${restoreSeconds} s`);
    await logGoesOn(product, restored, found);
    const refused = await attempts(restored, found);
    const undone = await migratedAgain(restored, found, say);
    const { root, postings, transactions } = before;
    const times = {
      dumpSeconds,
      migrationSeconds,
      restoreSeconds,
      recoverySeconds: sum(migrationSeconds, restoreSeconds),
    };
    return { postings, transactions, root, ...times, refused, undone, found: found.list };
  } finally {
    await restored.drop();
  }
}

const sum = (a: number, b: number): number => Math.round((a + b) * 1_000) / 1_000;

async function timed<Result>(work: () => Promise<Result>): Promise<[seconds: number, result: Result]> {
  const began = performance.now();
  const result = await work();
  return [Math.round(performance.now() - began) / 1_000, result];
}

/** Some of everything that a close leaves. */
async function someMonths(product: Product): Promise<void> {
  for (const month of months.slice(0, 3)) {
    endMonth(product, month);
    for (const deal of product.world.deals.keys()) {
      const play = { id: `${deal} ${month}`, deal, month, isrc: product.world.isrcs[0]! };
      await sendPlays(product, [{ ...play, territory: 'RU', useType: 'OnDemandStream', units: 90_000 } satisfies Play]);
      await closed(product, deal, month);
    }
  }
}

/** So many postings more, four a transaction, each of books of its own. */
async function posted(product: Product, count: number): Promise<void> {
  const transactions = Math.ceil(count / legsEach);
  const at = product.clock.now();
  for (let done = 0; done < transactions; done += batch) {
    const postings = Array.from({ length: Math.min(batch, transactions - done) }, (_, place): Posting => ({
      agreement: { id: randomUUID(), labelId: randomUUID(), platformId: randomUUID(), currency: 'USD' },
      kind: 'advance-due',
      source: 'trial',
      effectiveOn: '2026-04-03',
      at,
      legs: advanceDue(BigInt(done + place + 1)),
    }));
    await product.database.asSystem((tx) => postAll(tx, postings));
  }
}

interface State {
  readonly root: string;
  readonly transactions: number;
  readonly postings: number;
  readonly balances: string;
  readonly signed: string;
  readonly tables: readonly string[];
}

type Asking = Parameters<typeof rootOfBooks>[0];

async function stateOf(ask: Asking): Promise<State> {
  const { size, root } = await rootOfBooks(ask);
  const [one] = await ask<{ postings: number; balances: string; signed: string }>(
    `SELECT (SELECT count(*)::int FROM ledger_postings) AS postings,
            (SELECT sum(hashtextextended(b::text, 0))::text FROM (SELECT agreement_id, account, currency, sum(amount_minor) FROM ledger_postings GROUP BY 1, 2, 3) b) AS balances,
            (SELECT encode(root, 'hex') || ' ' || size FROM ledger_checkpoints ORDER BY size DESC LIMIT 1) AS signed`,
  );
  const tables = await ask<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1`,
  );
  const question = tables.map(
    ({ name }) =>
      `SELECT concat_ws(' ', '${name}', count(*), sum(hashtextextended(r::text, 0))) AS said FROM ${name} r`,
  );
  const said = await ask<{ said: string }>(question.join(' UNION ALL '));
  return { root, transactions: size, ...one!, tables: said.map((row) => row.said).sort() };
}

async function superuserOf(name: string): Promise<Client> {
  const client = new Client({ connectionString: toDatabase(testServer().superuserUrl, name) });
  await client.connect();
  return client;
}

const askOf =
  (client: Client): Asking =>
  async <Row extends object>(text: string, values?: unknown[]) =>
    (await client.query<Row>(text, values)).rows;

/** Gives the seconds that it took. */
async function intoAnother(
  { name }: FreshDatabase,
  kept: Dump,
  { before, found }: { before: State; found: Found },
): Promise<number> {
  const client = await superuserOf(name);
  try {
    const [seconds] = await timed(() => restore(client, kept));
    const after = await stateOf(askOf(client));
    if (before.signed !== `${before.root} ${before.transactions}`) found.add(`signed is ${before.signed}`);
    for (const part of ['root', 'transactions', 'postings', 'balances', 'signed'] as const)
      found.same(`${part} after the restore`, after[part], before[part]);
    const was = new Set(before.tables);
    for (const said of after.tables) if (!was.has(said)) found.add(`after the restore there is ${said}`);
    found.same('tables', after.tables.length, before.tables.length);
    return seconds;
  } finally {
    await client.end();
  }
}

/** Something more is posted to the restored books, and signed for behind what was signed before. */
async function logGoesOn(product: Product, { applicationUrl, name }: FreshDatabase, found: Found): Promise<void> {
  const source = await applicationDataSource(applicationUrl, 2).initialize();
  const client = await superuserOf(name);
  try {
    const database = new Database(source);
    const { keyringFile } = product.world.config;
    const log = new LogLedger(database, await Keyring.open(keyringFile, product.clock.now()), product.clock);
    const agreement = { id: randomUUID(), labelId: randomUUID(), platformId: randomUUID(), currency: 'USD' };
    const posting = {
      agreement,
      kind: 'advance-due',
      source: 'after',
      effectiveOn: '2026-05-01',
      at: product.clock.now(),
    };
    await database.asSystem((tx) => postAll(tx, [{ ...posting, legs: advanceDue(1n) }]));
    await log.execute();
    const signed = await database.asSystem((tx) => findCheckpoint(tx));
    const { size, root } = await rootOfBooks(askOf(client));
    found.same(
      'what is signed after the restore',
      `${signed?.root.toString('hex')} ${signed?.size}`,
      `${root} ${size}`,
    );
  } finally {
    await client.end();
    await source.destroy();
  }
}

/** The application tries to change, delete and empty each kind of fact. Gives how often it was refused. */
async function attempts({ applicationUrl, name }: FreshDatabase, found: Found): Promise<number> {
  const superuser = await superuserOf(name);
  const client = new Client({ connectionString: applicationUrl });
  await client.connect();
  let refused = 0;
  try {
    for (const table of facts) {
      const { rows } = await superuser.query<{ column: string }>(
        `SELECT quote_ident(column_name) AS column FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO' ORDER BY ordinal_position LIMIT 1`,
        [table],
      );
      const column = rows[0]!.column;
      for (const attempt of [
        `UPDATE ${table} SET ${column} = ${column}`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table}`,
      ]) {
        const ending = await client
          .query(`BEGIN; SET LOCAL accordo.role = 'system'; ${attempt}; ROLLBACK`)
          .then(() => 'done', String);
        await client.query('ROLLBACK');
        if (!/permission denied|append-only/.test(ending)) found.add(`of the application’s ${attempt}: ${ending}`);
        else refused += 1;
      }
    }
    return refused;
  } finally {
    await client.end();
    await superuser.end();
  }
}

/** What gives each transaction its place in the log: without it there is no root. */
const firstOfTheLog = 'LedgerLogAndCharts';

/** Takes back what migrations can be over these data, the last one first, and runs them again. Gives how many. */
async function migratedAgain(urls: FreshDatabase, found: Found, say: Order['say']): Promise<number> {
  const client = await superuserOf(urls.name);
  const source = await ownerDataSource(urls.ownerUrl).initialize();
  const before = await rootOfBooks(askOf(client));
  const last = async (): Promise<string> =>
    (await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id DESC LIMIT 1')).rows[0]?.name ?? '';
  let undone = 0;
  try {
    while (!(await last()).startsWith(firstOfTheLog)) {
      const ending = await source.undoLastMigration({ transaction: 'each' }).then(() => 'done', String);
      if (ending !== 'done') {
        say(`${undone} migrations were taken back; then ${await last()}: ${ending}`);
        break;
      }
      undone += 1;
    }
    await migrate(urls);
    found.same('the root after migrations', (await rootOfBooks(askOf(client))).root, before.root);
    return undone;
  } finally {
    await source.destroy();
    await client.end();
  }
}
