import { randomUUID } from 'node:crypto';
import type { ActorKind } from '../../src/platform/auth/actor';
import type { Allowance } from '../../src/platform/auth/allow';
import { currentFramework } from '../../src/parties';
import type { ApiAnswer, ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import type { Party } from '../support/given';
import { filled, isWrite, nameOf, type Route, routesOf } from '../support/route-table';

type Restricted = Exclude<Allowance, { public: true }>;
interface Problem {
  readonly code: string;
  readonly faults?: readonly { readonly pointer: string; readonly code: string }[];
}

/** Everything that answers without credentials. A new entry is a decision, not an accident. */
const publicRoutes = [
  'GET /.well-known/jwks.json',
  'GET /health/live',
  'GET /health/ready',
  'GET /v1/framework-agreement',
  'GET /v1/schemas/terms',
  'OPTIONS /v1/uploads',
  'POST /v1/organizations',
  'POST /v1/sign-in',
  'POST /v1/stripe/webhooks',
];

let app: TestApp;
let routes: Route[];
const members = {} as Record<ActorKind, ApiClient>;
const keys = {} as Record<'label' | 'platform', ApiClient>;
const readers = {} as Record<'label' | 'platform', ApiClient>;

beforeAll(async () => {
  app = await startTestApp();
  routes = routesOf(app.app);
  members.operator = await app.given.operator();
  for (const kind of ['label', 'platform'] as const) {
    const party = await app.given[kind]();
    members[kind] = party.as;
    keys[kind] = await keyOf(party, ['catalogue', 'licensing', 'usage', 'finance', 'enforcement', 'reader']);
    readers[kind] = await keyOf(party, ['reader']);
  }
});
afterAll(() => app?.close());

async function keyOf(party: Party, roles: readonly string[]): Promise<ApiClient> {
  const { key } = await party.as.post<{ key: string }>('/v1/api-keys', { name: roles.join(), roles });
  return app.given.client(key);
}

const restricted = (): (Route & { allowance: Restricted })[] =>
  routes.filter((route): route is Route & { allowance: Restricted } => route.allowance?.public === false);

const ofStatus: Readonly<Record<number, string>> = { 401: 'unauthenticated', 403: 'forbidden' };

/** Sends nothing that could succeed, and checks that the refusal is a problem with a stable code. */
async function refusal(
  client: ApiClient,
  route: Route,
  options: { body?: object; query?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  const path = `${filled(route.path, randomUUID())}${options.query ?? ''}`;
  const body = ['GET', 'HEAD'].includes(route.method) ? {} : { body: options.body ?? {} };
  const answer: ApiAnswer<Problem> = await client.request<Problem>(route.method, path, {
    ...body,
    headers: options.headers ?? {},
  });
  // What a HEAD is refused for is in its status alone.
  if (route.method === 'HEAD') return `${answer.status} ${ofStatus[answer.status]}`;
  expect([nameOf(route), answer.headers.get('content-type')]).toEqual([
    nameOf(route),
    'application/problem+json; charset=utf-8',
  ]);
  expect(answer.body).toMatchObject({
    status: answer.status,
    code: expect.stringMatching(/^[a-z-]+$/) as string,
    title: expect.any(String) as string,
  });
  return `${answer.status} ${answer.body.code}`;
}

/** What each of the routes answered, by name: a failure names the routes that differ. */
async function answers(
  asked: readonly Route[],
  ask: (route: Route) => Promise<string>,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const route of asked) found[nameOf(route)] = await ask(route);
  return found;
}
const all = (asked: readonly Route[], answer: string): Record<string, string> =>
  Object.fromEntries(asked.map((route) => [nameOf(route), answer]));

describe('every route', () => {
  it('says who may use it', () => {
    expect(routes.length).toBeGreaterThan(60);
    expect(routes.filter((route) => route.allowance === undefined).map(({ handler }) => handler)).toEqual([]);
  });

  it('that is open to the network is on the list', () => {
    expect(
      routes
        .filter((route) => route.allowance?.public)
        .map(nameOf)
        .sort(),
    ).toEqual(publicRoutes);
  });

  it('is described to its users', async () => {
    const { paths } = await members.label.get<{ paths: Record<string, object> }>('/openapi.json');
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(described.sort()).toEqual(routes.map(nameOf).sort());
  });

  it('reads what a client writes by a class that says what is allowed', () => {
    const untyped = routes.filter(({ bodies, queries }) =>
      [...bodies, ...queries].some(
        (type) => type === undefined || ([Object, Array, String, Number] as unknown[]).includes(type),
      ),
    );
    expect(untyped.map(({ handler }) => handler)).toEqual([]);
    expect(routes.filter(({ bodies }) => bodies.length > 0).length).toBeGreaterThan(12);
  });
});

describe('without credentials', () => {
  it('every other route answers 401, whatever is sent', async () => {
    const closed = restricted();
    expect(await answers(closed, (route) => refusal(app.given.client(), route))).toEqual(
      all(closed, '401 unauthenticated'),
    );
    expect(await answers(closed, (route) => refusal(app.given.client('accordo_nobody_nothing'), route))).toEqual(
      all(closed, '401 unauthenticated'),
    );
  });
});

describe('the wrong organization, role or kind of caller', () => {
  it('is refused: a kind that the route is not for', async () => {
    for (const kind of ['label', 'platform', 'operator'] as const) {
      const foreign = restricted().filter(({ allowance }) => !allowance.kinds.includes(kind));
      expect(foreign.length).toBeGreaterThan(2);
      expect(await answers(foreign, (route) => refusal(members[kind], route))).toEqual(all(foreign, '403 forbidden'));
      if (kind !== 'operator')
        expect(await answers(foreign, (route) => refusal(keys[kind], route))).toEqual(all(foreign, '403 forbidden'));
    }
  });

  it('is refused: a key where a person is needed', async () => {
    const personal = restricted().filter(({ allowance }) => allowance.memberOnly);
    expect(personal.length).toBeGreaterThan(5);
    for (const kind of ['label', 'platform'] as const)
      expect(await answers(personal, (route) => refusal(keys[kind], route))).toEqual(all(personal, '403 forbidden'));
  });

  it('is refused: a reader where more is needed', async () => {
    const forRoles = restricted().filter(({ allowance: { roles } }) => roles.length > 0 && !roles.includes('reader'));
    expect(forRoles.length).toBeGreaterThan(10);
    for (const kind of ['label', 'platform'] as const)
      expect(await answers(forRoles, (route) => refusal(readers[kind], route))).toEqual(all(forRoles, '403 forbidden'));
  });

  it('is refused: an organization that nobody has verified', async () => {
    const forVerified = restricted().filter(({ allowance }) => allowance.verified);
    expect(forVerified.map(nameOf)).toEqual(
      expect.arrayContaining([
        'POST /v1/negotiations',
        'POST /v1/agreements/:id/signatures',
        'POST /v1/catalogue/imports',
        'POST /v1/catalogue-imports',
        'POST /v1/packages',
        'POST /v1/saved-queries/:id/packages',
        'POST /v1/usage-events',
        'POST /v1/usage-reports',
        'POST /v1/claims',
      ]),
    );
    for (const kind of ['label', 'platform'] as const) {
      const { as: unverified } = await app.given.registered(kind);
      const own = forVerified.filter(({ allowance }) => allowance.kinds.includes(kind));
      expect(await answers(own, (route) => refusal(unverified, route))).toEqual(
        all(own, '403 organization-not-verified'),
      );
    }
  });
});

describe('a write', () => {
  const writes = (): (Route & { allowance: Restricted })[] => restricted().filter(isWrite);
  const mayUse = ({ allowance }: { allowance: Restricted }): ApiClient => members[allowance.kinds[0]!];

  it('without an Idempotency-Key is refused', async () => {
    const asked = writes();
    expect(asked.length).toBeGreaterThan(15);
    const type = (route: Route): Record<string, string> =>
      route.bodies.length > 0 ? {} : { 'content-type': uploadTypes[nameOf(route)] ?? 'application/json' };
    const refused = await answers(asked, (route) =>
      refusal(mayUse(route as never), route, {
        headers: { 'idempotency-key': '', ...type(route) },
        body: validEnough[nameOf(route)] ?? {},
        query: uploadQueries[nameOf(route)] ?? '',
      }),
    );
    expect(refused).toEqual(all(asked, '400 idempotency-key-missing'));
  });

  it('with an Idempotency-Key that is too long or holds blanks is refused', async () => {
    const asked = writes().filter(({ bodies }) => bodies.length > 0);
    for (const key of ['k'.repeat(256), 'two words', 'schl\u00fcssel']) {
      const refused = await answers(asked, (route) =>
        refusal(mayUse(route as never), route, {
          headers: { 'idempotency-key': key },
          body: validEnough[nameOf(route)] ?? {},
        }),
      );
      expect(refused).toEqual(all(asked, '400 request-invalid'));
    }
  });

  it('or question with a field that nobody reads is refused, naming it', async () => {
    const asked = routes.filter(({ bodies }) => bodies.length > 0);
    for (const route of asked) {
      const client = route.allowance?.public === false ? mayUse(route as never) : app.given.client();
      const { status, body } = await client.request<Problem>(route.method, filled(route.path, randomUUID()), {
        body: { organizationId: randomUUID(), unexpected: 1 },
      });
      expect([nameOf(route), status, body.code]).toEqual([nameOf(route), 400, 'request-invalid']);
      expect(body.faults).toContainEqual(expect.objectContaining({ pointer: '/unexpected', code: 'field-unknown' }));
      expect(body.faults).toContainEqual(
        expect.objectContaining({ pointer: '/organizationId', code: 'field-unknown' }),
      );
    }
  });

  it('cannot set what only the server says', async () => {
    const attempts: [string, string, object][] = [
      ['POST', '/v1/organizations', { ...registration(), state: 'verified' }],
      ['POST', '/v1/organizations', { ...registration(), kind: 'operator' }],
      ['POST', '/v1/services', { name: 'Mine', organizationId: randomUUID() }],
      ['POST', '/v1/services', { name: 'Mine', id: randomUUID() }],
      [
        'POST',
        '/v1/members',
        {
          name: 'A',
          email: 'a@example.org',
          password: 'sesame-street-9',
          roles: ['reader'],
          organizationId: randomUUID(),
        },
      ],
      ['POST', '/v1/api-keys', { name: 'A', roles: ['reader'], secret: 'known' }],
    ];
    for (const [method, path, body] of attempts) {
      const client = path === '/v1/organizations' ? app.given.client() : members.platform;
      expect(await client.request(method, path, { body })).toMatchObject({
        status: 400,
        body: { code: 'request-invalid' },
      });
    }
  });
});

describe('a query parameter that nobody reads', () => {
  it('is refused, naming it', async () => {
    const asked = restricted().filter(({ queries, method }) => queries.length > 0 && method === 'GET');
    expect(asked.length).toBeGreaterThan(15);
    for (const route of asked) {
      const { status, body } = await members[route.allowance.kinds[0]!].request<Problem>(
        'GET',
        `${filled(route.path, randomUUID())}?owner=${randomUUID()}`,
      );
      expect([nameOf(route), status, body.faults?.[0]]).toEqual([
        nameOf(route),
        400,
        expect.objectContaining({ pointer: '/owner', code: 'field-unknown' }),
      ]);
    }
  });
});

const uploadTypes: Readonly<Record<string, string>> = {
  'POST /v1/usage-mapping-proposals': 'text/csv',
  'POST /v1/agreement-originals': 'application/pdf',
  'POST /v1/agreements/:id/tax-certificates': 'application/pdf',
  'POST /v1/agreements/:id/exchange-rates/imports': 'text/csv',
  'POST /v1/bank/files': 'application/xml',
  'POST /v1/catalogue/imports': 'text/csv',
  'POST /v1/catalogue-imports': 'text/csv',
  'POST /v1/catalogue-mapping-proposals': 'text/csv',
  'POST /v1/exchange-rates/imports': 'text/csv',
  'POST /v1/negotiations/:id/attachments': 'application/pdf',
  'POST /v1/negotiations/:id/simulation-files': 'text/csv',
  'POST /v1/packages/files': 'text/csv',
  'POST /v1/rights-conflicts/:id/evidence': 'application/pdf',
  'POST /v1/usage-conformance': 'text/tab-separated-values',
  'POST /v1/usage-event-voids/files': 'application/x-ndjson',
  'POST /v1/usage-events': 'application/cloudevents-batch+json',
  'POST /v1/usage-reports': 'text/tab-separated-values',
};

const uploadQueries: Readonly<Record<string, string>> = {
  'POST /v1/agreements/:id/tax-certificates': '?from=2026-01&to=2026-03&reference=A1',
  'POST /v1/exchange-rates/imports': '?source=ecb',
  'POST /v1/usage-event-voids/files': '?reason=Wrong',
  'POST /v1/usage-mapping-proposals': '?month=2026-01',
  'POST /v1/negotiations/:id/attachments': '?fileName=a.pdf',
  'POST /v1/packages/files': '?name=A',
  'POST /v1/rights-conflicts/:id/evidence': '?fileName=a.pdf',
};

/** Bodies for routes that look at the body before the key, since they open their transactions themselves. */
const validEnough: Readonly<Record<string, object>> = {
  'POST /v1/re-authentications': { password: 'xk2!9-fjord' },
  'POST /v1/members': { name: 'Ada Lind', email: 'ada@example.org', password: 'xk2!9-fjord', roles: ['reader'] },
};

const registration = (): object => ({
  kind: 'label',
  name: 'Quiet Harbour',
  country: 'KZ',
  legalName: 'Quiet Harbour LLP',
  registrationNumber: '1',
  address: '1 Test Street',
  taxId: '1',
  frameworkAgreement: currentFramework.sha256,
  member: { name: 'Ada Lind', email: `ada-${randomUUID()}@example.org`, password: 'xk2!9-fjord' },
});
