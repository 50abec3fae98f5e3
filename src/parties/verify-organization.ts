import { Injectable } from '@nestjs/common';
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { getOrganizationForUpdate, markVerified, type Organization } from './parties.repository';

/** The operator vouches that an organization is who it says: from now on it publishes, negotiates and signs. */
@Injectable()
export class VerifyOrganization {
  constructor(private readonly clock: Clock) {}

  /** Refuses with not-found or already-verified. */
  async execute(tx: Tx, actor: Actor, id: string): Promise<Organization> {
    const at = this.clock.now();
    const { state } = await getOrganizationForUpdate(tx, id);
    if (state === 'verified') throw new DomainError('already-verified');
    const organization = await markVerified(tx, id, actorName(actor), at);
    await audit(tx, actor, { action: 'organization.verified', subjectId: id, at });
    await publish(tx, { to: [id], topic: 'organization.verified', subjectId: id, at });
    return organization;
  }
}
