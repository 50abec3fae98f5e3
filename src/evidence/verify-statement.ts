import { canonicalText, type Fault, sha256Hex } from '../kernel';
import { sealOfText } from './detached-seal';
import { Findings } from './findings';
import { canonicalJson, type Form, formed, object, text } from './forms';
import type { PublishedKey } from './published-keys';

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
  const file = formed<Sealed>(sealed, canonicalJson(bytes));
  if (file === undefined) {
    findings.add('statement', 'statement-unreadable', 'is no statement in canonical JSON');
    return { faults: findings.faults };
  }
  const { seal, statement } = file;
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

const sealed: Form = object({
  seal: text,
  statement: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
});

function checkSeal(seal: string, signed: string, published: readonly PublishedKey[], findings: Findings): void {
  const fault = sealOfText(seal, signed, published, { purpose: 'statement', typ: STATEMENT_SEAL_TYPE });
  if (fault === 'key-unknown') findings.add('seal', fault, 'is by a key that is not published for statements');
  else if (fault !== undefined) findings.add('seal', fault, 'is no seal over this statement');
}

const hashOfLines = (lines: unknown): string | undefined =>
  Array.isArray(lines) ? sha256Hex(lines.map((line) => `${canonicalText(line)}\n`).join('')) : undefined;
