import { canonicalText, isCalendarDate, type Manifest, type SignatureStatement } from '../kernel';
import { readPublicJwk } from '../platform/signing/public-jwk';
import { type BundledAcceptance, type BundledSignature, type EvidenceRecord, RECORD, RECORD_SEAL } from './bundle';

/** Whether a value has a form. */
type Form = (value: unknown) => boolean;

const filesMax = 5_000;

const text: Form = (value) => typeof value === 'string';
const nothing: Form = (value) => value === null;
const count: Form = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const word =
  (...words: readonly string[]): Form =>
  (value) =>
    words.includes(value as string);
const like =
  (pattern: RegExp): Form =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const either =
  (...forms: readonly Form[]): Form =>
  (value) =>
    forms.some((form) => form(value));

/** Exactly these members: one that nobody knows could say anything. */
const object =
  (members: Readonly<Record<string, Form>>): Form =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === Object.keys(members).length &&
    Object.entries(members).every(
      ([name, form]) => Object.hasOwn(value, name) && form((value as Readonly<Record<string, unknown>>)[name]),
    );

const uuid = like(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const hash = like(/^[0-9a-f]{64}$/);
const day: Form = (value) => typeof value === 'string' && isCalendarDate(value);
const instant: Form = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString() === value;

/** Each once and in order. */
const texts: Form = (value) =>
  Array.isArray(value) &&
  value.every((item, place) => typeof item === 'string' && (place === 0 || (value[place - 1] as string) < item));

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

function formed<Value>(form: Form, value: unknown): Value | undefined {
  return form(value) ? (value as Value) : undefined;
}

/** The value of canonical JSON; undefined when the bytes are anything else: another spelling of the same value is refused. */
export function canonicalJson(bytes: Buffer): unknown {
  const value = json(bytes);
  try {
    return Buffer.from(canonicalText(value), 'utf8').equals(bytes) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value of JSON in whatever spelling; undefined when the bytes are none. */
export function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
