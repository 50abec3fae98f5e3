import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  calendarDateOf,
  canonicalTerms,
  canonicalText,
  type Manifest,
  manifestHash,
  manifestOf,
  type Origin,
  proseText,
  sha256Hex,
  type SignatureStatement,
  statementText,
  type Terms,
} from '../../kernel';
import { LABEL, PLATFORM, referenceTerms } from '../../kernel/testing/reference-terms';
import { type PublicJwk, thumbprintOf } from '../../platform/signing/public-jwk';
import { readArchive, writeArchive } from '../archive';
import {
  type BundledAcceptance,
  type BundledSignature,
  type BundledVersion,
  RECORD,
  RECORD_SEAL,
  writeBundle,
} from '../bundle';
import { type PublishedKey } from '../published-keys';

export const AGREEMENT = '11111111-1111-4111-8111-111111111111';
const MEMBER = '22222222-2222-4222-8222-222222222222';

const pair = generateKeyPairSync('ed25519');
export const sealKey = pair.privateKey;
export const stranger = generateKeyPairSync('ed25519');
/** The JWKS as the marketplace publishes it: keys for other purposes beside those that seal. */
export const publishedKeys: readonly PublishedKey[] = [
  { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'access-token-1', use: 'sig' },
  { ...pair.publicKey.export({ format: 'jwk' }), kid: 'seal-1', use: 'sig', alg: 'EdDSA' },
];

/** A compact JWS as the marketplace writes it. */
export function sealed(text: string, key = sealKey, header = '{"alg":"EdDSA","kid":"seal-1"}'): string {
  const input = [header, text].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
}

/** A key of an organization, and how it signs. */
export interface OrganizationKey {
  readonly id: string;
  readonly publicKey: PublicJwk;
  sign(statement: string): string;
}

export function organizationKey(alg: 'EdDSA' | 'ES256'): OrganizationKey {
  const key = alg === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = key.publicKey.export({ format: 'jwk' }) as PublicJwk;
  const id = thumbprintOf(publicKey);
  return { id, publicKey, sign: (statement) => detached(statement, key.privateKey, { alg, kid: id }) };
}

function detached(text: string, key: KeyObject, header: { alg: string; kid: string }): string {
  const [first, payload] = [JSON.stringify(header), text].map((part) => Buffer.from(part).toString('base64url'));
  const input = Buffer.from(`${first}.${payload}`);
  const signature =
    header.alg === 'EdDSA' ? sign(null, input, key) : sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' });
  return `${first}..${signature.toString('base64url')}`;
}

/** A version as two parties signed it; whatever is given replaces what they would have signed. */
export interface VersionGiven {
  readonly number: number;
  readonly terms: Terms;
  readonly termsText?: string;
  readonly previous: string | null;
  readonly origin?: Origin;
  readonly manifest?: Partial<Manifest>;
  readonly statement?: Partial<SignatureStatement>;
  /** Who signs by a key. */
  readonly keys?: ReadonlyMap<string, OrganizationKey>;
  readonly documents?: ReadonlyMap<string, Uint8Array>;
}

export interface MadeVersion {
  readonly version: BundledVersion;
  readonly hash: string;
}

export function madeVersion(given: VersionGiven): MadeVersion {
  const { number, terms, previous, documents = new Map<string, Uint8Array>() } = given;
  const negotiated = { kind: 'negotiated', negotiation: AGREEMENT } as const;
  const origin = given.origin ?? (number === 1 ? negotiated : { kind: 'amendment' });
  const effectiveFrom = calendarDateOf(`2026-0${number}-01`);
  const made = manifestOf({ agreement: AGREEMENT, version: number, previous, effectiveFrom, terms, origin });
  const manifest = { ...made, ...given.manifest };
  const hash = manifestHash(manifest);
  const signatures = [LABEL, PLATFORM].map((organization) => signatureOf(organization, hash, given));
  const prose = { en: proseText(terms, 'en'), ru: proseText(terms, 'ru') };
  const termsText = given.termsText ?? canonicalTerms(terms);
  return {
    hash,
    version: { number, manifest: canonicalText(manifest), terms, termsText, prose, signatures, documents },
  };
}

function signatureOf(organization: string, manifest: string, given: VersionGiven): BundledSignature {
  const key = given.keys?.get(organization);
  const statement = statementText({
    schema: 'accordo-signature/1',
    agreement: AGREEMENT,
    version: given.number,
    manifest,
    organization,
    signer: key ? { kind: 'key', id: key.id } : { kind: 'member', id: MEMBER },
    authority: null,
    intent: 'I sign these terms.',
    signedAt: '2025-12-10T09:00:00.000Z',
    ...given.statement,
  });
  const publicKey = key?.publicKey ?? null;
  return { statement, seal: sealed(statement), signature: key?.sign(statement) ?? null, publicKey };
}

/** Terms with fewer recordings, as amendments make them. */
export function termsWithout(count: number): Terms {
  const terms = referenceTerms();
  return { ...terms, repertoire: { kind: 'list', isrcs: terms.repertoire.isrcs.slice(count) } };
}

/** Signed elsewhere at first, then amended twice; by members and by keys of both kinds. */
export function threeVersions(): readonly [MadeVersion, MadeVersion, MadeVersion] {
  const original = Buffer.from('%PDF-1.7 what was signed on paper');
  const one = madeVersion({
    number: 1,
    terms: termsWithout(0),
    previous: null,
    origin: { kind: 'elsewhere', concludedOn: calendarDateOf('2025-11-30'), document: sha256Hex(original), paid: [] },
    documents: new Map([['original.pdf', original]]),
    keys: new Map([[PLATFORM, organizationKey('ES256')]]),
  });
  const two = madeVersion({ number: 2, terms: termsWithout(1), previous: one.hash });
  const keys = new Map([[LABEL, organizationKey('EdDSA')]]);
  return [one, two, madeVersion({ number: 3, terms: termsWithout(0), previous: two.hash, keys })];
}

/** A framework agreement and its acceptance, a month before anything is signed. */
export const acceptanceOf = (organization: string): BundledAcceptance => {
  const text = canonicalText({ clauses: ['Signatures here are as good as those by hand.'] });
  const acceptedAt = '2025-11-01T09:00:00.000Z';
  return { organization, sha256: sha256Hex(text), text, acceptedBy: MEMBER, acceptedAt };
};

export const bundleOf = (versions: readonly BundledVersion[], seal = sealed): Promise<Buffer> =>
  writeBundle(
    {
      agreement: AGREEMENT,
      madeAt: new Date('2026-08-01T00:00:00Z'),
      versions,
      framework: [LABEL, PLATFORM].map(acceptanceOf),
      facts: [{ kind: 'activated' }],
      audit: [{ action: 'agreement.signed' }],
    },
    (text) => Promise.resolve(seal(text)),
  );

type Change = (files: Map<string, Buffer>) => void;

/** The bundle with other files, as somebody without our key can pack it again. */
export async function repacked(bundle: Buffer, change: Change): Promise<Buffer> {
  const files = await readArchive(bundle);
  change(files);
  return writeArchive(files);
}

/** The bundle with other files under a record that is right for them: what we ourselves, or whoever has a key, could make. */
export const resealed = (bundle: Buffer, change: Change, seal = sealed): Promise<Buffer> =>
  repacked(bundle, (files) => {
    const { agreement, madeAt, schema } = JSON.parse(files.get(RECORD)!.toString()) as Record<string, string>;
    files.delete(RECORD);
    files.delete(RECORD_SEAL);
    change(files);
    const listed = [...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256Hex(bytes) }));
    const record = canonicalText({ agreement, madeAt, schema, files: listed });
    files.set(RECORD, Buffer.from(record));
    files.set(RECORD_SEAL, Buffer.from(seal(record)));
  });
