import { canonicalTerms, readTerms, sha256Hex, type Terms } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { Standing } from './negotiation-moves';
import type { Negotiation } from './negotiations.repository';

/** A revision without its terms: what lists show. */
export interface RevisionHead {
  readonly negotiationId: string;
  readonly number: number;
  readonly proposedBy: string;
  readonly termsHash: string;
  readonly message: string | null;
  readonly proposedAt: Date;
  /** Until when it stands; null for one of before revisions expired. */
  readonly expiresAt: Date | null;
}

/** How a negotiation stands, for the table of moves. */
export const standingOf = ({ state }: Negotiation, { proposedBy, expiresAt }: RevisionHead): Omit<Standing, 'at'> => ({
  state,
  latestBy: proposedBy,
  expiresAt,
});

export interface Revision extends RevisionHead {
  readonly terms: Terms;
}

const columns = `negotiation_id AS "negotiationId", number, proposed_by AS "proposedBy", terms_hash AS "termsHash", message,
  proposed_at AS "proposedAt", expires_at AS "expiresAt"`;

/** Refuses with not-found when the negotiation has no such revision, or is nobody's that the organization may see. */
export async function getRevision(tx: Tx, negotiationId: string, number: number): Promise<Revision> {
  const row = await tx.first<RevisionHead & { readonly text: string }>(
    `SELECT ${columns}, terms AS text FROM revisions WHERE negotiation_id = $1 AND number = $2`,
    [negotiationId, number],
  );
  if (row === undefined) throw new DomainError('not-found');
  const { text, ...head } = row;
  const reading = readTerms(JSON.parse(text));
  if ('faults' in reading) throw new Error(`revision ${number} of negotiation ${negotiationId} cannot be read`);
  return { ...head, terms: reading.terms };
}

/** As getRevision, without reading the terms. */
export async function getRevisionHead(tx: Tx, negotiationId: string, number: number): Promise<RevisionHead> {
  const sql = `SELECT ${columns} FROM revisions WHERE negotiation_id = $1 AND number = $2`;
  const head = await tx.first<RevisionHead>(sql, [negotiationId, number]);
  if (head === undefined) throw new DomainError('not-found');
  return head;
}

/** The revisions of a negotiation in order, after the given number. */
export const listRevisions = (tx: Tx, negotiationId: string, limit: number, after: number): Promise<RevisionHead[]> =>
  tx.rows<RevisionHead>(
    `SELECT ${columns} FROM revisions WHERE negotiation_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [negotiationId, after, limit],
  );

export const revisionsNumbered = (tx: Tx, negotiationId: string, numbers: readonly number[]): Promise<RevisionHead[]> =>
  tx.rows<RevisionHead>(`SELECT ${columns} FROM revisions WHERE negotiation_id = $1 AND number = ANY ($2)`, [
    negotiationId,
    numbers,
  ]);

export interface NewRevision {
  readonly number: number;
  readonly proposedBy: string;
  readonly terms: Terms;
  readonly message: string | undefined;
  readonly at: Date;
  readonly expiresAt: Date;
}

/** The negotiation that a revision belongs to. */
export type Thread = Pick<Negotiation, 'id' | 'labelId' | 'platformId'>;

export async function insertRevision(tx: Tx, negotiation: Thread, revision: NewRevision): Promise<Revision> {
  const { number, proposedBy, terms, message, at, expiresAt } = revision;
  const text = canonicalTerms(terms);
  const head = await tx.one<RevisionHead>(
    `INSERT INTO revisions
       (negotiation_id, number, label_id, platform_id, proposed_by, terms, terms_hash, message, proposed_at,
        expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${columns}`,
    [
      negotiation.id,
      number,
      negotiation.labelId,
      negotiation.platformId,
      proposedBy,
      text,
      sha256Hex(text),
      message ?? null,
      at,
      expiresAt,
    ],
  );
  return { ...head, terms };
}
