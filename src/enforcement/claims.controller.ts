import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { ChoiceField } from '../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { type ClaimState, claimStates } from './claim-states';
import { type Claim, claimedUses, claimEvents, findClaim, listClaims } from './claims.repository';
import { EndClaim, ReopeningBody, WithdrawalBody } from './end-claim';
import { ClaimBody, RecordClaim } from './record-claim';

export class ClaimsQuery extends PageQuery {
  @ChoiceField(claimStates, { optional: true, description: 'only claims in this state' })
  readonly state?: ClaimState;
}

export class ClaimedUseView {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty() readonly url!: string;
  @ApiProperty({ format: 'date' }) readonly seenOn!: string;
}

class ClaimBasics {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ description: "the label's own number" }) readonly reference!: string;
  @ApiProperty({ enum: claimStates }) readonly state!: ClaimState;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the agreement that settled it' })
  readonly agreementId!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly settledAt!: string | null;
}

export class ClaimSummaryView extends ClaimBasics {
  @ApiProperty({ example: '4', description: 'how many uses it names, as text' }) readonly useCount!: string;
}

export class ClaimEventView {
  @ApiProperty({ enum: ['settled', 'withdrawn', 'reopened'] }) readonly kind!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'what it rests on' })
  readonly details!: object;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
}

export class ClaimView extends ClaimBasics {
  @ApiProperty({ type: ClaimedUseView, isArray: true }) readonly uses!: readonly ClaimedUseView[];
  @ApiProperty({ type: ClaimEventView, isArray: true }) readonly history!: readonly ClaimEventView[];
}

/** Claims about unlicensed use, as both parties see them. */
@ApiTags('enforcement')
@Controller('v1/claims')
export class ClaimsController {
  constructor(
    private readonly recordClaim: RecordClaim,
    private readonly endClaim: EndClaim,
  ) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['enforcement', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Record a claim: unlicensed uses of your recordings by a platform',
    description:
      'It is open until an agreement settles it. Refused with `recording-unknown` or `claim-reference-taken`.',
  })
  @ApiCreatedResponse({ type: ClaimView })
  async create(@By() actor: Actor, @InTx() tx: Tx, @Body() body: ClaimBody): Promise<ClaimView> {
    return viewOf(tx, await this.recordClaim.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the claims that you made or that name you, oldest first' })
  @ApiOkResponse({ type: pageSchema(ClaimSummaryView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, state }: ClaimsQuery): Promise<Page<ClaimSummaryView>> {
    const rows = await listClaims(tx, {
      state: state ?? null,
      after: afterInstant(cursor),
      limit,
    });
    const view = (row: (typeof rows)[number]): ClaimSummaryView => ({ ...basicsOf(row), useCount: String(row.uses) });
    return pageOf(rows, limit, view, (row) => [row.recorded_at.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show a claim and the uses that it names' })
  @ApiOkResponse({ type: ClaimView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ClaimView> {
    const claim = await findClaim(tx, id);
    if (claim === undefined) throw new DomainError('not-found');
    return viewOf(tx, claim);
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['enforcement', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Withdraw a claim',
    description:
      'With the court’s confirmation where it was before one. Refused with `claim-state` unless it is open or reopened.',
  })
  @ApiOkResponse({ type: ClaimView })
  async withdraw(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: WithdrawalBody,
  ): Promise<ClaimView> {
    return viewOf(tx, await this.endClaim.withdraw(tx, actor, id, body));
  }

  @Post(':id/reopening')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['enforcement', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Take a settled claim up again',
    description:
      'Refused with `claim-state` unless it is settled, and with `breach-missing` unless that agreement is broken.',
  })
  @ApiOkResponse({ type: ClaimView })
  async reopen(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ReopeningBody,
  ): Promise<ClaimView> {
    return viewOf(tx, await this.endClaim.reopen(tx, actor, id, body));
  }
}

const viewOf = async (tx: Tx, claim: Claim): Promise<ClaimView> => ({
  ...basicsOf(claim),
  uses: await claimedUses(tx, claim.id),
  history: (await claimEvents(tx, claim.id)).map(({ at, ...event }) => ({ ...event, at: at.toISOString() })),
});

const basicsOf = (claim: Claim): ClaimBasics => ({
  id: claim.id,
  labelId: claim.label_id,
  platformId: claim.platform_id,
  reference: claim.reference,
  state: claim.state,
  agreementId: claim.agreement_id,
  recordedAt: claim.recorded_at.toISOString(),
  settledAt: claim.settled_at?.toISOString() ?? null,
});
