import type { PublishedKeys } from '../../client/keys';
import { Snapshot } from '../../client/snapshot';
import { KeepAgreement } from '../../src/agreements/keep-agreement';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { questionOf } from '../support/clearance';
import { eventsWhere } from '../support/events';
import { type AgreementAnswer, type Market, openMarket, outcome, refused, signatureBy } from '../support/market';
import { sendEvents, usageEvent } from '../support/usage-events';

interface Life {
  readonly withdrawals: readonly { readonly number: number; readonly from: string; readonly recordings: number }[];
  readonly timetable: readonly { readonly kind: string; readonly on: string; readonly moves: boolean }[];
  readonly facts: readonly { readonly number: number; readonly kind: string; readonly details: object }[];
}

let app: TestApp;
let market: Market;
let label: ApiClient;
let platform: ApiClient;

const reason = 'The rights in it go back to the artist.';
const life = { termination: { withdrawal: { days: 30, shareMax: '0.7' } } };
const at = (id: string, rest = '/withdrawals'): string => `/v1/agreements/${id}${rest}`;

beforeAll(async () => {
  app = await startTestApp();
});
beforeEach(async () => {
  app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
  market = await openMarket(app, 3);
  [label, platform] = [market.label.as, market.platform.as];
});
afterAll(() => app?.close());

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  [label, platform] = [await app.given.signIn(market.label), await app.given.signIn(market.platform)];
}

const isrc = (place: number): string => market.isrcs[place - 1]!;
const withdraw = (id: string, isrcs: readonly string[], from?: string): Promise<Life> =>
  label.post<Life>(at(id), { isrcs, reason, ...(from === undefined ? {} : { from }) });

interface Answer {
  readonly licensed: boolean;
  readonly reason?: string;
  readonly until?: string;
  readonly trueUntil?: string;
}

async function answer(instant: string, asked = isrc(1)): Promise<Answer> {
  const question = questionOf(market, { isrc: asked, at: instant });
  const body = { questions: [question], detail: true };
  return (await platform.post<{ answers: Answer[] }>('/v1/clearance', body)).answers[0]!;
}

const says = async (instant: string, asked = isrc(1)): Promise<string> => {
  const { licensed, reason: why, until } = await answer(instant, asked);
  return licensed ? `licensed until ${until}` : why!;
};

describe('a withdrawal of recordings', () => {
  it('takes effect when the notice of the terms is over: seen before, told to the platform, and for these alone', async () => {
    const { id } = await market.concluded({ life });
    const after = await withdraw(id, [isrc(1).toLowerCase(), isrc(1)]);
    const [{ number, from, recordings }] = after.withdrawals as [Life['withdrawals'][number]];
    expect([from, recordings]).toEqual(['2026-02-04', 1]);
    expect(after.timetable).toContainEqual({ kind: 'withdrawal-begins', on: '2026-02-04', moves: false });
    expect(after.facts.at(-1)).toMatchObject({
      number,
      kind: 'withdrawal-notified',
      details: { isrcs: [isrc(1)], from: '2026-02-04', reason },
    });
    expect(await platform.get(at(id, '/life'))).toEqual(after);
    const [told] = await eventsWhere(platform, ({ topic }) => topic === 'agreement.withdrawal-notified', 1);
    expect(told?.payload).toEqual({ withdrawal: number, recordings: 1, isrcs: [isrc(1)], from, reason });

    expect(await answer('2026-02-03T20:59:59Z')).toMatchObject({
      licensed: true,
      until: '2026-02-04',
      trueUntil: '2026-02-03T21:00:00.000Z',
    });
    expect(await answer('2026-02-03T21:00:00Z')).toMatchObject({
      licensed: false,
      reason: 'withdrawn',
      labelIds: [market.label.organizationId],
    });
    expect(await says('2026-02-03T21:00:00Z', isrc(2))).toBe('licensed until 2028-01-01');
    expect(await says('2028-06-01T00:00:00Z')).toBe('expired');
  });

  it('is in snapshots and deltas, and explained as it was known; revoked, it is gone again', async () => {
    const { id } = await market.concluded({ life });
    const service = `/v1/clearance/snapshots/${market.serviceIds[0]}`;
    const { key } = await platform.post<{ key: string }>('/v1/api-keys', { name: 'player', roles: ['usage'] });
    const make = async (query = ''): Promise<Buffer> => {
      await platform.post(service, {});
      const headers = { authorization: `Bearer ${key}` };
      return Buffer.from(await (await fetch(`${app.url}${service}/file${query}`, { headers })).arrayBuffer());
    };
    const keys = (await (await fetch(`${app.url}/.well-known/jwks.json`)).json()) as PublishedKeys;
    const snapshot = Snapshot.open(await make(), keys);
    const instant = '2026-02-10T00:00:00Z';
    const inFile = (file: Snapshot): string[] =>
      market.isrcs.slice(0, 2).map((asked) => {
        const use = { territory: 'RU', useType: 'OnDemandStream', commercialModel: 'AdvertisementSupportedModel' };
        const told = file.answer({ isrc: asked, ...use, at: new Date(instant) });
        return told.licensed ? `licensed until ${told.until}` : told.reason;
      });
    await moveTo('2026-01-06T09:00:00Z');
    const [{ number }] = (await withdraw(id, [isrc(1)], '2026-02-07')).withdrawals as [Life['withdrawals'][number]];
    snapshot.apply(await make('?since=1'), keys);
    for (const newer of [snapshot, Snapshot.open(await make(), keys)])
      expect(inFile(newer)).toEqual(['withdrawn', 'licensed until 2028-01-01']);

    const explained = async (knownAt: string): Promise<{ answer: object; considered: readonly object[] }> =>
      platform.post('/v1/clearance/explanations', { question: questionOf(market, { at: instant }), knownAt });
    expect((await explained('2026-01-06T08:59:59Z')).answer).toMatchObject({ licensed: true });
    expect(await explained('2026-01-06T09:00:00Z')).toMatchObject({
      answer: { licensed: false, reason: 'withdrawn' },
      considered: [
        {
          clause: 'streaming',
          reasons: ['withdrawn'],
          pauses: [
            { state: 'not-yet', from: null },
            { state: 'withdrawn', from: '2026-02-06T21:00:00.000Z', until: null },
          ],
        },
        { clause: 'downloads', reasons: ['use-not-granted', 'withdrawn'] },
      ],
    });

    await label.post(at(id, `/withdrawals/${number}/revocation`), {});
    snapshot.apply(await make('?since=2'), keys);
    for (const newer of [snapshot, Snapshot.open(await make(), keys)])
      expect(inFile(newer)).toEqual(['licensed until 2028-01-01', 'licensed until 2028-01-01']);
  });

  it('leaves use of earlier days licensed, and holds later use under its reason', async () => {
    const { id } = await market.concluded({ life });
    await withdraw(id, [isrc(1)], '2026-02-10');
    await moveTo('2026-02-15T09:00:00Z');
    const times = ['2026-02-09T20:59:59Z', '2026-02-09T21:00:00Z', '2026-02-09T21:00:00Z'];
    const events = times.map((time, place) =>
      usageEvent(market, { id: `e${place}`, time, isrc: isrc(place === 2 ? 2 : 1) }),
    );
    const taken = await sendEvents(platform, events);
    expect(taken.events.map(({ agreementId, held }) => held ?? agreementId)).toEqual([id, 'withdrawn', id]);
  });

  it('is only what the terms allow', async () => {
    const without = await market.concluded({ isrcs: [isrc(3)] });
    const body = { isrcs: [isrc(3)], reason };
    expect(await outcome(label, 'POST', at(without.id), body)).toBe('403 right-not-agreed');
    const { id } = await market.concluded({ life, isrcs: [isrc(1), isrc(2)], until: '2026-06-01' });
    expect(await outcome(platform, 'POST', at(id), body)).toBe('403 forbidden');
    expect(await outcome((await openMarket(app, 1)).label.as, 'POST', at(id), body)).toBe('404 not-found');
    const early = { isrcs: [isrc(1)], reason, from: '2026-02-03' };
    expect(await outcome(label, 'POST', at(id), early)).toBe('409 notice-too-late');
    expect(await outcome(label, 'POST', at(id), { ...early, from: '2026-06-01' })).toBe('409 notice-too-late');
    expect(await outcome(label, 'POST', at(id), { ...early, from: '2026-02-30' })).toBe('400 request-invalid');
    const malformed = await refused(label, 'POST', at(id), { ...early, isrcs: ['Song No. 7', isrc(1), ''] });
    expect([malformed.status, malformed.faults.map(({ pointer }) => pointer)]).toEqual([400, ['/isrcs/0', '/isrcs/2']]);
    const foreign = await refused(label, 'POST', at(id), { isrcs: [isrc(1), isrc(3)], reason });
    expect([foreign.code, foreign.faults.map(({ pointer }) => pointer)]).toEqual([
      'withdrawal-not-possible',
      ['/isrcs/1'],
    ]);
    // Seven tenths of two recordings is one.
    await withdraw(id, [isrc(1)]);
    expect(await outcome(label, 'POST', at(id), { isrcs: [isrc(2)], reason })).toBe('422 withdrawal-not-possible');
    expect(await outcome(label, 'POST', at(id), { isrcs: [isrc(1)], reason })).toBe('422 withdrawal-not-possible');
  });

  it('is possible from a day that a renewal would license, where the term is too short for the notice', async () => {
    const renewal = { months: 12, times: null, noticeDays: 1 };
    const { id } = await market.concluded({ life: { ...life, renewal }, until: '2026-02-01' });
    expect((await withdraw(id, [isrc(1)])).withdrawals).toMatchObject([{ from: '2026-02-04' }]);
  });

  it('is possible in the sell-off, and revoked in it', async () => {
    const termination = { withdrawal: { days: 1 }, sellOff: { days: 20, grants: ['streaming'] } };
    const { id } = await market.concluded({ life: { termination }, until: '2026-02-01' });
    await moveTo('2026-02-03T09:00:00Z');
    await app.app.get(KeepAgreement).execute({ agreementId: id });
    const ended = await withdraw(id, [isrc(1)], '2026-02-10');
    expect(ended.facts.map(({ kind }) => kind)).toEqual(['activated', 'expired', 'withdrawal-notified']);
    expect([await says('2026-02-09T12:00:00Z'), await says('2026-02-10T12:00:00Z')]).toEqual([
      'licensed until 2026-02-10',
      'withdrawn',
    ]);
    const revoked = await label.post<Life>(at(id, `/withdrawals/${ended.withdrawals[0]!.number}/revocation`), {});
    expect(revoked.withdrawals).toEqual([]);
    await moveTo('2026-02-21T09:00:00Z');
    const late = { isrcs: [isrc(1)], reason };
    expect(await outcome(label, 'POST', at(id), late)).toBe('409 agreement-not-running');
  });

  it('counts as later than the signature, whatever a clock says', async () => {
    const { id } = await market.concluded({ life, from: '2026-03-01' });
    await moveTo('2026-01-05T08:59:58Z');
    await withdraw(id, [isrc(1)]);
    expect(await says('2026-03-10T12:00:00Z')).toBe('withdrawn');
  });

  it('moves the days of its recordings among the rows of grants, and of no others, whatever comes after it', async () => {
    const termination = { ...life.termination, notice: { by: 'label', days: 30 } };
    const { id } = await market.concluded({ life: { termination } });
    const superuser = await app.superuser();
    const ends = async (): Promise<string> => {
      const { rows } = await superuser.query<{ until: string }>(
        `SELECT upper(in_force)::text AS until FROM agreement_grants
          WHERE agreement_id = $1 AND clause = 'streaming' ORDER BY array_position($2, isrc::text)`,
        [id, market.isrcs],
      );
      return rows.map(({ until }) => until).join(' ');
    };
    const numberOf = async (isrcs: string[], from: string): Promise<number> =>
      (await withdraw(id, isrcs, from)).withdrawals.at(-1)!.number;
    const late = await numberOf([isrc(1)], '2026-05-01');
    const early = await numberOf([isrc(1), isrc(2)], '2026-04-01');
    expect(await ends()).toBe('2026-04-01 2026-04-01 2028-01-01');
    await label.post(at(id, `/withdrawals/${early}/revocation`), {});
    expect(await ends()).toBe('2026-05-01 2028-01-01 2028-01-01');
    await numberOf([isrc(2)], '2026-03-01');
    await label.post(at(id, '/notices'), { kind: 'termination', until: '2026-04-15' });
    expect(await ends()).toBe('2026-04-15 2026-03-01 2026-04-15');
    await label.post(at(id, `/withdrawals/${late}/revocation`), {});
    expect(await ends()).toBe('2026-04-15 2026-03-01 2026-04-15');
    await superuser.end();
  });

  it('is taken by one of two notices at once, where the terms allow only one', async () => {
    const { id } = await market.concluded({ life, isrcs: [isrc(1), isrc(2)] });
    const both = await Promise.all(
      [1, 2].map((place) => outcome(label, 'POST', at(id), { isrcs: [isrc(place)], reason })),
    );
    expect(both.sort()).toEqual(['200', '422 withdrawal-not-possible']);
  });

  it('is revoked before its day, once, and not from it on', async () => {
    const { id } = await market.concluded({ life });
    const [{ number }] = (await withdraw(id, [isrc(1)])).withdrawals as [Life['withdrawals'][number]];
    const path = (which: number): string => at(id, `/withdrawals/${which}/revocation`);
    expect(await outcome(platform, 'POST', path(number), {})).toBe('403 forbidden');
    expect(await outcome(label, 'POST', path(number - 1), {})).toBe('404 withdrawal-unknown');
    expect((await label.post<Life>(path(number), {})).withdrawals).toEqual([]);
    expect(await outcome(label, 'POST', path(number), {})).toBe('404 withdrawal-unknown');
    expect(await says('2026-02-10T00:00:00Z')).toBe('licensed until 2028-01-01');
    const again = (await withdraw(id, [isrc(1)])).withdrawals[0]!.number;
    await moveTo('2026-02-03T21:00:00Z');
    expect(await outcome(label, 'POST', path(again), {})).toBe('409 withdrawal-in-effect');
  });

  it('frees the recording for somebody else from its day on, and then stands', async () => {
    const { id } = await market.concluded({ life, exclusive: true });
    const [{ number }] = (await withdraw(id, [isrc(1)])).withdrawals as [Life['withdrawals'][number]];
    const elsewhere = (from: string): Promise<AgreementAnswer> =>
      market.concluded({ isrcs: [isrc(1)], exclusive: true, from });
    await expect(elsewhere('2026-02-03')).rejects.toThrow(/exclusive-grant-overlaps/);
    await elsewhere('2026-02-04');
    const path = at(id, `/withdrawals/${number}/revocation`);
    expect(await outcome(label, 'POST', path, {})).toBe('409 exclusive-grant-overlaps');
    expect(await says('2026-02-10T00:00:00Z')).toBe('licensed until 2028-01-01');
    expect((await platform.get<Life>(at(id, '/life'))).withdrawals).toHaveLength(1);
  });
});

describe('an amendment', () => {
  const propose = (id: string, body: object): Promise<{ manifestHash: string; values: readonly object[] }> =>
    label.post(at(id, '/amendments'), { reason: 'As agreed.', ...body });
  const sign = async (id: string, version: number, manifestHash: string): Promise<void> => {
    for (const party of [platform, label])
      await party.post(at(id, `/amendments/${version}/signatures`), await signatureBy(party, manifestHash));
  };

  it('starts without what is withdrawn, and licenses it again where it says so', async () => {
    const { id } = await market.concluded({ life });
    await withdraw(id, [isrc(1)], '2026-02-10');
    await moveTo('2026-01-07T09:00:00Z');
    const longer = await propose(id, { effectiveFrom: '2026-03-01', until: '2029-01-01' });
    await sign(id, 2, longer.manifestHash);
    expect((await platform.get<{ repertoire: { isrcs: string[] } }>(at(id, '/terms'))).repertoire.isrcs).toEqual([
      isrc(2),
      isrc(3),
    ]);
    const back = await propose(id, { effectiveFrom: '2026-04-01', addTracks: [isrc(1)] });
    expect(back.values).toContainEqual(expect.objectContaining({ change: 'added', after: isrc(1) }));
    await sign(id, 3, back.manifestHash);
    const days = ['2026-02-09', '2026-02-10', '2026-03-15', '2026-04-01'];
    expect(await Promise.all(days.map((day) => says(`${day}T12:00:00Z`)))).toEqual([
      'licensed until 2026-02-10',
      'withdrawn',
      // The second text does not list it, and the third one is yet to begin.
      'not-yet',
      'licensed until 2029-01-01',
    ]);
  });

  it('that lists what was withdrawn since it was proposed is not signed any more', async () => {
    const { id } = await market.concluded({ life });
    const { manifestHash } = await propose(id, { effectiveFrom: '2026-03-01', until: '2029-01-01' });
    await label.post(at(id, '/amendments/2/signatures'), await signatureBy(label, manifestHash));
    await withdraw(id, [isrc(1)]);
    const signature = await signatureBy(platform, manifestHash);
    const refusal = await refused(platform, 'POST', at(id, '/amendments/2/signatures'), signature);
    expect([refusal.code, refusal.faults.map(({ pointer }) => pointer)]).toEqual([
      'amendment-not-possible',
      ['/repertoire/isrcs/0'],
    ]);
  });
});
