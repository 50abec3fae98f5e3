import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { ChoiceField } from '../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { DecliningBody, EndLicenceRequest, RequestWithdrawalBody } from './end-licence-request';
import {
  LicenceRequestSummary,
  licenceRequestSummary,
  LicenceRequestView,
  licenceRequestView,
} from './licence-request.view';
import { getLicenceRequest, listLicenceRequests } from './licence-requests.repository';
import { type RequestState, requestStates } from './request-moves';
import { LicenceRequestBody, SendLicenceRequest } from './send-licence-request';

export class LicenceRequestsQuery extends PageQuery {
  @ChoiceField(requestStates, { optional: true, description: 'only requests in this state' })
  readonly state?: RequestState;
}

@ApiTags('licence-requests')
@Controller('v1/licence-requests')
export class LicenceRequestsController {
  constructor(
    private readonly sendLicenceRequest: SendLicenceRequest,
    private readonly endLicenceRequest: EndLicenceRequest,
  ) {}

  @Post()
  @Allow({ kinds: ['platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Ask a label for a licence',
    description:
      'The label answers by opening a negotiation, or declines. Nothing is compared with its catalogue. Refused with `not-found` for a label that is not verified.',
  })
  @ApiCreatedResponse({ type: LicenceRequestView })
  async send(@By() actor: Actor, @InTx() tx: Tx, @Body() body: LicenceRequestBody): Promise<LicenceRequestView> {
    return licenceRequestView(await this.sendLicenceRequest.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the licence requests that you sent or got', description: 'Oldest first.' })
  @ApiOkResponse({ type: pageSchema(LicenceRequestSummary) })
  async list(
    @InTx() tx: Tx,
    @Query() { state, limit, cursor }: LicenceRequestsQuery,
  ): Promise<Page<LicenceRequestSummary>> {
    const rows = await listLicenceRequests(tx, state, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, licenceRequestSummary, (row) => [row.sentAt.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show a licence request and what became of it' })
  @ApiOkResponse({ type: LicenceRequestView })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<LicenceRequestView> {
    return licenceRequestView(await getLicenceRequest(tx, id));
  }

  @Post(':id/declining')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Decline a licence request, with a reason',
    description: 'Refused with `request-closed`.',
  })
  @ApiOkResponse({ type: LicenceRequestView })
  async decline(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: DecliningBody,
  ): Promise<LicenceRequestView> {
    return licenceRequestView(await this.endLicenceRequest.execute(tx, actor, id, 'decline', reason));
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Withdraw a licence request of yours',
    description: 'Refused with `request-closed`.',
  })
  @ApiOkResponse({ type: LicenceRequestView })
  async withdraw(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: RequestWithdrawalBody,
  ): Promise<LicenceRequestView> {
    return licenceRequestView(await this.endLicenceRequest.execute(tx, actor, id, 'withdraw', reason));
  }
}
