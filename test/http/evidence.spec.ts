import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MakeDocuments } from '../../src/agreements/make-documents';
import { checkSealedPdf } from '../../src/documents';
import { type PublishedKey, verifyBundle } from '../../src/evidence';
import { startTestApp, type TestApp } from '../support/app';
import type { Party } from '../support/given';
import { type Market, openMarket, outcome, signatureBy } from '../support/market';
import { root } from '../support/repository';

let app: TestApp;
let market: Market;
let folder: string;
beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app, 3);
  folder = await mkdtemp(join(tmpdir(), 'accordo-evidence-'));
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const bytesOf = async (
  { email, password }: Party,
  id: string,
  what = 'evidence',
  type = 'application/zip',
): Promise<Buffer> => {
  const { accessToken } = await app.given.client().post<{ accessToken: string }>('/v1/sign-in', { email, password });
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await fetch(`${app.url}/v1/agreements/${id}/${what}`, { headers });
  expect(answer.headers.get('content-type')).toBe(type);
  return Buffer.from(await answer.arrayBuffer());
};

async function amendedAgreement(): Promise<string> {
  const { label, platform, isrcs } = market;
  const { id } = await market.concluded({ isrcs: isrcs.slice(0, 2) });
  const body = { effectiveFrom: '2026-03-01', reason: 'One more.', addTracks: [isrcs[2]] };
  const path = `/v1/agreements/${id}/amendments`;
  const { manifestHash } = await label.as.post<{ manifestHash: string }>(path, body);
  for (const party of [platform, label])
    await party.as.post(`${path}/2/signatures`, await signatureBy(party.as, manifestHash));
  await made(id, 1);
  await made(id, 2);
  return id;
}

/** What the worker does after a conclusion. */
const made = (agreementId: string, version: number): Promise<void> =>
  app.app.get(MakeDocuments).execute({ agreementId, version: String(version) });

describe('the evidence of an agreement', () => {
  it('is downloaded by either party, and holds under the published keys alone', async () => {
    const { label, platform } = market;
    const id = await amendedAgreement();
    const { keys } = await app.given.client().get<{ keys: PublishedKey[] }>('/.well-known/jwks.json');
    for (const party of [label, platform]) {
      const bundle = await bytesOf(party, id);
      const { faults, agreement, signatures } = await verifyBundle(bundle, keys);
      expect([faults, agreement]).toEqual([[], id]);
      const signed = signatures.map(({ version, party: name, signer }) => `${version} ${name} ${signer.id}`);
      expect(signed.sort()).toEqual(
        [1, 2].flatMap((version) => [`${version} label ${label.memberId}`, `${version} platform ${platform.memberId}`]),
      );
    }
  });

  it('is checked by the command, offline', async () => {
    const id = await amendedAgreement();
    const [file, keys] = [join(folder, 'agreement.zip'), join(folder, 'keys.json')];
    const bundle = await bytesOf(market.label, id);
    await writeFile(keys, (await app.given.client().request('GET', '/.well-known/jwks.json')).text);
    const run = async (bytes: Buffer): Promise<{ code: number; stdout: string }> => {
      await writeFile(file, bytes);
      const command = promisify(execFile)(process.execPath, ['bin/accordo.js', 'verify', file, '--keys', keys], {
        cwd: root,
      });
      return command.then(
        ({ stdout }) => ({ code: 0, stdout }),
        ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
      );
    };
    const sound = await run(bundle);
    expect([sound.code, sound.stdout]).toEqual([0, expect.stringContaining('everything holds')]);
    expect(sound.stdout).toContain(`by the platform ${market.platform.organizationId}`);
    const changed = Buffer.from(bundle);
    changed[bundle.indexOf('"accordo-manifest/1"') + 3]! ^= 1;
    const broken = await run(changed);
    expect([broken.code, broken.stdout]).toEqual([1, expect.stringMatching(/v1\/manifest\.json: .*\(file-changed\)/)]);
    expect((await run(Buffer.from('no archive'))).code).toBe(2);
    const pdf = await bytesOf(market.label, id, 'document?language=ru', 'application/pdf');
    expect((await run(pdf)).code).toBe(0);
    pdf[1000]! ^= 1;
    expect((await run(pdf)).code).toBe(1);
  });

  it('waits for the sealed documents, which are made once', async () => {
    const { label, concluded } = market;
    const { id } = await concluded();
    expect(await outcome(label.as, 'GET', `/v1/agreements/${id}/evidence`)).toBe('409 document-not-ready');
    expect(await outcome(label.as, 'GET', `/v1/agreements/${id}/document?language=ru`)).toBe('409 document-not-ready');
    await Promise.all([made(id, 1), made(id, 1)]);
    await made(id, 1);
    const { keys } = await app.given.client().get<{ keys: { x5c?: string[] }[] }>('/.well-known/jwks.json');
    const certificates = keys.flatMap(({ x5c = [] }) => x5c);
    for (const language of ['en', 'ru']) {
      const pdf = await bytesOf(label, id, `document?language=${language}`, 'application/pdf');
      expect(await checkSealedPdf(pdf, certificates)).toEqual([]);
    }
  });

  it('begins as a draft that says that it is not signed', async () => {
    const { id } = await market.accepted();
    const pdf = await bytesOf(market.platform, id, 'document', 'application/pdf');
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await checkSealedPdf(pdf, [])).map(({ code }) => code)).toEqual(['pdf-not-sealed']);
  });

  it('is not to be had before both have signed', async () => {
    const { id } = await market.accepted();
    expect(await outcome(market.label.as, 'GET', `/v1/agreements/${id}/evidence`)).toBe('409 agreement-not-concluded');
  });
});
