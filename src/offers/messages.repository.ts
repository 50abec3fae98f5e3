import type { Tx } from '../platform/database/tx';
import type { Negotiation } from './negotiations.repository';

/** What one party tells the other beside the terms: a fact. */
export interface Message {
  readonly number: number;
  readonly authorId: string;
  readonly text: string;
  readonly writtenBy: string;
  readonly writtenAt: Date;
}

const columns = `number, author_id AS "authorId", text, written_by AS "writtenBy", written_at AS "writtenAt"`;

/** The messages of a negotiation in order, after the given number. */
export const listMessages = (tx: Tx, negotiationId: string, limit: number, after: number): Promise<Message[]> =>
  tx.rows<Message>(
    `SELECT ${columns} FROM negotiation_messages WHERE negotiation_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [negotiationId, after, limit],
  );

export const messagesNumbered = (tx: Tx, negotiationId: string, numbers: readonly number[]): Promise<Message[]> =>
  tx.rows<Message>(`SELECT ${columns} FROM negotiation_messages WHERE negotiation_id = $1 AND number = ANY ($2)`, [
    negotiationId,
    numbers,
  ]);

/** How many messages a party has written there. */
export async function countMessages(tx: Tx, negotiationId: string, authorId: string): Promise<number> {
  const { count } = await tx.one<{ count: bigint }>(
    'SELECT count(*) FROM negotiation_messages WHERE negotiation_id = $1 AND author_id = $2',
    [negotiationId, authorId],
  );
  return Number(count);
}

export type NewMessage = Omit<Message, 'number'>;

/** Adds the next message. The caller holds the negotiation's row, so that no number is drawn twice. */
export const insertMessage = (
  tx: Tx,
  { id, labelId, platformId }: Negotiation,
  { authorId, text, writtenBy, writtenAt }: NewMessage,
): Promise<Message> =>
  tx.one<Message>(
    `INSERT INTO negotiation_messages (negotiation_id, number, label_id, platform_id, author_id, text, written_by, written_at)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM negotiation_messages WHERE negotiation_id = $1
     RETURNING ${columns}`,
    [id, labelId, platformId, authorId, text, writtenBy, writtenAt],
  );
