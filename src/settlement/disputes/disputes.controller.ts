import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../agreements';
import { moneyText, territoryCode } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { IdField, IntegerParameter } from '../../platform/http/fields';
import { afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { type Dispute, disputeStates, listDisputes } from './disputes.repository';
import { EndDispute } from './end-dispute';
import { DisputeBody, OpenDispute } from './open-dispute';

export class DisputeParameters {
  @IdField()
  readonly id!: string;

  @IntegerParameter({ min: 1, max: 1_000_000_000 })
  readonly number!: number;
}

export class DisputeView {
  @ApiProperty({ type: 'integer', description: 'within the agreement' }) readonly number!: number;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ type: String, isArray: true, nullable: true, description: 'null: all' })
  readonly isrcs!: readonly string[] | null;
  @ApiProperty({ type: String, isArray: true, nullable: true, description: 'null: all' })
  readonly territories!: readonly string[] | null;
  @ApiProperty() readonly reason!: string;
  @ApiProperty({ enum: disputeStates }) readonly state!: string;
  @ApiProperty({ description: 'the share that was let pass', example: '0.02' }) readonly tolerance!: string;
  @ApiProperty({ type: 'integer', description: 'recordings and contexts that differed when it was opened' })
  readonly differing!: number;
  @ApiProperty({ description: 'their units by the source that is money' }) readonly recordUnits!: string;
  @ApiProperty({ description: 'and by the other' }) readonly otherUnits!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '100.00',
    description: 'what the close held; null: not closed yet',
  })
  readonly held!: string | null;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ format: 'uuid' }) readonly openedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly openedAt!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'who agrees to release it already' })
  readonly releaseAgreedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly endedAt!: string | null;
}

/** What a party disputes of usage, and the money that is held for it. */
@ApiTags('statements')
@Controller('v1/agreements/:id/usage-disputes')
export class DisputesController {
  constructor(
    private readonly openDispute: OpenDispute,
    private readonly endDispute: EndDispute,
  ) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Dispute what reports and events say of a service’s month',
    description:
      'As a whole or by recordings and territories, before the month is closed. Its close then holds what hangs on the difference, and no more. Refused with `usage-dispute-closed` or `usage-dispute-nothing`.',
  })
  @ApiCreatedResponse({ type: DisputeView })
  async open(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: DisputeBody,
  ): Promise<DisputeView> {
    const dispute = await this.openDispute.execute(tx, actor, id, body);
    return disputeView(dispute, (await getAgreement(tx, id)).currency);
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List an agreement’s disputes about usage, oldest first' })
  @ApiOkResponse({ type: pageSchema(DisputeView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<DisputeView>> {
    const after = afterNumber(cursor);
    const { currency } = await getAgreement(tx, id);
    const rows = await listDisputes(tx, id, limit, after);
    return pageOf(
      rows,
      limit,
      (dispute) => disputeView(dispute, currency),
      ({ number }) => [String(number)],
    );
  }

  @Post(':number/release')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Agree to release what is held for a dispute',
    description:
      'Once both parties have, it is due: booked and invoiced in the same moment. Refused with `usage-dispute-state`.',
  })
  @ApiOkResponse({ type: DisputeView })
  release(@By() actor: Actor, @InTx() tx: Tx, @Param() { id, number }: DisputeParameters): Promise<DisputeView> {
    return this.end(tx, actor, { agreementId: id, number, kind: 'release-agreed' });
  }

  @Post(':number/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Withdraw a dispute that you opened',
    description:
      'What is held for it is due: booked and invoiced in the same moment. Refused with `usage-dispute-state`.',
  })
  @ApiOkResponse({ type: DisputeView })
  withdraw(@By() actor: Actor, @InTx() tx: Tx, @Param() { id, number }: DisputeParameters): Promise<DisputeView> {
    return this.end(tx, actor, { agreementId: id, number, kind: 'withdrawn' });
  }

  private async end(tx: Tx, actor: Actor, wish: Parameters<EndDispute['execute']>[2]): Promise<DisputeView> {
    const dispute = await this.endDispute.execute(tx, actor, wish);
    return disputeView(dispute, (await getAgreement(tx, wish.agreementId)).currency);
  }
}

const disputeView = (dispute: Dispute, currency: string): DisputeView => ({
  number: dispute.number,
  month: dispute.month.slice(0, 7),
  serviceId: dispute.service_id,
  isrcs: dispute.isrcs,
  territories: dispute.territories?.map(territoryCode) ?? null,
  reason: dispute.reason,
  state: dispute.state,
  tolerance: dispute.tolerance,
  differing: dispute.differing,
  recordUnits: String(dispute.record_units),
  otherUnits: String(dispute.other_units),
  held: dispute.held_minor === null ? null : moneyText({ minor: dispute.held_minor, currency }),
  currency,
  openedBy: dispute.opened_by,
  openedAt: dispute.opened_at.toISOString(),
  releaseAgreedBy: dispute.release_agreed_by,
  endedAt: dispute.ended_at?.toISOString() ?? null,
});
