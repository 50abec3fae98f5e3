import { Injectable } from '@nestjs/common';
import { RECEIPT_TYPE } from '../../../client/receipt';
import { canonicalText, merkleTree } from '../../kernel';
import { Keyring } from '../../platform/keyring/keyring';
import { signedText } from '../../platform/keyring/signed-text';
import type { ClearanceAnswer } from '../answers';

/** For how long a receipt can be shown. */
const validSeconds = 86_400;

/** A question as it was answered: its instant is always there. */
export interface AnsweredQuestion {
  readonly serviceId: string;
  /** The recording that was meant; absent where an own id meant none. */
  readonly isrc?: string | undefined;
  readonly ownId?: string;
  /** The recording of which it was some version. */
  readonly parentIsrc?: string;
  readonly territory: string;
  readonly useType: string;
  readonly commercialModel: string;
  readonly at: string;
}

export interface IssuedReceipts {
  /** Signs the root of all statements (JWS, EdDSA). */
  readonly jws: string;
  readonly expiresAt: string;
  readonly statements: readonly { readonly statement: string; readonly path: readonly string[] }[];
}

/** What was answered, signed: one signature for a request, and for each answer the way from its statement up to what is signed. */
@Injectable()
export class Receipts {
  constructor(private readonly keyring: Keyring) {}

  async issue(
    platformId: string,
    questions: readonly AnsweredQuestion[],
    answers: readonly ClearanceAnswer[],
    at: Date,
  ): Promise<IssuedReceipts> {
    const statements = questions.map((question, index) => canonicalText({ answer: answers[index], index, question }));
    const tree = merkleTree(statements.map((statement) => Buffer.from(statement, 'utf8')));
    const iat = Math.floor(at.getTime() / 1000);
    const exp = iat + validSeconds;
    const claims = { exp, iat, platformId, root: tree.root.toString('base64url'), size: statements.length };
    return {
      jws: await signedText(this.keyring, { purpose: 'clearance', typ: RECEIPT_TYPE }, canonicalText(claims)),
      expiresAt: new Date(exp * 1000).toISOString(),
      statements: statements.map((statement, index) => ({
        statement,
        path: tree.path(index).map((hash) => hash.toString('base64url')),
      })),
    };
  }
}
