import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { AnswersWithEtag, etagHeader, IfMatch, NeedsIfMatch } from '../platform/http/etag';
import { ChoiceField } from '../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { DraftBody } from './draft-body';
import { getDraft, listDrafts } from './drafts.repository';
import { DraftSummary, draftSummary, DraftView, draftView } from './drafts.view';
import { EndDraft, SendingBody } from './end-draft';
import { SaveDraft } from './save-draft';

export class DraftsQuery extends PageQuery {
  @ChoiceField(['open', 'sent'], { optional: true, description: 'only the drafts in this state' })
  readonly state?: 'open' | 'sent';
}

@ApiTags('drafts')
@Controller('v1/drafts')
export class DraftsController {
  constructor(
    private readonly saveDraft: SaveDraft,
    private readonly endDraft: EndDraft,
  ) {}

  @Post()
  @AnswersWithEtag()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Open a draft of an offer or of a revision',
    description:
      'Only your organization sees it. The terms may be incomplete, at most a million characters; an organization has at most 200 open drafts. Refused with `not-found`, `negotiation-closed` or `limit-reached`.',
  })
  @ApiCreatedResponse({ type: DraftSummary, headers: etagHeader })
  async open(@By() actor: Actor, @InTx() tx: Tx, @Body() body: DraftBody): Promise<DraftSummary> {
    return draftSummary(await this.saveDraft.open(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List your drafts, oldest first', description: 'Without their terms.' })
  @ApiOkResponse({ type: pageSchema(DraftSummary) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, state }: DraftsQuery): Promise<Page<DraftSummary>> {
    const after = afterInstant(cursor);
    const rows = await listDrafts(tx, { state, limit: limit + 1, after });
    return pageOf(rows, limit, draftSummary, (row) => [row.openedAt.toISOString(), row.id]);
  }

  @Get(':id')
  @AnswersWithEtag()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Show a draft with its terms, their faults and remarks',
    description:
      'The faults are those that the draft has by itself. Who controls a track is looked at when it is sent.',
  })
  @ApiOkResponse({ type: DraftView, headers: etagHeader })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<DraftView> {
    return draftView(await getDraft(tx, id));
  }

  @Put(':id')
  @AnswersWithEtag()
  @NeedsIfMatch()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Save a draft over the version that you read',
    description:
      'The whole of it: what is left out is gone. Refused with `precondition-required`, `precondition-failed`, `draft-ended`, `not-found` or `negotiation-closed`.',
  })
  @ApiOkResponse({ type: DraftSummary, headers: etagHeader })
  async save(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Body() body: DraftBody,
  ): Promise<DraftSummary> {
    return draftSummary(await this.saveDraft.replace(tx, actor, { id, ifMatch }, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @NeedsIfMatch()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Throw a draft away with all that it says',
    description: 'Refused with `precondition-required`, `precondition-failed` or `draft-ended`.',
  })
  @ApiNoContentResponse()
  async discard(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
  ): Promise<void> {
    await this.endDraft.discard(tx, actor, { id, ifMatch });
  }

  @Post(':id/sending')
  @HttpCode(200)
  @AnswersWithEtag()
  @NeedsIfMatch()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Send a draft: it becomes a revision',
    description:
      'Opens or revises the negotiation as its own routes do, with their refusals, and ends the draft. Refused with `precondition-required`, `precondition-failed`, `draft-ended` or `draft-incomplete`.',
  })
  @ApiOkResponse({ type: DraftSummary, headers: etagHeader })
  async send(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @IfMatch() ifMatch: string | undefined,
    @Body() body: SendingBody,
  ): Promise<DraftSummary> {
    return draftSummary(await this.endDraft.send(tx, actor, { id, ifMatch }, body));
  }
}
