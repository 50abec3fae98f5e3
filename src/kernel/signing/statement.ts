import { canonicalText } from '../canonical';

/** Who signs for an organization: a member after signing in anew, or a key that the organization registered (its JWK thumbprint). */
export type Signer = { readonly kind: 'member'; readonly id: string } | { readonly kind: 'key'; readonly id: string };

/** What a signature says: who, for whom, what, meaning what, when. Ids and hashes only. */
export interface SignatureStatement {
  readonly schema: 'accordo-signature/1';
  readonly agreement: string;
  readonly version: number;
  /** The hash of the manifest. */
  readonly manifest: string;
  readonly organization: string;
  readonly signer: Signer;
  /** The record of the signer's authority to sign; null for a key, whose registration is its authority. */
  readonly authority: string | null;
  readonly intent: string;
  /** An instant, RFC 3339 in UTC with milliseconds. */
  readonly signedAt: string;
}

/** The bytes that are signed: RFC 8785, as UTF-8. */
export const statementText = (statement: SignatureStatement): string => canonicalText(statement);
