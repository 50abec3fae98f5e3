import { ApiProperty } from '@nestjs/swagger';
import { RecordingQuery } from '../search/search-query';
import type { Package } from './packages.repository';

export class PackageSourceView {
  @ApiProperty({ format: 'uuid', description: 'of the saved query, which may have changed or been deleted since' })
  readonly id!: string;
  @ApiProperty({ type: 'integer', description: 'of the saved query at that time' }) readonly version!: number;
  @ApiProperty({ type: RecordingQuery, description: 'what it said at that time' }) readonly query!: RecordingQuery;
  @ApiProperty({ type: 'integer', description: 'recordings that it was never to take' }) readonly exceptCount!: number;
}

export class PackageView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ description: 'counts up for each publication under the same name' }) readonly version!: number;
  @ApiProperty({ description: 'SHA-256 of the canonical JSON list of its ISRCs in order' })
  readonly contentHash!: string;
  @ApiProperty() readonly trackCount!: number;
  @ApiProperty({
    type: PackageSourceView,
    nullable: true,
    description: 'what it was published from; null: from a list',
  })
  readonly savedQuery!: PackageSourceView | null;
  @ApiProperty({ format: 'date-time' }) readonly publishedAt!: string;
}

export class PackageWholeView extends PackageView {
  @ApiProperty({ type: String, isArray: true, description: 'recordings that it was never to take, by ISRC' })
  readonly exceptIsrcs!: readonly string[];
}

export class PackageTrackView {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty() readonly title!: string;
  @ApiProperty({ type: String, nullable: true }) readonly version!: string | null;
  @ApiProperty({ type: String, isArray: true }) readonly artists!: readonly string[];
}

export class ChangedTrackView extends PackageTrackView {
  @ApiProperty({ enum: ['added', 'removed'] }) readonly change!: string;
}

export class PackageDifferenceView {
  @ApiProperty({
    type: PackageView,
    nullable: true,
    description: 'the older one; null: there is none, and all is added',
  })
  readonly against!: PackageView | null;
  @ApiProperty({ description: 'of the newer one, as its package has it or would have it' })
  readonly contentHash!: string;
  @ApiProperty({ type: 'integer', description: 'of the newer one' }) readonly trackCount!: number;
  @ApiProperty({ type: 'integer', description: 'in all, on whatever page' }) readonly added!: number;
  @ApiProperty({ type: 'integer', description: 'in all, on whatever page' }) readonly removed!: number;
  @ApiProperty({ type: ChangedTrackView, isArray: true, description: 'by ISRC, as the catalogue tells of them today' })
  readonly rows!: readonly ChangedTrackView[];
  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null at the end' })
  readonly next!: string | null;
}

export const packageView = (row: Package): PackageView => ({
  id: row.id,
  name: row.name,
  version: row.version,
  contentHash: row.content_hash,
  trackCount: row.track_count,
  savedQuery:
    row.saved_query_id === null
      ? null
      : {
          id: row.saved_query_id,
          version: row.saved_query_version,
          query: row.query,
          exceptCount: row.except_count ?? 0,
        },
  publishedAt: row.published_at.toISOString(),
});
