import { randomUUID } from 'node:crypto';
import { storyTerms } from '../../src/sample/terms';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv, plainRows, testIsrc } from '../support/catalogue';
import { topicsAbout } from '../support/events';
import type { Party } from '../support/given';
import { signatureBy } from '../support/market';
import { paidInvoice } from '../support/world';

interface ClaimAnswer {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly reference: string;
  readonly state: string;
  readonly agreementId: string | null;
  readonly settledAt: string | null;
}

const isrcs = [1, 2].map(testIsrc);
const [first = '', second = ''] = isrcs;
let app: TestApp;
let label: Party;
let platform: Party;
let services: { id: string; name: string }[];
let claimNumber = 0;

beforeAll(async () => {
  app = await startTestApp({ worker: true, rail: true });
  label = await labelWithCatalogue();
  platform = await app.given.platform();
  const { id, name } = await platform.as.post<{ id: string; name: string }>('/v1/services', { name: 'Circle' });
  services = [{ id, name }];
});
afterAll(() => app.close());

async function labelWithCatalogue(): Promise<Party> {
  const party = await app.given.label();
  const { id } = await party.as.upload<{ id: string }>('/v1/catalogue/imports', 'text/csv', catalogueCsv(plainRows(2)));
  await party.as.post('/v1/rights-statements', {
    importId: id,
    share: '1',
    territories: { worldwideExcept: [] },
    from: '2020-01-01',
  });
  return party;
}

const claimBody = (more: object = {}): object => ({
  platformId: platform.organizationId,
  reference: `CLAIM-${(claimNumber += 1)}`,
  uses: [
    { isrc: first, url: 'https://circle.example/watch/1', seenOn: '2026-01-02' },
    { isrc: 'zz-t01-26-00002', url: 'http://circle.example/watch/2?t=1', seenOn: '2026-01-03' },
  ],
  ...more,
});
const record = (by: Party = label, more: object = {}): Promise<ClaimAnswer> =>
  by.as.post('/v1/claims', claimBody(more));
const claim = (id: string, by: Party = label): Promise<ClaimAnswer> => by.as.get(`/v1/claims/${id}`);

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly pointers: string[];
}
const asked = async (by: Party, method: string, path: string, body?: object): Promise<Refusal> => {
  const answer = await by.as.request<{ code: string; faults?: { pointer: string }[] }>(
    method,
    path,
    body === undefined ? {} : { body },
  );
  return {
    status: answer.status,
    code: answer.body.code,
    pointers: (answer.body.faults ?? []).map(({ pointer }) => pointer),
  };
};
describe('a claim', () => {
  test('is recorded with its uses and seen by both parties', async () => {
    const recorded = await record();
    expect(recorded).toEqual({
      id: expect.any(String) as string,
      labelId: label.organizationId,
      platformId: platform.organizationId,
      reference: `CLAIM-${claimNumber}`,
      state: 'open',
      agreementId: null,
      recordedAt: '2026-01-05T09:00:00.000Z',
      settledAt: null,
      history: [],
      uses: [
        { isrc: first, url: 'https://circle.example/watch/1', seenOn: '2026-01-02' },
        { isrc: second, url: 'http://circle.example/watch/2?t=1', seenOn: '2026-01-03' },
      ],
    });
    expect(await claim(recorded.id)).toEqual(recorded);
    expect(await claim(recorded.id, platform)).toEqual(recorded);
    expect(await topicsAbout(platform.as, recorded.id, 1)).toEqual(['claim.recorded']);
  });

  test('is nothing to anybody else', async () => {
    const { id } = await record();
    for (const stranger of [await app.given.label(), await app.given.platform()]) {
      expect(await asked(stranger, 'GET', `/v1/claims/${id}`)).toMatchObject({ status: 404, code: 'not-found' });
      expect(await stranger.as.get('/v1/claims')).toEqual({ rows: [], next: null });
    }
  });

  test('is listed by state, page by page', async () => {
    const owner = await labelWithCatalogue();
    const recorded = [await record(owner), await record(owner), await record(owner)];
    const rows = await owner.as.get<{ rows: ClaimAnswer[]; next: string }>('/v1/claims?limit=2&state=open');
    const rest = await owner.as.get<{ rows: ClaimAnswer[]; next: null }>(
      `/v1/claims?limit=2&state=open&cursor=${rows.next}`,
    );
    const listed = [...rows.rows, ...rest.rows];
    expect(listed.map(({ id }) => id).sort()).toEqual(recorded.map(({ id }) => id).sort());
    expect(listed[0]).toMatchObject({ useCount: '2', state: 'open' });
    expect(rest.next).toBeNull();
    expect(await owner.as.get('/v1/claims?state=settled')).toEqual({ rows: [], next: null });
    expect((await asked(owner, 'GET', '/v1/claims?state=lost')).code).toBe('request-invalid');
  });

  test('has a reference of its own within the label', async () => {
    const { reference } = await record();
    expect(await asked(label, 'POST', '/v1/claims', claimBody({ reference }))).toMatchObject({
      status: 409,
      code: 'claim-reference-taken',
    });
    expect(await record(await labelWithCatalogue(), { reference })).toMatchObject({ reference });
  });

  test('sent twice under one key is one claim', async () => {
    const key = randomUUID();
    const body = claimBody();
    const both = [
      await label.as.post<ClaimAnswer>('/v1/claims', body, key),
      await label.as.post<ClaimAnswer>('/v1/claims', body, key),
    ];
    expect(both[1]).toEqual(both[0]);
  });

  test('says everything that is wrong with its uses', async () => {
    const use = { isrc: first, url: 'https://circle.example/1', seenOn: '2026-01-02' };
    const uses = [
      use,
      { ...use, url: 'javascript:alert(1)', seenOn: '2026-02-30' },
      { ...use, url: 'https:// no', seenOn: '2026-01-07' },
    ];
    expect(await asked(label, 'POST', '/v1/claims', claimBody({ uses }))).toEqual({
      status: 400,
      code: 'request-invalid',
      pointers: ['/uses/1/url', '/uses/1/seenOn', '/uses/2/url', '/uses/2/seenOn'],
    });
    const unknown = [use, { ...use, isrc: testIsrc(3) }];
    expect(await asked(label, 'POST', '/v1/claims', claimBody({ uses: unknown }))).toEqual({
      status: 422,
      code: 'recording-unknown',
      pointers: ['/uses/1/isrc'],
    });
  });

  test('is made by a verified label, with the role, against a platform', async () => {
    const against = async (platformId: string): Promise<Refusal> =>
      asked(label, 'POST', '/v1/claims', claimBody({ platformId }));
    expect(await against(randomUUID())).toMatchObject({ status: 404, code: 'not-found' });
    expect(await against((await app.given.registered('platform')).organizationId)).toMatchObject({
      status: 404,
      code: 'not-found',
    });
    expect(await against((await app.given.label()).organizationId)).toMatchObject({
      status: 400,
      pointers: ['/platformId'],
    });
    expect((await asked(platform, 'POST', '/v1/claims', claimBody())).code).toBe('forbidden');
    expect((await asked(await app.given.registered('label'), 'POST', '/v1/claims', claimBody())).code).toBe(
      'organization-not-verified',
    );
    const colleague = await app.given.colleague(label, ['finance', 'catalogue']);
    expect((await asked({ ...label, as: colleague }, 'POST', '/v1/claims', claimBody())).code).toBe('forbidden');
  });
});

describe('an agreement that settles claims', () => {
  interface Agreement {
    readonly id: string;
    readonly state: string;
    readonly manifestHash: string;
  }

  /** Accepted by both, signed by the label; the platform's signature would conclude it. */
  async function signedOnce(claims: readonly string[], effect = 'signature', backFee?: object): Promise<Agreement> {
    const party = ({ organizationId }: Party, name: string): { id: string; name: string } => ({
      id: organizationId,
      name,
    });
    const parties = { label: party(label, 'Label'), platform: party(platform, 'Platform'), services, claims };
    const terms = storyTerms(parties, 1, isrcs) as { settlement: object };
    const proposed = { ...terms, settlement: { ...terms.settlement, effect, ...(backFee && { backFee }) } };
    const { id } = await label.as.post<{ id: string }>('/v1/negotiations', {
      counterpartyId: platform.organizationId,
      terms: proposed,
    });
    const { agreementId } = await platform.as.post<{ agreementId: string }>(`/v1/negotiations/${id}/acceptance`, {
      revision: 1,
    });
    const agreement = await label.as.get<Agreement>(`/v1/agreements/${agreementId}`);
    await label.as.post(
      `/v1/agreements/${agreementId}/signatures`,
      await signatureBy(label.as, agreement.manifestHash),
    );
    return agreement;
  }
  const paid = (agreement: Agreement, purpose: string): Promise<string> =>
    paidInvoice(app, label.as, { purpose, agreementId: agreement.id });
  const conclude = async ({ id, manifestHash }: Agreement): Promise<Refusal> =>
    asked(platform, 'POST', `/v1/agreements/${id}/signatures`, await signatureBy(platform.as, manifestHash));

  test('ends them with the second signature, and both parties are told', async () => {
    const claims = [await record(), await record()];
    const untouched = await record();
    const agreement = await signedOnce(claims.map(({ id }) => id));
    expect((await claim(claims[0]!.id)).state).toBe('open');
    expect((await conclude(agreement)).status).toBe(201);

    for (const { id } of claims) {
      const settled = { state: 'settled', agreementId: agreement.id, settledAt: '2026-01-05T09:00:00.000Z' };
      expect(await claim(id)).toMatchObject(settled);
      expect(await claim(id, platform)).toMatchObject(settled);
      expect(await topicsAbout(label.as, id, 2)).toEqual(['claim.recorded', 'claim.settled']);
      expect(await topicsAbout(platform.as, id, 2)).toEqual(['claim.recorded', 'claim.settled']);
    }
    expect((await claim(untouched.id)).state).toBe('open');
    const superuser = await app.superuser();
    const { rows } = await superuser
      .query<{ organization_id: string; actor_kind: string }>(
        `SELECT organization_id, actor_kind FROM audit_entries WHERE action = 'claim.settled' AND subject_id = $1`,
        [claims[0]!.id],
      )
      .finally(() => superuser.end());
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual({ organization_id: label.organizationId, actor_kind: 'system' });
    expect(rows).toContainEqual({ organization_id: platform.organizationId, actor_kind: 'member' });
  });

  test('cannot be concluded over a claim that is closed or not between its parties; nothing of it happens', async () => {
    const open = await record();
    const closed = await record();
    expect((await conclude(await signedOnce([closed.id]))).status).toBe(201);
    const foreign = await record(await labelWithCatalogue());
    const unknown = randomUUID();

    const named = [open.id, closed.id, foreign.id, unknown].sort();
    const agreement = await signedOnce(named);
    const refusal = await conclude(agreement);
    const pointers = named.flatMap((id, at) => (id === open.id ? [] : [`/settlement/claims/${at}`]));
    expect(refusal).toEqual({ status: 422, code: 'claims-not-open', pointers });
    expect((await claim(open.id)).state).toBe('open');
    expect(await label.as.get(`/v1/agreements/${agreement.id}`)).toMatchObject({ state: 'awaiting-signatures' });
  });

  test('that names payment ends them when its back fee is paid, and only those that are open still', async () => {
    const [waiting, elsewhere] = [await record(), await record()];
    const agreement = await signedOnce([waiting.id, elsewhere.id], 'payment');
    expect((await conclude(agreement)).status).toBe(201);
    expect(await claim(waiting.id)).toMatchObject({ state: 'open', agreementId: null });
    const other = await signedOnce([elsewhere.id]);
    expect((await conclude(other)).status).toBe(201);

    await paid(agreement, 'advance');
    expect(await claim(waiting.id)).toMatchObject({ state: 'open', agreementId: null });
    await paid(agreement, 'back-fee');
    const settled = { state: 'settled', agreementId: agreement.id, settledAt: '2026-01-05T09:00:00.000Z' };
    for (const party of [label, platform]) expect(await claim(waiting.id, party)).toMatchObject(settled);
    expect(await claim(elsewhere.id)).toMatchObject({ state: 'settled', agreementId: other.id });
    for (const { as } of [label, platform])
      expect(await topicsAbout(as, waiting.id, 2)).toEqual(['claim.recorded', 'claim.settled']);
    const { status, code } = await conclude(await signedOnce([waiting.id]));
    expect([status, code]).toEqual([422, 'claims-not-open']);
  });

  test('that names payment of nothing ends them with the second signature', async () => {
    const { id } = await record();
    const agreement = await signedOnce([id], 'payment', { amount: '0', due: 'signature' });
    expect((await conclude(agreement)).status).toBe(201);
    expect(await claim(id)).toMatchObject({ state: 'settled', agreementId: agreement.id });
  });

  test('settles a claim once, however many conclusions race for it', async () => {
    const { id } = await record();
    const agreements = [await signedOnce([id]), await signedOnce([id])];
    const answers = await Promise.all(agreements.map(conclude));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
    const winner = agreements[answers.findIndex(({ status }) => status === 201)];
    expect(await claim(id)).toMatchObject({ state: 'settled', agreementId: winner?.id });
  });
});
