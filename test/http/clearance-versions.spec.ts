import type { PublishedKeys } from '../../client/keys';
import { readReceipt } from '../../client/receipt';
import { startTestApp, type TestApp } from '../support/app';
import { type CatalogueCells, catalogueCsv } from '../support/catalogue';
import { questionOf } from '../support/clearance';
import type { Party } from '../support/given';
import { type AgreementAnswer, type Market, openMarket, refused } from '../support/market';

interface Answer {
  readonly licensed: boolean;
  readonly reason?: string;
  readonly isrc?: string;
  readonly until?: string;
  readonly labelIds?: readonly string[];
  readonly versions?: readonly { isrc: string; licensed: boolean; reason?: string }[];
  readonly versionOf?: { isrc: string; kind: string };
}
interface Cleared {
  readonly answers: readonly Answer[];
  readonly receipts?: { readonly jws: string; readonly statements: readonly { statement: string; path: string[] }[] };
}

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
/** Licensed: a song, its remaster, and another song with a remix. Not licensed: the last one of the market’s five. */
let song: string, remaster: string, other: string, remix: string, unlicensed: string;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  market = await openMarket(app, 5);
  [song, remaster, other, remix, unlicensed] = market.isrcs as [string, string, string, string, string];
  agreement = await market.concluded({ isrcs: [song, remaster, other, remix] });
  await state(market.label, [
    versionRow(remaster, song, 'remaster'),
    versionRow(remix, other, 'remix'),
    // A version of a version.
    versionRow(unlicensed, remix, 'sped-up'),
  ]);
});
afterAll(() => app?.close());

const versionRow = (isrc: string, parent: string, kind: string): CatalogueCells => ({
  ...{ isrc, title: 'Version', artists: 'Ana', parent_isrc: parent, parent_kind: kind },
});
const state = ({ as }: Party, rows: readonly CatalogueCells[]): Promise<unknown> =>
  as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(rows));

const about = (parentIsrc: string, changes: object = {}): object =>
  questionOf(market, { isrc: undefined, parentIsrc, ...changes });
const clear = async (question: object, more: object = {}): Promise<Answer> =>
  (await market.platform.as.post<Cleared>('/v1/clearance', { questions: [question], ...more })).answers[0]!;
const detail = { detail: true };

describe('some version of a recording', () => {
  it('is licensed where the parent and all its known versions are, however the ISRC is written', async () => {
    const spelled = `${song.slice(0, 2)}-${song.slice(2, 5)}-${song.slice(5, 7)}-${song.slice(7)}`.toLowerCase();
    expect(await clear(about(spelled))).toEqual({
      ...{ licensed: true, agreementId: agreement.id, clause: 'streaming', until: '2028-01-01', isrc: song },
      rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
    });
    expect(await clear(about(song), detail)).toMatchObject({
      trueUntil: '2027-12-31T21:00:00.000Z',
      versions: [
        { isrc: song, licensed: true },
        { isrc: remaster, licensed: true },
      ],
    });
    expect(await clear(about(song, { territory: 'DE' }))).toEqual({
      ...{ licensed: false, reason: 'territory-not-granted', isrc: song },
    });
  });

  it('is not where one of them is not, at any remove; which one is not told', async () => {
    expect(await clear(about(other))).toEqual({ licensed: false, reason: 'no-agreement' });
    const answer = await clear(about(other), detail);
    expect(answer).toMatchObject({
      ...{ licensed: false, reason: 'no-agreement', labelIds: [market.label.organizationId] },
      versions: [
        { isrc: other, licensed: true },
        { isrc: remix, licensed: true },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain(unlicensed);
    // By itself the parent is licensed as ever.
    expect((await clear(questionOf(market, { isrc: other }))).licensed).toBe(true);
  });

  it('is unknown where the parent is, whatever labels know that the platform has no agreement with', async () => {
    const stranger = await app.given.label();
    await state(stranger, [
      versionRow('ZZT012677701', song, 'live'),
      versionRow('ZZT012677702', 'ZZT012677700', 'live'),
    ]);
    expect(await clear(about('ZZT012677700'), detail)).toMatchObject({
      ...{ licensed: false, reason: 'unknown-recording', labelIds: [] },
      versions: [{ isrc: 'ZZT012677700', licensed: false, reason: 'unknown-recording' }],
    });
    expect((await clear(about(song))).licensed).toBe(true);
    expect(await clear(about('Song No. 7'))).toEqual({ licensed: false, reason: 'unknown-recording' });
  });

  it('comes to an end where versions name each other in a ring', async () => {
    const [one, two] = ['ZZT012677711', 'ZZT012677712'];
    await state(market.label, [versionRow(one, two, 'edit'), versionRow(two, one, 'edit')]);
    expect(await clear(about(one))).toEqual({ licensed: false, reason: 'no-agreement', isrc: one });
  });

  it('is asked for beside recordings, each answered in its place', async () => {
    const questions = [about(song), questionOf(market, { isrc: unlicensed }), about(other), questionOf(market)];
    const { answers } = await market.platform.as.post<Cleared>('/v1/clearance', { questions });
    expect(answers.map(({ licensed, reason }) => reason ?? licensed)).toEqual([
      true,
      'no-agreement',
      'no-agreement',
      true,
    ]);
  });

  it('is refused where there are more versions than are looked at together', async () => {
    const parent = 'ZZT012677799';
    const superuser = await app.superuser();
    // Past the triggers: nobody tells of these.
    await superuser.query('SET session_replication_role = replica');
    await superuser.query(
      `INSERT INTO recordings (owner_id, isrc, title, artists, updated_at, parent_isrc, parent_kind)
       SELECT $1, 'ZZV01' || lpad(n::text, 7, '0'), 'V', '{}', now(), $2, 'live' FROM generate_series(1, 25001) AS n`,
      [market.label.organizationId, parent],
    );
    await superuser.end();
    expect((await clear(about(parent))).licensed).toBe(false);
    const { code, faults } = await refused(market.platform.as, 'POST', '/v1/clearance', {
      questions: [about(parent), about(parent, { territory: 'KZ' })],
    });
    expect([code, faults]).toEqual([
      'request-invalid',
      [expect.objectContaining({ pointer: '/questions', code: 'versions-too-many' })],
    ]);
  });

  it('is in the receipt as it was asked and answered', async () => {
    const { answers, receipts } = await market.platform.as.post<Cleared>('/v1/clearance', {
      questions: [about(song.toLowerCase())],
      receipts: true,
    });
    const keys = (await (await fetch(`${app.url}/.well-known/jwks.json`)).json()) as PublishedKeys;
    const read = readReceipt({ jws: receipts!.jws, ...receipts!.statements[0]! }, keys, app.clock.now());
    expect(read).toMatchObject({ question: { parentIsrc: song }, answer: answers[0] });
    expect(read!.question).not.toHaveProperty('isrc');
  });

  it('is named in no other way beside it, and not explained', async () => {
    const twice = await refused(market.platform.as, 'POST', '/v1/clearance', {
      questions: [about(song, { isrc: song })],
    });
    expect([twice.code, twice.faults]).toEqual([
      'request-invalid',
      [expect.objectContaining({ pointer: '/questions/0/isrc', code: 'field-required' })],
    ]);
    const explained = await refused(market.platform.as, 'POST', '/v1/clearance/explanations', {
      question: about(song),
    });
    expect([explained.code, explained.faults.map(({ pointer }) => pointer)]).toEqual([
      'request-invalid',
      ['/question/parentIsrc'],
    ]);
  });
});

describe('a version that nothing licenses', () => {
  it('is told in detail to be one of what is licensed, which does not license it', async () => {
    expect(await clear(questionOf(market, { isrc: unlicensed }), detail)).toMatchObject({
      ...{ licensed: false, reason: 'no-agreement', versionOf: { isrc: remix, kind: 'sped-up' } },
    });
    expect(await clear(questionOf(market, { isrc: unlicensed }))).toEqual({ licensed: false, reason: 'no-agreement' });
    // Of a parent that no agreement names nothing is said.
    await state(market.label, [versionRow('ZZT012677721', 'ZZT012677722', 'live')]);
    expect(await clear(questionOf(market, { isrc: 'ZZT012677721' }), detail)).not.toHaveProperty('versionOf');
  });

  it('is not licensed either where it was decided to be the same recording', async () => {
    const copy = 'ZZT012677731';
    const row = { title: 'Version', artists: 'Ana', duration: '200' };
    await state(market.label, [
      { ...row, isrc: song },
      { ...row, isrc: copy },
    ]);
    await market.label.as.post('/v1/duplicate-decisions', { isrc: song, otherIsrc: copy, decision: 'accepted' });
    expect(await clear(questionOf(market, { isrc: copy }), detail)).toMatchObject({
      ...{ licensed: false, reason: 'no-agreement', versionOf: { isrc: song, kind: 'same-recording' } },
    });
    expect(await clear(about(song))).toEqual({ licensed: false, reason: 'no-agreement' });
  });
});

describe('what is stated to be the same recording as another', () => {
  it('has its versions, too', async () => {
    expect((await clear(about(remaster))).licensed).toBe(true);
    await state(market.label, [versionRow(remaster, other, 'same-recording')]);
    expect(await clear(about(remaster))).toEqual({ licensed: false, reason: 'no-agreement' });
  });
});
