import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PublishedKey, verifyLedger } from '../../src/evidence';
import { canonicalText } from '../../src/kernel';
import { Jobs } from '../../src/platform/jobs/jobs';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { accordo, type Ended } from '../support/command';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';

interface Checkpoint {
  readonly checkpoint: string;
  readonly size: number;
}

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let [label, platform, stranger]: ApiClient[] = [];
let folder: string;
let keys: readonly PublishedKey[];
/** The checkpoint that somebody kept from before the second agreement. */
let early: string;
const files: string[] = [];

const ledger = (rest: string, { id }: { readonly id: string } = agreement): string =>
  `/v1/agreements/${id}/ledger${rest}`;
const text = async (path: string): Promise<string> => (await label!.request('GET', path)).text;
const transactions = async (): Promise<string[]> =>
  (await label!.get<{ rows: { id: string }[] }>(ledger(''))).rows.map(({ id }) => id);

async function checkpointOver(size: number): Promise<Checkpoint> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const { status, body } = await label!.request<Checkpoint>('GET', '/v1/ledger/checkpoint');
    if (status === 200 && body.size >= size) return body;
    await sleep(50);
  }
  throw new Error(`no checkpoint of ${size}`);
}

async function saved(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}
const verified = (...more: readonly string[]): Promise<Ended> =>
  accordo(['verify', 'ledger', ...more, '--keys', join(folder, 'jwks.json')]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accordo-ledger-'));
  app = await startTestApp();
  market = await openMarket(app);
  agreement = await market.concluded();
  [label, platform] = [market.label.as, market.platform.as];
  stranger = (await app.given.label()).as;
  const jwks = await label.get<{ keys: PublishedKey[] }>('/.well-known/jwks.json');
  keys = jwks.keys;
  await saved('jwks.json', JSON.stringify(jwks));
});
afterAll(async () => {
  await app.app.get(Jobs).stop();
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the log of the ledger', () => {
  it('has no proof of what it has not taken yet', async () => {
    const [id] = await transactions();
    expect((await refused(label!, 'GET', '/v1/ledger/checkpoint')).code).toBe('not-found');
    expect((await refused(label!, 'GET', ledger('/bundle'))).code).toBe('not-found');
    expect((await refused(label!, 'GET', ledger(`/${id}/inclusion`))).code).toBe('ledger-not-logged');
    expect((await refused(label!, 'GET', ledger(`/${randomUUID()}/inclusion`))).code).toBe('not-found');
  });

  it('takes what was posted, and shows both parties the same', async () => {
    await app.app.get(Jobs).start(app.databaseUrls.applicationUrl, app.parts.storage);
    const { size } = await checkpointOver((await transactions()).length);
    expect(size).toBe((await transactions()).length);
    early = await text('/v1/ledger/checkpoint');
    expect(await platform!.get('/v1/ledger/checkpoint')).toEqual(JSON.parse(early));
    for (const [number, id] of (await transactions()).entries()) {
      const proof = await text(ledger(`/${id}/inclusion`));
      // As it came it is canonical: what is saved can be verified.
      expect(canonicalText(JSON.parse(proof))).toBe(proof);
      expect(await platform!.get(ledger(`/${id}/inclusion`))).toEqual(JSON.parse(proof));
      files.push(await saved(`inclusion-${number}.json`, proof));
    }
    files.push(await saved('early.json', early), await saved('bundle-early.ndjson', await text(ledger('/bundle'))));
  });

  it('proves that it only grew, and all of it is verified offline', async () => {
    const before = (JSON.parse(early) as Checkpoint).size;
    await market.concluded();
    const { size } = await checkpointOver(before + 2);
    expect(await outcome(label!, 'GET', `/v1/ledger/consistency?from=${before}&to=${before}`)).toBe('200');
    files.push(
      await saved('consistency.json', await text(`/v1/ledger/consistency?from=${before}`)),
      await saved('bundle.ndjson', await text(ledger('/bundle'))),
    );
    const { code, stdout, stderr } = await verified(...files);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('everything holds');
    expect(stdout).toContain(`checkpoint ${size} transactions, `);
    expect(stdout).toContain(`agreement  ${agreement.id}, all its ${(await transactions()).length} transactions`);
    // Without the proof between them nobody knows.
    const apart = await verified(join(folder, 'early.json'), join(folder, 'bundle.ndjson'), '--json');
    expect([apart.code, JSON.parse(apart.stdout)]).toMatchObject([1, { faults: [{ code: 'consistency-missing' }] }]);
  });

  it('is found out when somebody changes the books behind it', async () => {
    const superuser = await app.superuser();
    await superuser.query('SET session_replication_role = replica');
    const sound = await text(ledger('/bundle'));
    const codesAfter = async (change: string, undo: string): Promise<string[]> => {
      await superuser.query(change, [agreement.id]);
      const bytes = Buffer.from(await text(ledger('/bundle')));
      await superuser.query(undo, [agreement.id]);
      return verifyLedger([{ name: 'bundle', bytes }], keys).faults.map(({ code }) => code);
    };
    const sign = 'UPDATE ledger_postings SET amount_minor = -amount_minor WHERE agreement_id = $1';
    expect(new Set(await codesAfter(sign, sign))).toEqual(new Set(['entry-not-included']));
    const day = (step: string): string =>
      `UPDATE ledger_transactions SET effective_on = effective_on ${step} 1 WHERE agreement_id = $1`;
    expect(new Set(await codesAfter(day('+'), day('-')))).toEqual(new Set(['entry-not-included']));
    const number = (to: string): string => `UPDATE ledger_leaves SET number = number ${to} WHERE agreement_id = $1`;
    expect(await codesAfter(number('+ 10'), number('- 10'))).toContain('entry-not-included');
    await superuser.query('CREATE TABLE kept AS SELECT * FROM ledger_leaves WHERE agreement_id = $1 AND number = 1', [
      agreement.id,
    ]);
    const removed = await codesAfter(
      'DELETE FROM ledger_leaves WHERE agreement_id = $1 AND number = 1',
      'INSERT INTO ledger_leaves SELECT * FROM kept WHERE agreement_id = $1',
    );
    expect(removed).toContain('entry-missing');
    await superuser.query('DROP TABLE kept');
    await superuser.end();
    const again = Buffer.from(await text(ledger('/bundle')));
    expect(
      verifyLedger(
        [
          { name: 'bundle', bytes: again },
          { name: 'sound', bytes: Buffer.from(sound) },
        ],
        keys,
      ).faults,
    ).toEqual([]);
  });

  it('is nobody else’s: not the bundle, not a proof', async () => {
    const [id] = await transactions();
    for (const path of [ledger('/bundle'), ledger(`/${id}/inclusion`)])
      expect((await refused(stranger!, 'GET', path)).code).toBe('not-found');
    // Of the tree of all everybody sees what was signed, and that it only grows.
    expect(await stranger!.get('/v1/ledger/checkpoint')).toEqual(await label!.get('/v1/ledger/checkpoint'));
    expect(await outcome(app.given.client(), 'GET', '/v1/ledger/checkpoint')).toBe('401 unauthenticated');
  });

  it('knows no checkpoint that was never signed', async () => {
    const { size } = await label!.get<Checkpoint>('/v1/ledger/checkpoint');
    const { size: before } = JSON.parse(early) as Checkpoint;
    for (const query of [`from=${size + 1}`, `from=${before}&to=${size + 1}`, `from=${size}&to=${before}`])
      expect((await refused(label!, 'GET', `/v1/ledger/consistency?${query}`)).code).toBe('not-found');
    for (const query of ['', '?from=0', '?from=-1', '?from=1.5', '?from=x', `?from=1&to=${2 ** 60}`])
      expect((await refused(label!, 'GET', `/v1/ledger/consistency${query}`)).code).toBe('request-invalid');
  });

  it('is verified with 2 where a file is none of its answers', async () => {
    const bad = await saved('bad.json', '{"schema":"accordo-ledger-checkpoint/1"}');
    expect(await verified(bad)).toMatchObject({ code: 2, stdout: expect.stringContaining('(ledger-file)') as string });
    expect(await verified(join(folder, 'none.json'))).toMatchObject({ code: 2, stdout: '' });
    expect(await accordo(['verify', 'ledger', bad])).toMatchObject({ code: 2 });
  });
});
