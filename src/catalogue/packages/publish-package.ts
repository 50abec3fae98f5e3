import { Injectable } from '@nestjs/common';
import { canonicalText, sha256Hex } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { HashField, TextField, TextsField } from '../../platform/http/fields';
import { publish } from '../../platform/outbox/outbox';
import { ownRecordings } from '../isrc-list';
import { OfferedPackages } from '../search/offered-packages';
import { nameFaults, tidyName } from './package-name';
import { insertPackage, type NewPackage, type Package } from './packages.repository';
import { getSavedQuery } from './saved-queries.repository';
import { tracksMax, tracksNow } from './tracks-now';

export class PackageBody {
  @TextField({ example: 'Spring 2026' })
  readonly name!: string;

  @TextsField({ max: tracksMax, description: 'recordings of the catalogue; the order does not matter' })
  readonly isrcs!: readonly string[];
}

export class PublicationBody {
  @HashField({
    optional: true,
    description: 'the package that is expected, as its preview says: no other is published',
  })
  readonly contentHash?: string;
}

/** Freezes recordings under a name. The same name again is the next version; what was published never changes. */
@Injectable()
export class PublishPackage {
  constructor(
    private readonly clock: Clock,
    private readonly offered: OfferedPackages,
  ) {}

  /**
   * The recordings of a list, of which `pointerOf` says where each stands in the request. Refuses with request-invalid, recording-unknown, or
   * package-version-taken when the name was published at the same moment.
   */
  async execute(
    tx: Tx,
    actor: Actor,
    { name, isrcs }: PackageBody,
    pointerOf = (index: number): string => `/isrcs/${index}`,
  ): Promise<Package> {
    const recordings = await ownRecordings(tx, actor.organizationId, isrcs, pointerOf, nameFaults(name));
    const tracks = recordings.map(({ isrc }) => isrc);
    return this.freeze(tx, actor, { name: tidyName(name), tracks, source: undefined });
  }

  /** The recordings that a saved query takes now, under its name. Refuses with not-found, package-size, package-differs, or package-version-taken. */
  async fromQuery(tx: Tx, actor: Actor, id: string, { contentHash }: PublicationBody): Promise<Package> {
    const saved = await getSavedQuery(tx, id);
    const tracks = await tracksNow(tx, actor, saved, this.offered);
    if (tracks.length === 0) throw new DomainError('package-size', 'the query takes no recording now');
    if (contentHash !== undefined && contentHash !== contentHashOf(tracks)) throw new DomainError('package-differs');
    const { name, version, query, exceptIsrcs } = saved;
    const source = { saved_query_id: id, saved_query_version: version, query, except_isrcs: exceptIsrcs };
    return this.freeze(tx, actor, { name, tracks, source });
  }

  private async freeze(
    tx: Tx,
    actor: Actor,
    { name, tracks, source }: Pick<NewPackage, 'name' | 'tracks' | 'source'>,
  ): Promise<Package> {
    const at = this.clock.now();
    const sorted = [...tracks].sort();
    const contentHash = contentHashOf(sorted);
    const content = { ownerId: actor.organizationId, name, contentHash, tracks: sorted, source, at };
    const published = await insertPackage(tx, content);
    const details = {
      ...{ version: published.version, contentHash, tracks: tracks.length },
      ...(source && { savedQueryId: source.saved_query_id }),
    };
    await audit(tx, actor, { action: 'package.published', subjectId: published.id, details, at });
    await publish(tx, {
      to: [actor.organizationId],
      topic: 'package.published',
      subjectId: published.id,
      payload: details,
      at,
    });
    return published;
  }
}

/** Of ISRCs in order. */
export const contentHashOf = (isrcs: readonly string[]): string => sha256Hex(canonicalText(isrcs));
