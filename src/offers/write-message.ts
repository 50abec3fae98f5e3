import { Injectable } from '@nestjs/common';
import { type Actor, actorName } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { countMessages, insertMessage, type Message } from './messages.repository';
import { getNegotiationForUpdate, otherParty } from './negotiations.repository';

/** Of one party in one negotiation. */
export const messagesMax = 5000;

export class MessageBody {
  @TextField({ max: 10_000, description: 'for the other party' })
  readonly text!: string;
}

/**
 * Tells the other party something, also after the end: there is more to say about a deal than its terms. The news names the
 * message, not its text. Refuses with not-found and limit-reached.
 */
@Injectable()
export class WriteMessage {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, { text }: MessageBody): Promise<Message> {
    const negotiation = await getNegotiationForUpdate(tx, negotiationId);
    const authorId = actor.organizationId;
    if ((await countMessages(tx, negotiationId, authorId)) >= messagesMax) {
      throw new DomainError('limit-reached', `a party writes at most ${messagesMax} messages in a negotiation`);
    }
    const at = this.clock.now();
    const written = { authorId, text, writtenBy: actorName(actor), writtenAt: at };
    const message = await insertMessage(tx, negotiation, written);
    const fact = { message: message.number };
    await audit(tx, actor, { action: 'negotiation.message-written', subjectId: negotiationId, details: fact, at });
    const news = { topic: 'negotiation.message-written', subjectId: negotiationId, payload: fact, at };
    await publish(tx, { to: [otherParty(negotiation, authorId)], ...news });
    return message;
  }
}
