import { ApiProperty } from '@nestjs/swagger';
import {
  type Listing,
  type ListingHead,
  type ListingState,
  listingStateAt,
  listingStates,
  visibilities,
  type Visibility,
} from './listings.repository';

export class ListedPackageView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ type: 'integer' }) readonly version!: number;
  @ApiProperty({ description: 'SHA-256 of the canonical JSON list of its ISRCs in order' })
  readonly contentHash!: string;
  @ApiProperty({ type: 'integer' }) readonly trackCount!: number;
}

export class ListingSummary {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ enum: listingStates, description: 'closed and ended ones are shown to their label only' })
  readonly state!: ListingState;
  @ApiProperty({ type: ListedPackageView }) readonly package!: ListedPackageView;
  @ApiProperty({ enum: visibilities }) readonly visibility!: Visibility;
  @ApiProperty({
    type: String,
    isArray: true,
    description: 'the platforms that it is shown to, unless it is public; a platform sees itself only',
  })
  readonly platformIds!: readonly string[];
  @ApiProperty({ type: String, nullable: true }) readonly note!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly endsAt!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly publishedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly closedAt!: string | null;
}

export class ListingView extends ListingSummary {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'terms without parties, services and repertoire, in canonical form; services are named `any`',
  })
  readonly template!: object;
}

export const listingSummary = (listing: ListingHead, now: Date): ListingSummary => ({
  id: listing.id,
  labelId: listing.labelId,
  state: listingStateAt(listing, now),
  package: {
    id: listing.packageId,
    name: listing.packageName,
    version: listing.packageVersion,
    contentHash: listing.contentHash,
    trackCount: listing.trackCount,
  },
  visibility: listing.visibility,
  platformIds: listing.platformIds,
  note: listing.note,
  endsAt: listing.endsAt?.toISOString() ?? null,
  publishedAt: listing.publishedAt.toISOString(),
  closedAt: listing.closedAt?.toISOString() ?? null,
});

export const listingView = (listing: Listing, now: Date): ListingView => ({
  ...listingSummary(listing, now),
  template: JSON.parse(listing.template) as object,
});
