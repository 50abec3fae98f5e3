import { getAgreement } from '../../../agreements';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { findStatement, type IssuedStatement, type Statement } from '../statements.repository';
import { asStatement, findDraft, findDraftHead } from './drafts.repository';

/** The statement, or the draft of one; a draft is the label's alone. Refuses with not-found. */
export async function getStatementOrDraft(tx: Tx, id: string): Promise<Statement> {
  const statement = await findStatement(tx, id);
  if (statement !== undefined) return statement;
  const draft = await findDraft(tx, id);
  if (draft === undefined) throw new DomainError('not-found');
  return asStatement(draft, await getAgreement(tx, draft.agreement_id));
}

/** As getStatementOrDraft, of what is issued: refuses a draft with statement-state. */
export async function getIssued(tx: Tx, id: string): Promise<IssuedStatement> {
  const statement = await findStatement(tx, id);
  if (statement !== undefined) return statement;
  if ((await findDraftHead(tx, id)) === undefined) throw new DomainError('not-found');
  throw new DomainError('statement-state', 'the statement is a draft');
}
