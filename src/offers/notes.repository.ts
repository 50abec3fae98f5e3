import type { Tx } from '../platform/database/tx';

/** What a party writes down for itself about a negotiation: a fact that the other never sees. */
export interface Note {
  readonly number: number;
  readonly text: string;
  readonly writtenBy: string;
  readonly writtenAt: Date;
}

const columns = `number, text, written_by AS "writtenBy", written_at AS "writtenAt"`;

/** The organization's notes on a negotiation in order, after the given number. */
export const listNotes = (tx: Tx, negotiationId: string, limit: number, after: number): Promise<Note[]> =>
  tx.rows<Note>(
    `SELECT ${columns} FROM negotiation_notes WHERE negotiation_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [negotiationId, after, limit],
  );

export const notesNumbered = (tx: Tx, negotiationId: string, numbers: readonly number[]): Promise<Note[]> =>
  tx.rows<Note>(`SELECT ${columns} FROM negotiation_notes WHERE negotiation_id = $1 AND number = ANY ($2)`, [
    negotiationId,
    numbers,
  ]);

/** How many notes the organization has there. */
export async function countNotes(tx: Tx, negotiationId: string): Promise<number> {
  const { count } = await tx.one<{ count: bigint }>(
    'SELECT count(*) FROM negotiation_notes WHERE negotiation_id = $1',
    [negotiationId],
  );
  return Number(count);
}

export interface NewNote extends Omit<Note, 'number'> {
  readonly negotiationId: string;
  readonly ownerId: string;
}

/** Adds the owner's next note. The caller holds the negotiation's row, so that no number is drawn twice. */
export const insertNote = (tx: Tx, { negotiationId, ownerId, text, writtenBy, writtenAt }: NewNote): Promise<Note> =>
  tx.one<Note>(
    `INSERT INTO negotiation_notes (negotiation_id, owner_id, number, text, written_by, written_at)
     SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5 FROM negotiation_notes WHERE negotiation_id = $1 AND owner_id = $2
     RETURNING ${columns}`,
    [negotiationId, ownerId, text, writtenBy, writtenAt],
  );
