import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app';
import { testIsrc } from '../support/catalogue';
import { questionOf } from '../support/clearance';
import { type AgreementAnswer, type Market, openMarket, outcome, refused, sign } from '../support/market';

type Answer =
  | { licensed: true; agreementId: string; clause: string; until: string; rightsScope: object }
  | { licensed: false; reason: string };

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;

/** Three recordings in the label's catalogue, the first two licensed. */
beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app, 3);
  agreement = await market.concluded({ isrcs: market.isrcs.slice(0, 2) });
});
afterAll(() => app.close());

const question = (changes: object = {}): Record<string, unknown> => questionOf(market, changes);

async function ask(questions: readonly object[], platform = market.platform.as): Promise<Answer[]> {
  return (await platform.post<{ answers: Answer[] }>('/v1/clearance', { questions })).answers;
}

describe('clearance says yes', () => {
  it('with the agreement, the clause, until when, and what is licensed', async () => {
    expect(await ask([question()])).toEqual([
      {
        licensed: true,
        agreementId: agreement.id,
        clause: 'streaming',
        until: '2028-01-01',
        rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
      },
    ]);
  });

  it.each([
    ['to the other service', () => ({ serviceId: market.serviceIds[1] })],
    ['to another recording of the agreement', () => ({ isrc: market.isrcs[1] })],
    ['to a recording written with hyphens', () => ({ isrc: 'zz-t01-26-00001' })],
    ['in another territory', () => ({ territory: 'UZ' })],
    ['from the first moment, in the agreement’s own time zone', () => ({ at: '2025-12-31T21:00:00Z' })],
    ['until the last', () => ({ at: '2027-12-31T20:59:59.999Z' })],
    ['at an instant told with an offset', () => ({ at: '2026-01-01T00:00:00+03:00' })],
  ])('%s', async (_, changes) => {
    expect(await ask([question(changes())])).toEqual([
      expect.objectContaining({ licensed: true, clause: 'streaming' }),
    ]);
  });

  it('naming the clause that grants the use', async () => {
    const download = question({ useType: 'PermanentDownload', commercialModel: 'PayAsYouGoModel' });
    expect(await ask([download])).toEqual([expect.objectContaining({ licensed: true, clause: 'downloads' })]);
  });

  it('now, when no time is asked for', async () => {
    const { key } = await market.platform.as.post<{ key: string }>('/v1/api-keys', { name: 'late', roles: ['reader'] });
    app.clock.moveTo(new Date('2029-01-01T00:00:00Z'));
    const [late] = await ask([question()], app.given.client(key));
    app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
    expect(late).toEqual({ licensed: false, reason: 'expired' });
    expect(await ask([question()])).toEqual([expect.objectContaining({ licensed: true })]);
  });
});

describe('clearance says no', () => {
  it.each([
    ['unknown-recording', 'to a recording that nobody has', () => ({ isrc: 'ZZX992600001' })],
    ['unknown-recording', 'to what is no ISRC', () => ({ isrc: 'Song No. 7' })],
    ['no-agreement', 'to a recording that the label did not license', () => ({ isrc: market.isrcs[2] })],
    ['no-agreement', 'to a service that is not in the agreement', () => ({ serviceId: randomUUID() })],
    ['use-not-granted', 'to another use', () => ({ useType: 'UseAsRingtone' })],
    ['use-not-granted', 'to another commercial model', () => ({ commercialModel: 'SubscriptionModel' })],
    [
      'use-not-granted',
      'to a use of one clause under the model of another',
      () => ({ commercialModel: 'PayAsYouGoModel' }),
    ],
    ['use-not-granted', 'to a use that DDEX does not know', () => ({ useType: 'Whistle' })],
    ['territory-not-granted', 'in another territory', () => ({ territory: 'DE' })],
    ['territory-not-granted', 'in a territory that does not exist', () => ({ territory: 'ru' })],
    ['not-yet', 'the moment before it begins', () => ({ at: '2025-12-31T20:59:59Z' })],
    ['expired', 'the moment it has ended', () => ({ at: '2027-12-31T21:00:00Z' })],
  ])('%s: %s', async (reason, _, changes) => {
    expect(await ask([question(changes())])).toEqual([{ licensed: false, reason }]);
  });

  it('before both have signed', async () => {
    const own = await openMarket(app, 1);
    const pending = await own.accepted();
    const asked = question({ serviceId: own.serviceIds[0], isrc: own.isrcs[0] });
    expect(await ask([asked], own.platform.as)).toEqual([{ licensed: false, reason: 'unknown-recording' }]);
    await sign(own.platform.as, pending);
    expect((await ask([asked], own.platform.as))[0]?.licensed).toBe(false);
    await sign(own.label.as, pending);
    expect((await ask([asked], own.platform.as))[0]?.licensed).toBe(true);
  });

  it('to another platform, which does not even learn that the recording exists', async () => {
    const stranger = await app.given.platform();
    expect(await ask([question()], stranger.as)).toEqual([{ licensed: false, reason: 'unknown-recording' }]);
  });
});

describe('a batch', () => {
  it('of a thousand questions is answered in its order', async () => {
    const questions = Array.from({ length: 1000 }, (_, place) =>
      question({ isrc: testIsrc((place % 3) + 1), territory: place % 2 === 0 ? 'RU' : 'DE' }),
    );
    const answers = await ask(questions);
    expect(answers).toHaveLength(1000);
    answers.forEach((answer, place) => {
      const expected = place % 3 === 2 ? 'no-agreement' : place % 2 === 0 ? 'yes' : 'territory-not-granted';
      expect(answer.licensed ? 'yes' : answer.reason).toBe(expected);
    });
  });

  it('is refused when empty, too long or malformed, naming each fault', async () => {
    const { platform } = market;
    const tooMany = Array.from({ length: 10_001 }, () => question());
    for (const questions of [[], tooMany, [[]], [null], 'RU']) {
      expect(await outcome(platform.as, 'POST', '/v1/clearance', { questions })).toBe('400 request-invalid');
    }
    const { faults } = await refused(platform.as, 'POST', '/v1/clearance', {
      questions: [question(), question({ serviceId: 'radio' }), question({ extra: 1 }), question({ at: 'yesterday' })],
    });
    expect(faults.map(({ pointer }) => pointer)).toEqual([
      '/questions/1/serviceId',
      '/questions/2/extra',
      '/questions/3/at',
    ]);
  });

  it('is refused when it asks about a moment that never comes', async () => {
    const { code, faults } = await refused(market.platform.as, 'POST', '/v1/clearance', {
      questions: [question(), question({ at: '2026-13-01T00:00:00Z' })],
    });
    expect([code, faults.map(({ pointer }) => pointer)]).toEqual(['request-invalid', ['/questions/1/at']]);
  });

  it('only asks: it needs no Idempotency-Key', async () => {
    const { token } = await tokenOf(market.platform);
    const response = await fetch(`${app.url}/v1/clearance`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ questions: [question()] }),
    });
    expect(response.status).toBe(200);
  });
});

describe('who may ask', () => {
  it('platforms, by members or keys with a fitting role; labels and the operator not', async () => {
    const { label, platform } = market;
    const { key } = await platform.as.post<{ key: string }>('/v1/api-keys', { name: 'player', roles: ['usage'] });
    expect(await ask([question()], app.given.client(key))).toEqual([expect.objectContaining({ licensed: true })]);
    const cashier = await app.given.colleague(platform, ['finance']);
    for (const client of [label.as, cashier, await app.given.operator()]) {
      expect(await outcome(client, 'POST', '/v1/clearance', { questions: [question()] })).toBe('403 forbidden');
    }
  });
});

const tokenOf = async ({ email, password }: { email: string; password: string }): Promise<{ token: string }> => {
  const { accessToken } = await app.given.client().post<{ accessToken: string }>('/v1/sign-in', { email, password });
  return { token: accessToken };
};
