import { Injectable } from '@nestjs/common';
import { voidApproval } from '../platform/approvals/approvals';
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { activateAction } from './approve-signing-key';
import { findSigningKeyForUpdate, revokeSigningKey, type SigningKey } from './signing-keys.repository';

/** The key signs nothing from now on; what it signed before stays signed. Revoking it again changes nothing. Refuses with not-found. */
@Injectable()
export class RevokeSigningKey {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, id: string): Promise<SigningKey> {
    const key = await findSigningKeyForUpdate(tx, actor.organizationId, id);
    if (key === undefined) throw new DomainError('not-found');
    if (key.state === 'revoked') return key;
    const at = this.clock.now();
    const subjectId = key.recordId;
    const topic = 'signing-key.revoked';
    if (key.state === 'proposed') await voidApproval(tx, { action: activateAction, subjectId, because: topic, at });
    const revoked = await revokeSigningKey(tx, id, actorName(actor), at);
    await audit(tx, actor, { action: topic, subjectId, details: { key: id }, at });
    await publish(tx, { to: [actor.organizationId], topic, subjectId, payload: { key: id }, at });
    return revoked;
  }
}
