import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { type Authority, findAuthorityForUpdate, markAuthorityRevoked } from './authorities.repository';

/** Ends a member's authority from now on; what was signed under it stays signed. Revoking it again changes nothing. */
@Injectable()
export class RevokeAuthority {
  constructor(private readonly clock: Clock) {}

  /** Refuses with not-found. */
  async execute(tx: Tx, actor: Actor, id: string): Promise<Authority> {
    const authority = await findAuthorityForUpdate(tx, id);
    if (authority === undefined) throw new DomainError('not-found');
    if (authority.revokedAt !== null) return authority;
    const at = this.clock.now();
    const revoked = await markAuthorityRevoked(tx, id, actorName(actor), at);
    await audit(tx, actor, {
      action: 'signing-authority.revoked',
      subjectId: id,
      details: { member: authority.memberId },
      at,
    });
    return revoked;
  }
}
