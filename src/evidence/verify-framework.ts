import { sha256Hex } from '../kernel';
import { type BundledAcceptance } from './bundle';
import { FRAMEWORK } from './file-names';
import { type Findings } from './findings';
import { canonicalJson } from './forms';
import { readAcceptance } from './strict-forms';
import { type CheckedSignature } from './verify-signatures';

/** Each text is the one that was accepted. Who signed without one before is noted: what is older than framework agreements stands without. */
export function checkFramework(
  files: ReadonlyMap<string, Buffer>,
  signatures: readonly CheckedSignature[],
  findings: Findings,
): void {
  const file = files.get(FRAMEWORK);
  const list = file && canonicalJson(file);
  // Another form has been named already.
  if (!Array.isArray(list)) return;
  const holding = list.flatMap((value: unknown, place) => acceptanceAt(value, `${FRAMEWORK}/${place}`, findings) ?? []);
  const late = signatures.filter(
    ({ organization, signedAt }) =>
      !holding.some((one) => one.organization === organization && one.acceptedAt <= signedAt),
  );
  for (const [organization, { name }] of new Map(late.map((one) => [one.organization, one]))) {
    findings.notes.push(`${FRAMEWORK}: ${name} (${organization}) accepted no framework agreement before it signed`);
  }
}

function acceptanceAt(value: unknown, part: string, findings: Findings): BundledAcceptance | undefined {
  const acceptance = readAcceptance(value);
  if (acceptance === undefined) {
    findings.add(part, 'framework-acceptance', 'is no acceptance of a framework agreement');
    return undefined;
  }
  if (sha256Hex(acceptance.text) === acceptance.sha256) return acceptance;
  findings.add(part, 'framework-text', 'is not the text of which the hash was accepted');
  return undefined;
}
