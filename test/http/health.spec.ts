import { Client } from 'pg';
import request from 'supertest';
import { toDatabase } from '../../src/platform/database/embedded';
import { startTestApp, type TestApp } from '../support/app';

describe('health', () => {
  let world: TestApp;

  beforeAll(async () => {
    world = await startTestApp();
  });
  afterAll(() => world.close());

  it('says that the process lives and can answer', async () => {
    await request(world.url).get('/health/live').expect(200, { status: 'ok' });
    await request(world.url).get('/health/ready').expect(200, { status: 'ok' });
  });

  it('publishes the keys that seals are checked with, and only their public halves', async () => {
    const { body } = await request(world.url).get('/.well-known/jwks.json').expect(200);
    expect(body.keys.length).toBeGreaterThanOrEqual(2);
    const members = {
      OKP: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
      // What seals documents: its certificate goes with it.
      EC: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'x5c', 'y'],
    };
    for (const key of body.keys) expect(Object.keys(key).sort()).toEqual(members[key.kty as keyof typeof members]);
  });

  it('says not ready, in words and with a time to wait, while the database is away', async () => {
    const { superuserUrl, name } = world.databaseUrls;
    const elsewhere = new Client({ connectionString: toDatabase(superuserUrl, 'postgres') });
    await elsewhere.connect();
    await elsewhere.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await elsewhere.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    const { body, headers } = await request(world.url).get('/health/ready').expect(503);
    expect(body).toMatchObject({ code: 'not-ready', status: 503 });
    expect(headers['retry-after']).toBe('5');
    await request(world.url).get('/health/live').expect(200);
    await elsewhere.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await elsewhere.end();
    await request(world.url).get('/health/ready').expect(200);
  });
});
