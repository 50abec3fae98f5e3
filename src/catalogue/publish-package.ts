import { Injectable } from '@nestjs/common';
import { canonicalText, sha256Hex } from '../kernel';
import { audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { TextField, TextsField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { ownRecordings } from './isrc-list';
import { insertPackage, type Package } from './packages.repository';

export class PackageBody {
  @TextField({ example: 'Spring 2026' })
  readonly name!: string;

  @TextsField({ max: 10_000, description: 'recordings of the catalogue; the order does not matter' })
  readonly isrcs!: string[];
}

/** Freezes a list of recordings under a name. The same name again is the next version; what was published never changes. */
@Injectable()
export class PublishPackage {
  constructor(private readonly clock: Clock) {}

  /** Refuses with request-invalid, recording-unknown, or package-version-taken when the name was published at the same moment. */
  async execute(tx: Tx, actor: Actor, { name, isrcs }: PackageBody): Promise<Package> {
    const at = this.clock.now();
    const tracks = (await ownRecordings(tx, actor.organizationId, isrcs, (index) => `/isrcs/${index}`))
      .map(({ isrc }) => isrc)
      .sort();
    const contentHash = sha256Hex(canonicalText(tracks));
    const published = await insertPackage(tx, {
      ownerId: actor.organizationId,
      name: name.normalize('NFC').trim(),
      contentHash,
      tracks,
      at,
    });
    const details = { version: published.version, contentHash, tracks: tracks.length };
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
