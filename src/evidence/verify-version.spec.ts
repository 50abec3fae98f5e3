import { calendarDateOf, canonicalText, type SignatureStatement, statementText } from '../kernel';
import { LABEL, PLATFORM } from '../kernel/testing/reference-terms';
import {
  AGREEMENT,
  bundleOf,
  madeVersion,
  organizationKey,
  publishedKeys,
  sealed,
  sealKey,
  stranger,
  termsWithout,
  type VersionGiven,
} from './testing/bundles';
import { type BundledSignature, type BundledVersion, type Verification, verifyBundle } from '.';

const OTHER = '33333333-3333-4333-8333-333333333333';
const terms = termsWithout(0);
const base: VersionGiven = { number: 1, terms, previous: null };
const version = (given: Partial<VersionGiven> = {}): BundledVersion => madeVersion({ ...base, ...given }).version;
const checked = async (one: BundledVersion): Promise<Verification> =>
  verifyBundle(await bundleOf([one]), publishedKeys);
const faultsOf = async (one: BundledVersion): Promise<string[]> =>
  (await checked(one)).faults.map(({ pointer, code }) => `${pointer} ${code}`);

describe('the texts of a version', () => {
  const another = version({ terms: termsWithout(1) });
  const unsorted = canonicalText({
    ...(JSON.parse(version().termsText) as object),
    repertoire: { kind: 'list', isrcs: [...terms.repertoire.isrcs].reverse() },
  });
  it.each<[string, BundledVersion, string]>([
    ['other terms', { ...version(), termsText: another.termsText }, 'v1/terms.json manifest-terms'],
    ['terms that are none', { ...version(), termsText: '{}' }, 'v1/terms.json terms-unreadable'],
    ['terms in another spelling', version({ termsText: unsorted }), 'v1/terms.json terms-unreadable'],
    ['other words', { ...version(), prose: { ...version().prose, ru: 'Иное.\n' } }, 'v1/prose.ru.txt manifest-prose'],
    ['words that are not the terms’', { ...version(), prose: another.prose }, 'v1/prose.en.txt prose-differs'],
    ['another list', { ...version(), terms: termsWithout(1) }, 'v1/schedule-a.txt manifest-schedule'],
    [
      'a list of another hash',
      version({ manifest: { scheduleA: { recordings: terms.repertoire.isrcs.length, sha256: '0'.repeat(64) } } }),
      'v1/manifest.json manifest-schedule',
    ],
    ['another agreement', version({ manifest: { agreement: OTHER } }), 'v1/manifest.json manifest-agreement'],
    ['another version', version({ manifest: { version: 2 } }), 'v1/manifest.json manifest-agreement'],
    ['something before the first', version({ previous: '0'.repeat(64) }), 'v1/manifest.json manifest-previous'],
    [
      'a document that nobody named',
      version({ documents: new Map([['original.pdf', Buffer.from('%PDF')]]) }),
      'v1/original.pdf manifest-document',
    ],
    [
      'a contract that is not sealed',
      version({ documents: new Map([['contract.en.pdf', Buffer.from('%PDF')]]) }),
      'v1/contract.en.pdf pdf-not-sealed',
    ],
  ])('are refused: %s', async (_, one, fault) => {
    expect(await faultsOf(one)).toContain(fault);
  });

  it.each<[string, Record<string, unknown> | null]>([
    ['nothing else', null],
    ['an empty one', {}],
    ['one with more', { ...version(), more: 1 }],
    ['one of no kind', { origin: { kind: 'dreamt' } }],
    ['one without words', { prose: undefined }],
    ['one of no day', { effectiveFrom: '2026-02-30' }],
  ])('need a manifest of the right form: %s is refused', async (_, change) => {
    const manifest = change && { ...(JSON.parse(version().manifest) as object), more: undefined, ...change };
    const text = canonicalText(
      change && Object.keys(change).length === 0 ? { schema: 'accordo-manifest/1' } : manifest,
    );
    expect(await faultsOf({ ...version(), manifest: text })).toEqual(['v1/manifest.json manifest-not-canonical']);
  });

  it('written by another build are checked by their hash, and a note says so', async () => {
    const { faults, notes } = await checked(version({ manifest: { renderer: 'accordo-prose/0' } }));
    expect([faults, notes]).toEqual([[], [expect.stringContaining('accordo-prose/0')]]);
  });

  it('of what was signed elsewhere can be kept apart, and a note says what to look for', async () => {
    const document = 'ab'.repeat(32);
    const origin = { kind: 'elsewhere', concludedOn: calendarDateOf('2025-11-30'), document, paid: [] } as const;
    const { faults, notes } = await checked(version({ origin }));
    expect([faults, notes]).toEqual([[], [expect.stringContaining(document)]]);
  });
});

describe('the signatures', () => {
  const whose = (change: Partial<SignatureStatement>): BundledVersion => version({ statement: change });
  const with0 = (change: (one: BundledSignature) => unknown): BundledVersion => {
    const [first, second] = version().signatures;
    return { ...version(), signatures: [change(first!) as BundledSignature, second!] };
  };
  const [label, platform] = version().signatures;
  const stated = JSON.parse(label!.statement) as SignatureStatement;
  const under = (statement: object): BundledVersion => {
    const text = canonicalText(statement);
    return with0((one) => ({ ...one, statement: text, seal: sealed(text) }));
  };
  const brought = canonicalText({ alg: 'EdDSA', jwk: stranger.publicKey.export({ format: 'jwk' }), kid: 'seal-1' });

  it.each<[string, BundledVersion, string]>([
    ['missing', { ...version(), signatures: [platform!] }, 'v1/signatures.json signature-missing'],
    ['none at all', { ...version(), signatures: [] }, 'v1/signatures.json signature-missing'],
    ['twice', { ...version(), signatures: [label!, label!, platform!] }, 'v1/signatures.json signature-missing'],
    ['by a stranger', whose({ organization: OTHER }), 'v1/signatures.json/0 signature-party'],
    ['under another manifest', whose({ manifest: '0'.repeat(64) }), 'v1/signatures.json/0 signature-manifest'],
    ['under another version', whose({ version: 3 }), 'v1/signatures.json/0 signature-manifest'],
    ['under another agreement', whose({ agreement: OTHER }), 'v1/signatures.json/0 signature-manifest'],
    ['null', with0(() => null), 'v1/signatures.json/0 signature-statement'],
    ['with more', with0((one) => ({ ...one, more: 1 })), 'v1/signatures.json/0 signature-statement'],
    ['of no statement', with0((one) => ({ ...one, statement: '7' })), 'v1/signatures.json/0 signature-statement'],
    [
      'of no signer',
      under({ ...stated, signer: { kind: 'spirit', id: OTHER } }),
      'v1/signatures.json/0 signature-statement',
    ],
    ['of no instant', under({ ...stated, signedAt: '2025-12-10' }), 'v1/signatures.json/0 signature-statement'],
    ['with seals swapped', with0((one) => ({ ...one, seal: platform!.seal })), 'v1/signatures.json/0 signature-seal'],
    [
      'sealed by another key',
      with0((one) => ({ ...one, seal: sealed(one.statement, stranger.privateKey) })),
      'v1/signatures.json/0 signature-seal',
    ],
    [
      'sealed by a key that the seal brings',
      with0((one) => ({ ...one, seal: sealed(one.statement, stranger.privateKey, brought) })),
      'v1/signatures.json/0 signature-seal',
    ],
    [
      'sealed by nobody',
      with0((one) => ({ ...one, seal: sealed(one.statement, sealKey, '{"alg":"none","kid":"seal-1"}') })),
      'v1/signatures.json/0 signature-seal',
    ],
    [
      'sealed by a key that is not published',
      with0((one) => ({ ...one, seal: sealed(one.statement, sealKey, '{"alg":"EdDSA","kid":"seal-9"}') })),
      'v1/signatures.json/0 key-unknown',
    ],
    [
      'sealed in another spelling',
      with0((one) => ({ ...one, seal: `${one.seal}=` })),
      'v1/signatures.json/0 signature-seal',
    ],
    [
      'of a member with a key beside',
      with0((one) => ({ ...one, publicKey: organizationKey('EdDSA').publicKey })),
      'v1/signatures.json/0 signature-key',
    ],
  ])('are refused: %s', async (_, one, fault) => {
    expect(await faultsOf(one)).toContain(fault);
  });

  it('are told by what is wrong with each, all at once', async () => {
    const text = statementText({ ...stated, organization: OTHER, version: 2 });
    const faults = await faultsOf(
      with0((one) => ({ ...one, statement: text, publicKey: organizationKey('ES256').publicKey })),
    );
    expect(faults).toEqual([
      ...['seal', 'key', 'manifest', 'party'].map((what) => `v1/signatures.json/0 signature-${what}`),
      'v1/signatures.json signature-missing',
    ]);
  });

  it('are checked, though the terms under them cannot be read', async () => {
    const faults = await faultsOf({ ...with0((one) => ({ ...one, seal: platform!.seal })), termsText: '{}' });
    expect(faults).toContain('v1/signatures.json/0 signature-seal');
  });

  it('are bound to the agreement by the manifest that their statement names', () => {
    expect(stated).toMatchObject({ agreement: AGREEMENT, organization: LABEL });
    expect(JSON.parse(platform!.statement)).toMatchObject({ organization: PLATFORM });
  });
});

describe.each(['EdDSA', 'ES256'] as const)('a signature by a key (%s)', (alg) => {
  const key = organizationKey(alg);
  const another = organizationKey(alg);
  const signed = version({ keys: new Map([[LABEL, key]]) });
  const changed = (change: (statement: string) => Partial<BundledSignature>): BundledVersion => ({
    ...signed,
    signatures: signed.signatures.map((one, place) => (place === 0 ? { ...one, ...change(one.statement) } : one)),
  });

  it('holds', async () => {
    const { faults, signatures } = await checked(signed);
    expect([faults, signatures[0]?.signer]).toEqual([[], { kind: 'key', id: key.id }]);
  });

  it.each<[string, (statement: string) => Partial<BundledSignature>]>([
    ['is missing', () => ({ signature: null })],
    ['comes without its key', () => ({ publicKey: null })],
    ['is another key’s', (statement) => ({ signature: another.sign(statement) })],
    ['has another key beside it', () => ({ publicKey: another.publicKey })],
    [
      'is another key’s, which stands beside it',
      (statement) => ({ signature: another.sign(statement), publicKey: another.publicKey }),
    ],
    ['is over another statement', () => ({ signature: key.sign('{}') })],
  ])('is refused where it %s', async (_, change) => {
    expect(await faultsOf(changed(change))).toEqual([
      'v1/signatures.json/0 signature-key',
      'v1/signatures.json signature-missing',
    ]);
  });
});
