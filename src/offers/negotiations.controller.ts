import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { AcceptanceBody, AcceptRevision } from './accept-revision';
import { EndNegotiation, RefusalBody, WithdrawalBody } from './end-negotiation';
import { getNegotiation, listNegotiations, type Negotiation } from './negotiations.repository';
import { NegotiationView, negotiationView } from './offers.view';
import { NegotiationBody, OpenNegotiation } from './open-negotiation';
import { ReopenNegotiation, ReopeningBody } from './reopen-negotiation';

@ApiTags('negotiations')
@Controller('v1/negotiations')
export class NegotiationsController {
  constructor(
    private readonly openNegotiation: OpenNegotiation,
    private readonly acceptRevision: AcceptRevision,
    private readonly endNegotiation: EndNegotiation,
    private readonly reopenNegotiation: ReopenNegotiation,
    private readonly clock: Clock,
  ) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Open a negotiation with revision 1 of the terms',
    description:
      'The other party must be verified: otherwise `not-found`. Refused with `terms-invalid`, `terms-not-operable`, `terms-parties-differ`, `track-not-controlled` or `most-favoured-breach`, all faults at once.',
  })
  @ApiCreatedResponse({ type: NegotiationView })
  async open(@By() actor: Actor, @InTx() tx: Tx, @Body() body: NegotiationBody): Promise<NegotiationView> {
    return this.view(await this.openNegotiation.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List your negotiations, oldest first' })
  @ApiOkResponse({ type: pageSchema(NegotiationView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<NegotiationView>> {
    const rows = await listNegotiations(tx, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, this.view, (row) => [row.openedAt.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show a negotiation and where it stands' })
  @ApiOkResponse({ type: NegotiationView })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<NegotiationView> {
    return this.view(await getNegotiation(tx, id));
  }

  @Post(':id/acceptance')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Accept the latest revision by its number',
    description:
      'A signatory may. The agreement then waits for both signatures. Above your approval threshold the negotiation stays open instead, with `pendingApproval`: a second signatory decides at `/v1/approvals/{id}/decision`. Refused with `offer-revised` when there is a newer revision, `own-revision`, `negotiation-closed`, `negotiation-expired`, `track-not-controlled`, `most-favoured-breach` or `acceptance-pending`.',
  })
  @ApiOkResponse({ type: NegotiationView })
  async accept(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: AcceptanceBody,
  ): Promise<NegotiationView> {
    return this.view(await this.acceptRevision.execute(tx, actor, id, body));
  }

  @Post(':id/refusal')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Refuse the other party’s latest revision',
    description:
      'Ends the negotiation without an agreement. Refused with `own-revision`, `negotiation-closed` or `negotiation-expired`.',
  })
  @ApiOkResponse({ type: NegotiationView })
  async refuse(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: RefusalBody,
  ): Promise<NegotiationView> {
    return this.view(await this.endNegotiation.execute(tx, actor, id, 'refuse', reason));
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Withdraw from a negotiation',
    description:
      'Either party may; it ends without an agreement. Refused with `negotiation-closed` or `negotiation-expired`.',
  })
  @ApiOkResponse({ type: NegotiationView })
  async withdraw(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: WithdrawalBody,
  ): Promise<NegotiationView> {
    return this.view(await this.endNegotiation.execute(tx, actor, id, 'withdraw', reason));
  }

  @Post(':id/reopening')
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Reopen what ended without an agreement, as a new one',
    description:
      'The terms of the last revision, or of the one you name, become revision 1, proposed by you. Refused with `negotiation-not-reopenable` while it is open and once it was accepted, `negotiation-reopened` when that has happened before, `terms-parties-differ` or `track-not-controlled`.',
  })
  @ApiCreatedResponse({ type: NegotiationView })
  async reopen(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ReopeningBody,
  ): Promise<NegotiationView> {
    return this.view(await this.reopenNegotiation.execute(tx, actor, id, body));
  }

  private readonly view = (negotiation: Negotiation): NegotiationView => negotiationView(negotiation, this.clock.now());
}
