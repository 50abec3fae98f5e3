import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { Licences } from '../../src/clearance';
import { isrcText, modelNumber, territoryNumber, useNumber } from '../../src/kernel';
import { startTestApp, type TestApp } from '../support/app';
import { testIsrc } from '../support/catalogue';
import { questionOf } from '../support/clearance';
import { type Market, openMarket, outcome, refused, sign } from '../support/market';

let app: TestApp;
let market: Market;
let superuser: Client;

beforeAll(async () => {
  app = await startTestApp({ clearanceAgeLimitSeconds: 1 });
  superuser = await app.superuser();
  market = await openMarket(app, 3);
  await market.concluded({ isrcs: market.isrcs.slice(0, 2) });
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const question = (changes: object = {}): Record<string, unknown> => questionOf(market, changes);

const ask = async (questions: readonly object[], more: object = {}): Promise<Record<string, unknown>[]> =>
  (await market.platform.as.post<{ answers: Record<string, unknown>[] }>('/v1/clearance', { questions, ...more }))
    .answers;

describe('the short way through clearance', () => {
  it('answers as the ordinary way does, whatever is asked', async () => {
    const changes = [
      {},
      { serviceId: market.serviceIds[1] },
      { isrc: market.isrcs[2] },
      { isrc: 'ZZX992600001' },
      { isrc: isrcText(market.isrcs[0]!).toLowerCase() },
      { isrc: 'none' },
      { useType: 'PermanentDownload', commercialModel: 'PayAsYouGoModel' },
      { useType: 'Whistle' },
      { commercialModel: 'Barter' },
      { territory: 'DE' },
      { territory: 'Worldwide' },
      { at: '2025-12-31T20:59:59.999Z' },
      { at: '2025-12-31T21:00:00Z' },
      { at: '2027-12-31T21:00:00Z' },
    ];
    for (const change of changes) {
      // A second field beside the questions leads through the ordinary way.
      const ordinary = await ask([question(change)], { detail: false });
      expect([change, await ask([question(change)])]).toEqual([change, ordinary]);
    }
    const all = changes.map(question);
    expect(await ask(all)).toEqual(await ask(all, { detail: false }));
  });

  it('takes ten thousand questions at once', async () => {
    const answers = await ask(Array.from({ length: 10_000 }, (_, at) => question({ isrc: testIsrc((at % 2) + 1) })));
    expect(answers).toHaveLength(10_000);
    expect(answers.every(({ licensed }) => licensed === true)).toBe(true);
  });

  it('refuses nothing by itself: faults are named as ever', async () => {
    const { faults } = await refused(market.platform.as, 'POST', '/v1/clearance', {
      questions: [question(), question({ at: '2026-02-30T25:00:00Z' })],
    });
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/questions/1/at']);
    const { status } = await refused(market.platform.as, 'POST', '/v1/clearance', { questions: [question(), null] });
    expect(status).toBe(400);
    // Long enough to arrive in pieces.
    const many = Array.from({ length: 999 }, () => question());
    const last = await refused(market.platform.as, 'POST', '/v1/clearance', {
      questions: [...many, question({ x: 1 })],
    });
    expect(last.faults.map(({ pointer }) => pointer)).toEqual(['/questions/999/x']);
  });

  it('hears a question in pieces, one after the other on a connection, and without a length', async () => {
    const { hostname, port } = new URL(app.url);
    const { key } = await market.platform.as.post<{ key: string }>('/v1/api-keys', {
      name: 'pieces',
      roles: ['usage'],
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const bytes = Buffer.from(JSON.stringify({ questions: [question()] }));
    const expected = JSON.stringify({ answers: await ask([question()]) });
    const said = async (pieces: readonly Buffer[], length?: number, type = 'application/json'): Promise<string> => {
      const authorization = `Bearer ${key}`;
      const headers = {
        authorization,
        'content-type': type,
        ...(length !== undefined && { 'content-length': length }),
      };
      const sent = request({ hostname, port, agent, method: 'POST', path: '/v1/clearance', headers });
      const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
      sent.setNoDelay(true);
      for (const piece of pieces) {
        await new Promise((written) => sent.write(piece, written));
        await wait(5);
      }
      sent.end();
      const [answer] = await answered;
      return `${answer.statusCode} ${await text(answer)}`;
    };
    const halves = [bytes.subarray(0, 40), bytes.subarray(40)];
    for (const [pieces, length] of [
      [[bytes], bytes.length],
      [halves, bytes.length],
      [halves, undefined],
    ] as const)
      expect(await said(pieces, length)).toBe(`200 ${expected}`);
    expect(await said(halves, bytes.length, 'application/json; charset=utf-8')).toBe(`200 ${expected}`);
    expect(await said([Buffer.from('{"questions":[')], 14)).toMatch(/^400 /);
    agent.destroy();
  });

  it('carries the headers of every other answer', async () => {
    const headers = async (body: object): Promise<object> => {
      const answer = await market.platform.as.request('POST', '/v1/clearance', { body });
      return Object.fromEntries(
        [...answer.headers].filter(([name]) => !['date', 'content-length', 'keep-alive'].includes(name)),
      );
    };
    const ordinary = await headers({ questions: [question()], detail: false });
    expect(Object.keys(ordinary)).toContain('content-security-policy');
    expect(await headers({ questions: [question()] })).toEqual(ordinary);
  });

  it('is closed to a key from the moment of its revocation', async () => {
    const { id, key } = await market.platform.as.post<{ id: string; key: string }>('/v1/api-keys', {
      name: 'player',
      roles: ['usage'],
    });
    const player = app.given.client(key);
    const body = { questions: [question()] };
    expect(await outcome(player, 'POST', '/v1/clearance', body)).toBe('200');
    await market.platform.as.delete(`/v1/api-keys/${id}`);
    expect(await outcome(player, 'POST', '/v1/clearance', body)).toBe('401 unauthenticated');
  });
});

describe('detail', () => {
  it('says until which instant a yes holds, and whom to ask about a no', async () => {
    const { organizationId } = market.label;
    expect(
      await ask([question(), question({ isrc: market.isrcs[2] }), question({ territory: 'DE' })], { detail: true }),
    ).toEqual([
      expect.objectContaining({ licensed: true, version: 1, trueUntil: '2027-12-31T21:00:00.000Z' }),
      { licensed: false, reason: 'no-agreement', labelIds: [organizationId], listingIds: [] },
      { licensed: false, reason: 'territory-not-granted', labelIds: [organizationId], listingIds: [] },
    ]);
    expect(await ask([question({ isrc: 'ZZX992600001' })], { detail: true })).toEqual([
      { licensed: false, reason: 'unknown-recording', labelIds: [], listingIds: [] },
    ]);
  });
});

describe('what another process does', () => {
  it('is answered although a transaction that began before it still runs', async () => {
    const own = await openMarket(app, 1);
    const pending = await own.accepted();
    await sign(own.platform.as, pending);
    const slow = await app.superuser();
    await slow.query('BEGIN; SELECT pg_current_xact_id()');
    await sign(own.label.as, pending);
    const asked = { ...question(), serviceId: own.serviceIds[0], isrc: own.isrcs[0] };
    const { answers } = await own.platform.as.post<{ answers: object[] }>('/v1/clearance', { questions: [asked] });
    await slow.query('ROLLBACK');
    await slow.end();
    expect(answers).toEqual([expect.objectContaining({ licensed: true })]);
  });
});

describe('an agreement whose text was changed behind everybody’s back', () => {
  it('licenses nothing, and all others answer as ever', async () => {
    const own = await openMarket(app, 2);
    const [kept = '', changed = ''] = own.isrcs;
    await own.concluded({ isrcs: [kept] });
    const { id } = await own.concluded({ isrcs: [changed] });
    const says = async (isrc: string): Promise<boolean> => {
      const licences = new Licences(app.parts.database, { ageLimitMilliseconds: 10_000 });
      const index = await licences.of(own.platform.organizationId);
      licences.onModuleDestroy();
      const codes = [
        territoryNumber('RU'),
        useNumber('OnDemandStream'),
        modelNumber('AdvertisementSupportedModel'),
      ] as const;
      const instant = Date.parse('2026-06-01T00:00:00Z');
      return index!.decideIsrc(isrc, index!.serviceNumber(own.serviceIds[0]!), ...codes, instant) >= 0;
    };
    expect([await says(kept), await says(changed)]).toEqual([true, true]);
    await superuser.query('ALTER TABLE agreement_versions DISABLE TRIGGER agreement_versions_are_final');
    await superuser.query(
      `UPDATE agreement_versions SET terms = replace(terms, '2028-01-01', '2038-01-01') WHERE agreement_id = $1`,
      [id],
    );
    await superuser.query('ALTER TABLE agreement_versions ENABLE TRIGGER agreement_versions_are_final');
    expect([await says(kept), await says(changed)]).toEqual([true, false]);
  });
});

/** The role a process reads the database as. */
async function reader(): Promise<string> {
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT grantee AS name FROM information_schema.role_table_grants
      WHERE table_name = 'outbox' AND privilege_type = 'SELECT' AND grantee LIKE '%app%'`,
  );
  return rows[0]!.name;
}

describe('a process that hears of no changes', () => {
  it('answers nothing once its age is past the limit, and goes on when it hears again', async () => {
    const body = { questions: [question()] };
    const answer = (): Promise<string> => outcome(market.platform.as, 'POST', '/v1/clearance', body);
    const until = async (wanted: string): Promise<void> => {
      for (let attempt = 0; (await answer()) !== wanted; attempt += 1) {
        if (attempt === 100) throw new Error(`waited in vain for ${wanted}`);
        await wait(50);
      }
    };
    const role = await reader();
    await superuser.query(`REVOKE SELECT ON outbox FROM "${role}"`);
    await until('503 clearance-feed-lost');
    const { body: problem } = await market.platform.as.request<{ detail: string }>('POST', '/v1/clearance', { body });
    expect(problem.detail).toMatch(/the age of what this process knows is \d+\.\d s/);
    await superuser.query(`GRANT SELECT ON outbox TO "${role}"`);
    await until('200');
  });

  it('starts all the same where it can read nothing yet, and answers once it can', async () => {
    const role = await reader();
    await superuser.query(`REVOKE SELECT ON agreements FROM "${role}"`);
    const licences = new Licences(app.parts.database, { ageLimitMilliseconds: 1_000 });
    const answer = (): Promise<string> =>
      licences.of(market.platform.organizationId).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      );
    try {
      await licences.start();
      expect(await answer()).toBe('clearance-feed-lost');
    } finally {
      await superuser.query(`GRANT SELECT ON agreements TO "${role}"`);
    }
    expect(await answer()).toBe('answered');
    licences.onModuleDestroy();
  });
});
