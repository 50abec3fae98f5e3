import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { startTestApp, type TestApp } from '../support/app';
import type { Party } from '../support/given';

interface Page {
  readonly rows: readonly {
    readonly topic: string;
    readonly subjectId: string;
    readonly payload: object;
    readonly occurredAt: string;
  }[];
  readonly next: string;
}

let app: TestApp;
let label: Party;
let stranger: Party;
let superuser: Client;

beforeAll(async () => {
  app = await startTestApp();
  superuser = await app.superuser();
  [label, stranger] = [await app.given.label(), await app.given.label()];
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const tell = (client: Client, topic: string, to: Party = label): Promise<unknown> =>
  client.query(
    `INSERT INTO outbox (organization_id, topic, subject_id, payload, occurred_at) VALUES ($1, $2, $3, '{}', '2026-01-05T09:00:00Z')`,
    [to.organizationId, topic, randomUUID()],
  );

const page = (cursor: string | undefined, limit = 1000, party = label): Promise<Page> =>
  party.as.get(`/v1/events?limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`);

/** A reader that keeps its place: what it has been told, in order. */
class Reader {
  readonly topics: string[] = [];

  constructor(
    private cursor: string | undefined,
    private readonly limit = 1000,
  ) {}

  async read(): Promise<void> {
    const { rows, next } = await page(this.cursor, this.limit);
    this.topics.push(...rows.map(({ topic }) => topic));
    this.cursor = next;
  }

  /** News waits for the older transactions of the whole server, other tests' included: it is certain to come, not at once. */
  async readUntil(count: number): Promise<void> {
    for (let attempt = 0; attempt < 400 && this.topics.length < count; attempt += 1) {
      await this.read();
      if (this.topics.length < count) await sleep(25);
    }
  }
}

/** The place after everything told so far. */
async function end(): Promise<string> {
  const mark = `mark.${randomUUID()}`;
  await tell(superuser, mark);
  const reader = new Reader(undefined);
  for (let attempt = 0; attempt < 400 && !reader.topics.includes(mark); attempt += 1) {
    await reader.read();
    await sleep(10);
  }
  return (await page(undefined)).next;
}

it('news comes in order, again and again from the same place', async () => {
  const start = await end();
  const topics = Array.from({ length: 7 }, (_, index) => `told.${index}`);
  for (const topic of topics) await tell(superuser, topic);
  const reader = new Reader(start);
  await reader.readUntil(7);
  expect(reader.topics).toEqual(topics);
  const again = await page(start);
  expect(again.rows.map(({ topic }) => topic)).toEqual(topics);
  expect(again).toEqual(await page(start));
  const slow = new Reader(start, 1);
  await slow.readUntil(7);
  expect(slow.topics).toEqual(topics);
});

it('a place at the end is kept, and continues when there is more', async () => {
  const start = await end();
  expect(await page(start)).toEqual({ rows: [], next: start });
  await tell(superuser, 'more');
  const reader = new Reader(start);
  await reader.readUntil(1);
  expect(reader.topics).toEqual(['more']);
});

it('each organization hears its own news only', async () => {
  const start = await end();
  await tell(superuser, 'for.others', stranger);
  await tell(superuser, 'for.label');
  const reader = new Reader(start);
  await reader.readUntil(1);
  await reader.read();
  expect(reader.topics).toEqual(['for.label']);
  // A place in one organization's news is no way into another's.
  expect((await page(start, 1000, stranger)).rows.map(({ topic }) => topic)).toEqual(['for.others']);
});

it('a slow transaction is not skipped by a reader that comes between', async () => {
  const start = await end();
  const reader = new Reader(start);
  const slow = await app.superuser();
  try {
    await slow.query('BEGIN');
    await tell(slow, 'slow');
    await tell(superuser, 'quick');
    // Both have their positions; the quick one is committed, and still nothing may be read past the slow one.
    for (let attempt = 0; attempt < 3; attempt += 1) await reader.read();
    expect(reader.topics).toEqual([]);
    await slow.query('COMMIT');
    await reader.readUntil(2);
    expect(reader.topics).toEqual(['slow', 'quick']);
    await reader.read();
    expect(reader.topics).toEqual(['slow', 'quick']);
  } finally {
    await slow.end();
  }
});

it('a transaction that fails leaves no gap that stops the reader', async () => {
  const reader = new Reader(await end());
  const failing = await app.superuser();
  try {
    await failing.query('BEGIN');
    await tell(failing, 'undone');
    await failing.query('ROLLBACK');
  } finally {
    await failing.end();
  }
  await tell(superuser, 'after');
  await reader.readUntil(1);
  expect(reader.topics).toEqual(['after']);
});

it('many writers at once are each heard exactly once', async () => {
  const reader = new Reader(await end(), 3);
  const writers = await Promise.all(Array.from({ length: 6 }, () => app.superuser()));
  try {
    const written = Promise.all(
      writers.map(async (client, writer) => {
        for (let round = 0; round < 10; round += 1) {
          await client.query('BEGIN');
          await tell(client, `writer${writer}.${round}`);
          await sleep((writer * 7 + round * 3) % 11);
          await client.query('COMMIT');
        }
      }),
    );
    await reader.readUntil(60);
    await written;
    expect(reader.topics).toHaveLength(60);
    expect(new Set(reader.topics).size).toBe(60);
    for (let writer = 0; writer < 6; writer += 1) {
      const own = reader.topics.filter((topic) => topic.startsWith(`writer${writer}.`));
      expect(own).toEqual(Array.from({ length: 10 }, (_, round) => `writer${writer}.${round}`));
    }
  } finally {
    for (const client of writers) await client.end();
  }
});

it('news cannot be changed or taken back', async () => {
  await tell(superuser, 'kept');
  for (const change of [`UPDATE outbox SET topic = 'other'`, 'DELETE FROM outbox', 'TRUNCATE outbox']) {
    await expect(superuser.query(change)).rejects.toMatchObject({ constraint: 'append_only' });
  }
});

it('comes in the order of transactions as numbers: the hundredth after the ninety-ninth', async () => {
  const reader = await app.given.label();
  for (const transaction of [100, 9, 99, 10]) {
    await superuser.query(
      `INSERT INTO outbox (transaction, organization_id, topic, subject_id, payload, occurred_at)
       VALUES ($1::text::xid8, $2, $3, $4, '{}', '2026-01-05T09:00:00Z')`,
      [String(transaction), reader.organizationId, `transaction.${transaction}`, randomUUID()],
    );
  }
  const told: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 10; pages += 1) {
    const { rows, next } = await page(cursor, 1, reader);
    told.push(...rows.map(({ topic }) => topic).filter((topic) => topic.startsWith('transaction.')));
    cursor = next;
  }
  expect(told).toEqual([9, 10, 99, 100].map((transaction) => `transaction.${transaction}`));
});
