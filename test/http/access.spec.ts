import { createHash, createHmac, randomUUID, webcrypto } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Controller, Get, Module } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { APP_FILTER, APP_GUARD, ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessGuard, Authenticator } from '../../src/platform/auth/access.guard';
import { type Actor, roles } from '../../src/platform/auth/actor';
import { type Allowance, allowance } from '../../src/platform/auth/allow';
import { currentFramework } from '../../src/parties';
import { ProblemFilter } from '../../src/platform/http/problem.filter';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import type { Party } from '../support/given';

let app: TestApp;
let label: Party;
let platform: Party;

beforeAll(async () => {
  app = await startTestApp();
  label = await app.given.label();
  platform = await app.given.platform();
});
afterAll(() => app?.close());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly code?: string;
}

/** A POST from one of this machine's many loopback addresses: to the server they are different networks. */
function postFrom(
  localAddress: string,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      `${app.url}${path}`,
      { method: 'POST', localAddress, agent: false, headers: { 'content-type': 'application/json', ...headers } },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        reply.on('end', () =>
          resolve({ status: reply.statusCode!, text, code: (JSON.parse(text) as { code?: string }).code! }),
        );
      },
    );
    sent.on('error', reject).end(JSON.stringify(body));
  });
}

const signInFrom = (
  address: string,
  email: string,
  password: string,
  headers?: Record<string, string>,
): Promise<Answer> => postFrom(address, '/v1/sign-in', { email, password }, headers);

const me = async (client: ApiClient): Promise<{ status: number; text: string }> => client.request('GET', '/v1/me');
const unauthenticated = { status: 401, text: expect.stringContaining('"code":"unauthenticated"') as string };

describe('signing in', () => {
  it('gives a token for a quarter of an hour', async () => {
    const answer = await app.given.client().request<{ expiresAt: string; accessToken: string }>('POST', '/v1/sign-in', {
      body: { email: label.email.toUpperCase(), password: label.password },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { expiresAt: '2026-01-05T09:15:00.000Z', organizationId: label.organizationId, memberId: label.memberId },
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const client = app.given.client(answer.body.accessToken);
    try {
      app.clock.moveTo(new Date('2026-01-05T09:14:59Z'));
      expect((await me(client)).status).toBe(200);
      app.clock.moveTo(new Date('2026-01-05T09:15:00Z'));
      expect(await me(client)).toMatchObject(unauthenticated);
    } finally {
      app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
    }
  });

  it('does not tell an unknown address from a wrong password, by answer or by time', async () => {
    const time = async (email: string): Promise<number> => {
      const start = performance.now();
      answers.push(await signInFrom('127.0.1.1', email, 'wrong-password'));
      return performance.now() - start;
    };
    const answers: Answer[] = [];
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      if (round % 5 === 0) await app.look('DELETE FROM rate_limits');
      known.push(await time(label.email));
      unknown.push(await time('nobody@example.org'));
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, code: 'sign-in-failed' });
    // The quickest of each: whatever else the machine does only adds.
    const ratio = Math.min(...unknown) / Math.min(...known);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

describe('guessing passwords', () => {
  const guess = async (
    address: string,
    email: string,
    times: number,
    headers?: (round: number) => Record<string, string>,
  ): Promise<number[]> => {
    const statuses: number[] = [];
    for (let round = 0; round < times; round += 1) {
      statuses.push((await signInFrom(address, email, `wrong-${round}`, headers?.(round))).status);
    }
    return statuses;
  };
  const tenThenNone = [...Array<number>(10).fill(401), ...Array<number>(20).fill(429)];

  it('ends after ten guesses at one account, whether it exists or not', async () => {
    expect(await guess('127.0.2.1', label.email, 30)).toEqual(tenThenNone);
    expect(await guess('127.0.2.1', 'nobody@example.org', 30)).toEqual(tenThenNone);
    const [known, unknown] = [
      await signInFrom('127.0.2.1', label.email, 'wrong'),
      await signInFrom('127.0.2.1', 'nobody@example.org', 'wrong'),
    ];
    expect(known).toMatchObject({ status: 429, code: 'too-many-requests', text: unknown.text });
  });

  it('does not lock the owner out elsewhere, while even the right password is not looked at here', async () => {
    await guess('127.0.2.2', platform.email, 10);
    expect((await signInFrom('127.0.2.2', platform.email, platform.password)).status).toBe(429);
    expect((await signInFrom('127.0.2.3', platform.email, platform.password)).status).toBe(200);
  });

  it('is not made longer by other spellings of the address or by claiming to come from elsewhere', async () => {
    expect(
      await guess('127.0.2.4', label.email, 30, (round) => ({
        'x-forwarded-for': `203.0.113.${round}`,
        'x-real-ip': `203.0.113.${round}`,
        forwarded: `for=203.0.113.${round}`,
      })),
    ).toEqual(tenThenNone);
    expect((await signInFrom('127.0.2.4', label.email.toUpperCase(), 'wrong')).status).toBe(429);
  });

  it('all at once gives ten guesses, not more', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, round) => signInFrom('127.0.2.5', label.email, `wrong-${round}`)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
  });

  it('over many accounts ends after a hundred guesses from one network', async () => {
    const statuses: number[] = [];
    for (let round = 0; round < 103; round += 1)
      statuses.push((await signInFrom('127.0.2.6', `nobody-${round}@example.org`, 'wrong')).status);
    expect(statuses.lastIndexOf(401)).toBe(99);
    expect(statuses.slice(100)).toEqual([429, 429, 429]);
    expect((await signInFrom('127.0.2.7', label.email, label.password)).status).toBe(200);
  });

  it('is forgiven by the right password', async () => {
    await guess('127.0.2.8', label.email, 9);
    expect((await signInFrom('127.0.2.8', label.email, label.password)).status).toBe(200);
    expect(await guess('127.0.2.8', label.email, 11)).toEqual([...Array<number>(10).fill(401), 429]);
  });

  it('leaves no mail address in the counters', async () => {
    const counters = await app.look<{ key: string }>('SELECT key FROM rate_limits');
    expect(counters.length).toBeGreaterThan(0);
    expect(counters.map(({ key }) => key).join()).not.toMatch(/@|example/);
  });
});

it('registrations from one network are counted too', async () => {
  const body = { kind: 'label' };
  expect((await postFrom('127.0.3.1', '/v1/organizations', body)).status).toBe(400);
  const application = {
    kind: 'label',
    name: 'Quiet Harbour',
    country: 'KZ',
    legalName: 'Quiet Harbour LLP',
    registrationNumber: '1',
    address: '1 Test Street',
    taxId: '1',
    frameworkAgreement: currentFramework.sha256,
    member: { name: 'Ada Lind', email: label.email, password: 'xk2!9-fjord' },
  };
  expect((await postFrom('127.0.3.1', '/v1/organizations', application)).code).toBe('email-taken');
  await app.look(`UPDATE rate_limits SET points = 100 WHERE key = 'registration:127.0.3.1'`);
  expect(await postFrom('127.0.3.1', '/v1/organizations', application)).toMatchObject({
    status: 429,
    code: 'too-many-requests',
  });
  expect((await postFrom('127.0.3.2', '/v1/organizations', application)).code).toBe('email-taken');
});

describe('a token', () => {
  const base64url = (value: object | string | Uint8Array): string =>
    Buffer.from(typeof value === 'object' && !(value instanceof Uint8Array) ? JSON.stringify(value) : value).toString(
      'base64url',
    );
  const now = Date.parse('2026-01-05T09:00:00Z') / 1000;

  interface Forgery {
    readonly header?: Record<string, unknown>;
    readonly payload?: Record<string, unknown>;
    readonly key?: webcrypto.CryptoKey;
    readonly signature?: (signed: string) => string;
  }

  let claims: Record<string, unknown>;
  let own: { id: string; key: webcrypto.CryptoKey };
  let strange: webcrypto.CryptoKeyPair;

  /** A token as Accordo would issue it, signed with its own key, except for what the forgery says. */
  async function craft({ header = {}, payload = {}, key, signature }: Forgery): Promise<string> {
    const signed = `${base64url({ alg: 'EdDSA', typ: 'at+jwt', kid: own.id, ...header })}.${base64url({ ...claims, ...payload })}`;
    const seal =
      signature?.(signed) ??
      base64url(new Uint8Array(await webcrypto.subtle.sign('Ed25519', key ?? own.key, Buffer.from(signed))));
    return `${signed}.${seal}`;
  }

  beforeAll(async () => {
    own = (await app.parts.keyring.signingKey('access-token')) as typeof own;
    strange = (await webcrypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const [session] = await app.look<{ id: string }>(
      'SELECT id FROM sessions WHERE member_id = $1 ORDER BY created_at LIMIT 1',
      [label.memberId],
    );
    claims = { iss: 'accordo', aud: 'accordo-api', sub: label.memberId, sid: session!.id, iat: now, exp: now + 900 };
  });

  it('that says and proves the right things is accepted', async () => {
    expect((await me(app.given.client(await craft({})))).status).toBe(200);
  });

  const hmac = async (algorithm: string): Promise<Forgery> => {
    const { x } = app.parts.keyring.publicKeys().find(({ kid }) => kid === own.id)!;
    const sign = (signed: string): string =>
      createHmac(algorithm, Buffer.from(x!, 'base64url')).update(signed).digest('base64url');
    return { header: { alg: algorithm === 'sha256' ? 'HS256' : 'HS512' }, signature: sign };
  };
  const stolenKey = async (): Promise<Forgery> => ({
    header: { jwk: await webcrypto.subtle.exportKey('jwk', strange.publicKey) },
    key: strange.privateKey,
  });
  const forgeries: [string, () => Forgery | Promise<Forgery>][] = [
    ['without a signature', () => ({ signature: () => '' })],
    ['of algorithm none', () => ({ header: { alg: 'none' }, signature: () => '' })],
    ['of algorithm NonE', () => ({ header: { alg: 'NonE' }, signature: () => '' })],
    ['of algorithm none with a good signature', () => ({ header: { alg: 'none' } })],
    ['made with HS256 and the public key as secret', () => hmac('sha256')],
    ['made with HS512 and the public key as secret', () => hmac('sha512')],
    ['that names another algorithm', () => ({ header: { alg: 'ES256' } })],
    ['of another installation with our key id', () => ({ key: strange.privateKey })],
    ['that brings its own key', stolenKey],
    [
      'that points to its own keys',
      () => ({
        header: { jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u' },
        key: strange.privateKey,
      }),
    ],
    ['of an unknown key id', () => ({ header: { kid: 'access-token-0000000000000000' } })],
    ['without a key id', () => ({ header: { kid: undefined } })],
    ['whose key id is a path', () => ({ header: { kid: '../../../../dev/null' } })],
    ['whose key id is SQL', () => ({ header: { kid: `' OR '1'='1` } })],
    ['whose key id is an object', () => ({ header: { kid: { toString: own.id } } })],
    [
      'made with the key of seals',
      async () => {
        const { id, key } = await app.parts.keyring.signingKey('seal');
        return { header: { kid: id }, key: key as webcrypto.CryptoKey };
      },
    ],
    ['with a critical extension', () => ({ header: { crit: ['unlimited'], unlimited: true } })],
    ['whose payload is not encoded', () => ({ header: { crit: ['b64'], b64: false } })],
    ['that has expired', () => ({ payload: { iat: now - 1000, exp: now - 100 } })],
    ['that expires this second', () => ({ payload: { exp: now } })],
    ['that does not expire', () => ({ payload: { exp: undefined } })],
    ['whose expiry is text', () => ({ payload: { exp: '99999999999' } })],
    ['that was made for a year', () => ({ payload: { iat: now - 86_400, exp: now + 31_536_000 } })],
    ['that was issued tomorrow', () => ({ payload: { iat: now + 86_400, exp: now + 87_000 } })],
    ['that does not say when it was issued', () => ({ payload: { iat: undefined } })],
    ['that is not valid yet', () => ({ payload: { nbf: now + 60 } })],
    ['for another audience', () => ({ payload: { aud: 'accordo-webhooks' } })],
    ['for no audience', () => ({ payload: { aud: undefined } })],
    ['of another issuer', () => ({ payload: { iss: 'https://evil.example' } })],
    ['of another type', () => ({ header: { typ: 'JWT' } })],
    ['of no type', () => ({ header: { typ: undefined } })],
    ['without a session', () => ({ payload: { sid: undefined } })],
    ['of a session that is not there', () => ({ payload: { sid: randomUUID() } })],
    ['whose session is SQL', () => ({ payload: { sid: `' OR 1=1 --` } })],
    ['of somebody else’s session', () => ({ payload: { sub: platform.memberId } })],
    ['that is huge', () => ({ payload: { note: 'x'.repeat(10_000) } })],
  ];

  it.each(forgeries)('%s is refused', async (_, forge) => {
    expect(await me(app.given.client(await craft(await forge())))).toMatchObject(unauthenticated);
  });

  it('with any one character of its payload changed is refused', async () => {
    const [header = '', payload = '', signature = ''] = (await craft({})).split('.');
    for (let at = 0; at < payload.length; at += 7) {
      const other = payload[at] === 'A' ? 'B' : 'A';
      const changed = `${header}.${payload.slice(0, at)}${other}${payload.slice(at + 1)}.${signature}`;
      expect(await me(app.given.client(changed))).toMatchObject(unauthenticated);
    }
  });

  it('counts as a bearer token in the header only', async () => {
    const token = await craft({});
    const send = (authorization: string) => app.given.client().request('GET', '/v1/me', { headers: { authorization } });
    expect((await send(`bearer ${token}`)).status).toBe(200);
    for (const wrong of [
      token,
      `Basic ${token}`,
      `Bearer${token}`,
      `Bearer ${token} `.concat('x'),
      `Bearer ${token}, Bearer ${token}`,
      'Bearer',
      'Bearer null',
    ]) {
      expect(await send(wrong)).toMatchObject(unauthenticated);
    }
    const elsewhere = await app.given
      .client()
      .request('GET', '/v1/me', { headers: { cookie: `access_token=${token}` } });
    expect(elsewhere).toMatchObject(unauthenticated);
    expect(await app.given.client().request('GET', `/v1/me?access_token=${token}`)).toMatchObject(unauthenticated);
  });
});

describe('revocation', () => {
  it('of a session holds from the next request on, and for that session only', async () => {
    const [one, other] = [await app.given.signIn(label), await app.given.signIn(label)];
    expect((await one.request('POST', '/v1/sign-out')).status).toBe(204);
    expect(await me(one)).toMatchObject(unauthenticated);
    expect((await me(other)).status).toBe(200);
  });

  it('of a key holds from the next request on', async () => {
    const { id, key } = await label.as.post<{ id: string; key: string }>('/v1/api-keys', {
      name: 'Short-lived',
      roles: ['reader'],
    });
    const client = app.given.client(key);
    expect((await me(client)).status).toBe(200);
    await label.as.delete(`/v1/api-keys/${id}`);
    expect(await me(client)).toMatchObject(unauthenticated);
  });
});

describe('an API key', () => {
  it('with one character changed is refused', async () => {
    const { key } = await label.as.post<{ key: string }>('/v1/api-keys', { name: 'Exact', roles: ['reader'] });
    for (const at of [0, 8, 20, 26, 40, key.length - 2]) {
      const changed = key.slice(0, at) + (key[at] === 'b' ? 'c' : 'b') + key.slice(at + 1);
      expect(await me(app.given.client(changed))).toMatchObject(unauthenticated);
    }
    expect((await me(app.given.client(key))).status).toBe(200);
  });

  it('accepts nothing, even if a key were given every role behind our back', async () => {
    const { id, key } = await label.as.post<{ id: string; key: string }>('/v1/api-keys', {
      name: 'Greedy',
      roles: ['licensing'],
    });
    await app.look('UPDATE api_keys SET roles = $2 WHERE id = $1', [id, roles]);
    const answer = await app.given.client(key).request('POST', `/v1/negotiations/${randomUUID()}/acceptance`, {
      body: { revision: 1 },
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});

describe('routes', () => {
  interface Route {
    readonly name: string;
    readonly declared: Allowance | undefined;
  }

  function allRoutes(): Route[] {
    const controllers = [...app.app.get(ModulesContainer).values()].flatMap((module) => [
      ...module.controllers.values(),
    ]);
    return controllers.flatMap(({ metatype }) => {
      const prototype = (metatype as { prototype: Record<string, object> }).prototype;
      return Object.getOwnPropertyNames(prototype)
        .filter((method) => Reflect.hasMetadata(METHOD_METADATA, prototype[method]!))
        .map((method) => ({
          name: `${(metatype as { name: string }).name}.${method} ${String(Reflect.getMetadata(PATH_METADATA, prototype[method]!))}`,
          declared: Reflect.getMetadata(allowance, prototype[method]!) as Allowance | undefined,
        }));
    });
  }

  it('all say who may use them', () => {
    expect(allRoutes().length).toBeGreaterThan(15);
    expect(allRoutes().filter(({ declared }) => declared === undefined)).toEqual([]);
  });

  it('for signatories are for persons only, but for signatures: those a machine gives by a signing key', () => {
    const forSignatories = allRoutes().filter(
      ({ declared }) => declared?.public === false && declared.roles[0] === 'signatory',
    );
    expect(forSignatories.length).toBeGreaterThan(0);
    const forMachines = forSignatories.filter(({ declared }) => declared?.public === false && !declared.memberOnly);
    expect(forMachines.map(({ name }) => name)).toEqual([
      'AgreementsController.sign :id/signatures',
      'AmendmentsController.sign :number/signatures',
    ]);
  });

  it('that do not exist answer 404, signed in or not', async () => {
    for (const client of [app.given.client(), label.as]) {
      for (const path of [
        '/',
        '/v1',
        '/v1/nothing',
        '/v2/me',
        '/v1/organizations/nothing/here/either',
        '/admin',
        '/.env',
        '/v1/me/..%2f..%2fetc',
      ]) {
        expect(await client.request('GET', path)).toMatchObject({ status: 404, body: { code: 'not-found' } });
      }
    }
  });

  it('are not reached around the guard by other spellings or methods', async () => {
    for (const path of [
      '/v1/me',
      '/v1/%6de',
      '/v1/me?x=1',
      '/v1/me/',
      '//v1/me',
      '/v1//me',
      '/V1/ME',
      '/v1/me;x',
      '/v1/./me',
      '/v1/me%00',
    ]) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        const { status } = await app.given.client().request(method, path, method === 'POST' ? { body: {} } : {});
        expect([400, 401, 404, 405, 415]).toContain(status);
      }
    }
  });

  it('that forget to say who may use them are closed to everybody', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      read(): string {
        return 'secret';
      }
    }
    const everything: Actor = {
      organizationId: randomUUID(),
      organizationKind: 'operator',
      verified: true,
      roles,
      by: { kind: 'member', id: randomUUID(), sessionId: randomUUID() },
    };
    @Module({
      controllers: [ForgottenController],
      providers: [
        { provide: Authenticator, useValue: { authenticate: () => Promise.resolve(everything) } },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    })
    class ForgetfulModule {}

    const forgetful = await NestFactory.create<NestFastifyApplication>(ForgetfulModule, new FastifyAdapter(), {
      logger: false,
    });
    try {
      await forgetful.init();
      const answer = await forgetful.inject({ method: 'GET', url: '/forgotten' });
      expect([answer.statusCode, answer.body]).toEqual([403, expect.stringContaining('"code":"forbidden"')]);
    } finally {
      await forgetful.close();
    }
  });
});

it('no password, key or token is anywhere in the database, nor a fast hash of a password', async () => {
  const password = `canary-${randomUUID()}`;
  const email = `canary-${randomUUID()}@example.org`;
  await label.as.post('/v1/members', { name: 'Canary', email, password, roles: ['reader'] });
  const { accessToken } = await app.given.client().post<{ accessToken: string }>('/v1/sign-in', { email, password });
  const { key } = await label.as.post<{ key: string }>('/v1/api-keys', { name: 'Canary', roles: ['reader'] });
  await me(app.given.client(key));
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const secrets = [
    password,
    label.password,
    key,
    key.split('_').slice(2).join('_'),
    accessToken,
    accessToken.split('.')[2]!,
  ];
  const passwordHashes = [password, label.password].flatMap((text) => [sha256(text), sha256(JSON.stringify(text))]);

  const tables = await app.look<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const placesOf = async (text: string): Promise<string[]> => {
    const query = tables.map(
      ({ name }) =>
        `SELECT '${name}' AS place FROM ${name} AS whole WHERE strpos(whole::text, $1) > 0 OR strpos(whole::text, $2) > 0`,
    );
    return (await app.look<{ place: string }>(query.join(' UNION '), [text, Buffer.from(text).toString('hex')])).map(
      ({ place }) => place,
    );
  };

  // The search does find what is there.
  expect(await placesOf(email)).toContain('public.members');
  for (const secret of [...secrets, ...passwordHashes]) expect(await placesOf(secret)).toEqual([]);
});
