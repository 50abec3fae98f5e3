import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { Negotiation } from './negotiations.repository';

/** A file that one party shows the other: a fact. Its bytes are in the storage under their hash. */
export interface Attachment {
  readonly id: string;
  readonly number: number;
  readonly authorId: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: bigint;
  readonly sha256: string;
  /** The message or revision that it goes with. */
  readonly message: number | null;
  readonly revision: number | null;
  readonly attachedBy: string;
  readonly attachedAt: Date;
}

const columns = `id, number, author_id AS "authorId", file_name AS "fileName", media_type AS "mediaType", bytes, sha256, message, revision,
  attached_by AS "attachedBy", attached_at AS "attachedAt"`;

/** Refuses with not-found when the negotiation has no such attachment. */
export async function getAttachment(tx: Tx, negotiationId: string, id: string): Promise<Attachment> {
  const attachment = await tx.first<Attachment>(
    `SELECT ${columns} FROM negotiation_attachments WHERE negotiation_id = $1 AND id = $2`,
    [negotiationId, id],
  );
  if (attachment === undefined) throw new DomainError('not-found');
  return attachment;
}

/** The attachments of a negotiation in order, after the given number. */
export const listAttachments = (tx: Tx, negotiationId: string, limit: number, after: number): Promise<Attachment[]> =>
  tx.rows<Attachment>(
    `SELECT ${columns} FROM negotiation_attachments WHERE negotiation_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [negotiationId, after, limit],
  );

export const attachmentsNumbered = (tx: Tx, negotiationId: string, numbers: readonly number[]): Promise<Attachment[]> =>
  tx.rows<Attachment>(
    `SELECT ${columns} FROM negotiation_attachments WHERE negotiation_id = $1 AND number = ANY ($2)`,
    [negotiationId, numbers],
  );

/** Of one party in one negotiation. */
export const attachmentsMax = 100;

/** Refuses with limit-reached when the party has attached as many files as it may. */
export async function refuseIfFull(tx: Tx, negotiationId: string, authorId: string): Promise<void> {
  const { count } = await tx.one<{ count: bigint }>(
    'SELECT count(*) FROM negotiation_attachments WHERE negotiation_id = $1 AND author_id = $2',
    [negotiationId, authorId],
  );
  if (count >= BigInt(attachmentsMax)) {
    throw new DomainError('limit-reached', `a party attaches at most ${attachmentsMax} files to a negotiation`);
  }
}

export type NewAttachment = Omit<Attachment, 'id' | 'number' | 'bytes'> & { readonly bytes: number };

/** Adds the next attachment. The caller holds the negotiation's row, so that no number is drawn twice. */
export const insertAttachment = (tx: Tx, negotiation: Negotiation, file: NewAttachment): Promise<Attachment> =>
  tx.one<Attachment>(
    `INSERT INTO negotiation_attachments
       (negotiation_id, number, label_id, platform_id, author_id, file_name, media_type, bytes, sha256, message, revision, attached_by, attached_at)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
       FROM negotiation_attachments WHERE negotiation_id = $1
     RETURNING ${columns}`,
    [
      negotiation.id,
      negotiation.labelId,
      negotiation.platformId,
      file.authorId,
      file.fileName,
      file.mediaType,
      file.bytes,
      file.sha256,
      file.message,
      file.revision,
      file.attachedBy,
      file.attachedAt,
    ],
  );
