import { Injectable } from '@nestjs/common';
import { uncontrolledTracks } from '../agreements';
import { isrcsOfPackage } from '../catalogue';
import { readTerms, type Terms } from '../kernel';
import { getOrganization } from '../parties';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IdsField, TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { getListing, holdOpenListing, type Listing } from './listings.repository';
import { namedServices } from './named-services';
import { getNegotiation, insertNegotiation, type Negotiation } from './negotiations.repository';
import { proposeRevision } from './propose-revision';
import { completeTemplate } from './terms-template';

export class ListingNegotiationBody {
  @IdsField({ max: 100, description: 'the services of yours that are to be licensed' })
  readonly serviceIds!: string[];

  @TextField({ max: 2000, optional: true, description: 'to the label' })
  readonly message?: string;
}

/**
 * A platform takes up a listing: the negotiation's first revision is the label's standing offer, completed for this platform,
 * for it to accept or to counter. Refuses with not-found (no listing that it may see now), request-invalid (services),
 * listing-under-negotiation, terms-invalid and track-not-controlled when the label has lost rights since.
 */
@Injectable()
export class OpenFromListing {
  constructor(private readonly clock: Clock) {}

  async execute(
    tx: Tx,
    actor: Actor,
    listingId: string,
    { serviceIds, message }: ListingNegotiationBody,
  ): Promise<Negotiation> {
    const at = this.clock.now();
    const listing = await getListing(tx, listingId, at);
    if (!(await holdOpenListing(tx, listingId))) throw new DomainError('not-found');
    const { labelId } = listing;
    const platformId = actor.organizationId;
    const terms = await standingOffer(tx, listing, platformId, serviceIds);
    const beginning = { openedBy: platformId, listingId, openingMessage: message };
    const subjectId = await insertNegotiation(tx, { labelId, platformId, ...beginning, at });
    const thread = { id: subjectId, labelId, platformId };
    const note = listing.note ?? undefined;
    const offer = { number: 1, proposedBy: labelId, terms, message: note, expiresAt: undefined, at };
    // The label's words were written when it published: only the system may put them under its hand now.
    const { termsHash } = await tx.asSystem(() => proposeRevision(tx, thread, offer));
    const fact = { revision: 1, termsHash, listingId };
    const entry = { action: 'negotiation.opened', subjectId, details: fact, at };
    await audit(tx, actor, entry);
    await tx.asSystem(() => audit(tx, { system: 'listing', organizationId: labelId }, entry));
    await publish(tx, { to: [labelId, platformId], topic: 'negotiation.opened', subjectId, payload: fact, at });
    return getNegotiation(tx, subjectId);
  }
}

/** The listing's terms between the two parties, as they stand today. */
async function standingOffer(
  tx: Tx,
  { labelId, packageId, template }: Listing,
  platformId: string,
  serviceIds: readonly string[],
): Promise<Terms> {
  const services = await namedServices(tx, platformId, serviceIds);
  const [label, platform] = [await getOrganization(tx, labelId), await getOrganization(tx, platformId)];
  const completed = completeTemplate(JSON.parse(template) as object, {
    parties: { label: { id: labelId, name: label.name }, platform: { id: platformId, name: platform.name } },
    services: services.map(({ id, name }) => ({ id, name })),
    isrcs: await isrcsOfPackage(tx, packageId),
  });
  const reading = readTerms(completed);
  if ('faults' in reading) throw new DomainError('terms-invalid', undefined, reading.faults);
  const uncontrolled = await uncontrolledTracks(tx, reading.terms);
  if (uncontrolled.length > 0) throw new DomainError('track-not-controlled', undefined, uncontrolled);
  return reading.terms;
}
