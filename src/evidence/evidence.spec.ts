import { generateKeyPairSync, sign } from 'node:crypto';
import {
  calendarDateOf,
  canonicalTerms,
  canonicalText,
  manifestHash,
  manifestOf,
  proseText,
  sha256Hex,
  type SignatureStatement,
  type Terms,
} from '../kernel';
import { LABEL, PLATFORM, referenceTerms } from '../kernel/testing/reference-terms';
import { type PublicJwk, thumbprintOf } from '../platform/signing/public-jwk';
import { readArchive, writeArchive } from './archive';
import { type BundledVersion, type PublishedKey, verifyBundle, writeBundle } from '.';

const agreement = '11111111-1111-4111-8111-111111111111';
const pair = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const keys: PublishedKey[] = [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'seal-1' }];

/** A compact JWS as the marketplace writes it. */
function sealed(text: string, key = pair.privateKey, header = '{"alg":"EdDSA","kid":"seal-1"}'): string {
  const input = [header, text].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
}

const first = referenceTerms();
const second: Terms = { ...first, repertoire: { kind: 'list', isrcs: first.repertoire.isrcs.slice(1) } };

interface Made {
  readonly version: BundledVersion;
  readonly hash: string;
}

function made(number: number, terms: Terms, previous: string | null, change: Partial<SignatureStatement> = {}): Made {
  const origin =
    number === 1 ? ({ kind: 'negotiated', negotiation: agreement } as const) : ({ kind: 'amendment' } as const);
  const effectiveFrom = calendarDateOf(number === 1 ? '2026-01-01' : '2026-07-01');
  const manifest = manifestOf({ agreement, version: number, previous, effectiveFrom, terms, origin });
  const hash = manifestHash(manifest);
  const signatures = [LABEL, PLATFORM].map((organization) => {
    const statement = canonicalText({
      schema: 'accordo-signature/1',
      agreement,
      version: number,
      manifest: hash,
      organization,
      signer: { kind: 'member', id: '22222222-2222-4222-8222-222222222222' },
      authority: null,
      intent: 'I sign these terms.',
      signedAt: '2025-12-10T09:00:00.000Z',
      ...change,
    });
    return { statement, seal: sealed(statement), signature: null, publicKey: null };
  });
  const prose = { en: proseText(terms, 'en'), ru: proseText(terms, 'ru') };
  const termsText = canonicalTerms(terms);
  const texts = { manifest: canonicalText(manifest), terms, termsText, prose };
  return { hash, version: { number, ...texts, signatures, documents: new Map() } };
}

const one = made(1, first, null);
const two = made(2, second, one.hash);

const bundleOf = (versions: readonly BundledVersion[], key = pair.privateKey): Promise<Buffer> =>
  writeBundle(
    { agreement, madeAt: new Date('2026-08-01T00:00:00Z'), versions, facts: [{ kind: 'activated' }], audit: [] },
    (text) => Promise.resolve(sealed(text, key)),
  );

/** "part code" of every fault. */
const faultsOf = async (bytes: Buffer, published = keys): Promise<string[]> =>
  (await verifyBundle(bytes, published)).faults.map(({ pointer, code }) => `${pointer} ${code}`);

let bundle: Buffer;
beforeAll(async () => {
  bundle = await bundleOf([one.version, two.version]);
});

/** The bundle with some of its files changed, under a record that a forger without our key makes for them. */
async function forged(change: (files: Map<string, Buffer>) => void): Promise<Buffer> {
  const files = await readArchive(bundle);
  change(files);
  return writeArchive(files);
}

describe('the evidence of an agreement', () => {
  it('holds, and says who signed what', async () => {
    const { faults, versions, signatures, notes } = await verifyBundle(bundle, keys);
    expect([faults, versions, notes]).toEqual([[], [1, 2], []]);
    expect(signatures.map(({ version, party }) => `${version} ${party}`)).toEqual([
      '1 label',
      '1 platform',
      '2 label',
      '2 platform',
    ]);
  });

  it('is the same bytes wherever it is made', async () => {
    expect(sha256Hex(await bundleOf([one.version, two.version]))).toBe(sha256Hex(bundle));
    expect(await writeArchive(await readArchive(bundle))).toEqual(bundle);
  });

  it('is worth nothing under other keys than the published ones', async () => {
    expect(await faultsOf(bundle, [])).toContain('evidence.json record-seal');
    const other = { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'seal-1' };
    expect(await faultsOf(bundle, [other])).toContain('evidence.json record-seal');
    expect(await faultsOf(await bundleOf([one.version, two.version], stranger.privateKey))).toEqual([
      'evidence.json record-seal',
    ]);
  });

  it.each([
    ['a file that is gone', (files) => files.delete('v1/terms.json'), 'v1/terms.json file-missing'],
    ['a file that nobody listed', (files) => files.set('v1/more.txt', Buffer.from('!')), 'v1/more.txt file-unlisted'],
    ['other terms', (files) => files.set('v1/terms.json', Buffer.from('{}')), 'v1/terms.json file-changed'],
    ['no record', (files) => files.delete('evidence.json'), 'evidence.json file-missing'],
    ['no seal', (files) => files.delete('evidence.jws'), 'evidence.jws file-missing'],
    [
      'another record',
      (files) => files.set('evidence.json', Buffer.from('{"schema":"x"}')),
      'evidence.json record-seal',
    ],
  ] as [string, (files: Map<string, Buffer>) => unknown, string][])('names %s', async (_, change, fault) => {
    expect(await faultsOf(await forged((files) => void change(files)))).toContain(fault);
  });

  const changed = (version: BundledVersion, changes: Partial<BundledVersion>): BundledVersion => ({
    ...version,
    ...changes,
  });
  const foreign = made(1, first, null, { organization: '33333333-3333-4333-8333-333333333333' });
  const under = (change: Partial<SignatureStatement>): BundledVersion => made(1, first, null, change).version;
  it.each([
    [
      'a signature that is missing',
      changed(one.version, { signatures: one.version.signatures.slice(1) }),
      'v1/signatures.json signature-missing',
    ],
    [
      'a signature given twice',
      changed(one.version, { signatures: [one.version.signatures[0]!, ...one.version.signatures] }),
      'v1/signatures.json signature-missing',
    ],
    ['a stranger’s signature', foreign.version, 'v1/signatures.json/0 signature-party'],
    [
      'a signature under another manifest',
      under({ manifest: '0'.repeat(64) }),
      'v1/signatures.json/0 signature-manifest',
    ],
    ['a signature under another version', under({ version: 3 }), 'v1/signatures.json/0 signature-manifest'],
    [
      'a seal by another key',
      changed(one.version, {
        signatures: one.version.signatures.map(({ statement }) => ({
          signature: null,
          publicKey: null,
          statement,
          seal: sealed(statement, stranger.privateKey),
        })),
      }),
      'v1/signatures.json/0 signature-seal',
    ],
    [
      'a seal that brings its key',
      changed(one.version, {
        signatures: one.version.signatures.map(({ statement }) => ({
          signature: null,
          publicKey: null,
          statement,
          seal: sealed(
            statement,
            stranger.privateKey,
            canonicalText({ alg: 'EdDSA', jwk: stranger.publicKey.export({ format: 'jwk' }), kid: 'seal-1' }),
          ),
        })),
      }),
      'v1/signatures.json/0 signature-seal',
    ],
    [
      'other terms than were signed',
      changed(one.version, { termsText: canonicalTerms(second), terms: second }),
      'v1/terms.json manifest-terms',
    ],
    [
      'other words than were signed',
      changed(one.version, { prose: { ...one.version.prose, ru: 'Иное.\n' } }),
      'v1/prose.ru.txt manifest-prose',
    ],
    ['another list of recordings', changed(one.version, { terms: second }), 'v1/schedule-a.txt manifest-schedule'],
    ['terms that are none', changed(one.version, { termsText: '{}' }), 'v1/terms.json terms-unreadable'],
    [
      'another agreement',
      changed(one.version, { manifest: one.version.manifest.replaceAll(agreement, PLATFORM) }),
      'v1/manifest.json manifest-agreement',
    ],
  ])('refuses %s, though our own key sealed the record', async (_, version, fault) => {
    expect(await faultsOf(await bundleOf([version, two.version]))).toContain(fault);
  });

  it('is a chain: an amendment continues what was signed before it', async () => {
    expect(await faultsOf(await bundleOf([one.version, made(2, second, null).version]))).toContain(
      'v2/manifest.json manifest-previous',
    );
    expect(await faultsOf(await bundleOf([two.version]))).toContain('v1 file-missing');
  });

  it('that is no archive of ours is refused, whatever it is', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('%PDF-1.7'),
      bundle.subarray(0, 5000),
      Buffer.alloc(70_000, 'PK'),
    ]) {
      expect(await faultsOf(bytes)).toEqual(['container bundle-unreadable']);
    }
  });
});

/** Positions from a seed, so that a failure can be had again. */
function positions(count: number, length: number): number[] {
  let state = 20_260_105;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state % length;
  });
}

const mutations = Number(process.env['ACCORDO_MUTATIONS'] ?? 1_000);

describe('a signature by a key', () => {
  const key = generateKeyPairSync('ed25519');
  const publicKey = key.publicKey.export({ format: 'jwk' }) as PublicJwk;
  const id = thumbprintOf(publicKey);
  const detached = (text: string, by = key.privateKey): string => {
    const [header, , signature] = sealed(text, by, JSON.stringify({ alg: 'EdDSA', kid: id })).split('.');
    return `${header}..${signature}`;
  };
  const signedBy = (more: (statement: string) => object): BundledVersion => {
    const { version } = made(1, first, null, { signer: { kind: 'key', id } });
    const signatures = version.signatures.map((one) => ({
      ...one,
      publicKey,
      signature: detached(one.statement),
      ...more(one.statement),
    }));
    return { ...version, signatures };
  };

  it('holds with the key’s own signature over the statement', async () => {
    const { faults, signatures } = await verifyBundle(await bundleOf([signedBy(() => ({}))]), keys);
    expect([faults, signatures.map(({ signer }) => signer)]).toEqual([
      [],
      [
        { kind: 'key', id },
        { kind: 'key', id },
      ],
    ]);
  });

  it.each([
    ['none', () => ({ signature: null })],
    ['another key’s', (statement: string) => ({ signature: detached(statement, stranger.privateKey) })],
    ['one with another key beside it', () => ({ publicKey: stranger.publicKey.export({ format: 'jwk' }) })],
    ['one over another statement', () => ({ signature: detached('{}') })],
  ])('is refused with %s', async (_, more) => {
    expect(await faultsOf(await bundleOf([signedBy(more)]))).toContain('v1/signatures.json/0 signature-key');
  });
});

describe('one changed byte', () => {
  it(`at ${mutations} positions of the bundle is always noticed, and where a file holds it that file is named`, async () => {
    const files = await readArchive(bundle);
    const places = [...files].map(([name, content]) => ({
      name,
      from: bundle.indexOf(content),
      length: content.length,
    }));
    for (const position of positions(mutations, bundle.length)) {
      const bytes = Buffer.from(bundle);
      bytes[position]! ^= 1 << (position % 8);
      const faults = await faultsOf(bytes);
      const holder = places.find(({ from, length }) => from <= position && position < from + length);
      const named = holder?.name === 'evidence.jws' ? 'evidence.json' : (holder?.name ?? '');
      if (!faults.some((fault) => fault.startsWith(named))) throw new Error(`${position} (${named}): ${faults.join()}`);
    }
  });

  it(`at ${mutations} positions of the files, packed again, is always noticed, and the file is named`, async () => {
    const files = [...(await readArchive(bundle))];
    const total = files.reduce((sum, [, content]) => sum + content.length, 0);
    for (const position of positions(mutations, total)) {
      let offset = position;
      const place = files.findIndex(([, content]) =>
        offset < content.length ? true : ((offset -= content.length), false),
      );
      const [name, content] = files[place]!;
      const bytes = Buffer.from(content);
      bytes[offset]! ^= 1 << (position % 8);
      const faults = await faultsOf(await writeArchive(new Map([...files, [name, bytes]])));
      const named = name === 'evidence.jws' ? 'evidence.json' : name;
      if (!faults.some((fault) => fault.startsWith(named))) throw new Error(`${name} ${offset}: ${faults.join()}`);
    }
  });
});
