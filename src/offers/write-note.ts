import { Injectable } from '@nestjs/common';
import { type Actor, actorName } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { TextField } from '../platform/http/fields';
import { getNegotiationForUpdate } from './negotiations.repository';
import { countNotes, insertNote, type Note } from './notes.repository';

/** Of one party on one negotiation. */
export const notesMax = 5000;

export class NoteBody {
  @TextField({ max: 10_000, description: 'for your own organization' })
  readonly text!: string;
}

/** Writes a note down for the own organization: no news, since even that there is one is private. Refuses with not-found and limit-reached. */
@Injectable()
export class WriteNote {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, { text }: NoteBody): Promise<Note> {
    await getNegotiationForUpdate(tx, negotiationId);
    if ((await countNotes(tx, negotiationId)) >= notesMax) {
      throw new DomainError('limit-reached', `a party keeps at most ${notesMax} notes on a negotiation`);
    }
    const at = this.clock.now();
    const ownerId = actor.organizationId;
    const note = await insertNote(tx, { negotiationId, ownerId, text, writtenBy: actorName(actor), writtenAt: at });
    const details = { note: note.number };
    await audit(tx, actor, { action: 'negotiation.note-written', subjectId: negotiationId, details, at });
    return note;
  }
}
