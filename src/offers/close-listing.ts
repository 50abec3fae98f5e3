import { Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { closeListing, getListing, type Listing } from './listings.repository';

/** Takes a listing away from all who saw it; negotiations that began with it go on. Refuses with not-found and listing-closed. */
@Injectable()
export class CloseListing {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, id: string): Promise<Listing> {
    const at = this.clock.now();
    const listing = await getListing(tx, id, at);
    if (!(await closeListing(tx, id, at))) throw new DomainError('listing-closed');
    await audit(tx, actor, { action: 'listing.closed', subjectId: id, at });
    const to = [listing.labelId, ...listing.platformIds];
    await publish(tx, { to, topic: 'listing.closed', subjectId: id, at });
    return { ...listing, closedAt: at };
  }
}
