import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { fromCursor, instantKey, type Page, pageOf, PageQuery, pageSchema, uuidKey } from '../platform/http/paging';
import { AcceptanceBody, AcceptRevision } from './accept-revision';
import { EndNegotiation, RefusalBody, WithdrawalBody } from './end-negotiation';
import { getNegotiation, listNegotiations } from './negotiations.repository';
import { NegotiationView, negotiationView } from './offers.view';
import { NegotiationBody, OpenNegotiation } from './open-negotiation';

@ApiTags('negotiations')
@Controller('v1/negotiations')
export class NegotiationsController {
  constructor(
    private readonly openNegotiation: OpenNegotiation,
    private readonly acceptRevision: AcceptRevision,
    private readonly endNegotiation: EndNegotiation,
  ) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Open a negotiation with revision 1 of the terms',
    description:
      'The other party must be verified: otherwise `not-found`. Refused with `terms-invalid`, `terms-not-operable`, `terms-parties-differ` or `track-not-controlled`, all faults at once.',
  })
  @ApiCreatedResponse({ type: NegotiationView })
  async open(@By() actor: Actor, @InTx() tx: Tx, @Body() body: NegotiationBody): Promise<NegotiationView> {
    return negotiationView(await this.openNegotiation.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List your negotiations, oldest first' })
  @ApiOkResponse({ type: pageSchema(NegotiationView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<NegotiationView>> {
    const rows = await listNegotiations(tx, limit + 1, fromCursor(cursor, [instantKey, uuidKey]));
    return pageOf(rows, limit, negotiationView, (row) => [row.openedAt.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show a negotiation and where it stands' })
  @ApiOkResponse({ type: NegotiationView })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<NegotiationView> {
    return negotiationView(await getNegotiation(tx, id));
  }

  @Post(':id/acceptance')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Accept the latest revision by its number',
    description:
      'The agreement then waits for both signatures. Refused with `offer-revised` when there is a newer revision, `own-revision`, `negotiation-closed` or `track-not-controlled`.',
  })
  @ApiOkResponse({ type: NegotiationView })
  async accept(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: AcceptanceBody,
  ): Promise<NegotiationView> {
    return negotiationView(await this.acceptRevision.execute(tx, actor, id, body));
  }

  @Post(':id/refusal')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Refuse the other party’s latest revision',
    description: 'Ends the negotiation without an agreement. Refused with `own-revision` or `negotiation-closed`.',
  })
  @ApiOkResponse({ type: NegotiationView })
  async refuse(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: RefusalBody,
  ): Promise<NegotiationView> {
    return negotiationView(await this.endNegotiation.execute(tx, actor, id, 'refuse', reason));
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Withdraw from a negotiation',
    description: 'Either party may; it ends without an agreement. Refused with `negotiation-closed`.',
  })
  @ApiOkResponse({ type: NegotiationView })
  async withdraw(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: WithdrawalBody,
  ): Promise<NegotiationView> {
    return negotiationView(await this.endNegotiation.execute(tx, actor, id, 'withdraw', reason));
  }
}
