import fc from 'fast-check';
import { territoryNumber } from '../../src/kernel';
import { MatchHeldEvents } from '../../src/usage/events/match-held-events';
import type { ApiRefusal } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { remade } from '../support/proved-statement';
import { closeMonth, reportUsage, type Statement, type StatementLine } from '../support/reported-usage';
import type { SmallReport } from '../support/small-report';
import { type EventParts, type EventsTaken, eventTerms, sendEvents, usageEvent } from '../support/usage-events';

interface Live {
  readonly month: string;
  readonly amount: string | null;
  readonly missing: readonly { readonly code: string }[];
  readonly rows: readonly { readonly isrc: string; readonly quantity: string; readonly amount: string | null }[];
  readonly next: string | null;
}

/** No worker runs: each test decides when a month is closed. */
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-20T09:00:00Z' });
});
afterAll(async () => {
  for (const client of connections) await client.end();
  await app?.close();
});

const uses = ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'];

/** A market whose agreement counts these uses from events; without a floor, 0.002 a play. */
class Deal {
  constructor(
    readonly market: Market,
    readonly agreement: AgreementAnswer,
  ) {}

  static async counting(counted: readonly string[], changes: object = {}): Promise<Deal> {
    const market = await openMarket(app, 3);
    const life = eventTerms(market, counted);
    const agreement = await market.concluded({ floor: '0.01', life, ...changes });
    return new Deal(market, agreement);
  }

  private number = 0;

  send(...parts: Partial<EventParts>[]): Promise<EventsTaken> {
    const events = parts.map((part) => usageEvent(this.market, { id: `e${(this.number += 1)}`, ...part }));
    return sendEvents(this.market.platform.as, events);
  }

  report(changes: Partial<SmallReport> & Pick<SmallReport, 'plays'>, replaces?: string): Promise<string> {
    return reportUsage(app, this.market, changes, replaces);
  }

  close(month: string): Promise<{ lines: StatementLine[]; statement: Statement }> {
    return closeMonth(app, this.market, this.agreement.id, month);
  }

  /** What `accordo rate` makes of the statement's inputs has its hash. */
  async verify({ id, sha256 }: Statement): Promise<void> {
    expect((await remade(this.market.label.as, id)).sha256).toBe(sha256);
  }

  live(query = ''): Promise<Live> {
    return this.market.label.as.get(`/v1/agreements/${this.agreement.id}/live${query}`);
  }

  void(body: object): Promise<{ id: string; events: string; replacements: string }> {
    return this.market.platform.as.post('/v1/usage-event-voids', { reason: 'Counted by mistake.', ...body });
  }
}

const told = (lines: readonly StatementLine[]): string[] =>
  lines
    .filter(({ isrc }) => isrc !== null)
    .map(({ period, useType, quantity, amount }) => `${period} ${useType} ${quantity} ${amount}`);
const connections: Awaited<ReturnType<TestApp['superuser']>>[] = [];
async function superuser(): Promise<(typeof connections)[number]> {
  const client = await app.superuser();
  connections.push(client);
  return client;
}

describe('taking events back', () => {
  it('is a fact of its own, once for each event, by name or by what they are of', async () => {
    const deal = await Deal.counting(uses);
    const [first, second] = deal.market.isrcs as [string, string];
    const source = '/voided';
    const at = (hour: number): string => `2026-01-03T${String(hour).padStart(2, '0')}:00:00Z`;
    await deal.send(
      ...Array.from({ length: 10 }, (_, place) => ({
        id: `v${place}`,
        source,
        time: at(place),
        isrc: place < 5 ? first : second,
        quantity: place + 1,
      })),
    );
    const plays = async (): Promise<string[]> =>
      (await deal.live('?month=2026-01')).rows.map(({ quantity }) => quantity);
    expect(await plays()).toEqual(['15', '40']);
    expect(
      await deal.void({
        events: [
          { source, id: 'v0' },
          { source, id: 'v9' },
        ],
      }),
    ).toMatchObject({ events: '2' });
    expect(await plays()).toEqual(['14', '30']);
    expect(
      await deal.void({
        events: [
          { source, id: 'v9' },
          { source, id: 'v8' },
        ],
      }),
    ).toMatchObject({ events: '1' });
    expect(await plays()).toEqual(['14', '21']);
    // One that is named twice is taken out of the sums once.
    const twice = [7, 7].map((place) => ({ source, id: `v${place}` }));
    expect(await deal.void({ events: twice })).toMatchObject({ events: '1' });
    expect(await plays()).toEqual(['14', '13']);
    const query = { source, isrc: first, from: at(1), until: at(3), serviceId: deal.market.serviceIds[0] };
    expect(await deal.void({ query })).toMatchObject({ events: '2' });
    expect(await deal.void({ query })).toMatchObject({ events: '0' });
    expect(await plays()).toEqual(['9', '13']);
    expect(await deal.void({ query: { source: '/other' } })).toMatchObject({ events: '0' });
    // Sent again it is answered as it was, and stays void.
    const { events } = await deal.send({ id: 'v0', source, time: at(0), quantity: 1 });
    expect(events[0]).toMatchObject({ outcome: 'duplicate' });
    expect(await plays()).toEqual(['9', '13']);
    const { rows } = await (await superuser()).query('SELECT FROM usage_events WHERE source = $1', [source]);
    expect(rows).toHaveLength(10);
    for (const { as } of [deal.market.platform, deal.market.label]) {
      const voids = await as.all<{ reason: string; events: string }>('/v1/usage-event-voids');
      expect(
        voids
          .map(({ events: count }) => count)
          .filter((count) => count !== '0')
          .sort(),
      ).toEqual(['1', '1', '2', '2']);
    }
    expect(await (await app.given.label()).as.all('/v1/usage-event-voids')).toEqual([]);
  });

  it('is done by a file that names many, all of them or none, and the file is kept', async () => {
    const deal = await Deal.counting(uses);
    const [source, time] = ['/by-file', '2026-01-03T00:00:00Z'];
    await deal.send(...Array.from({ length: 900 }, (_, place) => ({ id: `f${place}`, source, time, quantity: 1 })));
    const name = (place: number): string => JSON.stringify({ source, id: `f${place}` });
    const upload = (lines: readonly string[]): Promise<{ events: string; query: { file: string } }> =>
      deal.market.platform.as.upload(
        '/v1/usage-event-voids/files?reason=Counted%20twice.',
        'application/x-ndjson',
        lines.join('\n'),
      );
    const refusal = (lines: readonly string[]): Promise<unknown> =>
      upload(lines).then(
        () => 'accepted',
        ({ code, body }: ApiRefusal) => [code, (body as { faults: { pointer: string; code: string }[] }).faults],
      );
    const plays = async (): Promise<string[]> =>
      (await deal.live('?month=2026-01')).rows.map(({ quantity }) => quantity);
    expect(
      await refusal([name(0), '', 'f1', '{"source":"/by-file"}', '{"source":"/a","id":"b","c":1}', '\u{1}']),
    ).toEqual([
      'request-invalid',
      [3, 4, 5, 6].map((line) => expect.objectContaining({ pointer: `/lines/${line}`, code: 'event-name' }) as object),
    ]);
    expect(await refusal(['', ''])).toEqual(['request-invalid', [expect.objectContaining({ pointer: '/lines' })]]);
    expect(await refusal([name(0), '', name(900), name(1)])).toEqual([
      'usage-event-unknown',
      [expect.objectContaining({ pointer: '/lines/3' })],
    ]);
    expect(await plays()).toEqual(['900']);
    const some = Array.from({ length: 600 }, (_, place) => name(place));
    const made = await upload([...some, name(0), '']);
    expect([made.events, made.query.file]).toEqual(['600', expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(await app.parts.storage.has(made.query.file)).toBe(true);
    expect(await plays()).toEqual(['300']);
    const { as } = deal.market.platform;
    expect(await outcome(as, 'POST', '/v1/usage-event-voids/files?reason=No')).toBe('415 content-type-unsupported');
  });

  it('puts others in their place in the same moment, or does nothing', async () => {
    const deal = await Deal.counting(uses);
    const time = '2026-01-04T00:00:00Z';
    await deal.send({ id: 'r1', time, quantity: 100 });
    const replaced = (parts: Partial<EventParts>): object => ({
      reason: 'Counted twice.',
      events: [{ source: '/players/1', id: 'r1' }],
      replacements: [usageEvent(deal.market, { id: 'r2', time, quantity: 50, ...parts })],
    });
    const refusal = (body: object) => refused(deal.market.platform.as, 'POST', '/v1/usage-event-voids', body);
    expect(await refusal(replaced({ territory: 'XX' }))).toMatchObject({
      code: 'usage-event-invalid',
      faults: [{ pointer: '/replacements/0/data/territory' }],
    });
    expect(await refusal(replaced({ id: 'r1', quantity: 100 }))).toMatchObject({
      code: 'usage-event-invalid',
      faults: [{ pointer: '/replacements/0/id', code: 'event-already-sent' }],
    });
    const plays = async (): Promise<string[]> =>
      (await deal.live('?month=2026-01')).rows.map(({ quantity }) => quantity);
    expect(await plays()).toEqual(['100']);
    expect(await deal.void(replaced({}))).toMatchObject({ events: '1', replacements: '1' });
    expect(await plays()).toEqual(['50']);
  });

  it.each([
    ['an event that nobody sent', { events: [{ source: '/players/1', id: 'nobody' }] }, '422 usage-event-unknown'],
    ['neither events nor a query', {}, '400 request-invalid'],
    ['both', { events: [{ source: 'a', id: 'b' }], query: { source: 'a' } }, '400 request-invalid'],
    [
      'a time that runs backwards',
      { query: { source: 'a', from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' } },
      '400 request-invalid',
    ],
    ['an hour that does not exist', { query: { source: 'a', from: '2026-01-01T25:00:00Z' } }, '400 request-invalid'],
  ])('is refused for %s', async (_, body, expected) => {
    const { as } = await app.given.platform();
    expect(await outcome(as, 'POST', '/v1/usage-event-voids', { reason: 'Wrong.', ...body })).toBe(expected);
  });

  it('and taking them in at the same time leaves sums of exactly what is not void', async () => {
    const deal = await Deal.counting(uses);
    const time = '2026-01-05T00:00:00Z';
    const names = Array.from({ length: 40 }, (_, at) => `c${at}`);
    await deal.send(...names.map((id) => ({ id, time })));
    await Promise.all([
      ...[0, 1, 2].map(() => deal.void({ events: names.slice(0, 20).map((id) => ({ source: '/players/1', id })) })),
      ...[0, 1, 2].map(() => deal.send(...names.map((id) => ({ id, time })))),
      deal.void({ query: { source: '/players/1' } }),
    ]);
    expect((await deal.live('?month=2026-01')).rows).toEqual([]);
  });
});

describe('held events', () => {
  it('that were sent before the agreement was signed count once it is', async () => {
    const market = await openMarket(app, 1);
    const play = usageEvent(market, { id: 'early', quantity: 1000, time: '2026-01-01T00:00:00Z' });
    const revoked = usageEvent(market, { id: 'revoked', quantity: 9, time: '2026-01-01T00:00:00Z' });
    const { events } = await sendEvents(market.platform.as, [play, revoked]);
    expect(events.map(({ held }) => held)).toEqual(['unknown-recording', 'unknown-recording']);
    const body = { reason: 'Never played.', events: [{ source: '/players/1', id: 'revoked' }] };
    await market.platform.as.post('/v1/usage-event-voids', body);
    const agreement = await market.concluded({ life: eventTerms(market, uses) });
    const match = (): Promise<void> => app.app.get(MatchHeldEvents).execute({ agreementId: agreement.id });
    await Promise.all([match(), match(), match()]);
    await match();
    const live = await market.label.as.get<Live>(`/v1/agreements/${agreement.id}/live?month=2026-01`);
    expect(live.rows.map(({ quantity }) => quantity)).toEqual(['1000']);
    const listed = await market.platform.as.all<{ id: string; agreementId: string | null; held: string | null }>(
      '/v1/usage-events',
    );
    expect(listed.map(({ id, agreementId, held }) => [id, agreementId, held])).toEqual([
      ['early', agreement.id, null],
      ['revoked', null, 'unknown-recording'],
    ]);
    // And are taken out of it again like any other.
    await market.platform.as.post('/v1/usage-event-voids', {
      reason: 'x',
      events: [{ source: '/players/1', id: 'early' }],
    });
    expect((await market.label.as.get<Live>(`/v1/agreements/${agreement.id}/live?month=2026-01`)).rows).toEqual([]);
  });
});

describe('the same usage', () => {
  it('ends in the same sums, however it is split, shuffled, repeated and late', async () => {
    const deal = await Deal.counting(uses);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            track: fc.nat(2),
            territory: fc.constantFrom('RU', 'KZ'),
            quantity: fc.integer({ min: 1, max: 9 }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        fc.array(fc.nat(11), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        async (plays, repeated, size) => {
          run += 1;
          const source = `/law/${run}`;
          const parts = plays.map(({ track, territory, quantity }, at) => ({
            id: String(at),
            source,
            territory,
            quantity,
            isrc: deal.market.isrcs[track]!,
            time: '2026-01-06T00:00:00Z',
          }));
          const deliveries = [...repeated.map((at) => parts[at % parts.length]!), ...parts.toReversed()];
          const batches = Array.from({ length: Math.ceil(deliveries.length / size) }, (_, at) =>
            deliveries.slice(at * size, (at + 1) * size),
          );
          const answers = await Promise.all(batches.map((batch) => deal.send(...batch)));
          expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(parts.length);
          const { rows } = await (
            await connection
          ).query<{ key: string; units: string }>(
            `SELECT isrc || ' ' || territory AS key, sum(quantity)::text AS units
               FROM usage_event_sums, unnest(isrcs, territories, quantities) AS u (isrc, territory, quantity)
              WHERE agreement_id = $1 AND position > $2 GROUP BY 1`,
            [deal.agreement.id, seen],
          );
          const expected = new Map<string, number>();
          for (const { isrc, territory, quantity } of parts) {
            const key = `${isrc} ${territory === 'RU' ? numbers.RU : numbers.KZ}`;
            expected.set(key, (expected.get(key) ?? 0) + quantity);
          }
          expect(new Map(rows.map(({ key, units }) => [key, Number(units)]))).toEqual(expected);
          const { rows: last } = await (
            await connection
          ).query<{ position: string }>('SELECT last_value AS position FROM usage_event_positions');
          seen = last[0]!.position;
        },
      ),
      { numRuns: 25, seed: 8 },
    );
  });
  let seen = '0';
  let connection: ReturnType<typeof superuser>;
  const numbers = { RU: territoryNumber('RU'), KZ: territoryNumber('KZ') };
  beforeAll(() => void (connection = superuser()));
});

describe('reports and events side by side', () => {
  it('are compared by track and territory, within a tolerance', async () => {
    const deal = await Deal.counting([]);
    const [first, second, third] = deal.market.isrcs as [string, string, string];
    await deal.report({ plays: { [first]: 1000, [second]: 500 }, downloads: { [first]: [20, 5] } });
    const download = { useType: 'PermanentDownload', commercialModel: 'PayAsYouGoModel' };
    await deal.send(
      { isrc: first, quantity: 990 },
      { isrc: second, quantity: 300 },
      { isrc: third, territory: 'KZ', quantity: 4 },
      { ...download, quantity: 15 },
    );
    const path = `/v1/agreements/${deal.agreement.id}/reconciliation?month=2026-01&serviceId=${deal.market.serviceIds[0]}`;
    for (const { as } of [deal.market.label, deal.market.platform]) {
      const { totals, rows } = await as.get<{ totals: object; rows: Record<string, string>[] }>(
        `${path}&tolerance=0.01`,
      );
      expect(totals).toEqual({
        reported: '1515',
        metered: '1309',
        difference: '-206',
        compared: '4',
        differing: '2',
        disputed: '204',
      });
      expect(
        rows.map(({ isrc, territory, reported, metered, difference, sourceOfRecord }) => [
          isrc,
          territory,
          reported,
          metered,
          difference,
          sourceOfRecord,
        ]),
      ).toEqual([
        [second, 'RU', '500', '300', '-200', 'report'],
        [third, 'KZ', '0', '4', '4', 'report'],
      ]);
    }
    const all = await deal.market.label.as.all<{ isrc: string }>(path);
    expect(all.map(({ isrc }) => isrc)).toEqual([first, second, third]);
    const paged = await deal.market.label.as.get<{ rows: { isrc: string }[]; next: string }>(`${path}&limit=2`);
    const rest = await deal.market.label.as.get<{ rows: { isrc: string }[]; next: null }>(
      `${path}&limit=2&cursor=${paged.next}`,
    );
    expect([...paged.rows, ...rest.rows].map(({ isrc }) => isrc)).toEqual([first, second, third]);
    expect(paged).toMatchObject({ tolerance: '0', answerBy: null });
  });

  it('pass what the terms let pass, and are explained by the day that they name', async () => {
    const market = await openMarket(app, 3);
    const { usage } = eventTerms(market, []);
    // A third of 300 is exactly 100.
    const life = { usage: { ...usage, reconciliation: { tolerance: '1/3', answerDays: 10 } } };
    const deal = new Deal(market, await market.concluded({ floor: '0.01', life }));
    const [first, second] = market.isrcs as [string, string];
    await deal.report({ plays: { [first]: 300, [second]: 300 } });
    await deal.send({ isrc: first, quantity: 200 }, { isrc: second, quantity: 199 });
    const path = `/v1/agreements/${deal.agreement.id}/reconciliation?month=2026-01&serviceId=${market.serviceIds[0]}`;
    const agreed = await market.label.as.get<{ rows: { isrc: string }[] }>(path);
    expect(agreed).toMatchObject({ tolerance: '1/3', answerBy: '2026-02-25', rows: [{ isrc: second }] });
    const strict = await market.label.as.get<{ rows: object[] }>(`${path}&tolerance=0`);
    expect([strict, strict.rows.length]).toMatchObject([{ tolerance: '0', answerBy: '2026-02-25' }, 2]);
  });
});

describe('the month so far', () => {
  it('is rated as a close would rate it, and shown by track, territory, service and use', async () => {
    const deal = await Deal.counting(uses);
    expect(await deal.live()).toMatchObject({
      month: '2026-01',
      amount: '0.01',
      currency: 'USD',
      rows: [],
      missing: [],
    });
    const time = '2026-01-10T00:00:00Z';
    await deal.send({ time, quantity: 1000 }, { time, isrc: deal.market.isrcs[1]!, territory: 'KZ', quantity: 500 });
    const live = await deal.live();
    expect(live.amount).toBe('3.00');
    expect(live.rows.map(({ quantity, amount }) => `${quantity} ${amount}`)).toEqual(['1000 2.00', '500 1.00']);
    const page = await deal.live('?limit=1');
    const rest = await deal.live(`?limit=1&cursor=${page.next}`);
    expect([...page.rows, ...rest.rows]).toEqual(live.rows);
    expect(rest.next).toBeNull();
    expect(await outcome(deal.market.label.as, 'GET', `/v1/agreements/${deal.agreement.id}/live?month=2025-12`)).toBe(
      '400 request-invalid',
    );
  });
});

describe('a close', () => {
  /** Made before the clock moves, which ends every session. */
  let deals: Deal[];
  beforeAll(async () => {
    deals = [];
    for (const counted of [uses, uses, ['PermanentDownload'], uses]) deals.push(await Deal.counting(counted));
  });

  async function moveTo(time: string): Promise<void> {
    app.clock.moveTo(new Date(time));
    for (const { market } of deals) {
      for (const party of [market.label, market.platform]) Object.assign(party, { as: await app.given.signIn(party) });
    }
  }

  describe('where events are the source of record', () => {
    it('a month is closed on them alone, without any report', async () => {
      const deal = deals[0]!;
      await deal.send({}, { quantity: 9 }, { isrc: deal.market.isrcs[1]!, territory: 'KZ', quantity: 5 });
      await deal.send({ useType: 'PermanentDownload', commercialModel: 'PayAsYouGoModel', quantity: 2 });
      await deal.send({ territory: 'DE', quantity: 100 }, { time: '2026-01-31T21:00:00Z', quantity: 7 });
      await moveTo('2026-02-02T00:00:00Z');
      const { lines, statement } = await deal.close('2026-01');
      expect(told(lines).sort()).toEqual(
        ['2026-01 OnDemandStream 10 0.02', '2026-01 OnDemandStream 5 0.01', '2026-01 PermanentDownload 2 0.72'].sort(),
      );
      await deal.verify(statement);
    });

    it('reports of the same use are evidence: whatever they say, nothing counts twice', async () => {
      const deal = deals[1]!;
      const [first] = deal.market.isrcs;
      await deal.send({ quantity: 1000 });
      const id = await deal.report({ plays: { [first!]: 5000 }, downloads: { [first!]: [3, 0] } });
      await moveTo('2026-02-03T00:00:00Z');
      const { lines } = await deal.close('2026-01');
      expect(told(lines)).toEqual(['2026-01 OnDemandStream 1000 2.00']);
      // Even a replaced report moves no money then.
      await deal.report({ plays: { [first!]: 9000 } }, id);
      await moveTo('2026-03-03T00:00:00Z');
      const { lines: next, statement } = await deal.close('2026-02');
      expect(told(next)).toEqual([]);
      await deal.verify(statement);
    });

    it('use by use: where reports are money, events are evidence', async () => {
      const deal = deals[2]!;
      const [first, second] = deal.market.isrcs as [string, string];
      const download = { useType: 'PermanentDownload', commercialModel: 'PayAsYouGoModel' };
      await deal.send({ quantity: 777 }, { ...download, isrc: second, quantity: 3 });
      await moveTo('2026-02-04T00:00:00Z');
      const path = `/v1/agreements/${deal.agreement.id}/closes`;
      expect(await outcome(deal.market.label.as, 'POST', path, { month: '2026-01' })).toBe('409 period-not-closable');
      await deal.report({ plays: { [first]: 1000 }, downloads: { [first]: [50, 1] } });
      const { lines, statement } = await deal.close('2026-01');
      expect(told(lines)).toEqual(['2026-01 OnDemandStream 1000 2.00', '2026-01 PermanentDownload 3 1.08']);
      await deal.verify(statement);
      // Events that are only evidence make no correction.
      await deal.send({ quantity: 5 });
      await deal.report({ plays: { [first]: 10 }, month: '2026-02' });
      await moveTo('2026-03-04T00:00:00Z');
      const { lines: next } = await deal.close('2026-02');
      expect(told(next)).toEqual(['2026-02 OnDemandStream 10 0.02']);
    });
  });

  describe('events of a closed month', () => {
    it('that come late, or become void, are a difference of the next close', async () => {
      const deal = deals[3]!;
      const [first, second] = deal.market.isrcs as [string, string];
      await deal.send({ id: 'kept', quantity: 1000 }, { id: 'wrong', isrc: second, quantity: 500 });
      await moveTo('2026-02-05T00:00:00Z');
      expect(told((await deal.close('2026-01')).lines)).toEqual([
        '2026-01 OnDemandStream 1000 2.00',
        '2026-01 OnDemandStream 500 1.00',
      ]);
      await deal.send({ id: 'late', quantity: 250 }, { id: 'new', time: '2026-02-04T00:00:00Z', quantity: 1 });
      await deal.void({ events: [{ source: '/players/1', id: 'wrong' }] });
      await moveTo('2026-03-05T00:00:00Z');
      const second_ = await deal.close('2026-02');
      expect(told(second_.lines)).toEqual([
        '2026-02 OnDemandStream 1 0.01',
        '2026-01 OnDemandStream 250 0.50',
        '2026-01 OnDemandStream -500 -1.00',
      ]);
      await deal.verify(second_.statement);
      await moveTo('2026-04-05T00:00:00Z');
      // Booked once: nothing of it comes again.
      const third = await deal.close('2026-03');
      expect(told(third.lines)).toEqual([]);
      await deal.verify(third.statement);
      const { rows } = await (
        await superuser()
      ).query<{ period: string; sequence: number; counted: boolean }>(
        `SELECT period::text, sequence, event_position IS NOT NULL AS counted FROM period_bookings WHERE agreement_id = $1 ORDER BY period, sequence`,
        [deal.agreement.id],
      );
      expect(rows).toEqual([
        { period: '2026-01-01', sequence: 1, counted: true },
        { period: '2026-01-01', sequence: 2, counted: true },
        { period: '2026-02-01', sequence: 1, counted: true },
        { period: '2026-03-01', sequence: 1, counted: true },
      ]);
      expect(first).not.toBe(second);
    });
  });
});
