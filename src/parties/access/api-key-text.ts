import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const grammar = /^accordo_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
/** Of auditors: nobody takes one kind for the other. */
const auditorGrammar = /^accordo_audit_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export interface ApiKeyText {
  /** Finds the key; not secret. */
  readonly prefix: string;
  /** 256 random bits; only their hash is kept. */
  readonly secret: string;
}

export const makeApiKeyText = (): ApiKeyText => ({
  prefix: randomBytes(8).toString('hex'),
  secret: randomBytes(32).toString('base64url'),
});

export const writeApiKey = ({ prefix, secret }: ApiKeyText): string => `accordo_${prefix}_${secret}`;

export const writeAuditorKey = ({ prefix, secret }: ApiKeyText): string => `accordo_audit_${prefix}_${secret}`;

/** The parts of a well-formed key; undefined for anything else. */
export const readApiKey = (text: string): ApiKeyText | undefined => partsOf(grammar, text);

/** As readApiKey, of an auditor's. */
export const readAuditorKey = (text: string): ApiKeyText | undefined => partsOf(auditorGrammar, text);

function partsOf(form: RegExp, text: string): ApiKeyText | undefined {
  const [, prefix, secret] = form.exec(text) ?? [];
  return prefix === undefined || secret === undefined ? undefined : { prefix, secret };
}

/** SHA-256 is enough: there is nothing to guess in 256 random bits. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Compares in a time that does not depend on where the hashes differ. */
export const secretMatches = (secret: string, secretHash: string): boolean =>
  timingSafeEqual(Buffer.from(hashSecret(secret), 'hex'), Buffer.from(secretHash, 'hex'));
