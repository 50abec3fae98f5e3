import { Injectable } from '@nestjs/common';
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { type DelegableRole, delegableRoles } from '../platform/auth/delegated';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { ChoicesField, IdField, InstantField } from '../platform/http/fields';
import { instantAhead } from '../platform/http/instants';
import { publish } from '../platform/outbox/outbox';
import { type Delegation, insertDelegation } from './delegations.repository';
import { verifiedAmong } from './parties.repository';

export class DelegationBody {
  @IdField({ description: 'the verified label that acts for you' })
  readonly distributorId!: string;

  @ChoicesField(delegableRoles, { description: 'what it may do in your name' })
  readonly scopes!: DelegableRole[];

  @InstantField({ optional: true, description: 'over from this instant on; absent: until it is revoked' })
  readonly endsAt?: string;
}

/** A label lets a distributor act for it. Refuses with request-invalid, not-found (no other verified label) and delegation-exists. */
@Injectable()
export class GrantDelegation {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, body: DelegationBody): Promise<Delegation> {
    const at = this.clock.now();
    const endsAt = instantAhead(body.endsAt, '/endsAt', at);
    const labelId = actor.organizationId;
    const distributorId = body.distributorId.toLowerCase();
    if (distributorId === labelId || !(await verifiedAmong(tx, 'label', [distributorId])).has(distributorId)) {
      throw new DomainError('not-found', 'there is no other verified label with this id');
    }
    const scopes = [...body.scopes].sort();
    const grant = { labelId, distributorId, scopes, endsAt, grantedBy: actorName(actor), at };
    const delegation = await insertDelegation(tx, grant);
    const subjectId = delegation.id;
    const fact = { distributorId, scopes };
    await audit(tx, actor, { action: 'delegation.granted', subjectId, details: fact, at });
    await publish(tx, { to: [labelId, distributorId], topic: 'delegation.granted', subjectId, payload: fact, at });
    return delegation;
  }
}
