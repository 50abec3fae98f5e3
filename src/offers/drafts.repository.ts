import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { DraftState } from './draft-moves';

/** A draft without what it says: what lists show. */
export interface DraftHead {
  readonly id: string;
  readonly state: DraftState;
  readonly version: number;
  readonly negotiationId: string | null;
  readonly counterpartyId: string | null;
  readonly basedOn: number | null;
  readonly sentNegotiationId: string | null;
  readonly sentRevision: number | null;
  readonly savedBy: string;
  readonly openedAt: Date;
  readonly savedAt: Date;
  readonly endedAt: Date | null;
}

export interface Draft extends DraftHead {
  /** JSON as it was sent, whatever it is worth as terms. */
  readonly terms: object;
  readonly message: string | null;
}

const columns = `id, state, version, negotiation_id AS "negotiationId", counterparty_id AS "counterpartyId", based_on AS "basedOn",
  sent_negotiation_id AS "sentNegotiationId", sent_revision AS "sentRevision", saved_by AS "savedBy",
  opened_at AS "openedAt", saved_at AS "savedAt", ended_at AS "endedAt"`;

/** Refuses with not-found: also for a draft that was discarded. */
export const getDraft = (tx: Tx, id: string): Promise<Draft> => find(tx, id, '');

/** As getDraft, and nobody else changes it until the transaction ends. */
export const getDraftForUpdate = (tx: Tx, id: string): Promise<Draft> => find(tx, id, 'FOR UPDATE');

async function find(tx: Tx, id: string, lock: '' | 'FOR UPDATE'): Promise<Draft> {
  const row = await tx.first<DraftHead & { readonly text: string; readonly message: string | null }>(
    `SELECT ${columns}, message, terms AS text FROM drafts WHERE id = $1 AND state <> 'discarded' ${lock}`,
    [id],
  );
  if (row === undefined) throw new DomainError('not-found');
  const { text, ...head } = row;
  return { ...head, terms: JSON.parse(text) as object };
}

export interface DraftsWanted {
  readonly state: DraftState | undefined;
  readonly limit: number;
  readonly after: readonly string[] | undefined;
}

/** The organization's drafts that are open or were sent, oldest first, after the given keys. */
export const listDrafts = (tx: Tx, { state, limit, after }: DraftsWanted): Promise<DraftHead[]> =>
  tx.rows<DraftHead>(
    `SELECT ${columns} FROM drafts
      WHERE state <> 'discarded' AND ($4::text IS NULL OR state = $4) AND ($2::timestamptz IS NULL OR (opened_at, id) > ($2, $3::uuid))
      ORDER BY opened_at, id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null, state ?? null],
  );

/** How many are open. Nobody else of the organization opens one until the transaction ends. */
export async function countOpenDrafts(tx: Tx, ownerId: string): Promise<number> {
  await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 2))', [`drafts of ${ownerId}`]);
  const { count } = await tx.one<{ count: bigint }>(
    `SELECT count(*) FROM drafts WHERE owner_id = $1 AND state = 'open'`,
    [ownerId],
  );
  return Number(count);
}

/** What a party writes of a draft. */
export interface DraftContent {
  readonly negotiationId: string | null;
  readonly counterpartyId: string | null;
  readonly basedOn: number | null;
  readonly termsText: string;
  readonly message: string | null;
}

export interface Saving {
  readonly savedBy: string;
  readonly at: Date;
}

const parametersOf = (content: DraftContent, { savedBy, at }: Saving): (string | number | null | Date)[] => [
  content.negotiationId,
  content.counterpartyId,
  content.basedOn,
  content.termsText,
  content.message,
  savedBy,
  at,
];

export const insertDraft = (tx: Tx, ownerId: string, content: DraftContent, saving: Saving): Promise<DraftHead> =>
  tx.one<DraftHead>(
    `INSERT INTO drafts (owner_id, state, version, negotiation_id, counterparty_id, based_on, terms, message, saved_by, opened_at, saved_at)
     VALUES ($1, 'open', 1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING ${columns}`,
    [ownerId, ...parametersOf(content, saving)],
  );

export const replaceDraft = (tx: Tx, id: string, content: DraftContent, saving: Saving): Promise<DraftHead> =>
  tx.one<DraftHead>(
    `UPDATE drafts SET version = version + 1, negotiation_id = $2, counterparty_id = $3, based_on = $4, terms = $5, message = $6,
            saved_by = $7, saved_at = $8
      WHERE id = $1 RETURNING ${columns}`,
    [id, ...parametersOf(content, saving)],
  );

/** The draft became a revision; what it said stays beside it. */
export const markSent = (
  tx: Tx,
  id: string,
  sent: { readonly negotiationId: string; readonly revision: number; readonly at: Date },
): Promise<DraftHead> =>
  tx.one<DraftHead>(
    `UPDATE drafts SET state = 'sent', version = version + 1, sent_negotiation_id = $2, sent_revision = $3, ended_at = $4
      WHERE id = $1 RETURNING ${columns}`,
    [id, sent.negotiationId, sent.revision, sent.at],
  );

/** Rows are never deleted here: what the draft said is wiped, and nobody finds it any more. */
export async function wipeDraft(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.run(
    `UPDATE drafts SET state = 'discarded', version = version + 1, negotiation_id = NULL, counterparty_id = NULL, based_on = NULL,
            terms = '{}', message = NULL, ended_at = $2
      WHERE id = $1`,
    [id, at],
  );
}
