import { Ajv2020 } from 'ajv/dist/2020';
import request from 'supertest';
import { termsSchema } from '../../src/kernel';
import { referenceTermsJson } from '../../src/kernel/testing/reference-terms';
import { startTestApp, type TestApp } from '../support/app';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const get = (known?: string) => {
  const asked = request(app.url).get('/v1/schemas/terms');
  return known === undefined ? asked : asked.set('if-none-match', known);
};

describe('the JSON Schema of terms', () => {
  it('is there for anyone, and is the one that the product reads by', async () => {
    const { status, headers, text } = await get();
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/schema\+json\b/)]);
    const schema = JSON.parse(text) as object;
    expect(schema).toEqual(JSON.parse(JSON.stringify(termsSchema)));
    const fits = new Ajv2020({ strict: true }).compile(schema);
    expect(fits(referenceTermsJson())).toBe(true);
    expect(fits({ ...referenceTermsJson(), currency: 'XAU' })).toBe(false);
  });

  it('may be kept, and is sent again only to those who do not have it', async () => {
    const { headers } = await get();
    expect(headers['cache-control']).toBe('public, max-age=3600');
    const { etag = '' } = headers as { etag?: string };
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, text, headers: again } = await get(known);
      expect([known, status, text, again.etag]).toEqual([known, 304, '', etag]);
    }
    expect((await get('"other"')).status).toBe(200);
  });
});
