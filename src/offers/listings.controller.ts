import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { isrcKey, listPackageTracks, PackageTrackView } from '../catalogue';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { afterInstant, fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { CloseListing } from './close-listing';
import { ListingSummary, listingSummary, ListingView, listingView } from './listing.view';
import { getListing, listListings } from './listings.repository';
import { NegotiationView, negotiationView } from './offers.view';
import { ListingNegotiationBody, OpenFromListing } from './open-from-listing';
import { ListingBody, PublishListing } from './publish-listing';

@ApiTags('listings')
@Controller('v1/listings')
export class ListingsController {
  constructor(
    private readonly clock: Clock,
    private readonly publishListing: PublishListing,
    private readonly closeListing: CloseListing,
    private readonly openFromListing: OpenFromListing,
  ) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Publish a listing: a package on the terms of a template',
    description:
      'A standing offer to those who may see it. Refused with `not-found` (the package, or a platform that is not verified), `terms-invalid` or `track-not-controlled`, all faults at once.',
  })
  @ApiCreatedResponse({ type: ListingView })
  async publish(@By() actor: Actor, @InTx() tx: Tx, @Body() body: ListingBody): Promise<ListingView> {
    return listingView(await this.publishListing.execute(tx, actor, body), this.clock.now());
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'List your listings, or those that are shown to you',
    description: 'Oldest first. A platform sees open ones that are public or name it, once it is verified.',
  })
  @ApiOkResponse({ type: pageSchema(ListingSummary) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<ListingSummary>> {
    const now = this.clock.now();
    const rows = await listListings(tx, now, limit + 1, afterInstant(cursor));
    const keys = (row: (typeof rows)[number]): string[] => [row.publishedAt.toISOString(), row.id];
    return pageOf(rows, limit, (row) => listingSummary(row, now), keys);
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show a listing with its template' })
  @ApiOkResponse({ type: ListingView })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ListingView> {
    const now = this.clock.now();
    return listingView(await getListing(tx, id, now), now);
  }

  @Get(':id/tracks')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the recordings that a listing offers, by ISRC' })
  @ApiOkResponse({ type: pageSchema(PackageTrackView) })
  async tracks(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<PackageTrackView>> {
    const after = fromCursor(cursor, [isrcKey])?.[0] ?? null;
    const { packageId } = await getListing(tx, id, this.clock.now());
    // The package is the label's own; whoever may see the listing may see what it offers.
    const tracks = await tx.asSystem(() => listPackageTracks(tx, packageId, after, limit));
    return pageOf(
      tracks,
      limit,
      (track) => ({ ...track }),
      ({ isrc }) => [isrc],
    );
  }

  @Post(':id/closing')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Close a listing: nobody takes it up any more',
    description: 'Negotiations that began with it go on. Refused with `listing-closed`.',
  })
  @ApiOkResponse({ type: ListingView })
  async close(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ListingView> {
    return listingView(await this.closeListing.execute(tx, actor, id), this.clock.now());
  }

  @Post(':id/negotiations')
  @Allow({ kinds: ['platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Take up a listing: open a negotiation with its standing offer',
    description:
      'Revision 1 is the label’s, completed with your services, for you to accept or to counter. Refused with `listing-under-negotiation` while you negotiate on it, and with `track-not-controlled` when the label has lost rights since.',
  })
  @ApiCreatedResponse({ type: NegotiationView })
  async negotiate(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ListingNegotiationBody,
  ): Promise<NegotiationView> {
    return negotiationView(await this.openFromListing.execute(tx, actor, id, body), this.clock.now());
  }
}
