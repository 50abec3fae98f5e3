import type { Client } from 'pg';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome } from '../support/market';
import {
  eventBatch,
  type EventAnswer,
  type EventParts,
  type EventsTaken,
  sendEvents,
  sendRaw,
  usageEvent,
} from '../support/usage-events';

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let database: Client;
let platform: ApiClient;

beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-20T09:00:00Z' });
  market = await openMarket(app, 4);
  agreement = await market.concluded({ isrcs: market.isrcs.slice(0, 3) });
  database = await app.superuser();
  platform = market.platform.as;
});
afterAll(async () => {
  await database?.end();
  await app?.close();
});

const event = (parts: EventParts): ReturnType<typeof usageEvent> => usageEvent(market, parts);
const send = (...parts: EventParts[]): Promise<EventsTaken> => sendEvents(platform, parts.map(event));
const outcomes = ({ events }: EventsTaken): string[] =>
  events.map(({ outcome: became, held, code }) => [became, held ?? code].filter(Boolean).join(' '));
/** Plays of a source as the sums have them: everything that ever counted. */
const summed = async (month = '2026-01-01'): Promise<Record<string, string>> => {
  const { rows } = await database.query<{ isrc: string; quantity: string }>(
    `SELECT isrc, sum(quantity)::text AS quantity FROM usage_event_sums, unnest(isrcs, quantities) AS u (isrc, quantity)
      WHERE agreement_id = $1 AND month = $2 GROUP BY isrc ORDER BY isrc`,
    [agreement.id, month],
  );
  return Object.fromEntries(rows.map(({ isrc, quantity }) => [isrc, quantity]));
};

describe('usage events', () => {
  it('count for the agreement that covers them, each answered in its place', async () => {
    const before = await summed();
    const taken = await send({ id: 'a1' }, { id: 'a2', isrc: market.isrcs[1]!, quantity: 5 }, { id: 'a3' });
    expect(taken).toMatchObject({ accepted: 3, duplicates: 0, rejected: 0 });
    expect(taken.events.map(({ id, agreementId, held }) => [id, agreementId, held])).toEqual([
      ['a1', agreement.id, null],
      ['a2', agreement.id, null],
      ['a3', agreement.id, null],
    ]);
    const after = await summed();
    expect(Number(after[market.isrcs[0]!]) - Number(before[market.isrcs[0]!] ?? 0)).toBe(2);
    expect(Number(after[market.isrcs[1]!]) - Number(before[market.isrcs[1]!] ?? 0)).toBe(5);
  });

  it('are there once, however often, in whatever company and at the same time they are sent', async () => {
    const before = await summed();
    const parts = Array.from({ length: 30 }, (_, at) => ({ id: `once-${at}`, quantity: at + 1 }));
    const shuffled = (shift: number): EventParts[] => parts.map((_, at) => parts[(at * 7 + shift) % 30]!);
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((shift) => send(...shuffled(shift))));
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(30);
    expect(answers.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(150);
    expect(outcomes(await send({ id: 'once-0', quantity: 1 }, { id: 'twice' }, { id: 'twice' }))).toEqual([
      'duplicate',
      'accepted',
      'duplicate',
    ]);
    expect(Number((await summed())[market.isrcs[0]!]) - Number(before[market.isrcs[0]!])).toBe(465 + 1);
  });

  it('are refused under an id that said something else, naming the difference', async () => {
    await send({ id: 'd1', quantity: 2 });
    const { events } = await send(
      { id: 'd1', quantity: 3, time: '2026-01-10T12:00:01Z' },
      { id: 'd1', quantity: 2 },
      { id: 'd2', territory: 'KZ' },
      { id: 'd2', territory: 'BY' },
      { id: 'd1', source: '/players/2', quantity: 3 },
    );
    expect(outcomes({ events } as EventsTaken)).toEqual([
      'rejected usage-event-differs',
      'duplicate',
      'accepted',
      'rejected usage-event-differs',
      'accepted',
    ]);
    expect(events[0]).toMatchObject({ status: 409 });
    expect(events[0]!.faults!.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/time field-differs',
      '/data/quantity field-differs',
    ]);
    expect(events[3]!.faults).toEqual([
      { pointer: '/data/territory', code: 'field-differs', message: 'was KZ when this id was first sent' },
    ]);
    const alone = await sendRaw<{ code: string; faults: object[] }>(
      platform,
      'application/cloudevents+json',
      JSON.stringify(event({ id: 'd1', isrc: market.isrcs[2]! })),
    );
    expect([alone.status, alone.body.code]).toEqual([409, 'usage-event-differs']);
    expect(alone.body.faults).toHaveLength(2);
  });

  it('that no agreement covers are held with the reason, and listed', async () => {
    const { events } = await send(
      { id: 'h1', isrc: market.isrcs[3]! },
      { id: 'h2', isrc: 'ZZZ992600001' },
      { id: 'h3', territory: 'DE' },
      { id: 'h4', time: '2025-12-31T20:59:59.999Z' },
      { id: 'h5', time: '2025-12-31T21:00:00Z' },
      { id: 'h6', useType: 'Broadcast' },
      { id: 'h7', time: '1975-05-05T00:00:00+03:00' },
    );
    expect(outcomes({ events } as EventsTaken)).toEqual([
      'accepted no-agreement',
      'accepted unknown-recording',
      'accepted territory-not-granted',
      'accepted not-yet',
      'accepted',
      'accepted use-not-granted',
      'accepted not-yet',
    ]);
    const held = await platform.all<{ id: string; held: string }>('/v1/usage-events?held=true');
    expect(held.map(({ id, held: reason }) => `${id} ${reason}`)).toEqual([
      'h1 no-agreement',
      'h2 unknown-recording',
      'h3 territory-not-granted',
      'h4 not-yet',
      'h6 use-not-granted',
      'h7 not-yet',
    ]);
  });

  it('are checked each by itself: the sound ones of a batch are taken', async () => {
    const sound = event({ id: 'v1' });
    const broken: [string, unknown][] = [
      ['', 'text'],
      ['', []],
      ['/specversion', { ...sound, specversion: '0.3' }],
      ['/type', { ...sound, type: 'other' }],
      ['/source', { ...sound, source: '' }],
      ['/source', { ...sound, source: 'has a blank' }],
      ['/id', { ...sound, id: '' }],
      ['/id', { ...sound, id: 'x'.repeat(256) }],
      ['/id', { ...sound, id: 'nul\u0000' }],
      ['/id', { ...sound, id: 'half \ud83d' }],
      ['/id', { ...sound, id: 7 }],
      ['/time', { ...sound, time: undefined }],
      ['/time', { ...sound, time: '2026-02-30T00:00:00Z' }],
      ['/time', { ...sound, time: '2026-01-10T24:00:00Z' }],
      ['/time', { ...sound, time: '2026-01-10T12:00:00' }],
      ['/time', { ...sound, time: '2026-01-20T09:05:00.001Z' }],
      ['/datacontenttype', { ...sound, datacontenttype: 'text/xml' }],
      ['/data_base64', { ...sound, data_base64: 'AAAA' }],
      ['/data', { ...sound, data: undefined }],
      ...Object.entries({
        serviceId: ['x', null, '8d5d40e0-3cd5-4f67-8a5e-111111111111'],
        isrc: ['ZZ1', null],
        territory: ['Worldwide', 'toString', 1],
        useType: ['Sing', {}],
        commercialModel: ['Free', undefined],
        quantity: [0, -1, 1.5, '1', 1_000_000_001, null],
        unexpected: [1],
      }).flatMap(([name, values]) =>
        values.map((value): [string, unknown] => [
          `/data/${name}`,
          { ...sound, data: { ...sound.data, [name]: value } },
        ]),
      ),
    ];
    const { events, ...counts } = await sendEvents(platform, [sound, ...broken.map(([, json]) => json)]);
    expect(counts).toEqual({ accepted: 1, duplicates: 0, rejected: broken.length });
    expect(
      events
        .slice(1)
        .map(({ outcome: became, status, code, faults = [] }) => [
          became,
          status,
          code,
          faults.map(({ pointer }) => pointer),
        ]),
    ).toEqual(broken.map(([pointer]) => ['rejected', 422, 'usage-event-invalid', [pointer]]));
    const { rows } = await database.query(`SELECT FROM usage_events WHERE id LIKE 'nul%' OR id LIKE 'half%'`);
    expect(rows).toEqual([]);
    const alone = await sendRaw(platform, 'application/cloudevents+json', JSON.stringify(broken[4]![1]));
    expect([alone.status, alone.body.code]).toEqual([422, 'usage-event-invalid']);
  });

  it('may carry attributes that nobody keeps, and any notation of an instant and of an ISRC', async () => {
    const first = {
      ...event({ id: 'x1' }),
      traceparent: '00-1',
      subject: 'a play',
      datacontenttype: 'application/json',
    };
    expect(outcomes(await sendEvents(platform, [first]))).toEqual(['accepted']);
    const isrc = market.isrcs[0]!;
    const again = event({
      id: 'x1',
      time: '2026-01-10T15:00:00.000+03:00',
      isrc: `${isrc.slice(0, 2)}-${isrc.slice(2, 5)}-${isrc.slice(5, 7)}-${isrc.slice(7)}`.toLowerCase(),
    });
    expect(outcomes(await sendEvents(platform, [{ ...again, traceparent: '00-2' }]))).toEqual(['duplicate']);
  });

  it.each([
    ['no list', eventBatch, '{}', '400 request-invalid'],
    ['an empty list', eventBatch, '[]', '400 request-invalid'],
    ['too long a list', eventBatch, JSON.stringify(Array(1001).fill(1)), '400 request-invalid'],
    ['no JSON', eventBatch, '[', '400 request-invalid'],
    ['no UTF-8', eventBatch, new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d]), '400 request-invalid'],
    ['too many bytes', eventBatch, `["${'x'.repeat(2_200_000)}"]`, '413 body-too-large'],
    ['plain JSON', 'application/json', '[]', '415 content-type-unsupported'],
    ['CSV', 'text/csv', 'a,b', '415 content-type-unsupported'],
  ])('are refused together when the body is %s', async (_, type, content, expected) => {
    const { status, body } = await sendRaw(platform, type, content);
    expect(`${status} ${body.code}`).toBe(expected);
  });

  it('stream in by lines of any number, each answered once it is kept', async () => {
    const before = await summed();
    const count = 2_500;
    const all = Array.from({ length: count }, (_, at) => JSON.stringify(event({ id: `s${at}` })));
    const text = `${all.join('\r\n')}\n\nnot json\n${'x'.repeat(20_000)}\n${all[7]!}`;
    const { status, headers, text: reply } = await sendRaw(platform, 'application/x-ndjson', text);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const answers = reply
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as EventAnswer);
    expect(answers.length).toBe(count + 3);
    expect(
      answers.slice(0, count).every(({ outcome: became, id }, at) => became === 'accepted' && id === `s${at}`),
    ).toBe(true);
    expect(answers.slice(count).map(({ outcome: became, code }) => `${became} ${code ?? ''}`.trim())).toEqual([
      'rejected usage-event-invalid',
      'rejected usage-event-invalid',
      'duplicate',
    ]);
    expect(Number((await summed())[market.isrcs[0]!]) - Number(before[market.isrcs[0]!])).toBe(count);
  });

  /** A stream that is written and read by lines, as a player would. */
  async function openStream() {
    const { writable, readable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const stop = new AbortController();
    const { email, password } = market.platform;
    const { accessToken } = await app.given.client().post<{ accessToken: string }>('/v1/sign-in', { email, password });
    const sending = fetch(`${app.url}/v1/usage-events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/x-ndjson' },
      body: readable,
      duplex: 'half',
      signal: stop.signal,
    } as RequestInit);
    const reading = sending.then(({ body }) => body!.pipeThrough(new TextDecoderStream()).getReader());
    return {
      send: (id: string): Promise<void> => writer.write(Buffer.from(`${JSON.stringify(event({ id }))}\n`)),
      answer: async (): Promise<string | undefined> => (await (await reading).read()).value,
      end: (): Promise<void> => writer.close(),
      breakOff: (): void => stop.abort(),
    };
  }
  const kept = async (id: string): Promise<boolean> =>
    ((await database.query('SELECT FROM usage_events WHERE id = $1', [id])).rowCount ?? 0) === 1;

  it('are answered while the stream goes on', async () => {
    const stream = await openStream();
    await stream.send('live-1');
    expect(JSON.parse((await stream.answer())!)).toMatchObject({ id: 'live-1', outcome: 'accepted' });
    expect(await kept('live-1')).toBe(true);
    await stream.send('live-2');
    expect(JSON.parse((await stream.answer())!)).toMatchObject({ id: 'live-2', outcome: 'accepted' });
    await stream.end();
    expect(await stream.answer()).toBeUndefined();
  });

  it('of a stream that breaks off stay where they were answered', async () => {
    const stream = await openStream();
    await stream.send('broken-1');
    expect(JSON.parse((await stream.answer())!)).toMatchObject({ outcome: 'accepted' });
    stream.breakOff();
    expect(await kept('broken-1')).toBe(true);
    expect(outcomes(await send({ id: 'broken-1' }))).toEqual(['duplicate']);
  });

  it('of a stream that fails are told from those that were kept, by its last line', async () => {
    const stream = await openStream();
    await stream.send('failing-1');
    expect(JSON.parse((await stream.answer())!)).toMatchObject({ outcome: 'accepted' });
    await database.query('ALTER TABLE usage_event_sums RENAME TO away');
    try {
      await stream.send('failing-2');
      expect(JSON.parse((await stream.answer())!)).toMatchObject({ problem: { code: 'internal-error', status: 500 } });
    } finally {
      await database.query('ALTER TABLE away RENAME TO usage_event_sums');
    }
    expect(await stream.answer()).toBeUndefined();
    expect([await kept('failing-1'), await kept('failing-2')]).toEqual([true, false]);
    expect(outcomes(await send({ id: 'failing-1' }, { id: 'failing-2' }))).toEqual(['duplicate', 'accepted']);
  });

  it('come from platforms only, and are seen by their sender', async () => {
    expect(await outcome(market.label.as, 'POST', '/v1/usage-events', {})).toBe('403 forbidden');
    expect(await outcome(market.label.as, 'GET', '/v1/usage-events')).toBe('403 forbidden');
    const stranger = await app.given.platform();
    expect(await stranger.as.all('/v1/usage-events')).toEqual([]);
    expect(outcomes(await sendEvents(stranger.as, [event({ id: 'a1' })]))).toEqual(['rejected usage-event-invalid']);
    const own = await platform.all<{ source: string }>('/v1/usage-events?source=/players/2');
    expect(own.map(({ source }) => source)).toEqual(['/players/2']);
  });

  it('are matched under what was signed since the last batch, too', async () => {
    const late = await openMarket(app, 1);
    const play = (id: string): object => usageEvent(late, { id });
    expect(outcomes(await sendEvents(late.platform.as, [play('1')]))).toEqual(['accepted unknown-recording']);
    const concluded = await late.concluded();
    const { events } = await sendEvents(late.platform.as, [play('2')]);
    expect(events[0]).toMatchObject({ outcome: 'accepted', agreementId: concluded.id });
  });
});
