import {
  LEDGER_ENTRY,
  type LedgerCheckpoint,
  type LedgerEntry,
  type LedgerExtract,
  ledgerSchemas,
  ledgerTypes,
} from '../../kernel';
import { bytesOf } from '../../platform/signing/public-jwk';
import { canonicalJson, count, day, type Form, formed, instant, like, object, text, uuid, word } from '../forms';
import { type SealKeys } from '../published-keys';
import { sealFault, textUnder } from '../strict-jws';

const sizeMax = 2 ** 52;
const pathMax = 128;

const hash: Form = (value) => typeof value === 'string' && bytesOf(value)?.length === 32;
const path: Form = (value) => Array.isArray(value) && value.length <= pathMax && value.every(hash);
const size: Form = (value) => count(value) && (value as number) > 0 && (value as number) < sizeMax;

const checkpoint = object({ root: hash, signedAt: instant, size });
const extract = object({ agreement: uuid, root: hash, signedAt: instant, size, transactions: count });

const ownLeg = object({ account: text, minor: like(/^-?[1-9]\d{0,18}$/) });
const payeeLeg = object({ account: text, minor: like(/^-?[1-9]\d{0,18}$/), payee: size });

const entry = object({
  schema: word(LEDGER_ENTRY),
  agreement: uuid,
  transaction: uuid,
  number: size,
  kind: text,
  source: text,
  effectiveOn: day,
  bookedAt: instant,
  currency: like(/^[A-Z]{3}$/),
  legs: (value) => Array.isArray(value) && value.every((leg) => ownLeg(leg) || payeeLeg(leg)),
});

/** A file that holds one answer of the API, as it came. */
export type LedgerAnswer =
  | ({ readonly schema: typeof ledgerSchemas.checkpoint; readonly checkpoint: string } & LedgerCheckpoint)
  | {
      readonly schema: typeof ledgerSchemas.consistency;
      readonly earlier: string;
      readonly later: string;
      readonly path: readonly string[];
    }
  | ({ readonly schema: typeof ledgerSchemas.inclusion; readonly checkpoint: string } & Proven)
  | BundleHead;

/** The first line of a bundle. */
export interface BundleHead {
  readonly schema: typeof ledgerSchemas.bundle;
  readonly checkpoint: string;
  readonly extract: string;
}

/** A transaction as it was hashed, and its way up to the root: a line of a bundle. */
export interface Proven {
  readonly content: string;
  readonly path: readonly string[];
  readonly position: number;
}

const answers: readonly Form[] = [
  object({ schema: word(ledgerSchemas.checkpoint), checkpoint: text, root: hash, signedAt: instant, size }),
  object({ schema: word(ledgerSchemas.consistency), earlier: text, later: text, path }),
  object({ schema: word(ledgerSchemas.inclusion), checkpoint: text, content: text, path, position: count }),
  object({ schema: word(ledgerSchemas.bundle), checkpoint: text, extract: text }),
];
const proven = object({ content: text, path, position: count });

/** Undefined for anything but canonical JSON of exactly that form, as the two below. */
export const readAnswer = (bytes: Buffer): LedgerAnswer | undefined => {
  const value = canonicalJson(bytes);
  return answers.some((form) => form(value)) ? (value as LedgerAnswer) : undefined;
};

export const readProven = (bytes: Buffer): Proven | undefined => formed(proven, canonicalJson(bytes));

export const readEntry = (content: string): LedgerEntry | undefined =>
  formed(entry, canonicalJson(Buffer.from(content, 'utf8')));

/** What a published key of the ledger has signed; otherwise why it is none. */
type Signed<Claims> = { readonly claims: Claims } | { readonly fault: 'key-unknown' | 'seal-broken' };

export const readCheckpoint = (jws: string, keys: SealKeys): Signed<LedgerCheckpoint> =>
  readSigned(jws, { keys, typ: ledgerTypes.checkpoint, form: checkpoint });

export const readExtract = (jws: string, keys: SealKeys): Signed<LedgerExtract> =>
  readSigned(jws, { keys, typ: ledgerTypes.extract, form: extract });

function readSigned<Claims>(
  jws: string,
  { keys, typ, form }: { readonly keys: SealKeys; readonly typ: string; readonly form: Form },
): Signed<Claims> {
  const signed = textUnder(jws) ?? '';
  const fault = sealFault(jws, signed, keys, typ);
  if (fault !== undefined) return { fault };
  const claims = formed<Claims>(form, canonicalJson(Buffer.from(signed, 'utf8')));
  return claims === undefined ? { fault: 'seal-broken' } : { claims };
}
