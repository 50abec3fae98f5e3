import type { AgreementWithTerms } from '../../../agreements';
import { often, type Tx } from '../../../platform/database/tx';
import type { RightsHold } from '../../conflicts/conflict-holds.repository';
import type { Hold } from '../../disputes/disputes.repository';
import type { ClosedMonth } from '../rate-close';
import type { Booking, NewStatement, Statement } from '../statements.repository';
import { packed, unpacked } from './packed';
import { waitingDrafts } from './waiting';

/** Everything that issuing a draft writes and books: what the close has worked out, and nothing that would have to be worked out again. */
export interface Outcome {
  readonly statement: Omit<NewStatement, 'agreement' | 'month' | 'at' | 'id' | 'draft'>;
  readonly closed: Pick<ClosedMonth, 'month' | 'settled' | 'rates'>;
  readonly holds: readonly Hold[];
  /** What waits for conflicts between labels. Absent of drafts that knew of none. */
  readonly rightsHolds?: readonly RightsHold[];
  readonly bookings: readonly Booking[];
}

/** A period that was worked out and waits for a second person. Nothing of it is booked. */
export interface Draft extends Pick<Statement, 'sha256' | 'total_minor' | 'held_minor'> {
  readonly id: string;
  readonly agreement_id: string;
  /** The month's first day. */
  readonly month: string;
  /** 1, 2, 3 within the month. */
  readonly draft: number;
  readonly owner_id: string;
  readonly built_on: string;
  readonly outcome: Outcome;
  readonly asked_by: string;
  readonly drafted_at: Date;
}

/** A draft without what it comes to, which may be long: the month's clause lines and balances. */
export type DraftHead = Omit<Draft, 'outcome'>;

const findHead = (tx: Tx, where: string, parameters: readonly string[]): Promise<DraftHead | undefined> =>
  tx.first<DraftHead>(
    often(`SELECT d.id, d.agreement_id, d.month, d.draft, d.owner_id, d.built_on, d.asked_by, d.drafted_at, d.sha256, d.total_minor, d.held_minor
       FROM ${waitingDrafts} AND ${where}`),
    parameters,
  );

/** The draft of this id, while it waits. */
export const findDraftHead = (tx: Tx, id: string): Promise<DraftHead | undefined> => findHead(tx, 'd.id = $1', [id]);

export const draftOfMonth = (tx: Tx, agreementId: string, month: string): Promise<DraftHead | undefined> =>
  findHead(tx, 'd.agreement_id = $1 AND d.month = $2', [agreementId, `${month}-01`]);

/** As findDraftHead, with all that issuing it writes. */
export async function findDraft(tx: Tx, id: string): Promise<Draft | undefined> {
  const row = await tx.first<Omit<Draft, 'outcome'> & { readonly outcome: object }>(
    often(`SELECT d.* FROM ${waitingDrafts} AND d.id = $1`),
    [id],
  );
  return row && { ...row, outcome: unpacked(row.outcome) as Outcome };
}

/** When the month was drawn up for the first time, whatever became of that draft. */
export async function firstDrafted(tx: Tx, agreementId: string, month: string): Promise<Date | null> {
  const { first } = await tx.one<{ first: Date | null }>(
    'SELECT min(drafted_at) AS first FROM statement_drafts WHERE agreement_id = $1 AND month = $2',
    [agreementId, `${month}-01`],
  );
  return first;
}

/** Under which number the month's next draft is kept. The caller holds the agreement. */
export async function nextDraft(tx: Tx, agreementId: string, month: string): Promise<number> {
  const { next } = await tx.one<{ next: number }>(
    often('SELECT coalesce(max(draft), 0) + 1 AS next FROM statement_drafts WHERE agreement_id = $1 AND month = $2'),
    [agreementId, `${month}-01`],
  );
  return next;
}

export interface NewDraft {
  readonly agreement: AgreementWithTerms;
  readonly draft: number;
  readonly builtOn: string;
  readonly outcome: Outcome;
  readonly askedBy: string;
  readonly at: Date;
}

export async function insertDraft(
  tx: Tx,
  { agreement, draft, builtOn, outcome, askedBy, at }: NewDraft,
): Promise<string> {
  const { sha256, royalties_minor, recouped_minor, total_minor, held_minor } = outcome.statement;
  const { id } = await tx.one<{ id: string }>(
    often(`INSERT INTO statement_drafts (agreement_id, month, draft, id, owner_id, built_on, outcome, asked_by, drafted_at,
                                   sha256, royalties_minor, recouped_minor, total_minor, held_minor, currency, estimated_from, reporting_period)
     VALUES ($1, $2, $3, gen_random_uuid(), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id`),
    [
      ...[agreement.id, `${outcome.closed.month}-01`, draft, agreement.labelId],
      ...[builtOn, packed(outcome), askedBy, at],
      ...[sha256, royalties_minor, recouped_minor, total_minor, held_minor, agreement.currency],
      ...[outcome.statement.estimated_from, agreement.terms.reportingPeriod],
    ],
  );
  return id;
}

export interface Voided {
  readonly because: 'rejected' | 'superseded';
  readonly by: string;
  readonly at: Date;
}

export const voidDraft = (tx: Tx, draft: Omit<Draft, 'outcome'>, { because, by, at }: Voided): Promise<number> =>
  tx.run(
    `INSERT INTO voided_statement_drafts (agreement_id, month, draft, owner_id, because, made_by, voided_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [draft.agreement_id, draft.month, draft.draft, draft.owner_id, because, by, at],
  );

/** A draft as the statement that it would be. */
export const asStatement = ({ outcome, ...draft }: Draft, agreement: AgreementWithTerms): Statement => ({
  ...outcome.statement,
  id: draft.id,
  agreement_id: draft.agreement_id,
  month: draft.month,
  reporting_period: agreement.terms.reportingPeriod,
  draft: draft.draft,
  label_id: agreement.labelId,
  platform_id: agreement.platformId,
  currency: agreement.currency,
  issued_at: null,
});
