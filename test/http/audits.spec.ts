import { startTestApp, type TestApp } from '../support/app';
import type { ApiClient } from '../../src/sample/api-client';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { closeMonth, reportUsage, type Statement } from '../support/reported-usage';
import { filled, nameOf, routesOf } from '../support/route-table';

interface Audit {
  readonly number: number;
  readonly state: string;
  readonly from: string;
  readonly until: string;
  readonly outcome: Record<string, unknown> | null;
  readonly reason: string | null;
}
interface Auditor {
  readonly id: string;
  readonly key: string | null;
  readonly live: boolean;
}

const audit = {
  yearsBetweenNotices: 1,
  fullYearsBack: 2,
  costShift: { threshold: '0.05', comparison: 'at-or-above' },
  interest: { annualRate: '0.073', dayCount: 'actual/365', graceDays: 10 },
};

/** January, February and March are closed in the year of the notice's window; each test has a year of its own to give notice in. */
let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let without: AgreementAnswer;
const statements: Record<string, Statement> = {};
/** A key of a label that has no part in it. */
let stranger: ApiClient;

beforeAll(async () => {
  app = await startTestApp({ at: '2026-05-04T09:00:00Z' });
  market = await openMarket(app);
  const other = await (
    await app.given.label()
  ).as.post<{ key: string }>('/v1/api-keys', { name: 'Other', roles: ['finance'] });
  stranger = app.given.client(other.key);
  without = await market.concluded({ isrcs: [market.isrcs[2]!] });
  agreement = await market.concluded({ isrcs: market.isrcs.slice(0, 2), floor: '0.01', life: { audit } });
  for (const [month, plays] of [
    ['2026-01', 1_000_000],
    ['2026-02', 500_000],
    ['2026-03', 250_000],
  ] as const) {
    await reportUsage(app, market, { month, plays: { [market.isrcs[0]!]: plays } });
    statements[month] = (await closeMonth(app, market, agreement.id, month)).statement;
  }
});
afterAll(() => app?.close());

/** Moves the clock, after which everybody signs in again. */
async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  for (const party of [market.label, market.platform]) Object.assign(party, { as: await app.given.signIn(party) });
}

const path = (rest = ''): string => `/v1/agreements/${agreement.id}/audits${rest}`;
const label = (): ApiClient => market.label.as;
const platform = (): ApiClient => market.platform.as;

async function reasons(client: ApiClient, body: object, at = path()): Promise<string[]> {
  const { status, code, faults } = await refused(client, 'POST', at, body);
  return [`${status} ${code}`, ...faults.map((fault) => fault.code)];
}

it('is noticed within what the contract allows, and refused by what is in the way', async () => {
  const months = { from: '2026-01', until: '2026-03' };
  expect(await reasons(label(), months, `/v1/agreements/${without.id}/audits`)).toEqual(['422 audit-not-possible']);
  expect(await reasons(label(), months)).toEqual(['422 audit-not-possible', 'period-outside-window']);
  expect(await reasons(label(), { from: '2026-03', until: '2026-03' })).toEqual(['400 request-invalid', 'field-order']);
  expect(await reasons(platform(), months)).toEqual(['403 forbidden']);
  await moveTo('2027-02-01T09:00:00Z');
  const given = await label().post<Audit>(path(), months);
  expect(given).toMatchObject({ number: 1, state: 'noticed', ...months, outcome: null });
  expect(await reasons(label(), { from: '2026-03', until: '2026-06' })).toEqual(['422 audit-not-possible', 'too-soon']);
  await moveTo('2028-02-01T09:00:00Z');
  expect(await reasons(label(), { from: '2026-02', until: '2026-06' })).toEqual([
    '422 audit-not-possible',
    'period-already-audited',
  ]);
  expect(await label().post<Audit>(path(), { from: '2026-03', until: '2026-06' })).toMatchObject({ number: 2 });
  for (const client of [label(), platform()]) {
    const { rows } = await client.get<{ rows: Audit[] }>(path());
    expect(rows.map(({ number, from, until }) => [number, from, until])).toEqual([
      [1, '2026-01', '2026-03'],
      [2, '2026-03', '2026-06'],
    ]);
  }
});

describe('an auditor', () => {
  let auditor: Auditor;
  let key: ApiClient;
  beforeAll(async () => {
    await moveTo('2028-02-02T09:00:00Z');
    auditor = await label().post<Auditor>(path('/1/auditors'), { name: 'Abacus LLP', endsAt: '2028-03-01T00:00:00Z' });
    key = app.given.client(auditor.key!);
  });

  it('sees statements, lines, proofs, bundles and books of the audited months, and no others', async () => {
    const { id } = statements['2026-01']!;
    const listed = await key.all<{ id: string; month: string }>('/v1/statements');
    expect(listed.map(({ month }) => month).sort()).toEqual(['2026-01', '2026-02']);
    const lines = await key.all<{ line: number; quantity: string }>(`/v1/statements/${id}/lines`);
    expect(lines.map(({ quantity }) => quantity)).toEqual(['1000000']);
    const proof = await key.get<{ counted: { reports: { whole: boolean; files: { sha256: string }[] }[] } }>(
      `/v1/statements/${id}/lines/1/proof`,
    );
    expect(proof.counted.reports[0]).toMatchObject({
      whole: true,
      files: [{ sha256: expect.stringMatching(/^\w{64}$/) as string }],
    });
    // Who of the label approved it is no matter of an audit.
    const shown = await label().get<object>(`/v1/statements/${id}`);
    expect(await key.get(`/v1/statements/${id}`)).toEqual({ ...shown, approvalId: null });
    const bundle = (client: ApiClient): Promise<Buffer | undefined> => client.download(`/v1/statements/${id}/bundle`);
    expect((await bundle(key))!.equals((await bundle(label()))!)).toBe(true);
    const formats = ['pdf', 'json', 'csv', 'xlsx'].map((format) => `/v1/statements/${id}/document?format=${format}`);
    for (const file of [...formats, `/v1/statements/${id}/clause-lines`, `/v1/statements/${id}/lines/1/events`])
      expect([file, await outcome(key, 'GET', file)]).toEqual([file, '200']);

    const booked = await key.all<{ kind: string; effectiveOn: string }>(`/v1/agreements/${agreement.id}/ledger`);
    expect(booked.map(({ kind, effectiveOn }) => `${kind} ${effectiveOn}`).sort()).toEqual([
      'royalties-earned 2026-01-31',
      'royalties-earned 2026-02-28',
    ]);
    const { text } = await key.request('GET', `/v1/journal?from=2026-01-01&until=2029-01-01`);
    expect(text.match(/royalties-earned/g)!.length).toBeGreaterThan(2);
    expect(text).not.toMatch(/advance-due|2026-03/);

    const march = `/v1/statements/${statements['2026-03']!.id}`;
    for (const rest of ['', '/lines', '/bundle', '/document', '/lines/1/proof', '/clause-lines'])
      expect([rest, await outcome(key, 'GET', `${march}${rest}`)]).toEqual([rest, '404 not-found']);
    expect(await outcome(key, 'GET', `/v1/agreements/${without.id}/ledger`)).toBe('404 not-found');
  });

  it('reaches no other route, and writes nothing', async () => {
    const closed = routesOf(app.app).filter(
      ({ allowance }) => allowance?.public === false && !allowance.kinds.includes('auditor'),
    );
    expect(closed.length).toBeGreaterThan(200);
    const answers: string[] = [];
    for (const route of closed)
      answers.push(
        `${nameOf(route)} ${await outcome(key, route.method, filled(route.path, agreement.id), ['POST', 'PUT', 'PATCH'].includes(route.method) ? {} : undefined)}`,
      );
    expect(answers).toEqual(
      closed.map((route) => `${nameOf(route)} 403${route.method === 'HEAD' ? '' : ' forbidden'}`),
    );
    const open = routesOf(app.app).filter(
      ({ allowance }) => allowance?.public === false && allowance.kinds.includes('auditor'),
    );
    expect(open.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(open.map(nameOf).sort()).toEqual([
      'GET /v1/agreements/:id/ledger',
      'GET /v1/journal',
      'GET /v1/statements',
      'GET /v1/statements/:id',
      'GET /v1/statements/:id/breakage',
      'GET /v1/statements/:id/bundle',
      'GET /v1/statements/:id/clause-lines',
      'GET /v1/statements/:id/document',
      'GET /v1/statements/:id/lines',
      'GET /v1/statements/:id/lines/:line/events',
      'GET /v1/statements/:id/lines/:line/proof',
    ]);
    const headers = { 'accordo-on-behalf-of': market.label.organizationId };
    expect((await key.request('GET', '/v1/statements', { headers })).status).toBe(403);
    // The database itself has nothing else for such a transaction, and lets it write nothing.
    const audited = { agreementId: agreement.id, from: '2026-01-01', until: '2026-03-01' };
    const actor = { organizationId: market.label.organizationId, organizationKind: 'auditor', audited } as const;
    const seen = await app.parts.database.withTenant(actor, async (tx) => {
      const count = async (table: string): Promise<string> =>
        (await tx.one<{ count: string }>(`SELECT count(*)::text AS count FROM ${table}`)).count;
      const tables = [
        'agreements',
        'statements',
        'usage_reports',
        'period_bookings',
        'members',
        'invoices',
        'recordings',
        'audits',
      ];
      const counts: string[] = [];
      for (const table of tables) counts.push(await count(table));
      return counts;
    });
    expect(seen).toEqual(['1', '2', '0', '0', '0', '0', '0', '0']);
    await expect(app.parts.database.withTenant(actor, (tx) => tx.run('DELETE FROM statements'))).rejects.toThrow();
  });

  it('leaves a note of every look, for both parties, and is shut out at once or by time', async () => {
    await outcome(key, 'GET', '/v1/me');
    for (const client of [label(), platform()]) {
      const requests = await client.all<{ auditorId: string; method: string; path: string }>(path('/1/requests'));
      expect(requests.length).toBeGreaterThan(200);
      expect(new Set(requests.map(({ auditorId }) => auditorId))).toEqual(new Set([auditor.id]));
      expect(requests.map((each) => `${each.method} ${each.path}`)).toContain('GET /v1/me');
      expect(requests.map((each) => each.path)).toContain(`/v1/statements/${statements['2026-01']!.id}/lines/1/proof`);
    }
    const second = await label().post<Auditor>(path('/1/auditors'), { name: 'Second', endsAt: '2028-02-10T00:00:00Z' });
    const other = app.given.client(second.key!);
    expect(await outcome(other, 'GET', '/v1/statements')).toBe('200');
    await label().delete(path(`/1/auditors/${auditor.id}`));
    expect([await outcome(key, 'GET', '/v1/statements'), await outcome(other, 'GET', '/v1/statements')]).toEqual([
      '401 unauthenticated',
      '200',
    ]);
    await moveTo('2028-02-10T00:00:00Z');
    expect(await outcome(other, 'GET', '/v1/statements')).toBe('401 unauthenticated');
    const { rows } = await platform().get<{ rows: Auditor[] }>(path('/1/auditors'));
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([auditor.id, second.id]));
    for (const row of rows) expect([row.live, row.key]).toEqual([false, undefined]);
    expect(await outcome(platform(), 'DELETE', path(`/1/auditors/${second.id}`))).toBe('403 forbidden');
    expect(await outcome(label(), 'DELETE', path(`/2/auditors/${second.id}`))).toBe('404 not-found');
    const far = { name: 'Far', endsAt: '2029-06-01T00:00:00Z' };
    expect(await reasons(label(), far, path('/1/auditors'))).toEqual(['400 request-invalid', 'field-instant']);
  });
});

describe('what an audit comes to', () => {
  it('follows from the contract, by formulas, and is accepted or disputed once', async () => {
    await moveTo('2028-03-01T09:00:00Z');
    const wrong = {
      findings: [
        { month: '2026-01', due: '1' },
        { month: '2026-01', due: '1' },
        { month: '2026-03', due: '1' },
      ],
      auditCost: '1',
    };
    expect(await reasons(label(), wrong, path('/1/conclusion'))).toEqual([
      '400 request-invalid',
      'field-month',
      'field-month',
    ]);
    expect(await reasons(platform(), { decision: 'accepted' }, path('/1/answer'))).toEqual(['409 audit-state']);
    // Booked are 2,000.00 and 1,000.00: 200 of 3,200 is missing, all of it of January.
    const findings = [
      { month: '2026-02', due: '1000' },
      { month: '2026-01', due: '2200' },
    ];
    const concluded = await label().post<Audit>(path('/1/conclusion'), { findings, auditCost: '500.00' });
    // Statements of 4 May 2026 are payable on 3 June; interest runs from 4 June until 1 March 2028, ten days less.
    expect(concluded).toMatchObject({
      state: 'concluded',
      outcome: {
        ...{
          due: '3200',
          booked: '3000',
          underpaid: '200.00',
          overpaid: '0.00',
          underpaidShare: '0.0625',
          costShifted: true,
        },
        ...{ auditCostCharged: '500.00', interest: '25.04', owed: '725.04' },
        months: [
          {
            month: '2026-01',
            missing: '200',
            interestDays: 626,
            interest: '25.04',
            formula: '200 × 0.073 × 626 / 365 = 25.04',
          },
          { month: '2026-02', missing: '0', interest: '0.00' },
        ],
        formula: {
          underpaid: '3200 due − 3000 booked = 200',
          costShift:
            '0.0625 of what was due is missing, at or above 0.05: the audit’s cost of 500.00 is the platform’s to pay',
          owed: '200.00 + 500.00 + 25.04 = 725.04',
        },
      },
    });
    expect(await reasons(label(), { findings, auditCost: '0' }, path('/1/conclusion'))).toEqual(['409 audit-state']);
    const late = { name: 'Late', endsAt: '2028-04-01T00:00:00Z' };
    expect(await reasons(label(), late, path('/1/auditors'))).toEqual(['409 audit-state']);
    expect(await reasons(platform(), { decision: 'disputed' }, path('/1/answer'))).toEqual([
      '400 request-invalid',
      'field-one-of',
    ]);
    expect(await reasons(label(), { decision: 'accepted' }, path('/1/answer'))).toEqual(['403 forbidden']);
    const answered = await platform().post<Audit>(path('/1/answer'), {
      decision: 'disputed',
      reason: 'Counted twice.',
    });
    expect(answered).toMatchObject({ state: 'disputed', reason: 'Counted twice.' });
    expect(await reasons(platform(), { decision: 'accepted' }, path('/1/answer'))).toEqual(['409 audit-state']);
    // What is below the threshold leaves the cost where it is.
    const second = await label().post<Audit>(path('/2/conclusion'), {
      findings: [{ month: '2026-03', due: '510' }],
      auditCost: '500',
    });
    expect(second.outcome).toMatchObject({ underpaid: '10.00', costShifted: false, auditCostCharged: '0.00' });
    expect(await platform().post<Audit>(path('/2/answer'), { decision: 'accepted' })).toMatchObject({
      state: 'accepted',
    });
    expect(await outcome(stranger, 'GET', path('/1'))).toBe('404 not-found');
  });
});
