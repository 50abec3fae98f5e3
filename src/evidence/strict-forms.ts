import type { Manifest, SignatureStatement } from '../kernel';
import { readPublicJwk } from '../platform/signing/public-jwk';
import { type BundledAcceptance, type BundledSignature, type EvidenceRecord, RECORD, RECORD_SEAL } from './bundle';
import {
  canonicalJson,
  count,
  day,
  either,
  type Form,
  formed,
  hash,
  instant,
  like,
  nothing,
  object,
  text,
  texts,
  uuid,
  word,
} from './forms';

const filesMax = 5_000;

/** Each name once and in order, so that a set of files has one record. */
const files: Form = (value) =>
  Array.isArray(value) &&
  value.length <= filesMax &&
  value.every(object({ name: text, bytes: count, sha256: hash })) &&
  (value as EvidenceRecord['files']).every(
    ({ name }, place, all) => name !== RECORD && name !== RECORD_SEAL && (place === 0 || all[place - 1]!.name < name),
  );

const record = object({ schema: word('accordo-evidence/1'), agreement: uuid, madeAt: instant, files });

const manifest = object({
  schema: word('accordo-manifest/1'),
  agreement: uuid,
  version: count,
  previous: either(nothing, hash),
  effectiveFrom: day,
  terms: hash,
  prose: object({ en: hash, ru: hash }),
  renderer: text,
  scheduleA: object({ recordings: count, sha256: hash }),
  origin: either(
    object({ kind: word('negotiated'), negotiation: uuid }),
    object({ kind: word('amendment') }),
    object({ kind: word('elsewhere'), concludedOn: day, document: hash, paid: texts }),
  ),
});

const statement = object({
  schema: word('accordo-signature/1'),
  agreement: uuid,
  version: count,
  manifest: hash,
  organization: uuid,
  signer: either(
    object({ kind: word('member'), id: uuid }),
    object({ kind: word('key'), id: like(/^[A-Za-z0-9_-]{43}$/) }),
  ),
  authority: either(nothing, uuid),
  intent: text,
  signedAt: instant,
});

const signature = object({
  statement: text,
  seal: text,
  signature: either(nothing, text),
  publicKey: either(nothing, (value) => readPublicJwk(value) !== undefined),
});

const acceptance = object({ organization: uuid, sha256: hash, text, acceptedBy: uuid, acceptedAt: instant });

/** Undefined for anything but canonical JSON of exactly that form, as the three below. */
export const readRecord = (bytes: Buffer): EvidenceRecord | undefined => formed(record, canonicalJson(bytes));

export const readManifest = (bytes: Buffer): Manifest | undefined => formed(manifest, canonicalJson(bytes));

export const readStatement = (words: string): SignatureStatement | undefined =>
  formed(statement, canonicalJson(Buffer.from(words, 'utf8')));

export const readAcceptance = (value: unknown): BundledAcceptance | undefined => formed(acceptance, value);

export const readSignature = (value: unknown): BundledSignature | undefined => formed(signature, value);
