import { buffer } from 'node:stream/consumers';
import { type BundledAcceptance, type BundledVersion, ORIGINAL, writeBundle } from '../evidence';
import { PROSE_LANGUAGES } from '../kernel';
import { frameworkAcceptances, frameworkOf } from '../parties';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { Keyring } from '../platform/keyring/keyring';
import type { Storage } from '../platform/storage/storage';
import { documentsOf } from './documents.repository';
import { getLiving } from './life.repository';
import { seal } from './seal';
import { statementsUnder } from './signatures.repository';
import { type TrailEntry, trailAbout } from './trail.repository';
import { concludedVersions, type VersionText } from './versions.repository';

/**
 * Everything that proves a signed agreement to the organization that asks: what was signed, the signatures, what happened since, and its own
 * trail. Refuses with not-found, with agreement-not-concluded, and with not-found for what is older than manifests.
 */
export async function evidenceOf(
  tx: Tx,
  { keyring, storage }: Sources,
  agreementId: string,
  at: Date,
): Promise<Buffer> {
  const { id, labelId, platformId, life, documentSha256 } = await getLiving(tx, agreementId);
  const versions: BundledVersion[] = [];
  for (const version of await concludedVersions(tx, id)) {
    const made = await bundled(tx, storage, version);
    if (version.number === 1 && documentSha256 !== null) {
      made.documents.set(ORIGINAL, await buffer(storage.read(documentSha256)));
    }
    versions.push(made);
  }
  const facts = life.facts.map(({ recordedAt, ...fact }) => ({ ...fact, recordedAt: recordedAt.toISOString() }));
  const framework = await acceptancesOf(tx, [labelId, platformId]);
  const parts = {
    agreement: id,
    madeAt: at,
    versions,
    framework,
    facts,
    audit: (await trailAbout(tx, id)).map(toldTrail),
  };
  return writeBundle(parts, (text) => seal(keyring, text));
}

interface Sources {
  readonly keyring: Keyring;
  readonly storage: Storage;
}

interface MadeVersion extends BundledVersion {
  readonly documents: Map<string, Uint8Array>;
}

async function bundled(tx: Tx, storage: Storage, version: VersionText): Promise<MadeVersion> {
  const { number, manifest, prose, terms, termsText } = version;
  if (manifest === null || prose === null) throw new DomainError('not-found');
  const signatures = await statementsUnder(tx, version.agreementId, number);
  return {
    number,
    manifest,
    terms,
    termsText,
    prose,
    signatures,
    documents: await sealedDocuments(tx, storage, version),
  };
}

/** The sealed documents; where they are still being made, the evidence waits for them. */
async function sealedDocuments(
  tx: Tx,
  storage: Storage,
  { agreementId, number }: VersionText,
): Promise<Map<string, Uint8Array>> {
  const own = (await documentsOf(tx, agreementId)).filter(({ version }) => version === number);
  if (own.length < PROSE_LANGUAGES.length) throw new DomainError('document-not-ready');
  const files = new Map<string, Uint8Array>();
  for (const { language, sha256 } of own) files.set(`contract.${language}.pdf`, await buffer(storage.read(sha256)));
  return files;
}

/** Under which framework agreements the parties sign: either may prove that of the other. */
async function acceptancesOf(tx: Tx, parties: readonly string[]): Promise<BundledAcceptance[]> {
  const accepted = await tx.asSystem(() => frameworkAcceptances(tx, parties));
  return accepted.map(({ organizationId, sha256, acceptedBy, acceptedAt }) => ({
    organization: organizationId,
    sha256,
    text: frameworkOf(sha256).text,
    acceptedBy,
    acceptedAt: acceptedAt.toISOString(),
  }));
}

const toldTrail = ({ at, actor, action, details }: TrailEntry): object => ({
  at: at.toISOString(),
  actor,
  action,
  details,
});
