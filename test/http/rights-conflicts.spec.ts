import { ConflictClock } from '../../src/catalogue/conflicts/conflict-clock';
import { LookAtAllClaims } from '../../src/catalogue/conflicts/look-at-all-claims';
import { Database } from '../../src/platform/database/database';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv } from '../support/catalogue';
import { eventsWhere } from '../support/events';
import type { Party } from '../support/given';
import { outcome, refused } from '../support/market';

interface Conflict {
  readonly id: string;
  readonly isrc: string;
  readonly state: string;
  readonly parties: readonly { labelId: string; name: string }[];
  readonly pieces: readonly {
    readonly territories: readonly string[];
    readonly from: string;
    readonly until: string | null;
    readonly sum: string;
    readonly claims: readonly { labelId: string; share: string; undisputed: string }[];
  }[];
  readonly answerBy: string;
  readonly facts: readonly {
    number: number;
    kind: string;
    organizationId: string | null;
    note: string | null;
    shares: { labelId: string; share: string }[] | null;
    file: { fileName: string } | null;
  }[];
}

/** No worker runs: each test decides when a clock's job is. */
let app: TestApp;
const start = '2026-03-01T09:00:00Z';
beforeAll(async () => {
  app = await startTestApp({ at: start });
});
afterAll(() => app?.close());

let recordings = 0;
const nextIsrc = (): string => `ZZC0126${String((recordings += 1)).padStart(5, '0')}`;

/** A label that has these recordings. */
async function labelWith(...isrcs: string[]): Promise<Party> {
  const label = await app.given.label();
  const rows = isrcs.map((isrc) => ({ isrc, title: 'Track', artists: 'Somebody' }));
  await label.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(rows));
  return label;
}

const states = (label: Party, isrcs: readonly string[], share: string, more: object = {}): Promise<unknown> =>
  label.as.post('/v1/rights-statements', {
    ...{ isrcs, share, territories: { include: ['RU', 'KZ'] }, from: '2026-01-01' },
    ...more,
  });

const conflictsOf = (as: ApiClient, query = ''): Promise<Conflict[]> =>
  as.all<Conflict>(`/v1/rights-conflicts${query}`);

/** Two labels, 60 % and 50 % of one recording. */
async function opened(): Promise<{ isrc: string; a: Party; b: Party; conflict: Conflict; path: string }> {
  const isrc = nextIsrc();
  const [a, b] = [await labelWith(isrc), await labelWith(isrc)];
  await states(a, [isrc], '0.6');
  expect(await conflictsOf(a.as)).toEqual([]);
  await states(b, [isrc], '0.5');
  const [conflict] = await conflictsOf(a.as);
  return { isrc, a, b, conflict: conflict!, path: `/v1/rights-conflicts/${conflict!.id}` };
}

const detail = (party: Party, { id }: Pick<Conflict, 'id'>): Promise<Conflict> =>
  party.as.get(`/v1/rights-conflicts/${id}`);

const newsOf = async (party: Party, count: number): Promise<string[]> => {
  const news = await eventsWhere(party.as, ({ topic }) => topic.startsWith('rights-conflict.'), count);
  return news.map(({ topic }) => topic);
};

/** Shares that the label's catalogue says of a recording. */
const statedBy = async (party: Party, isrc: string): Promise<string[]> =>
  (await party.as.get<{ rights: { share: string; territories: string[] }[] }>(`/v1/recordings/${isrc}`)).rights.map(
    ({ share, territories }) => `${share} ${[...territories].sort().join()}`,
  );

const both = (a: Party, b: Party, [own, theirs]: readonly [string, string]): { labelId: string; share: string }[] => [
  { labelId: a.organizationId, share: own },
  { labelId: b.organizationId, share: theirs },
];

describe('two labels that state 60 % and 50 % of one recording', () => {
  it('are in a conflict that both see, with the sum and each other’s name and share, and are told of', async () => {
    const { isrc, a, b, conflict } = await opened();
    expect(conflict).toMatchObject({ isrc, state: 'open', answerBy: '2026-03-31' });
    const claims = both(a, b, ['0.6', '0.5']).map((claim, at) => ({ ...claim, undisputed: ['0.5', '0.4'][at] }));
    const piece = { territories: ['KZ', 'RU'], from: '2026-01-01', until: null, sum: '1.1' };
    expect(conflict.pieces).toEqual([{ ...piece, claims: claims.sort((x, y) => (x.labelId < y.labelId ? -1 : 1)) }]);
    const seen = await detail(b, conflict);
    expect(seen.parties).toHaveLength(2);
    expect(seen.parties.every(({ name }) => name.startsWith('Label '))).toBe(true);
    expect(seen.facts).toMatchObject([{ number: 1, kind: 'found', organizationId: b.organizationId }]);
    for (const party of [a, b]) expect(await newsOf(party, 1)).toEqual(['rights-conflict.found']);
    const stranger = await app.given.label();
    expect(await conflictsOf(stranger.as)).toEqual([]);
    expect(await outcome(stranger.as, 'GET', `/v1/rights-conflicts/${conflict.id}`)).toBe('404 not-found');
    expect(await conflictsOf(await app.given.operator(), `?isrc=${isrc}&state=open`)).toHaveLength(1);
    expect(await conflictsOf(a.as, '?isrc=nothing')).toEqual([]);
  });

  it('are in none where places or days only touch, and in one for each recording of a file at once', async () => {
    const isrcs = [nextIsrc(), nextIsrc(), nextIsrc()];
    const [a, b] = [await labelWith(...isrcs), await labelWith(...isrcs)];
    await states(a, isrcs, '1', { until: '2026-02-01' });
    await states(b, isrcs, '1', { territories: { include: ['BY'] } });
    await states(b, isrcs.slice(0, 1), '1', { from: '2026-02-01' });
    expect(await conflictsOf(a.as)).toEqual([]);
    await states(b, isrcs.slice(1), '1', { from: '2026-01-31' });
    const found = await conflictsOf(a.as);
    expect(found.map(({ isrc }) => isrc).sort()).toEqual(isrcs.slice(1));
    expect(found[0]!.pieces).toMatchObject([{ from: '2026-01-31', until: '2026-02-01', sum: '2' }]);
    // One piece of news for all of them.
    expect(await newsOf(a, 1)).toEqual(['rights-conflict.found']);
    const pages = async (next = ''): Promise<string[]> => {
      const page = await a.as.get<{ rows: Conflict[]; next: string | null }>(`/v1/rights-conflicts?limit=1${next}`);
      const isrcsHere = page.rows.map(({ isrc }) => isrc);
      return page.next === null ? isrcsHere : [...isrcsHere, ...(await pages(`&cursor=${page.next}`))];
    };
    expect((await pages()).sort()).toEqual(isrcs.slice(1));
  });

  it('cannot miss each other when they state at the same moment', async () => {
    const isrcs = Array.from({ length: 12 }, nextIsrc);
    const parties = await Promise.all([1, 2, 3].map(() => labelWith(...isrcs)));
    await Promise.all(parties.map((label, at) => states(label, at === 1 ? [...isrcs].reverse() : isrcs, '0.4')));
    const found = await conflictsOf(parties[0]!.as);
    expect(found).toHaveLength(12);
    expect(found.every(({ pieces }) => pieces.length === 1 && pieces[0]!.claims.length === 3)).toBe(true);
  });

  it('end it by stating less; stated otherwise, it goes on as another one', async () => {
    const { isrc, a, b, conflict } = await opened();
    await states(a, [isrc], '0.55', { replaces: true });
    expect((await detail(b, conflict)).pieces).toMatchObject([{ sum: '1.05' }]);
    await states(b, [isrc], '0.45', { replaces: true, territories: { include: ['RU'] } });
    expect((await detail(b, conflict)).pieces).toMatchObject([{ sum: '1.05', territories: ['KZ'] }]);
    await states(b, [isrc], '0.45', { replaces: true });
    const over = await detail(a, conflict);
    expect(over).toMatchObject({ state: 'withdrawn' });
    expect(over.facts.map(({ kind }) => kind)).toEqual(['found', 'changed', 'changed', 'withdrawn']);
    expect(over.facts.at(-1)!.organizationId).toBe(b.organizationId);
    expect(await newsOf(a, 4)).toEqual(
      ['found', 'changed', 'changed', 'withdrawn'].map((kind) => `rights-conflict.${kind}`),
    );
    // Stated again, it is another conflict.
    await states(b, [isrc], '0.5', { replaces: true });
    expect((await conflictsOf(a.as)).map(({ state }) => state).sort()).toEqual(['open', 'withdrawn']);
  });
});

describe('the end of a conflict', () => {
  it('is what one label gives way to: no more than nobody else states', async () => {
    const { isrc, a, b, path } = await opened();
    await states(a, [isrc], '0.6', { from: '2025-01-01', until: '2026-01-01' });
    expect(await a.as.post(`${path}/withdrawal`, {})).toMatchObject({ state: 'withdrawn' });
    expect(await statedBy(a, isrc)).toEqual(['0.6 KZ,RU', '0.5 KZ,RU']);
    expect(await statedBy(b, isrc)).toEqual(['0.5 KZ,RU']);
    expect(await outcome(b.as, 'POST', `${path}/withdrawal`)).toBe('409 rights-conflict-state');
  });

  it('may leave a label nothing: it states that, and signs for nothing there', async () => {
    const isrc = nextIsrc();
    const [a, b] = [await labelWith(isrc), await labelWith(isrc)];
    for (const label of [a, b]) await states(label, [isrc], '1');
    const [{ id } = { id: '' }] = await conflictsOf(b.as);
    await b.as.post(`/v1/rights-conflicts/${id}/withdrawal`, {});
    expect(await statedBy(b, isrc)).toEqual(['0 KZ,RU']);
    expect(await statedBy(a, isrc)).toEqual(['1 KZ,RU']);
    expect(await refused(b.as, 'POST', '/v1/rights-statements', statement(isrc, '0.1'))).toMatchObject({
      ...{ status: 409, code: 'rights-overlap' },
    });
    expect((await refused(b.as, 'POST', '/v1/rights-statements', statement(isrc, '0'))).faults).toMatchObject([
      { pointer: '/share', code: 'share-range' },
    ]);
  });

  it('is what all of them agree on: the latest proposal, while nothing else is stated', async () => {
    const { isrc, a, b, conflict, path } = await opened();
    const shares = both(a, b, ['0.5', '0.5']);
    await a.as.post(`${path}/answers`, { note: 'We have the masters.' });
    const faults = async (wrong: unknown[]): Promise<string[]> =>
      (await refused(a.as, 'POST', `${path}/proposals`, { shares: wrong })).faults.map(
        ({ pointer, code }) => `${pointer} ${code}`,
      );
    expect(await faults(both(a, b, ['0.5', '0.500001']))).toEqual(['/shares share-range']);
    expect(await faults(shares.slice(0, 1))).toEqual(['/shares field-in']);
    expect(await faults([shares[0], shares[0]])).toEqual(['/shares/1/labelId field-in']);
    expect(await faults(both(a, b, ['1.5', '0']))).toEqual(['/shares/0/share share-range']);
    const first = (await a.as.post<Conflict>(`${path}/proposals`, { shares })).facts.at(-1)!.number;
    const accept = (party: Party, number: number): Promise<string> =>
      outcome(party.as, 'POST', `${path}/proposals/${number}/acceptance`);
    expect(await accept(a, first)).toBe('409 rights-conflict-state');
    await states(b, [isrc], '0.7', { replaces: true });
    expect(await accept(b, first)).toBe('409 rights-conflict-state');
    const second = (await b.as.post<Conflict>(`${path}/proposals`, { shares, note: 'Half and half.' })).facts.at(-1)!;
    expect(await Promise.all([accept(a, second.number), accept(a, second.number)])).toEqual(
      expect.arrayContaining(['200', '409 rights-conflict-state']),
    );
    const over = await detail(b, conflict);
    expect(over).toMatchObject({ state: 'agreed' });
    expect(over.facts.at(-1)).toMatchObject({ kind: 'agreed', shares });
    expect([await statedBy(a, isrc), await statedBy(b, isrc)]).toEqual([['0.5 KZ,RU'], ['0.5 KZ,RU']]);
  });

  it('is what two persons of the operator decide, unless something was stated meanwhile', async () => {
    const { isrc, a, b, conflict, path } = await opened();
    const operator = await app.given.operator();
    const second = await colleagueOfOperator();
    const decision = { shares: both(a, b, ['0.6', '0.4']), note: 'By the contract of 2019.' };
    const ask = (): Promise<{ approvalId: string }> => operator.post(`${path}/decision`, decision);
    const decide = (as: ApiClient, { approvalId }: { approvalId: string }): Promise<string> =>
      outcome(as, 'POST', `/v1/approvals/${approvalId}/decision`, { decision: 'approved' });
    const asked = await ask();
    // The labels are not told of what may come.
    expect((await detail(a, conflict)).facts.map(({ kind }) => kind)).toEqual(['found']);
    expect(await decide(operator, asked)).toBe('409 approval-needs-second-person');
    await states(b, [isrc], '0.55', { replaces: true });
    expect(await decide(second, asked)).toBe('409 approval-decided');
    const again = await ask();
    expect(await decide(second, again)).toBe('200');
    const over = await detail(b, conflict);
    expect(over).toMatchObject({ state: 'decided' });
    expect(over.facts.at(-1)).toMatchObject({ kind: 'decided', note: decision.note, shares: decision.shares });
    expect([await statedBy(a, isrc), await statedBy(b, isrc)]).toEqual([['0.6 KZ,RU'], ['0.4 KZ,RU']]);
    expect(await outcome(operator, 'POST', `${path}/decision`, decision)).toBe('409 rights-conflict-state');
    expect(await outcome(a.as, 'POST', `${path}/decision`, decision)).toBe('403 forbidden');
  });

  it('leaves nothing to decide where a label has given way before', async () => {
    const { a, b, path } = await opened();
    const operator = await app.given.operator();
    const asked = await operator.post<{ approvalId: string }>(`${path}/decision`, {
      ...{ shares: both(a, b, ['1', '0']), note: 'So.' },
    });
    await a.as.post(`${path}/withdrawal`, {});
    const approval = await operator.all<{ id: string; decision: string }>('/v1/approvals');
    expect(approval.find(({ id }) => id === asked.approvalId)).toMatchObject({ decision: 'void' });
  });
});

describe('what was stated before anybody looked', () => {
  it('is looked at once: each recording that is claimed twice is in a conflict, and found by nobody', async () => {
    const isrcs = [nextIsrc(), nextIsrc()];
    const [a, b] = [await labelWith(...isrcs), await labelWith(...isrcs)];
    await states(a, isrcs, '0.6');
    await app.app.get(Database).asSystem((tx) =>
      tx.run(
        `INSERT INTO recording_rights (owner_id, recording_id, share, territories, in_force, stated_at, stated_by)
         SELECT b.owner_id, b.id, 0.5, x.territories, x.in_force, now(), 'member'
           FROM recording_rights x JOIN recordings a ON a.id = x.recording_id JOIN recordings b ON b.isrc = a.isrc AND b.owner_id = $2
          WHERE a.owner_id = $1`,
        [a.organizationId, b.organizationId],
      ),
    );
    expect(await conflictsOf(a.as)).toEqual([]);
    for (let run = 0; run < 2; run += 1) await app.app.get(LookAtAllClaims).execute();
    const found = await conflictsOf(b.as, '?state=open');
    expect(found.map(({ isrc }) => isrc).sort()).toEqual(isrcs);
    expect((await detail(a, found[0]!)).facts).toMatchObject([{ kind: 'found', organizationId: null }]);
  });
});

describe('what is said of a conflict', () => {
  it('keeps nobody from giving way, however often what they state has changed it', async () => {
    const { a, conflict, path } = await opened();
    await app.app.get(Database).asSystem((tx) =>
      tx.run(
        `INSERT INTO rights_conflict_facts (conflict_id, number, kind, organization_id, said, made_by, at)
         SELECT $1, number, CASE WHEN number < 1301 THEN 'changed' ELSE 'answered' END, $2, '{"pieces":[]}', 'member', now()
           FROM generate_series(2, 1499) AS number`,
        [conflict.id, a.organizationId],
      ),
    );
    expect(await outcome(a.as, 'POST', `${path}/answers`, { note: 'Again.' })).toBe('200');
    expect(await outcome(a.as, 'POST', `${path}/answers`, { note: 'And again.' })).toBe('409 limit-reached');
    const { facts } = await detail(a, conflict);
    expect([facts.length, facts.at(-1)!.number]).toEqual([1_000, 1_500]);
    expect(await outcome(a.as, 'POST', `${path}/withdrawal`)).toBe('200');
  });

  it('may be a file, which the others and the operator save', async () => {
    const { a, b, conflict, path } = await opened();
    const attach = (type: string, content: string, name = 'contract.pdf') =>
      b.as.request<Conflict>('POST', `${path}/evidence?fileName=${name}&note=Page+3`, { file: { type, content } });
    expect((await attach('application/pdf', '%PDF-1.7 contract')).status).toBe(201);
    expect((await attach('application/pdf', 'no contract')).body).toMatchObject({ code: 'content-type-unsupported' });
    const fact = (await detail(a, conflict)).facts.at(-1)!;
    expect(fact).toMatchObject({ kind: 'evidence', note: 'Page 3', file: { fileName: 'contract.pdf' } });
    for (const as of [a.as, await app.given.operator()]) {
      expect(String(await as.download(`${path}/evidence/${fact.number}/content`))).toBe('%PDF-1.7 contract');
    }
    expect(await outcome(a.as, 'GET', `${path}/evidence/1/content`)).toBe('404 not-found');
    const stranger = await app.given.label();
    expect(await outcome(stranger.as, 'GET', `${path}/evidence/${fact.number}/content`)).toBe('404 not-found');
  });

  it('is asked for in time: whoever has said nothing is reminded, and told when it is over, once', async () => {
    const { a, b, conflict, path } = await opened();
    await a.as.post(`${path}/answers`, { note: 'Ours.' });
    const clock = app.app.get(ConflictClock);
    const told = async (): Promise<string[]> =>
      (
        await app.look<{ told: string }>(
          `SELECT topic || ' ' || (organization_id = $2)::text AS told FROM outbox
          WHERE topic IN ('rights-conflict.reminded', 'rights-conflict.overdue') AND payload -> 'conflicts' ? $1 ORDER BY position`,
          [conflict.id, b.organizationId],
        )
      ).map((row) => row.told);
    for (const at of ['2026-03-23T12:00:00Z', '2026-03-24T00:00:00Z', '2026-03-31T23:00:00Z', '2026-04-01T00:00:00Z']) {
      app.clock.moveTo(new Date(at));
      await Promise.all([clock.execute(), clock.execute()]);
    }
    expect(await told()).toEqual(['rights-conflict.reminded true', 'rights-conflict.overdue true']);
    app.clock.moveTo(new Date(start));
    expect((await detail(b, conflict)).facts.map(({ kind }) => kind)).toEqual([
      'found',
      'answered',
      'reminded',
      'overdue',
    ]);
  });
});

const statement = (isrc: string, share: string): object => ({
  ...{ isrcs: [isrc], share, territories: { include: ['RU'] }, from: '2026-01-01' },
});

let operatorsSecond: ApiClient | undefined;
async function colleagueOfOperator(): Promise<ApiClient> {
  if (operatorsSecond) return operatorsSecond;
  const [email, password] = ['second-operator@accordo.example', 'sesame-second-operator'];
  const operator = await app.given.operator();
  await operator.post('/v1/members', { name: 'Second', email, password, roles: ['licensing'] });
  return (operatorsSecond = await app.given.signIn({ email, password }));
}
