import type { PublishedKeys } from '../../client/keys';
import { readReceipt } from '../../client/receipt';
import { Sightings } from '../../src/clearance';
import { Dice } from '../../src/clearance/fast-index/testing/random-worlds';
import { startTestApp, type TestApp } from '../support/app';
import { questionOf } from '../support/clearance';
import { type AgreementAnswer, type Market, openMarket, refused, signatureBy } from '../support/market';
import { templateOf } from '../support/terms';

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;

beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app, 3);
  agreement = await market.concluded({ isrcs: market.isrcs.slice(0, 2) });
});
afterAll(() => app?.close());

const question = (changes: object = {}): Record<string, unknown> => questionOf(market, changes);

interface Cleared {
  readonly answers: readonly object[];
  readonly receipts?: {
    readonly jws: string;
    readonly expiresAt: string;
    readonly statements: readonly { statement: string; path: string[] }[];
  };
}

describe('receipts', () => {
  it('are given on request, and read with the published keys alone', async () => {
    const questions = [question(), question({ territory: 'DE' }), question({ isrc: 'zz-t01-26-00002' })];
    const { answers, receipts } = await market.platform.as.post<Cleared>('/v1/clearance', {
      questions,
      receipts: true,
    });
    const keys = (await (await fetch(`${app.url}/.well-known/jwks.json`)).json()) as PublishedKeys;
    expect(receipts?.expiresAt).toBe('2026-01-06T09:00:00.000Z');
    receipts!.statements.forEach((statement, place) => {
      const read = readReceipt({ jws: receipts!.jws, ...statement }, keys, app.clock.now());
      expect(read).toMatchObject({
        platformId: market.platform.organizationId,
        // In the stored form of the ISRC.
        question: { ...questions[place], isrc: market.isrcs[place === 2 ? 1 : 0], at: '2026-01-05T09:00:00.000Z' },
        answer: answers[place],
      });
    });
    const plain = await market.platform.as.post<Cleared>('/v1/clearance', { questions: [question()] });
    expect(plain.receipts).toBeUndefined();
  });
});

describe('explanations', () => {
  interface Explained {
    readonly answer: { readonly licensed: boolean; readonly reason?: string; readonly version?: number };
    readonly considered: readonly { readonly version: number; readonly clause: string; readonly reasons: string[] }[];
  }
  const explain = (changes: object = {}, knownAt?: string): Promise<Explained> =>
    market.platform.as.post<Explained>('/v1/clearance/explanations', {
      question: question(changes),
      ...(knownAt === undefined ? {} : { knownAt }),
    });

  it('name every grant of the recording, and every reason why each did not apply', async () => {
    expect(await explain({ at: '2026-06-01T00:00:00Z' })).toMatchObject({
      at: '2026-06-01T00:00:00.000Z',
      knownAt: '2026-01-05T09:00:00.000Z',
      answer: { licensed: true, agreementId: agreement.id, version: 1, clause: 'streaming' },
      considered: [
        { agreementId: agreement.id, clause: 'streaming', reasons: [], timeZone: 'Europe/Moscow', day: '2026-06-01' },
        { agreementId: agreement.id, clause: 'downloads', reasons: ['use-not-granted'], until: '2028-01-01' },
      ],
    });
    const { answer, considered } = await explain({ territory: 'DE', at: '2029-01-01T00:00:00Z' });
    expect(answer).toEqual({ licensed: false, reason: 'territory-not-granted' });
    expect(considered.map(({ reasons }) => reasons)).toEqual([
      ['territory-not-granted', 'expired'],
      ['use-not-granted', 'territory-not-granted', 'expired'],
    ]);
    expect(await explain({ isrc: 'Song No. 7' })).toMatchObject({
      answer: { licensed: false, reason: 'unknown-recording' },
      considered: [],
    });
  });

  it('are given as was known at any instant: before the amendment, and before the signature', async () => {
    const { label, platform } = market;
    app.clock.moveTo(new Date('2026-01-20T09:00:00Z'));
    const [labelNow, platformNow] = [await app.given.signIn(label), await app.given.signIn(platform)];
    const amendment = { effectiveFrom: '2026-03-01', reason: 'Longer.', until: '2029-01-01' };
    const { manifestHash } = await labelNow.post<{ manifestHash: string }>(
      `/v1/agreements/${agreement.id}/amendments`,
      amendment,
    );
    for (const party of [platformNow, labelNow])
      await party.post(
        `/v1/agreements/${agreement.id}/amendments/2/signatures`,
        await signatureBy(party, manifestHash),
      );
    const ask = async (knownAt?: string): Promise<Explained['answer']> =>
      (
        await platformNow.post<Explained>('/v1/clearance/explanations', {
          question: question({ at: '2028-06-01T00:00:00Z' }),
          ...(knownAt === undefined ? {} : { knownAt }),
        })
      ).answer;
    expect(await ask()).toMatchObject({ licensed: true, version: 2 });
    expect(await ask('2026-01-19T00:00:00Z')).toEqual({ licensed: false, reason: 'expired' });
    expect(await ask('2026-01-01T00:00:00Z')).toEqual({ licensed: false, reason: 'unknown-recording' });
    const { answers } = await platformNow.post<Cleared>('/v1/clearance', {
      questions: [question({ at: '2028-06-01T00:00:00Z' })],
    });
    expect(answers).toEqual([expect.objectContaining({ licensed: true, until: '2029-01-01' })]);
    app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
  });

  it('are refused about instants that do not exist', async () => {
    const body = { question: question({ at: '2026-13-01T00:00:00Z' }) };
    const { status, faults } = await refused(market.platform.as, 'POST', '/v1/clearance/explanations', body);
    expect([status, faults.map(({ pointer }) => pointer)]).toEqual([400, ['/question/at']]);
    const later = { question: question(), knownAt: '2026-13-01T00:00:00Z' };
    const { faults: second } = await refused(market.platform.as, 'POST', '/v1/clearance/explanations', later);
    expect(second.map(({ pointer }) => pointer)).toEqual(['/knownAt']);
  });
});

describe('what would help', () => {
  it('is a listing that offers the recording and that the platform may see, and a label', async () => {
    const own = await openMarket(app, 3);
    await own.concluded({ isrcs: own.isrcs.slice(0, 1) });
    const package_ = await own.label.as.post<{ id: string }>('/v1/packages', {
      name: 'Spring',
      isrcs: own.isrcs.slice(1, 2),
    });
    const publish = (more: object): Promise<{ id: string }> =>
      own.label.as.post('/v1/listings', { packageId: package_.id, template: templateOf(own.terms()), ...more });
    const listing = await publish({ visibility: 'public' });
    await publish({ visibility: 'invited', platformIds: [market.platform.organizationId] });
    const closed = await publish({ visibility: 'public' });
    await own.label.as.post(`/v1/listings/${closed.id}/closing`, {});
    const ask = async (detail: boolean): Promise<readonly object[]> => {
      const questions = own.isrcs.map((isrc) => question({ serviceId: own.serviceIds[0], isrc, territory: 'DE' }));
      return (await own.platform.as.post<Cleared>('/v1/clearance', { questions, detail })).answers;
    };
    const labelIds = [own.label.organizationId];
    expect(await ask(true)).toEqual([
      { licensed: false, reason: 'territory-not-granted', labelIds, listingIds: [] },
      { licensed: false, reason: 'no-agreement', labelIds, listingIds: [listing.id] },
      { licensed: false, reason: 'no-agreement', labelIds, listingIds: [] },
    ]);
    expect(await ask(false)).toEqual([
      { licensed: false, reason: 'territory-not-granted' },
      { licensed: false, reason: 'no-agreement' },
      { licensed: false, reason: 'no-agreement' },
    ]);
  });
});

describe('own ids', () => {
  const state = (recordings: readonly object[], platform = market.platform.as): Promise<unknown> =>
    platform.put('/v1/clearance/own-ids', { recordings });
  const byOwnId = (ownId: string): Record<string, unknown> => {
    const { isrc: _isrc, ...rest } = question();
    return { ...rest, ownId };
  };
  const ask = async (questions: readonly object[], more: object = {}): Promise<Cleared> =>
    market.platform.as.post<Cleared>('/v1/clearance', { questions, ...more });

  it('stand for recordings in questions, the last word counting', async () => {
    const [licensed, , unlicensed] = market.isrcs;
    await state([
      { ownId: 'track-1', isrc: unlicensed },
      { ownId: 'track-2', isrc: 'zz-t01-26-00001' },
    ]);
    const [one, two, three] = ['track-1', 'track-2', 'track-3'].map(byOwnId);
    expect((await ask([one!, two!, three!])).answers).toEqual([
      { licensed: false, reason: 'no-agreement' },
      expect.objectContaining({ licensed: true }),
      { licensed: false, reason: 'unknown-recording' },
    ]);
    await state([{ ownId: 'track-1', isrc: licensed }]);
    const { answers, receipts } = await ask([one!], { receipts: true });
    expect(answers).toEqual([expect.objectContaining({ licensed: true })]);
    expect(JSON.parse(receipts!.statements[0]!.statement)).toMatchObject({
      question: { ownId: 'track-1', isrc: licensed },
    });
    expect(await market.platform.as.post('/v1/clearance/explanations', { question: one })).toMatchObject({
      answer: { licensed: true },
    });
  });

  it('are one platform’s own', async () => {
    const other = await openMarket(app, 1);
    await other.concluded();
    await state([{ ownId: 'theirs', isrc: other.isrcs[0] }], other.platform.as);
    expect((await ask([byOwnId('theirs')])).answers).toEqual([{ licensed: false, reason: 'unknown-recording' }]);
  });

  it('are refused where they mean nothing, and a question names its recording in one way', async () => {
    const faultsOf = async (method: string, path: string, body: object): Promise<string[]> =>
      (await refused(market.platform.as, method, path, body)).faults.map(({ pointer }) => pointer);
    const [isrc] = market.isrcs;
    const recordings = [
      { ownId: 'a', isrc },
      { ownId: 'a', isrc },
      { ownId: 'b', isrc: 'Song No. 7' },
    ];
    expect(await faultsOf('PUT', '/v1/clearance/own-ids', { recordings })).toEqual([
      '/recordings/1/ownId',
      '/recordings/2/isrc',
    ]);
    const { isrc: _isrc, ...nothing } = question();
    const questions = [question(), nothing, { ...question(), ownId: 'a' }];
    expect(await faultsOf('POST', '/v1/clearance', { questions })).toEqual(['/questions/1/isrc', '/questions/2/isrc']);
    expect(await faultsOf('POST', '/v1/clearance/explanations', { question: nothing })).toEqual(['/question/isrc']);
  });
});

describe('answers and explanations', () => {
  it('agree about every question, after amendments, a suspension and a notice', async () => {
    const life = {
      termination: {
        notice: { by: 'either', days: 40 },
        breach: { cureDays: 10, suspension: 'at-once' },
        sellOff: { days: 20, grants: ['streaming'] },
      },
    };
    const own = await openMarket(app, 4);
    const [first, second] = [
      await own.concluded({ isrcs: own.isrcs.slice(0, 3), life }),
      await own.concluded({ isrcs: own.isrcs.slice(1, 4), timeZone: 'America/New_York', until: '2027-03-01', life }),
    ];
    const at = (id: string, rest: string): string => `/v1/agreements/${id}${rest}`;
    const { as: label } = own.label;
    const body = { effectiveFrom: '2026-04-01', reason: 'Longer.', until: '2029-01-01' };
    const { manifestHash } = await label.post<{ manifestHash: string }>(at(first.id, '/amendments'), body);
    for (const party of [own.platform.as, label])
      await party.post(at(first.id, '/amendments/2/signatures'), await signatureBy(party, manifestHash));
    await label.post(at(first.id, '/notices'), { kind: 'termination' });
    const notified = await label.post<{ openBreaches: number[] }>(at(second.id, '/breaches'), {
      what: 'No report has been delivered.',
    });
    await label.post(at(second.id, `/breaches/${notified.openBreaches[0]}/suspension`), {});
    const dice = new Dice(3);
    const days = ['2026-01-01T05:00:00Z', '2026-01-05T09:00:00Z', '2026-02-13T20:59:59Z', '2026-02-14T21:00:00Z'];
    const questions = Array.from({ length: 200 }, () => ({
      serviceId: dice.oneOf(own.serviceIds),
      isrc: dice.oneOf([...own.isrcs, 'ZZX992600001']),
      territory: dice.oneOf(['RU', 'KZ', 'DE']),
      useType: dice.oneOf(['OnDemandStream', 'PermanentDownload']),
      commercialModel: dice.oneOf(['AdvertisementSupportedModel', 'PayAsYouGoModel']),
      at: dice.oneOf([...days, '2026-05-01T00:00:00Z', '2025-12-31T22:00:00Z', '2026-01-05T08:59:59Z']),
    }));
    type Compared = { licensed: boolean; reason?: string; agreementId?: string; clause?: string; trueUntil?: string };
    const plain = ({ licensed, reason, agreementId, clause, trueUntil }: Compared): Compared =>
      licensed
        ? { licensed, agreementId: agreementId!, clause: clause!, trueUntil: trueUntil! }
        : { licensed, reason: reason! };
    const { answers } = await own.platform.as.post<{ answers: Compared[] }>('/v1/clearance', {
      questions,
      detail: true,
    });
    const explained = await Promise.all(
      questions.map((one) =>
        own.platform.as.post<{ answer: Compared }>('/v1/clearance/explanations', { question: one }),
      ),
    );
    expect(answers.map(plain)).toEqual(explained.map(({ answer }) => plain(answer)));
    const heard = new Set(answers.map(({ licensed, reason }) => (licensed ? 'licensed' : reason)));
    for (const kind of ['licensed', 'suspended', 'expired', 'not-yet', 'territory-not-granted'])
      expect(heard).toContain(kind);
  });
});

describe('sightings', () => {
  it('are counted where the platform wants it, and shown to the label of the recording, all platforms together', async () => {
    const own = await openMarket(app, 3);
    await own.concluded({ isrcs: own.isrcs.slice(0, 1) });
    const ask = (more: object, ...changes: object[]): Promise<unknown> =>
      own.platform.as.post('/v1/clearance', {
        questions: changes.map((change) =>
          question({ serviceId: own.serviceIds[0], at: '2026-02-10T00:00:00Z', ...change }),
        ),
        ...more,
      });
    const counted = { countSightings: true };
    const [licensed, unlicensed] = own.isrcs;
    await ask(
      counted,
      { isrc: licensed },
      { isrc: licensed, territory: 'DE' },
      { isrc: unlicensed },
      { isrc: unlicensed },
    );
    await ask(counted, { isrc: unlicensed }, { isrc: 'Song No. 7' }, { isrc: unlicensed, territory: 'Moon' });
    await ask({}, { isrc: unlicensed });
    await app.app.get(Sightings).flush();
    await ask(counted, { isrc: unlicensed });
    await app.app.get(Sightings).flush();
    const demand = (query = ''): Promise<{ rows: object[]; next: string | null }> =>
      own.label.as.get(`/v1/clearance/sightings?month=2026-02${query}`);
    const useType = 'OnDemandStream';
    const rows = [
      { isrc: licensed, territory: 'DE', useType, reason: 'territory-not-granted', sightings: 1 },
      { isrc: unlicensed, territory: 'RU', useType, reason: 'no-agreement', sightings: 4 },
    ];
    expect(await demand()).toEqual({ rows, next: null });
    const { next, rows: first } = await demand('&limit=1');
    expect(first).toEqual(rows.slice(0, 1));
    expect(await demand(`&limit=1&cursor=${next}`)).toEqual({ rows: rows.slice(1), next: null });
    expect(await own.label.as.get('/v1/clearance/sightings?month=2026-03')).toEqual({ rows: [], next: null });
    const stranger = await app.given.label();
    expect(await stranger.as.get('/v1/clearance/sightings?month=2026-02')).toEqual({ rows: [], next: null });
  });
});
