import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { referenceTerms } from '../../src/kernel/testing/reference-terms';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { eventSums, lastPositions } from '../../src/usage/events/event-sums';
import { insertEvents, insertEventsAlone, settledPosition } from '../../src/usage/events/events.repository';
import { freshDatabase, type FreshDatabase } from '../support/database';

const platformId = randomUUID();
const terms = referenceTerms();
const signed = { number: 1, effectiveFrom: terms.term.from, concludedAt: new Date(0), terms };
const life = { versions: [signed], facts: [] };
const agreement = { id: randomUUID(), platformId, timeZone: terms.timeZone, life };
const labelId = randomUUID();

/** What makes a booking repeatable: nothing below a settled position is still on its way, and nothing comes in there later. */
describe('positions of usage events', () => {
  let database: FreshDatabase;
  let source: DataSource;
  let application: Database;

  beforeAll(async () => {
    database = await freshDatabase();
    source = await applicationDataSource(database.applicationUrl, 10).initialize();
    application = new Database(source);
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const play = (id: string) => ({
    event: {
      source: '/s',
      id,
      instant: Date.UTC(2026, 0, 10),
      serviceId: labelId,
      isrc: 'ZZA012600001',
      territory: 'RU',
      use: 'OnDemandStream',
      model: 'AdvertisementSupportedModel',
      quantity: 1,
      playedSeconds: null,
      sold: null,
    },
    match: { agreementId: agreement.id, labelId, month: '2026-01-01', held: null },
  });
  /** Adds a play and commits once `until` resolves. */
  const add = (id: string, until: Promise<void> = Promise.resolve()): Promise<bigint> =>
    application.asSystem(async (tx) => {
      const { position } = await insertEvents(tx, { platformId, at: new Date(0) }, [play(id)]);
      started.shift()?.();
      await until;
      return position;
    });
  const started: (() => void)[] = [];
  const begun = (): Promise<void> => new Promise((resolve) => started.push(resolve));
  const gate = (): { opens: Promise<void>; open: () => void } => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { opens: promise, open: resolve };
  };
  const plays = (position: bigint): Promise<bigint> =>
    application.asSystem(async (tx) => (await eventSums(tx, agreement, '2026-01', position))[0]?.quantity ?? 0n);

  it('are settled only when every batch below is committed', async () => {
    const slow = gate();
    const first = begun();
    const adding = add('slow', slow.opens);
    await first;
    let settled: bigint | undefined;
    const settling = application.asSystem(async (tx) => (settled = await settledPosition(tx, platformId)));
    // The lock is waited for in the database: ask until it is.
    const superuser = application.asSystem(async (tx) => {
      for (let waiting = false; !waiting;) {
        const rows = await tx.rows(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
        waiting = rows.length > 0;
      }
    });
    await superuser;
    expect(settled).toBeUndefined();
    slow.open();
    const position = await adding;
    expect(await settling).toBeGreaterThan(position);
    expect(await plays(settled!)).toBe(1n);
  });

  it('let batches in while a close goes on, above what it counts', async () => {
    await application.asSystem(async (tx) => {
      const settled = await settledPosition(tx, platformId);
      const before = await plays(settled);
      expect(await add('meanwhile')).toBeGreaterThan(settled);
      expect(await plays(settled)).toBe(before);
      expect((await lastPositions(tx, agreement, ['2026-01'], settled)).get('2026-01')).toBeLessThan(settled);
    });
  });

  it('give each batch its own, whatever runs at the same time', async () => {
    const positions = await Promise.all(Array.from({ length: 8 }, (_, at) => add(`many-${at}`)));
    expect(new Set(positions).size).toBe(8);
    const settled = await application.asSystem((tx) => settledPosition(tx, platformId));
    expect(settled > positions.reduce((a, b) => (a > b ? a : b))).toBe(true);
    expect(await plays(settled)).toBe(10n);
  });

  it('count an id that comes twice at once a single time', async () => {
    const before = await application.asSystem((tx) => settledPosition(tx, platformId));
    await Promise.all([add('same'), add('same'), add('same')]);
    const after = await application.asSystem((tx) => settledPosition(tx, platformId));
    expect((await plays(after)) - (await plays(before))).toBe(1n);
  });

  it('are drawn by a batch that comes alone only under the stamp by which it was matched', async () => {
    const alone = (stamp: string) =>
      insertEventsAlone(application, { platformId, at: new Date(0), stamp }, [play('alone'), play('same')]);
    const before = await application.asSystem((tx) => settledPosition(tx, platformId));
    expect(await alone('1 0 0')).toBeUndefined();
    const between = await application.asSystem((tx) => settledPosition(tx, platformId));
    expect(await plays(between)).toBe(await plays(before));
    // Nothing was signed, has happened or was stated.
    const inserted = await alone('0 0 0');
    expect(inserted).toMatchObject({ added: 1n });
    expect(inserted!.position).toBeGreaterThan(between);
    expect((await plays(inserted!.position)) - (await plays(before))).toBe(1n);
  });
});
