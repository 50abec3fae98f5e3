import { Injectable } from '@nestjs/common';
import { uncontrolledTracks } from '../agreements';
import { findPackage, isrcsOfPackage } from '../catalogue';
import { type Fault, type Terms } from '../kernel';
import { verifiedAmong } from '../parties';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { ChoiceField, IdField, IdsField, InstantField, JsonField, TextField } from '../platform/http/fields';
import { instantAhead } from '../platform/http/instants';
import { publish } from '../platform/outbox/outbox';
import { getListing, insertListing, type Listing, visibilities, type Visibility } from './listings.repository';
import { acknowledgedBreaches, AcknowledgeBreachesField, auditAcknowledged } from './own-breaches';
import { readTemplate } from './terms-template';

export class ListingBody {
  @IdField({ description: 'a published package of yours' })
  readonly packageId!: string;

  @JsonField({
    description:
      'terms, schema accordo-terms/1, without parties, services and repertoire; grants name their services as ["any"]. Without sources of record, reports count',
  })
  readonly template!: object;

  @ChoiceField(visibilities, { description: 'to every verified platform, to those named, or to the one named' })
  readonly visibility!: Visibility;

  @IdsField({ max: 1000, optional: true, description: 'the verified platforms that see it, unless it is public' })
  readonly platformIds?: string[];

  @TextField({ max: 2000, optional: true, description: 'for those who read it' })
  readonly note?: string;

  @InstantField({ optional: true, description: 'nobody takes it up from this instant on; absent: until it is closed' })
  readonly endsAt?: string;

  @AcknowledgeBreachesField()
  readonly acknowledgeBreaches?: readonly string[];
}

/**
 * Publishes a listing: a package on the terms of a template, as a standing offer. Refuses with request-invalid, not-found (the
 * package, or a platform that is not verified), terms-invalid, track-not-controlled and most-favoured-breach; pointers are into the body as it was sent.
 */
@Injectable()
export class PublishListing {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, body: ListingBody): Promise<Listing> {
    const at = this.clock.now();
    const endsAt = instantAhead(body.endsAt, '/endsAt', at);
    const platformIds = audienceOf(body);
    const offered = await findPackage(tx, body.packageId);
    if (offered === undefined) throw new DomainError('not-found', 'you have no package with this id');
    await refuseStrangers(tx, platformIds);
    const labelId = actor.organizationId;
    const reading = readTemplate(body.template, labelId, await isrcsOfPackage(tx, offered.id));
    if ('faults' in reading) throw new DomainError('terms-invalid', undefined, reading.faults.map(inBody));
    await refuseUncontrolled(tx, reading.terms);
    // Nobody in particular takes it up: every promise of the label counts.
    const parties = { labelId, platformId: reading.terms.parties.platform.id };
    const acknowledged = body.acknowledgeBreaches;
    const breaches = await acknowledgedBreaches(tx, actor, { parties, terms: reading.terms, acknowledged });
    const { visibility, note } = body;
    const { template } = reading;
    const listing = { labelId, package: offered, visibility, platformIds, template, note, endsAt, at };
    const subjectId = await insertListing(tx, listing);
    const fact = { packageId: offered.id, contentHash: offered.content_hash, visibility };
    await audit(tx, actor, { action: 'listing.published', subjectId, details: { ...fact, platformIds }, at });
    await auditAcknowledged(tx, actor, { subjectId, revision: 1, breaches, at });
    const to = [labelId, ...platformIds];
    await publish(tx, { to, topic: 'listing.published', subjectId, payload: fact, at });
    return getListing(tx, subjectId, at);
  }
}

const inBody = (fault: Fault): Fault => ({ ...fault, pointer: `/template${fault.pointer}` });

/** Whom the body names; refuses a number that does not fit the visibility. */
function audienceOf({ visibility, platformIds = [] }: ListingBody): string[] {
  const ids = [...new Set(platformIds.map((id) => id.toLowerCase()))];
  const message = {
    public: ids.length > 0 ? 'a public listing names no platforms' : undefined,
    invited: ids.length === 0 ? 'name the platforms that are invited' : undefined,
    one: ids.length !== 1 ? 'name exactly one platform' : undefined,
  }[visibility];
  if (message === undefined) return ids;
  throw new DomainError('request-invalid', undefined, [{ pointer: '/platformIds', code: 'listing-audience', message }]);
}

async function refuseStrangers(tx: Tx, platformIds: readonly string[]): Promise<void> {
  const known = await verifiedAmong(tx, 'platform', platformIds);
  if (known.size < platformIds.length) throw new DomainError('not-found', 'there is no verified platform with this id');
}

/** The recordings are the package's: a fault of one is a fault of having chosen it. */
async function refuseUncontrolled(tx: Tx, terms: Terms): Promise<void> {
  const faults = await uncontrolledTracks(tx, terms);
  if (faults.length === 0) return;
  throw new DomainError(
    'track-not-controlled',
    undefined,
    faults.map((fault) => ({ ...fault, pointer: '/packageId' })),
  );
}
