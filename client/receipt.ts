import { createHash } from 'node:crypto';
import { isSignedBy, type PublishedKeys } from './keys';

/** A receipt as POST /v1/clearance gives it: one signature for all answers of the request, a statement and a path for each. */
export interface Receipt {
  readonly jws: string;
  readonly statement: string;
  /** Hashes from the statement up to the root, in base64url. */
  readonly path: readonly string[];
}

/** What Accordo has said, and for how long that can be shown. */
export interface Statement {
  readonly platformId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly question: Readonly<Record<string, unknown>>;
  readonly answer: Readonly<Record<string, unknown>>;
}

export const RECEIPT_TYPE = 'accordo-clearance-receipt+jws';

interface Claims {
  readonly platformId: string;
  readonly root: string;
  readonly size: number;
  readonly iat: number;
  readonly exp: number;
}

/**
 * The statement of a receipt that a published key has signed and that has not expired; undefined for every other one. Offline: the keys are those
 * of /.well-known/jwks.json, fetched at any time before.
 */
export function readReceipt({ jws, statement, path }: Receipt, keys: PublishedKeys, now: Date): Statement | undefined {
  try {
    const claims = signedClaims(jws, keys);
    const seconds = now.getTime() / 1000;
    if (claims === undefined || seconds < claims.iat || seconds >= claims.exp) return undefined;
    const { index, question, answer } = JSON.parse(statement) as Statement & { index: number };
    const leaf = hash(LEAF, Buffer.from(statement, 'utf8'));
    if (rootAbove(leaf, index, claims.size, path) !== claims.root) return undefined;
    const [issuedAt, expiresAt] = [new Date(claims.iat * 1000), new Date(claims.exp * 1000)];
    return { platformId: claims.platformId, issuedAt, expiresAt, question, answer };
  } catch {
    // What cannot be read is no receipt.
    return undefined;
  }
}

function signedClaims(jws: string, keys: PublishedKeys): Claims | undefined {
  const [header = '', payload = '', signature = '', ...more] = jws.split('.');
  if (more.length > 0) return undefined;
  const { alg, kid, typ } = JSON.parse(bytesOf(header).toString('utf8')) as Record<string, unknown>;
  if (alg !== 'EdDSA' || typ !== RECEIPT_TYPE || typeof kid !== 'string') return undefined;
  const signed = Buffer.from(`${header}.${payload}`, 'latin1');
  if (!isSignedBy(keys, kid, signed, bytesOf(signature))) return undefined;
  return JSON.parse(bytesOf(payload).toString('utf8')) as Claims;
}

/** Base64url in the one way that it is written; other spellings of the same bytes are none. */
function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new Error('not base64url');
  return bytes;
}

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

const hash = (...parts: readonly Uint8Array[]): Buffer => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest();
};

/** The root that a leaf's path leads to in a tree of so many leaves (RFC 9162, 2.1.3.2); throws when the path is none of that tree. */
function rootAbove(leaf: Buffer, index: number, size: number, path: readonly string[]): string {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw new Error('no such place in the tree');
  let [place, last, sum] = [index, size - 1, leaf];
  for (const step of path) {
    const sibling = bytesOf(step);
    if (last === 0 || sibling.length !== 32) throw new Error('the path is too long');
    if (place % 2 === 1 || place === last) {
      sum = hash(NODE, sibling, sum);
      for (; place % 2 === 0 && place > 0; place /= 2) last = Math.floor(last / 2);
    } else sum = hash(NODE, sum, sibling);
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) throw new Error('the path is too short');
  return sum.toString('base64url');
}
