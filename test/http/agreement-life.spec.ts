import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { getLivingForUpdate } from '../../src/agreements';
import { KeepAgreement } from '../../src/agreements/keep-agreement';
import { Database } from '../../src/platform/database/database';
import type { ApiClient } from '../../src/sample/api-client';
import { ReadReport } from '../../src/usage/read-report';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import { intent, type Market, openMarket, outcome, refused, signatureBy } from '../support/market';
import { draftMonth } from '../support/reported-usage';
import { smallReport } from '../support/small-report';
import { paidInvoice } from '../support/world';

interface Life {
  readonly state: string;
  readonly end: { readonly until: string; readonly because: string; readonly sellOffUntil: string };
  readonly openConditions: readonly string[];
  readonly openBreaches: readonly number[];
  readonly timetable: readonly { readonly kind: string; readonly on: string; readonly moves: boolean }[];
  readonly facts: readonly { readonly number: number; readonly kind: string; readonly details: object }[];
}
interface Amendment {
  readonly version: number;
  readonly state: string;
  readonly manifestHash: string;
  readonly clauses: readonly { readonly clause: string }[];
  readonly values: readonly { readonly pointer: string; readonly change: string }[];
}

const start = '2026-01-05T09:00:00Z';
let app: TestApp;
let superuser: Client;
let label: ApiClient;
let platform: ApiClient;
let market: Market;

beforeAll(async () => {
  app = await startTestApp({ rail: true, worker: true });
  superuser = await app.superuser();
});
beforeEach(async () => {
  app.clock.moveTo(new Date(start));
  market = await openMarket(app, 3);
  [label, platform] = [market.label.as, market.platform.as];
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const at = (id: string, rest = ''): string => `/v1/agreements/${id}${rest}`;
const lifeOf = (id: string): Promise<Life> => label.get(at(id, '/life'));
const keep = (agreementId: string): Promise<void> => app.app.get(KeepAgreement).execute({ agreementId });

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  [label, platform] = [await app.given.signIn(market.label), await app.given.signIn(market.platform)];
}

const asked = (isrc: string, instant: string): object => ({
  serviceId: market.serviceIds[0],
  isrc,
  territory: 'RU',
  useType: 'OnDemandStream',
  commercialModel: 'AdvertisementSupportedModel',
  at: instant,
});

/** "licensed", or why not. */
async function cleared(instant: string, isrc = market.isrcs[0]!): Promise<string> {
  type Answers = { answers: { licensed: boolean; reason?: string }[] };
  const { answers } = await platform.post<Answers>('/v1/clearance', { questions: [asked(isrc, instant)] });
  return answers[0]!.licensed ? 'licensed' : answers[0]!.reason!;
}

async function amended(id: string, body: object): Promise<Amendment> {
  const proposed = await label.post<Amendment>(at(id, '/amendments'), { reason: 'As agreed.', ...body });
  const { version, manifestHash } = proposed;
  const path = at(id, `/amendments/${version}/signatures`);
  await platform.post(path, await signatureBy(platform, manifestHash));
  return label.post(path, await signatureBy(label, manifestHash));
}

const breach = { cureDays: 10, suspension: 'at-once' };

describe('an amendment', () => {
  it('is proposed by one party, signed by both, and holds from its day on', async () => {
    const { id, isrcs } = { ...(await market.concluded({ isrcs: market.isrcs.slice(0, 2) })), isrcs: market.isrcs };
    const proposed = await label.post<Amendment>(at(id, '/amendments'), {
      effectiveFrom: '2026-03-01',
      reason: 'One track joins, one leaves.',
      addTracks: [isrcs[2]],
      removeTracks: [isrcs[0]],
    });
    expect(proposed).toMatchObject({ version: 2, state: 'awaiting-signatures', signatures: [] });
    expect(proposed.values.map(({ pointer, change }) => [pointer.split('/').slice(0, 3).join('/'), change])).toEqual([
      ['/repertoire/isrcs', 'removed'],
      ['/repertoire/isrcs', 'added'],
    ]);
    expect(proposed.clauses.map(({ clause }) => clause)).toEqual(['3']);
    const sign = { manifestHash: proposed.manifestHash, intent };
    const path = at(id, '/amendments/2/signatures');
    expect(await outcome(platform, 'POST', path, { ...sign, manifestHash: '0'.repeat(64) })).toBe(
      '409 manifest-hash-differs',
    );
    expect(await outcome(platform, 'POST', path, sign)).toBe('403 confirmation-required');
    await platform.post(path, { ...sign, ...(await platform.confirmed()) });
    expect(await cleared('2026-03-05T12:00:00Z')).toBe('licensed');
    expect(await label.post(path, { ...sign, ...(await label.confirmed()) })).toMatchObject({ state: 'concluded' });
    expect(await label.get(at(id))).toMatchObject({ version: 2, state: 'active' });
    const answers = [];
    for (const isrc of isrcs) {
      for (const day of ['2026-02-28', '2026-03-01']) answers.push(await cleared(`${day}T12:00:00Z`, isrc));
    }
    expect(answers).toEqual(['licensed', 'expired', 'licensed', 'licensed', 'not-yet', 'licensed']);
    expect(await topicsAbout(platform, id, 9)).toEqual([
      ...['agreement.made', 'agreement.signed', 'agreement.signed', 'agreement.concluded', 'agreement.activated'],
      ...['amendment.proposed', 'agreement.signed', 'agreement.signed', 'agreement.amended'],
    ]);
  });

  it('tells what was in force on a day, as known on another', async () => {
    const { id, termsHash } = await market.concluded();
    await moveTo('2026-01-20T09:00:00Z');
    await amended(id, { effectiveFrom: '2026-04-01', until: '2029-01-01' });
    const ask = (on: string, knownAt = ''): Promise<object> =>
      platform.get(at(id, `/in-force?on=${on}${knownAt && `&knownAt=${knownAt}`}`));
    expect(await ask('2026-03-31')).toMatchObject({ version: 1, termsHash, end: { until: '2029-01-01' } });
    expect(await ask('2026-04-01')).toMatchObject({ version: 2, licensed: true });
    expect(await ask('2028-06-01')).toMatchObject({ version: 2, licensed: true });
    const then = '2026-01-10T00:00:00Z';
    expect(await ask('2026-04-01', then)).toMatchObject({ version: 1, termsHash, end: { until: '2028-01-01' } });
    expect(await ask('2028-06-01', then)).toMatchObject({ licensed: false });
    expect(await outcome(platform, 'GET', at(id, '/in-force?on=2026-04-01&knownAt=2026-01-01T00:00:00Z'))).toBe(
      '409 agreement-not-concluded',
    );
  });

  it('brings a new advance, due with its signature', async () => {
    const { id } = await market.concluded();
    const { body: terms } = await label.request<{ advances: object[] }>('GET', at(id, '/terms'));
    const more = { id: 'second', amount: '500.00', due: 'signature', recoupableFrom: 'all' };
    const body = { effectiveFrom: '2026-02-01', terms: { ...terms, advances: [...terms.advances, more] } };
    await amended(id, body);
    const invoices = await label.all<{ purpose: string; amount: { amount: string } }>('/v1/invoices');
    const own = invoices.filter(({ purpose }) => purpose === 'advance').map(({ amount }) => amount.amount);
    expect(own.sort()).toEqual(['12000.00', '500.00']);
  });

  it('is waited for by whoever wants to hold the agreement, which is found then', async () => {
    const { id } = await market.concluded();
    const body = { effectiveFrom: '2026-03-01', reason: 'Longer.', until: '2029-01-01' };
    const { version, manifestHash } = await label.post<Amendment>(at(id, '/amendments'), body);
    const path = at(id, `/amendments/${version}/signatures`);
    await label.post(path, await signatureBy(label, manifestHash));
    const signature = await signatureBy(platform, manifestHash);
    const untilWaiting = async (count: number): Promise<void> => {
      const question = `SELECT FROM pg_locks WHERE NOT granted AND locktype IN ('tuple', 'transactionid')`;
      while ((await superuser.query(question)).rowCount !== count) await wait(10);
    };
    await superuser.query('BEGIN');
    await superuser.query('SELECT FROM agreements WHERE id = $1 FOR UPDATE', [id]);
    const signing = platform.post(path, signature);
    await untilWaiting(1);
    const held = app.app.get(Database, { strict: false }).asSystem((tx) => getLivingForUpdate(tx, id));
    await untilWaiting(2);
    await superuser.query('COMMIT');
    await signing;
    expect(await held).toMatchObject({ id, version: 2 });
  });

  it('waits alone, and is refused by one party or taken back by the other', async () => {
    const { id } = await market.concluded();
    const body = { effectiveFrom: '2026-03-01', reason: 'Longer.', until: '2029-01-01' };
    await label.post(at(id, '/amendments'), body);
    expect(await outcome(platform, 'POST', at(id, '/amendments'), body)).toBe('409 amendment-open');
    expect(await platform.post(at(id, '/amendments/2/end'), {})).toMatchObject({ state: 'refused' });
    expect(await outcome(platform, 'POST', at(id, '/amendments/2/end'), {})).toBe(
      '409 agreement-not-open-for-signature',
    );
    const again = await platform.post<Amendment>(at(id, '/amendments'), body);
    expect(again.version).toBe(3);
    expect(await platform.post(at(id, '/amendments/3/end'), {})).toMatchObject({ state: 'withdrawn' });
    const { rows } = await label.get<{ rows: Amendment[] }>(at(id, '/amendments'));
    expect(rows.map(({ version, state }) => [version, state])).toEqual([
      [2, 'refused'],
      [3, 'withdrawn'],
    ]);
    expect(await label.get(at(id))).toMatchObject({ version: 1 });
  });

  it('is not concluded once the agreement has ended', async () => {
    const { id } = await market.concluded({ life: { termination: { notice: { by: 'either', days: 10 } } } });
    const body = { effectiveFrom: '2026-03-01', reason: 'Longer.', until: '2029-01-01' };
    const { manifestHash } = await label.post<Amendment>(at(id, '/amendments'), body);
    const path = at(id, '/amendments/2/signatures');
    await platform.post(path, await signatureBy(platform, manifestHash));
    await label.post(at(id, '/notices'), { kind: 'termination' });
    await moveTo('2026-01-15T06:00:00Z');
    await keep(id);
    const signing = await signatureBy(label, manifestHash);
    expect(await outcome(label, 'POST', path, signing)).toBe('409 agreement-not-running');
    expect(await lifeOf(id)).toMatchObject({ state: 'terminated', end: { until: '2026-01-15' } });
  });

  it('is refused where it cannot be, all reasons at once', async () => {
    const { id } = await market.concluded();
    const { body: terms } = await label.request<object>('GET', at(id, '/terms'));
    const body = { effectiveFrom: '2026-03-02', reason: 'Other.', terms: { ...terms, currency: 'EUR', advances: [] } };
    const { status, code, faults } = await refused(label, 'POST', at(id, '/amendments'), body);
    expect([status, code, faults.map(({ pointer }) => pointer)]).toEqual([
      422,
      'amendment-not-possible',
      ['/currency', '/advances/advance', '/effectiveFrom'],
    ]);
    const nothing = { effectiveFrom: '2026-03-01', reason: 'Nothing.' };
    expect(await outcome(label, 'POST', at(id, '/amendments'), nothing)).toBe('400 request-invalid');
  });
});

describe('conditions precedent', () => {
  const life = { conditions: [{ id: 'paid', kind: 'advance-paid', advance: 'advance', withinDays: 30 }] };

  it('hold the licence back until the advance is paid', async () => {
    const { id, state } = await market.concluded({ life, from: '2026-01-10' });
    expect(state).toBe('concluded');
    expect(await lifeOf(id)).toMatchObject({
      openConditions: ['paid'],
      timetable: [
        { kind: 'condition-due', on: '2026-02-04', moves: false },
        { kind: 'lapse', on: '2026-02-05', moves: true },
      ],
    });
    await moveTo('2026-01-12T09:00:00Z');
    expect(await cleared('2026-01-12T09:00:00Z')).toBe('not-yet');
    await paidInvoice(app, label, { purpose: 'advance' });
    expect(await lifeOf(id)).toMatchObject({ state: 'active', openConditions: [] });
    expect(await cleared('2026-01-11T20:59:59Z')).toBe('not-yet');
    expect(await cleared('2026-01-11T21:00:00Z')).toBe('licensed');
  });

  it('let the agreement lapse when they are not met in time', async () => {
    const { id } = await market.concluded({ life, exclusive: true });
    await moveTo('2026-02-05T09:00:00Z');
    await keep(id);
    expect(await lifeOf(id)).toMatchObject({ state: 'terminated', end: { because: 'conditions' } });
    // The rights are free again from the day of the lapse on.
    const { rows } = await superuser.query<{ until: string }>(
      'SELECT DISTINCT upper(in_force)::text AS until FROM agreement_grants WHERE agreement_id = $1',
      [id],
    );
    expect(rows).toEqual([{ until: '2026-02-05' }]);
  });
});

describe('a renewal', () => {
  const life = { renewal: { months: 12, times: 1, noticeDays: 60 } };
  const term = { from: '2026-01-01', until: '2026-07-01', life };

  it('comes by itself, once', async () => {
    const { id } = await market.concluded(term);
    expect((await lifeOf(id)).timetable.map(({ kind, on }) => `${on} ${kind}`)).toEqual([
      '2026-05-02 renewal-notice-ends',
      '2026-05-03 renew',
    ]);
    await moveTo('2026-05-02T20:00:00Z');
    await keep(id);
    expect((await lifeOf(id)).end.until).toBe('2026-07-01');
    await moveTo('2026-05-03T06:00:00Z');
    await Promise.all([keep(id), keep(id), keep(id)]);
    const after = await lifeOf(id);
    expect(after.end.until).toBe('2027-07-01');
    expect(after.facts.map(({ kind }) => kind)).toEqual(['activated', 'renewed']);
    expect(await cleared('2027-06-30T12:00:00Z')).toBe('licensed');
    await moveTo('2027-07-01T06:00:00Z');
    await keep(id);
    expect(await lifeOf(id)).toMatchObject({ state: 'expired' });
    expect(await outcome(label, 'POST', at(id, '/breaches'), { what: 'Nothing was reported.' })).toBe(
      '409 agreement-not-running',
    );
  });

  it('does not come when a party says no in time', async () => {
    const { id } = await market.concluded(term);
    await platform.post(at(id, '/notices'), { kind: 'non-renewal' });
    await moveTo('2026-05-10T09:00:00Z');
    await keep(id);
    expect((await lifeOf(id)).end.until).toBe('2026-07-01');
    expect(await outcome(platform, 'POST', at(id, '/notices'), { kind: 'non-renewal' })).toBe('403 right-not-agreed');
  });

  it('does not push an exclusive grant aside', async () => {
    const { id } = await market.concluded(term);
    await market.concluded({ exclusive: true, from: '2026-07-01', until: '2027-01-01' });
    await moveTo('2026-05-03T06:00:00Z');
    await keep(id);
    expect((await lifeOf(id)).facts.map(({ kind }) => kind)).toEqual(['activated', 'renewal-blocked']);
    expect((await lifeOf(id)).end.until).toBe('2026-07-01');
  });

  it('is said no to before it is decided, not after', async () => {
    const { id } = await market.concluded(term);
    await moveTo('2026-05-03T06:00:00Z');
    expect(await outcome(platform, 'POST', at(id, '/notices'), { kind: 'non-renewal' })).toBe('409 notice-too-late');
  });
});

describe('notice', () => {
  const life = { termination: { notice: { by: 'label', days: 30 }, sellOff: { days: 10, grants: ['downloads'] } } };

  it('ends the agreement on its day, and what is sold off goes on', async () => {
    const { id } = await market.concluded({ life });
    expect(await outcome(platform, 'POST', at(id, '/notices'), { kind: 'termination' })).toBe('403 right-not-agreed');
    const early = { kind: 'termination', until: '2026-02-03' };
    expect(await outcome(label, 'POST', at(id, '/notices'), early)).toBe('409 notice-too-late');
    const never = { kind: 'termination', until: '2026-02-30' };
    expect(await outcome(label, 'POST', at(id, '/notices'), never)).toBe('400 request-invalid');
    const noticed = await label.post<Life>(at(id, '/notices'), { kind: 'termination' });
    expect(noticed).toMatchObject({ state: 'active', end: { until: '2026-02-04', sellOffUntil: '2026-02-14' } });
    expect(await outcome(label, 'POST', at(id, '/notices'), { kind: 'termination' })).toBe('409 notice-given-already');
    expect([await cleared('2026-02-03T20:00:00Z'), await cleared('2026-02-03T22:00:00Z')]).toEqual([
      'licensed',
      'expired',
    ]);
    await moveTo('2026-02-04T06:00:00Z');
    await keep(id);
    expect(await lifeOf(id)).toMatchObject({ state: 'terminated', end: { because: 'notice' } });
    expect(await label.get(at(id))).toMatchObject({ inForce: { from: '2026-01-01', until: '2026-02-14' } });
  });

  it('is not given where the terms give no right to it', async () => {
    const { id } = await market.concluded();
    expect(await outcome(label, 'POST', at(id, '/notices'), { kind: 'termination' })).toBe('403 right-not-agreed');
    expect(await outcome(label, 'POST', at(id, '/breaches'), { what: 'Nothing was reported.' })).toBe(
      '403 right-not-agreed',
    );
  });
});

describe('a breach', () => {
  const life = { termination: { breach } };
  const notify = { what: 'No usage report has been delivered.' };

  it('lets the label suspend, and its cure ends the suspension', async () => {
    const { id } = await market.concluded({ life });
    const { openBreaches, timetable } = await label.post<Life>(at(id, '/breaches'), notify);
    expect(timetable).toContainEqual({ kind: 'cure-ends', on: '2026-01-15', moves: false });
    const [number] = openBreaches;
    const path = at(id, `/breaches/${number}`);
    expect(await outcome(label, 'POST', at(id, '/resumption'), {})).toBe('409 agreement-not-suspended');
    app.clock.moveTo(new Date('2026-01-05T09:05:00Z'));
    expect(await label.post(`${path}/suspension`, {})).toMatchObject({ state: 'suspended' });
    expect(await outcome(label, 'POST', `${path}/suspension`, {})).toBe('409 agreement-not-active');
    expect([await cleared('2026-01-05T09:04:59Z'), await cleared('2026-01-05T09:05:00Z')]).toEqual([
      'licensed',
      'suspended',
    ]);
    expect(await outcome(platform, 'POST', `${path}/cure`, {})).toBe('404 breach-unknown');
    app.clock.moveTo(new Date('2026-01-05T09:10:00Z'));
    expect(await label.post(`${path}/cure`, {})).toMatchObject({ state: 'active', openBreaches: [] });
    expect(await cleared('2026-01-05T09:07:00Z')).toBe('suspended');
    expect(await cleared('2026-01-05T09:10:00Z')).toBe('licensed');
  });

  it('lets whoever notified it end the agreement, once the time to cure it is over', async () => {
    const { id } = await market.concluded({ life });
    const [number] = (await platform.post<Life>(at(id, '/breaches'), notify)).openBreaches;
    const body = { breach: number, reason: 'It was not cured in time.' };
    expect(await outcome(platform, 'POST', at(id, '/termination'), body)).toBe('409 breach-may-be-cured');
    await moveTo('2026-01-16T09:00:00Z');
    expect(await outcome(label, 'POST', at(id, '/termination'), body)).toBe('404 breach-unknown');
    expect(await platform.post(at(id, '/termination'), body)).toMatchObject({
      state: 'terminated',
      end: { until: '2026-01-17', because: 'breach', sellOffUntil: '2026-01-17' },
    });
    expect(await cleared('2026-01-16T22:00:00Z')).toBe('expired');
  });
});

describe('an agreement that ends before its first day', () => {
  const term = { from: '2026-06-01', exclusive: true };
  const days = async (id: string): Promise<unknown[]> =>
    (
      await superuser.query(
        'SELECT DISTINCT isempty(in_force) AS empty FROM agreement_grants WHERE agreement_id = $1',
        [id],
      )
    ).rows;

  it('by notice licenses no day, and frees the rights', async () => {
    const life = { termination: { notice: { by: 'either', days: 30 } } };
    const { id } = await market.concluded({ ...term, life });
    const noticed = await label.post<Life>(at(id, '/notices'), { kind: 'termination' });
    expect(noticed.end).toMatchObject({ until: '2026-02-04', because: 'notice' });
    expect(await days(id)).toEqual([{ empty: true }]);
    expect(await cleared('2026-06-02T12:00:00Z')).toBe('no-agreement');
    await moveTo('2026-02-04T06:00:00Z');
    await keep(id);
    expect((await lifeOf(id)).state).toBe('terminated');
  });

  it('because a condition was not met licenses no day, and frees the rights', async () => {
    const conditions = [{ id: 'paid', kind: 'advance-paid', advance: 'advance', withinDays: 10 }];
    const { id } = await market.concluded({ ...term, life: { conditions } });
    await moveTo('2026-01-16T06:00:00Z');
    await keep(id);
    expect(await lifeOf(id)).toMatchObject({ state: 'terminated', end: { because: 'conditions' } });
    expect(await days(id)).toEqual([{ empty: true }]);
  });
});

describe('what is open at the end', () => {
  const life = { termination: { notice: { by: 'either', days: 30 }, breach } };

  async function reported(month: string, { plays = 1000, replaces = '' } = {}): Promise<string> {
    const file = await smallReport({
      messageId: randomUUID(),
      month,
      senderPartyId: market.platform.partyId,
      recipientPartyId: market.label.partyId,
      serviceName: 'Radio',
      plays: { [market.isrcs[0]!]: plays },
      allPlays: 100_000_000,
    });
    const path = `/v1/usage-reports${replaces && `?replaces=${replaces}`}`;
    const { id } = await platform.upload<{ id: string }>(path, 'text/tab-separated-values', file);
    await app.app.get(ReadReport).execute({ reportId: id });
    return id;
  }

  async function closed(id: string, month: string): Promise<void> {
    await app.given.issued(market.label, await draftMonth(app, { ...market.label, as: label }, id, month));
  }

  async function balances(id: string): Promise<Map<string, string>> {
    const { rows } = await label.get<{ rows: { account: string; balance: { amount: string } }[] }>(at(id, '/balances'));
    return new Map(rows.map(({ account, balance }) => [account, balance.amount]));
  }

  it('is settled: months are still closed, an advance stays with the label, a breach stays open', async () => {
    const { id } = await market.concluded({ life, floor: '100.00' });
    const { openBreaches } = await label.post<Life>(at(id, '/breaches'), { what: 'Nothing has been reported.' });
    await label.post(at(id, '/notices'), { kind: 'termination', until: '2026-02-10' });
    await moveTo('2026-03-05T09:00:00Z');
    await keep(id);
    expect(await lifeOf(id)).toMatchObject({ state: 'terminated', openBreaches });
    expect(await outcome(label, 'POST', at(id, `/breaches/${openBreaches[0]}/cure`), {})).toBe(
      '409 agreement-not-running',
    );
    for (const month of ['2026-01', '2026-02']) {
      await reported(month);
      await closed(id, month);
    }
    expect(await outcome(label, 'POST', at(id, '/closes'), { month: '2026-03' })).toBe('409 period-not-closable');
    const statements = await label.all<{ royalties: object; payable: object }>('/v1/statements');
    const floor = { royalties: { amount: '100.00', currency: 'USD' }, payable: { amount: '0.00', currency: 'USD' } };
    expect(statements).toMatchObject([floor, floor]);
    expect((await balances(id)).get('unrecouped-advance')).toBe('11800.00');
    // Use after the end is claimed as use before the agreement was.
    const uses = [{ isrc: market.isrcs[0], url: 'https://video.example/1', seenOn: '2026-03-01' }];
    const claim = { platformId: market.platform.organizationId, reference: 'AFTER-THE-END', uses };
    expect(await outcome(label, 'POST', '/v1/claims', claim)).toBe('201');
  });

  it('waits: a negative result is not paid back, a claim that runs goes on', async () => {
    const uses = [{ isrc: market.isrcs[0], url: 'https://video.example/2', seenOn: '2025-12-01' }];
    const claim = { platformId: market.platform.organizationId, reference: 'RUNNING', uses };
    const { id: claimId } = await label.post<{ id: string }>('/v1/claims', claim);
    const { id } = await market.concluded({ life, floor: '100.00' });
    await moveTo('2026-02-05T09:00:00Z');
    // 20,000.00: the advance of 12,000.00 is recouped, 8,000.00 become payable.
    const january = await reported('2026-01', { plays: 10_000_000 });
    await closed(id, '2026-01');
    await label.post(at(id, '/notices'), { kind: 'termination', until: '2026-03-07' });
    await moveTo('2026-04-05T09:00:00Z');
    await keep(id);
    expect(await lifeOf(id)).toMatchObject({ state: 'terminated' });
    // January was 2,000.00 in truth.
    await reported('2026-01', { plays: 1_000_000, replaces: january });
    for (const month of ['2026-02', '2026-03']) {
      await reported(month);
      await closed(id, month);
    }
    // Of 2,200.00 in all everything is recouped: 8,000.00 too much were due, and stay with the label.
    const standing = await balances(id);
    expect(
      ['label-carried-forward', 'platform-carried-forward', 'unrecouped-advance'].map((one) => standing.get(one)),
    ).toEqual(['8000.00', '-8000.00', '9800.00']);
    // The advance, the back fee and January as it was stated: what was due stays due.
    expect(standing.get('label-payable')).toBe('-30000.00');
    expect(await outcome(label, 'POST', at(id, '/closes'), { month: '2026-04' })).toBe('409 period-not-closable');
    expect(await label.get(`/v1/claims/${claimId}`)).toMatchObject({ state: 'open' });
    expect(await outcome(label, 'POST', `/v1/claims/${claimId}/withdrawal`, { reason: 'It is paid.' })).toBe('200');
  });
});

describe('the database', () => {
  it.each([
    ['back to waiting', `UPDATE agreements SET state = 'awaiting-signatures', concluded_at = NULL WHERE id = $1`],
    ['from active to concluded', `UPDATE agreements SET state = 'concluded' WHERE id = $1`],
    ['to a version that nobody signed', `UPDATE agreements SET version = 2 WHERE id = $1`],
    ['to other first days', `UPDATE agreements SET in_force = daterange('2025-01-01', upper(in_force)) WHERE id = $1`],
  ])('refuses a move %s, whoever asks', async (_, sql) => {
    const { id } = await market.concluded();
    await expect(superuser.query(sql, [id])).rejects.toMatchObject({ code: '23000' });
  });
});
