import {
  type CalendarDate,
  canonicalTerms,
  canonicalText,
  type ClauseText,
  clausesOfProse,
  describeTerms,
  type LanguageCode,
  type Manifest,
  manifestHash,
  manifestOf,
  type Origin,
  proseText,
  type SignedVersion,
  type Terms,
} from '../kernel';
import { often, type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { executableTerms } from './agreements.repository';

export type VersionState = 'awaiting-signatures' | 'concluded' | 'refused' | 'withdrawn';

/** A text that both parties sign: the agreement itself (1), or an amendment. */
export interface Version {
  readonly agreementId: string;
  readonly number: number;
  readonly state: VersionState;
  readonly effectiveFrom: CalendarDate;
  readonly termsHash: string;
  /** The hash that is signed: of the manifest; of the terms themselves where they are older than manifests. */
  readonly signedHash: string;
  readonly proposedBy: string | null;
  readonly reason: string | null;
  readonly madeAt: Date;
  readonly decidedAt: Date | null;
}

export interface VersionText extends Version {
  readonly terms: Terms;
  readonly termsText: string;
  /** The manifest's canonical text, and the words it holds the hashes of; null for what is older than manifests. */
  readonly manifest: string | null;
  readonly prose: Readonly<Record<LanguageCode, string>> | null;
}

const columns = `agreement_id AS "agreementId", number, state, effective_from AS "effectiveFrom", terms_hash AS "termsHash",
  signed_hash AS "signedHash", proposed_by AS "proposedBy", reason, made_at AS "madeAt", decided_at AS "decidedAt"`;
const texts = `${columns}, terms AS "termsText", manifest, prose`;

export const listVersions = (tx: Tx, agreementId: string): Promise<Version[]> =>
  tx.rows<Version>(`SELECT ${columns} FROM agreement_versions WHERE agreement_id = $1 ORDER BY number`, [agreementId]);

/** Refuses with not-found. */
export async function getVersion(tx: Tx, agreementId: string, number: number): Promise<VersionText> {
  const row = await tx.first<Omit<VersionText, 'terms'>>(
    `SELECT ${texts} FROM agreement_versions WHERE agreement_id = $1 AND number = $2`,
    [agreementId, number],
  );
  if (row === undefined) throw new DomainError('not-found');
  return withTerms(row);
}

/** The version that waits for signatures. Refuses with agreement-not-open-for-signature. */
export async function versionAwaiting(tx: Tx, agreementId: string): Promise<Version> {
  const waiting = (await listVersions(tx, agreementId)).find(({ state }) => state === 'awaiting-signatures');
  if (waiting === undefined) throw new DomainError('agreement-not-open-for-signature');
  return waiting;
}

/** Where a version comes from; null for what is older than manifests. */
export const originOf = ({ manifest }: Pick<VersionText, 'manifest'>): Origin | null =>
  manifest === null ? null : (JSON.parse(manifest) as Manifest).origin;

/** What was signed of the agreement, oldest first. */
export async function concludedVersions(tx: Tx, agreementId: string): Promise<VersionText[]> {
  const rows = await tx.rows<Omit<VersionText, 'terms'>>(
    `SELECT ${texts} FROM agreement_versions WHERE agreement_id = $1 AND state = 'concluded' ORDER BY number`,
    [agreementId],
  );
  return rows.map(withTerms);
}

/** A signed version without what only papers show of it. */
export interface SignedTerms extends SignedVersion {
  readonly agreementId: string;
}

/** As concludedVersions, of several agreements and for whoever executes them. Texts are long: those that were read already, by their hashes, are not fetched again. */
export async function signedTerms(
  tx: Tx,
  agreementIds: readonly string[],
  read: ReadonlyMap<string, Terms>,
): Promise<SignedTerms[]> {
  const rows = await tx.rows<
    Omit<SignedTerms, 'terms'> & { readonly termsHash: string; readonly termsText: string | null }
  >(
    often(`SELECT agreement_id AS "agreementId", number, effective_from AS "effectiveFrom", decided_at AS "concludedAt", terms_hash AS "termsHash",
            CASE WHEN terms_hash = ANY ($2) THEN NULL ELSE terms END AS "termsText"
       FROM agreement_versions WHERE agreement_id = ANY ($1::uuid[]) AND state = 'concluded' ORDER BY agreement_id, number`),
    [agreementIds, [...read.keys()]],
  );
  return rows.map(({ termsHash, termsText, ...version }) => ({
    ...version,
    terms: termsText === null ? read.get(termsHash)! : executableTerms(version.agreementId, termsText, termsHash),
  }));
}

const withTerms = (row: Omit<VersionText, 'terms'>): VersionText => ({
  ...row,
  terms: executableTerms(row.agreementId, row.termsText, row.termsHash),
});

export interface NewVersion {
  readonly agreementId: string;
  readonly number: number;
  readonly previous: string | null;
  readonly effectiveFrom: CalendarDate;
  readonly terms: Terms;
  readonly origin: Origin;
  readonly proposedBy: string | null;
  readonly reason: string | null;
  readonly at: Date;
}

/** Puts a text up for signature: the terms, their words as they read now, and the manifest that is signed. Gives the hash to sign. */
export async function insertVersion(tx: Tx, version: NewVersion): Promise<string> {
  const { agreementId, number, previous, effectiveFrom, terms, origin, proposedBy, reason, at } = version;
  const manifest: Manifest = manifestOf({
    agreement: agreementId,
    version: number,
    previous,
    effectiveFrom,
    terms,
    origin,
  });
  const prose = { en: proseText(terms, 'en'), ru: proseText(terms, 'ru') };
  await tx.run(
    `INSERT INTO agreement_versions (agreement_id, number, label_id, platform_id, terms, terms_hash, prose, manifest, signed_hash, effective_from,
                                     proposed_by, reason, state, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'awaiting-signatures', $13)`,
    [
      agreementId,
      number,
      terms.parties.label.id,
      terms.parties.platform.id,
      canonicalTerms(terms),
      manifest.terms,
      JSON.stringify(prose),
      canonicalText(manifest),
      manifestHash(manifest),
      effectiveFrom,
      proposedBy,
      reason,
      at,
    ],
  );
  return manifestHash(manifest);
}

export async function decideVersion(
  tx: Tx,
  { agreementId, number }: Pick<Version, 'agreementId' | 'number'>,
  state: Exclude<VersionState, 'awaiting-signatures'>,
  at: Date,
): Promise<void> {
  await tx.run('UPDATE agreement_versions SET state = $3, decided_at = $4 WHERE agreement_id = $1 AND number = $2', [
    agreementId,
    number,
    state,
    at,
  ]);
}

/** The words that were signed; of what is older than manifests, which kept none, as they read now. */
export const clausesIn = ({ terms, prose }: VersionText, language: LanguageCode): readonly ClauseText[] =>
  prose === null ? describeTerms(terms, language) : clausesOfProse(prose[language]);

/** Refuses with not-found for what is older than manifests. */
export function manifestText({ manifest }: VersionText): string {
  if (manifest === null) throw new DomainError('not-found');
  return manifest;
}
