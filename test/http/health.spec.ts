import request from 'supertest';
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
    for (const key of body.keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  it('says not ready, in words and with a time to wait, while the database is away', async () => {
    await world.parts.database.source.destroy();
    const { body, headers } = await request(world.url).get('/health/ready').expect(503);
    expect(body).toMatchObject({ code: 'not-ready', status: 503 });
    expect(headers['retry-after']).toBe('5');
    await request(world.url).get('/health/live').expect(200);
    await world.parts.database.source.initialize();
    await request(world.url).get('/health/ready').expect(200);
  });
});
