import { Injectable } from '@nestjs/common';
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { findGivenDelegation, markRevoked } from './delegations.repository';

/** Ends a delegation from the next request on. Revoking it again changes nothing. Refuses with not-found. */
@Injectable()
export class RevokeDelegation {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, id: string): Promise<void> {
    const delegation = await findGivenDelegation(tx, id);
    if (delegation === undefined) throw new DomainError('not-found');
    if (delegation.revokedAt !== null) return;
    const at = this.clock.now();
    await markRevoked(tx, id, actorName(actor), at);
    const { labelId, distributorId } = delegation;
    await audit(tx, actor, { action: 'delegation.revoked', subjectId: id, details: { distributorId }, at });
    await publish(tx, { to: [labelId, distributorId], topic: 'delegation.revoked', subjectId: id, at });
  }
}
