import { type SignatureStatement, type Terms } from '../kernel';
import { verifyDetached } from '../platform/signing/detached-jws';
import { thumbprintOf } from '../platform/signing/public-jwk';
import { type BundledSignature } from './bundle';
import { type Findings } from './findings';
import { type SealKeys } from './published-keys';
import { canonicalJson } from './forms';
import { readSignature, readStatement } from './strict-forms';
import { sealFault } from './strict-jws';

/** A signature that holds. */
export interface CheckedSignature {
  readonly version: number;
  readonly party: 'label' | 'platform';
  readonly organization: string;
  /** As the terms name the party. */
  readonly name: string;
  readonly signer: SignatureStatement['signer'];
  readonly intent: string;
  readonly signedAt: string;
}

/** What the signatures must be under. */
interface Signed {
  readonly version: number;
  readonly agreement: string;
  /** Undefined where the manifest cannot be read, and signatures be held against none. */
  readonly manifestHash: string | undefined;
  /** Undefined where the terms cannot be read, and nobody can say who had to sign. */
  readonly parties: Terms['parties'] | undefined;
  readonly keys: SealKeys;
  readonly findings: Findings;
}

const parties = ['label', 'platform'] as const;

/** The signatures that hold; each party must have given one. */
export function checkSignatures(file: Buffer | undefined, part: string, signed: Signed): CheckedSignature[] {
  if (file === undefined) return [];
  const list = canonicalJson(file);
  if (!Array.isArray(list)) {
    signed.findings.add(part, 'signature-statement', 'is no canonical list of signatures');
    return [];
  }
  const holding = list.flatMap((value: unknown, place) => checkSignature(value, `${part}/${place}`, signed) ?? []);
  for (const party of signed.parties ? parties : []) {
    const count = holding.filter((signature) => signature.party === party).length;
    const name = signed.parties?.[party].name;
    if (count !== 1) signed.findings.add(part, 'signature-missing', `${name} (${party}) signed ${count} times`);
  }
  return holding;
}

function checkSignature(value: unknown, part: string, signed: Signed): CheckedSignature | undefined {
  const { findings } = signed;
  const signature = readSignature(value);
  if (signature === undefined) {
    findings.add(part, 'signature-statement', 'is no signature');
    return undefined;
  }
  const statement = readStatement(signature.statement);
  if (statement === undefined) {
    findings.add(part, 'signature-statement', 'is no canonical statement');
    return undefined;
  }
  const faults = faultsOf(signature, statement, signed);
  for (const [code, message] of faults) findings.add(part, code, message);
  const party = partyOf(statement, signed);
  if (party === undefined || faults.length > 0) return undefined;
  const { version, organization, signer, intent, signedAt } = statement;
  return { version, party, organization, name: signed.parties?.[party].name ?? '', signer, intent, signedAt };
}

const partyOf = ({ organization }: SignatureStatement, signed: Signed): (typeof parties)[number] | undefined =>
  parties.find((party) => signed.parties?.[party].id === organization);

function faultsOf(
  signature: BundledSignature,
  statement: SignatureStatement,
  signed: Signed,
): (readonly [code: string, message: string])[] {
  const { manifestHash, version, agreement, keys } = signed;
  const of = statement.organization;
  const broken = sealFault(signature.seal, signature.statement, keys);
  const under = statement.agreement === agreement && statement.version === version;
  const checks: (readonly [fails: boolean, code: string, message: string])[] = [
    [broken === 'key-unknown', 'key-unknown', `that of ${of} is sealed by a key that is not published`],
    [broken === 'seal-broken', 'signature-seal', `that of ${of} is not what its seal is over`],
    [!isBySigner(signature, statement), 'signature-key', `that of ${of} is not by the signer that it names`],
    [
      !under || statement.manifest !== (manifestHash ?? statement.manifest),
      'signature-manifest',
      `that of ${of} is under something else than this manifest`,
    ],
    [
      signed.parties !== undefined && partyOf(statement, signed) === undefined,
      'signature-party',
      `${of} is no party of the terms`,
    ],
  ];
  return checks.filter(([fails]) => fails).map(([, code, message]) => [code, message]);
}

/**
 * A key travels with its signature. It is the one meant, for the sealed statement names its thumbprint. A member signs without a key: one
 * that stood beside would look like more proof than there is.
 */
function isBySigner({ statement, signature, publicKey }: BundledSignature, { signer }: SignatureStatement): boolean {
  if (signer.kind === 'member') return signature === null && publicKey === null;
  if (signature === null || publicKey === null) return false;
  return thumbprintOf(publicKey) === signer.id && verifyDetached(signature, statement, publicKey);
}
