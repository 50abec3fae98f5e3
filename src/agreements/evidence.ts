import { buffer } from 'node:stream/consumers';
import { type BundledSignature, type BundledVersion, writeBundle } from '../evidence';
import { PROSE_LANGUAGES } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { Keyring } from '../platform/keyring/keyring';
import type { Storage } from '../platform/storage/storage';
import { documentsOf } from './documents.repository';
import { getLiving } from './life.repository';
import { seal } from './seal';
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
  const { id, life } = await getLiving(tx, agreementId);
  const versions: BundledVersion[] = [];
  for (const version of await concludedVersions(tx, [id])) versions.push(await bundled(tx, storage, version));
  const facts = life.facts.map(({ recordedAt, ...fact }) => ({ ...fact, recordedAt: recordedAt.toISOString() }));
  const parts = { agreement: id, madeAt: at, versions, facts, audit: await trailOf(tx, id) };
  return writeBundle(parts, (text) => seal(keyring, text));
}

interface Sources {
  readonly keyring: Keyring;
  readonly storage: Storage;
}

async function bundled(tx: Tx, storage: Storage, version: VersionText): Promise<BundledVersion> {
  const { number, manifest, prose, terms, termsText } = version;
  if (manifest === null || prose === null) throw new DomainError('not-found');
  const signatures = await tx.rows<BundledSignature>(
    `SELECT statement, seal, signature, signing_key AS "publicKey" FROM signatures WHERE agreement_id = $1 AND version = $2 ORDER BY signed_at, organization_id`,
    [version.agreementId, number],
  );
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
): Promise<Map<string, Buffer>> {
  const own = (await documentsOf(tx, agreementId)).filter(({ version }) => version === number);
  if (own.length < PROSE_LANGUAGES.length) throw new DomainError('document-not-ready');
  const files = new Map<string, Buffer>();
  for (const { language, sha256 } of own) files.set(`contract.${language}.pdf`, await buffer(storage.read(sha256)));
  return files;
}

/** What the organization's own trail says about the agreement; nobody sees another's. */
async function trailOf(tx: Tx, agreementId: string): Promise<object[]> {
  const rows = await tx.rows<{ at: Date; actor: string; action: string; details: object }>(
    `SELECT at, actor_kind || ':' || coalesce(actor_id, '') AS actor, action, details FROM audit_entries WHERE subject_id = $1 ORDER BY position`,
    [agreementId],
  );
  return rows.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() }));
}
