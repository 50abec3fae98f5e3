import { verify } from 'node:crypto';
import { canonicalText, type Fault, sha256Hex } from '../kernel';
import { bytesOf } from '../platform/signing/public-jwk';
import { Findings } from './findings';
import { keysFor, type PublishedKey } from './published-keys';

export const STATEMENT_SCHEMA = 'accordo-statement/1';
/** What the seal's header says it is over, so that it cannot be shown as one of another kind. */
export const STATEMENT_SEAL_TYPE = 'accordo-statement+jws';

export interface StatementVerification {
  /** What the file says it is, as far as that can be read. */
  readonly statement?: { readonly id: string; readonly month: string; readonly for: string; readonly payable: string };
  readonly faults: readonly Fault[];
}

interface Sealed {
  readonly seal: string;
  readonly statement: Readonly<Record<string, unknown>>;
}

/**
 * Checks a statement's JSON with the marketplace's published keys alone: that it is canonical and under the seal, and that its clause
 * lines have the hash that it names. With the statement's CSV, whether that is the one it names. Tells every fault, and never throws.
 */
export function verifyStatement(
  bytes: Buffer,
  published: readonly PublishedKey[],
  csv?: Uint8Array,
): StatementVerification {
  const findings = new Findings();
  const sealed = readSealed(bytes);
  if (sealed === undefined) {
    findings.add('statement', 'statement-unreadable', 'is no statement in canonical JSON');
    return { faults: findings.faults };
  }
  const { seal, statement } = sealed;
  checkSeal(seal, canonicalText(statement), published, findings);
  const { id, month, for: side, payable, currency, clauseLines, clauseLinesSha256, lines } = statement;
  if (statement.schema !== STATEMENT_SCHEMA) findings.add('schema', 'statement-schema', `is not ${STATEMENT_SCHEMA}`);
  if (hashOfLines(clauseLines) !== clauseLinesSha256)
    findings.add('clauseLines', 'clause-lines-hash', 'have another SHA-256 than the statement names');
  const named = typeof lines === 'object' && lines !== null ? (lines as { csvSha256?: unknown }).csvSha256 : undefined;
  if (csv !== undefined && sha256Hex(csv) !== named)
    findings.add('lines', 'lines-hash', 'are not the CSV whose SHA-256 the statement names');
  const said = {
    id: String(id),
    month: String(month),
    for: String(side),
    payable: `${String(payable)} ${String(currency)}`,
  };
  return { statement: said, faults: findings.faults };
}

function readSealed(bytes: Buffer): Sealed | undefined {
  try {
    const text = bytes.toString('utf8');
    const value = JSON.parse(text) as Partial<Sealed> | null;
    // One spelling is right, and nothing stands beside the two members.
    if (value === null || canonicalText(value) !== text || !Buffer.from(text).equals(bytes)) return undefined;
    const { seal, statement, ...others } = value;
    if (typeof seal !== 'string' || typeof statement !== 'object' || statement === null || Array.isArray(statement))
      return undefined;
    return Object.keys(others).length === 0 ? { seal, statement } : undefined;
  } catch {
    return undefined;
  }
}

/** The seal is a detached JWS (RFC 7515, appendix F) over the canonical statement; its header is exactly ours. */
function checkSeal(seal: string, text: string, published: readonly PublishedKey[], findings: Findings): void {
  const [header = '', payload, signature = '', ...more] = seal.split('.');
  const [head, value] = [bytesOf(header)?.toString('latin1') ?? '', bytesOf(signature)];
  const [, kid] = /^\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{1,120})","typ":"accordo-statement\+jws"\}$/.exec(head) ?? [];
  if (payload !== '' || more.length > 0 || kid === undefined || value?.length !== 64) {
    findings.add('seal', 'seal-broken', 'is no seal of a statement');
    return;
  }
  const key = keysFor('statement', published).get(kid);
  if (key === undefined) {
    findings.add('seal', 'key-unknown', 'is by a key that is not published for statements');
    return;
  }
  const signed = Buffer.from(`${header}.${Buffer.from(text, 'utf8').toString('base64url')}`);
  if (!verify(null, signed, key, value)) findings.add('seal', 'seal-broken', 'is not over this statement');
}

const hashOfLines = (lines: unknown): string | undefined =>
  Array.isArray(lines) ? sha256Hex(lines.map((line) => `${canonicalText(line)}\n`).join('')) : undefined;
