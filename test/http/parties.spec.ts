import { randomUUID } from 'node:crypto';
import { currentFramework, setUpOperator } from '../../src/parties';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import type { Party } from '../support/given';

interface Problem {
  readonly code: string;
  readonly faults?: { pointer: string; code: string }[];
}
interface OrganizationView {
  readonly id: string;
  readonly state: string;
}
interface ApiKeyView {
  readonly id: string;
  readonly prefix: string;
  readonly key: string | null;
  readonly revokedAt: string | null;
}

let app: TestApp;
let label: Party;
let platform: Party;
let operator: ApiClient;

beforeAll(async () => {
  app = await startTestApp();
  operator = await app.given.operator();
  label = await app.given.label();
  platform = await app.given.platform();
});
afterAll(() => app?.close());

const unique = (): string => randomUUID().slice(0, 8);

const application = (over: object = {}, member: object = {}) => {
  const tag = unique();
  return {
    kind: 'label',
    name: `Northern Signal ${tag}`,
    country: 'KZ',
    partyId: `PADPIDA${tag}`,
    legalName: 'Northern Signal LLP',
    registrationNumber: 'REG-1',
    address: '1 Test Street',
    taxId: 'TAX-1',
    frameworkAgreement: currentFramework.sha256,
    member: { name: 'Ada Lind', email: `ada-${tag}@example.org`, password: `sesame-${tag}-fjord`, ...member },
    ...over,
  };
};

const register = (body: object) => app.given.client().request<Problem>('POST', '/v1/organizations', { body });
const refusal = async (
  client: ApiClient,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; code: string }> => {
  const answer = await client.request<Problem>(method, path, { body });
  return { status: answer.status, code: answer.body.code };
};

describe('registration', () => {
  it('makes an organization that waits for verification, and a first member with every role', async () => {
    const party = await app.given.registered('label');
    expect(await party.as.get('/v1/me')).toMatchObject({
      organization: { id: party.organizationId, kind: 'label', state: 'registered', verifiedAt: null },
      kind: 'member',
      id: party.memberId,
      roles: ['admin', 'catalogue', 'licensing', 'signatory', 'usage', 'finance', 'enforcement', 'reader'],
    });
  });

  it('refuses a mail address that is taken, in any spelling, and leaves nothing behind', async () => {
    const body = application({}, { email: label.email.toUpperCase() });
    expect(await register(body)).toMatchObject({ status: 409, body: { code: 'email-taken' } });
    const { rows } = await operator.get<{ rows: { name: string }[] }>('/v1/organizations?limit=1000');
    expect(rows.map(({ name }) => name)).not.toContain(body.name);
  });

  it('refuses a party identifier that is taken', async () => {
    const first = application();
    expect((await register(first)).status).toBe(201);
    expect(await register(application({ partyId: first.partyId }))).toMatchObject({
      status: 409,
      body: { code: 'party-id-taken' },
    });
  });

  it.each([
    ['an operator', { kind: 'operator' }, '/kind'],
    ['an unknown country', { country: 'QQ' }, '/country'],
    ['a blank name', { name: ' \u00a0 ' }, '/name'],
    ['a name of control characters', { name: 'a\u0000b' }, '/name'],
    ['a party identifier of another kind', { partyId: 'IPI00000000001' }, '/partyId'],
    ['a state of its own choice', { state: 'verified' }, '/state'],
    ['a member that is no object', { member: [] }, '/member'],
  ])('refuses %s', async (_, over, pointer) => {
    const answer = await register(application(over));
    expect(answer).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
    expect(answer.body.faults?.map((fault) => fault.pointer.split('/').slice(0, 2).join('/'))).toContain(pointer);
  });

  it.each([
    ['a common password', 'Password123!', 'password-common'],
    ['the member’s name', 'ada lind 2026', 'password-is-a-name'],
    ['seven characters', 'xk2!9-f', 'field-min-length'],
  ])('refuses %s as a password', async (_, password, code) => {
    const answer = await register(application({}, { password }));
    expect(answer).toMatchObject({ status: 400, body: { faults: [{ pointer: '/member/password', code }] } });
  });

  it('refuses roles of the member’s own choice', async () => {
    expect(await register(application({}, { roles: ['admin'] }))).toMatchObject({
      status: 400,
      body: { faults: [{ pointer: '/member/roles', code: 'field-unknown' }] },
    });
  });
});

describe('the directory', () => {
  it('shows verified organizations to everybody who is signed in, and an unverified one to itself and the operator only', async () => {
    const newcomer = await app.given.registered('platform');
    const path = `/v1/organizations/${newcomer.organizationId}`;
    expect(await label.as.get(`/v1/organizations/${platform.organizationId}`)).toMatchObject({ state: 'verified' });
    expect(await newcomer.as.get(path)).toMatchObject({ state: 'registered' });
    expect(await operator.get(path)).toMatchObject({ state: 'registered' });

    const hidden = await label.as.request('GET', path);
    const absent = await label.as.request('GET', `/v1/organizations/${randomUUID()}`);
    expect([hidden.status, hidden.text]).toEqual([404, absent.text]);
    expect((await label.as.all<OrganizationView>('/v1/organizations')).map(({ id }) => id)).not.toContain(
      newcomer.organizationId,
    );
  });

  it('is read page by page without loss or repetition, and by kind', async () => {
    const whole = await operator.all<OrganizationView>('/v1/organizations');
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { rows: OrganizationView[]; next: string | null } = await operator.get(
        `/v1/organizations?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      ids.push(...page.rows.map(({ id }) => id));
      cursor = page.next;
    }
    expect(ids).toEqual(whole.map(({ id }) => id));
    const platforms = await operator.get<{ rows: { kind: string }[] }>('/v1/organizations?kind=platform');
    expect(new Set(platforms.rows.map(({ kind }) => kind))).toEqual(new Set(['platform']));
  });

  it('keeps registration, tax and address between the organization and the operator', async () => {
    const path = `/v1/organizations/${label.organizationId}/details`;
    const details = await label.as.get(path);
    expect(details).toMatchObject({ organizationId: label.organizationId, address: '1 Test Street' });
    expect(await operator.get(path)).toEqual(details);
    expect(await refusal(platform.as, 'GET', path)).toEqual({ status: 404, code: 'not-found' });
  });
});

describe('verification', () => {
  it('is the operator’s, once, and is told to the organization', async () => {
    const newcomer = await app.given.registered('label');
    const path = `/v1/organizations/${newcomer.organizationId}/verification`;
    expect(await refusal(newcomer.as, 'POST', path)).toEqual({ status: 403, code: 'forbidden' });
    expect(await operator.post(path, {})).toMatchObject({
      id: newcomer.organizationId,
      state: 'verified',
      verifiedAt: '2026-01-05T09:00:00.000Z',
    });
    expect(await refusal(operator, 'POST', path)).toEqual({ status: 409, code: 'already-verified' });
    expect(await topicsAbout(newcomer.as, newcomer.organizationId, 1)).toEqual(['organization.verified']);
  });

  it('of an organization that is not there is refused', async () => {
    expect(await refusal(operator, 'POST', `/v1/organizations/${randomUUID()}/verification`)).toEqual({
      status: 404,
      code: 'not-found',
    });
  });

  it('is refused by the database to the organization itself, whatever the code does', async () => {
    const newcomer = await app.given.registered('label');
    const itself = {
      organizationId: newcomer.organizationId,
      organizationKind: 'label',
      verified: false,
      roles: ['admin'],
      by: { kind: 'member', id: newcomer.memberId, sessionId: randomUUID() },
    } as const;
    const verifyItself = app.parts.database.withTenant(itself, (tx) =>
      tx.run(`UPDATE organizations SET state = 'verified', verified_at = now() WHERE id = $1`, [
        newcomer.organizationId,
      ]),
    );
    await expect(verifyItself).rejects.toThrow(/row-level security/);
  });

  it('takes effect at the next request of a session that is already open', async () => {
    const newcomer = await app.given.registered('platform');
    await operator.post(`/v1/organizations/${newcomer.organizationId}/verification`, {});
    expect(await newcomer.as.get('/v1/me')).toMatchObject({ organization: { state: 'verified' } });
  });
});

describe('the operator', () => {
  it('is one: a second is refused', async () => {
    const second = setUpOperator(app.parts.database, app.parts.clock, {
      name: 'Second Operator',
      email: `second-${unique()}@accordo.example`,
      password: 'xk2!9-fjord',
    });
    await expect(second).rejects.toMatchObject({ code: 'operator-exists' });
  });

  it('chooses no guessable password either', async () => {
    const careless = setUpOperator(app.parts.database, app.parts.clock, {
      name: 'Op',
      email: 'op@accordo.example',
      password: 'password1',
    });
    await expect(careless).rejects.toMatchObject({ code: 'request-invalid', faults: [{ code: 'password-common' }] });
  });
});

describe('members', () => {
  const newMember = (over: object = {}) => ({
    name: 'Ivo Brandt',
    email: `ivo-${unique()}@example.org`,
    password: 'xk2!9-fjord',
    roles: ['licensing'],
    ...over,
  });

  it('are added by an admin, sign in, and are seen by their own organization only', async () => {
    const body = newMember();
    const member = await label.as.post<{ id: string }>('/v1/members', body);
    expect(member).toMatchObject({ name: 'Ivo Brandt', email: body.email, roles: ['licensing'] });
    const ivo = await app.given.signIn(body);
    expect(await ivo.get('/v1/me')).toMatchObject({
      id: member.id,
      organization: { id: label.organizationId },
      roles: ['licensing'],
    });
    const ids = async (client: ApiClient): Promise<string[]> =>
      (await client.all<{ id: string }>('/v1/members')).map(({ id }) => id);
    expect(await ids(ivo)).toEqual(expect.arrayContaining([label.memberId, member.id]));
    expect(await ids(platform.as)).toEqual([platform.memberId]);
  });

  it('are refused with a mail address that belongs to a member anywhere', async () => {
    expect(await refusal(label.as, 'POST', '/v1/members', newMember({ email: platform.email }))).toEqual({
      status: 409,
      code: 'email-taken',
    });
  });

  it('are not added by members without the role', async () => {
    const colleague = await app.given.colleague(label, ['licensing', 'finance']);
    expect(await refusal(colleague, 'POST', '/v1/members', newMember())).toEqual({ status: 403, code: 'forbidden' });
  });

  it('get no role that whoever adds them lacks: an admin who may not sign makes no signatory', async () => {
    const admin = await app.given.colleague(label, ['admin']);
    expect(
      (await admin.request('POST', '/v1/members', { body: newMember({ roles: ['finance', 'usage'] }) })).status,
    ).toBe(201);
    expect(await refusal(admin, 'POST', '/v1/members', newMember({ roles: ['finance', 'signatory'] }))).toEqual({
      status: 403,
      code: 'forbidden',
    });
  });

  it('are refused with no roles, or with the organization’s name as a password', async () => {
    expect(await refusal(label.as, 'POST', '/v1/members', newMember({ roles: [] }))).toEqual({
      status: 400,
      code: 'request-invalid',
    });
    const { name } = await label.as.get<{ name: string }>(`/v1/organizations/${label.organizationId}`);
    const answer = await label.as.request<Problem>('POST', '/v1/members', {
      body: newMember({ password: `${name}!` }),
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { faults: [{ pointer: '/password', code: 'password-is-a-name' }] },
    });
  });

  it('are added once when the request is repeated', async () => {
    const body = newMember();
    const key = randomUUID();
    const first = await label.as.request('POST', '/v1/members', { body, key });
    const again = await label.as.request('POST', '/v1/members', { body, key });
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await refusal(label.as, 'POST', '/v1/members', body)).toEqual({ status: 409, code: 'email-taken' });
    const other = await label.as.request<Problem>('POST', '/v1/members', {
      body: { ...body, name: 'Someone Else' },
      key,
    });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('are refused without an Idempotency-Key', async () => {
    const answer = await label.as.request<Problem>('POST', '/v1/members', {
      body: newMember(),
      headers: { 'idempotency-key': '' },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'idempotency-key-missing' } });
  });
});

describe('API keys', () => {
  const create = (client: ApiClient, roles: string[], key?: string) =>
    client.post<ApiKeyView>('/v1/api-keys', { name: 'Nightly upload', roles }, key);

  it('work as they were made, and are shown once', async () => {
    const requestKey = randomUUID();
    const made = await create(label.as, ['catalogue', 'reader'], requestKey);
    expect(made.key).toMatch(new RegExp(`^accordo_${made.prefix}_[A-Za-z0-9_-]{43}$`));
    expect(await app.given.client(made.key!).get('/v1/me')).toMatchObject({
      organization: { id: label.organizationId },
      kind: 'api-key',
      id: made.id,
      roles: ['catalogue', 'reader'],
    });
    expect(await create(label.as, ['catalogue', 'reader'], requestKey)).toEqual({ ...made, key: null });
    const list = await label.as.request('GET', '/v1/api-keys');
    expect(list.text).toContain(made.id);
    expect(list.text).not.toContain(made.key!.split('_').slice(2).join('_'));
  });

  it('never hold the role admin', async () => {
    expect(await refusal(label.as, 'POST', '/v1/api-keys', { name: 'Too much', roles: ['reader', 'admin'] })).toEqual({
      status: 400,
      code: 'request-invalid',
    });
  });

  it('make no keys, members or sign-outs', async () => {
    const key = app.given.client((await create(label.as, ['licensing', 'finance'])).key!);
    expect(await refusal(key, 'POST', '/v1/api-keys', { name: 'Child', roles: ['reader'] })).toEqual({
      status: 403,
      code: 'forbidden',
    });
    expect(await refusal(key, 'GET', '/v1/members')).toEqual({ status: 403, code: 'forbidden' });
    expect(await refusal(key, 'POST', '/v1/sign-out')).toEqual({ status: 403, code: 'forbidden' });
  });

  it('are revoked by their own organization, for good', async () => {
    const { id, key } = await create(label.as, ['reader']);
    expect(await refusal(platform.as, 'DELETE', `/v1/api-keys/${id}`)).toEqual({ status: 404, code: 'not-found' });
    expect(await app.given.client(key!).get('/v1/me')).toMatchObject({ id });
    await label.as.delete(`/v1/api-keys/${id}`);
    expect(await refusal(app.given.client(key!), 'GET', '/v1/me')).toEqual({ status: 401, code: 'unauthenticated' });
    await label.as.delete(`/v1/api-keys/${id}`);
    const kept = (await label.as.all<ApiKeyView>('/v1/api-keys')).find((candidate) => candidate.id === id);
    expect(kept?.revokedAt).toBe('2026-01-05T09:00:00.000Z');
  });
});

describe('services', () => {
  it('belong to platforms and are found by anyone once the platform is verified', async () => {
    const newcomer = await app.given.registered('platform');
    const service = await newcomer.as.post<{ id: string }>('/v1/services', { name: '  Harbour   Music ' });
    expect(service).toMatchObject({ name: 'Harbour Music', organizationId: newcomer.organizationId });
    const path = `/v1/services?organizationId=${newcomer.organizationId}`;
    expect(await newcomer.as.get(path)).toMatchObject({ rows: [service], next: null });
    expect(await label.as.get(path)).toEqual({ rows: [], next: null });
    await operator.post(`/v1/organizations/${newcomer.organizationId}/verification`, {});
    expect(await label.as.get(path)).toEqual({ rows: [service], next: null });
  });

  it('are not a label’s', async () => {
    expect(await refusal(label.as, 'POST', '/v1/services', { name: 'Radio' })).toEqual({
      status: 403,
      code: 'forbidden',
    });
  });

  it('have one name each, also when two requests come at once', async () => {
    const names = ['Harbour Circle', 'HARBOUR CIRCLE', 'harbour circle', 'Harbour  Circle'];
    const answers = await Promise.all(
      names.map((name) => platform.as.request<Problem>('POST', '/v1/services', { body: { name } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(answers.filter(({ status }) => status === 409).map(({ body }) => body.code)).toEqual(
      Array(3).fill('service-name-taken'),
    );
  });
});

it('every change leaves an audit entry without names or mail addresses', async () => {
  const superuser = await app.superuser();
  try {
    const { rows } = await superuser.query<{ action: string; details: object }>(
      'SELECT DISTINCT action, details::text AS details FROM audit_entries',
    );
    expect(new Set(rows.map(({ action }) => action))).toEqual(
      new Set([
        'operator.set-up',
        'organization.registered',
        'signing-authority.stated',
        'organization.verified',
        'session.opened',
        'member.added',
        'api-key.created',
        'api-key.revoked',
        'service.added',
      ]),
    );
    expect(JSON.stringify(rows)).not.toMatch(/@|Ivo|Ada/);
  } finally {
    await superuser.end();
  }
});
