import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { AnswersWithEtag, etagHeader, IfMatch, NeedsIfMatch } from '../../platform/http/etag';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { OfferedPackages } from '../search/offered-packages';
import { KeepSavedQuery, SavedQueryBody } from './keep-saved-query';
import { PackageDifferenceView, PackageWholeView } from './package.view';
import { newestPackage } from './packages.repository';
import { contentHashOf, PublicationBody, PublishPackage } from './publish-package';
import { getSavedQuery, listSavedQueries } from './saved-queries.repository';
import { savedQuerySummary, SavedQuerySummary, savedQueryView, SavedQueryView } from './saved-query.view';
import { showDifference } from './show-difference';
import { showWhole } from './show-whole';
import { tracksNow } from './tracks-now';

/** What a label searches for again and again; of the package of its name it is the rule. */
@ApiTags('catalogue')
@Controller('v1/saved-queries')
export class SavedQueriesController {
  constructor(
    private readonly keepSavedQuery: KeepSavedQuery,
    private readonly publishPackage: PublishPackage,
    private readonly offered: OfferedPackages,
  ) {}

  @Post()
  @AnswersWithEtag()
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Save a query: what a package is to have, without a list',
    description:
      'A search by name, and recordings that it never takes. Nothing is published by it. Refused with `recording-unknown`, `saved-query-name-taken` or `limit-reached`.',
  })
  @ApiCreatedResponse({ type: SavedQueryView, headers: etagHeader })
  async save(@By() actor: Actor, @InTx() tx: Tx, @Body() body: SavedQueryBody): Promise<SavedQueryView> {
    return savedQueryView(await this.keepSavedQuery.save(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List your saved queries, oldest first' })
  @ApiOkResponse({ type: pageSchema(SavedQuerySummary) })
  async list(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<SavedQuerySummary>> {
    const after = afterInstant(cursor);
    const rows = await listSavedQueries(tx, { ownerId: actor.organizationId, after, limit });
    return pageOf(rows, limit, savedQuerySummary, (row) => [row.madeAt.toISOString(), row.id]);
  }

  @Get(':id')
  @AnswersWithEtag()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show a saved query' })
  @ApiOkResponse({ type: SavedQueryView, headers: etagHeader })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<SavedQueryView> {
    return savedQueryView(await getSavedQuery(tx, id));
  }

  @Put(':id')
  @AnswersWithEtag()
  @NeedsIfMatch()
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Save a query over the version that you read',
    description:
      'The whole of it: what is left out is gone. What was published from it stays. Refused with `precondition-required`, `precondition-failed`, `recording-unknown` or `saved-query-name-taken`.',
  })
  @ApiOkResponse({ type: SavedQueryView, headers: etagHeader })
  async replace(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Body() body: SavedQueryBody,
  ): Promise<SavedQueryView> {
    return savedQueryView(await this.keepSavedQuery.replace(tx, actor, { id, ifMatch }, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @NeedsIfMatch()
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Delete a saved query',
    description:
      'What was published from it stays, and tells what it said. Refused with `precondition-required` or `precondition-failed`.',
  })
  @ApiNoContentResponse()
  async discard(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<void> {
    await this.keepSavedQuery.discard(tx, actor, { id, ifMatch });
  }

  @Get(':id/difference')
  @Allow({ kinds: ['label'] })
  @ApiOperation({
    summary: 'Preview what publishing a saved query now would add and remove',
    description:
      'Against the newest package of its name. Looked up anew for each page: where its contentHash differs from the page before, the catalogue has changed meanwhile. Refused with `package-size` where the query takes too much.',
  })
  @ApiOkResponse({ type: PackageDifferenceView })
  async difference(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() page: PageQuery,
  ): Promise<PackageDifferenceView> {
    const saved = await getSavedQuery(tx, id);
    const tracks = await tracksNow(tx, actor, saved, this.offered);
    const against = await newestPackage(tx, actor.organizationId, saved.name);
    const compared = { ownerId: actor.organizationId, tracks, contentHash: contentHashOf(tracks), against };
    return showDifference(tx, compared, page);
  }

  @Post(':id/packages')
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Publish a package of what a saved query takes now',
    description:
      'The next version of its name, frozen and hashed as a list is. With a `contentHash`, only what the preview showed. Refused with `package-size`, `package-differs` or `package-version-taken`.',
  })
  @ApiCreatedResponse({ type: PackageWholeView })
  async publish(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: PublicationBody,
  ): Promise<PackageWholeView> {
    return showWhole(tx, await this.publishPackage.fromQuery(tx, actor, id, body));
  }
}
