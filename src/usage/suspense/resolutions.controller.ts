import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { afterInstant, type Page, pageOf, pageSchema } from '../../platform/http/paging';
import { DecideResolutions } from './decide-resolutions';
import { DecisionsBody, ResolutionsBody, ResolutionsQuery } from './resolutions.body';
import { listResolutions, type Resolution, resolutionStates } from './resolutions.repository';

export class ResolutionView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: all services' })
  readonly serviceId!: string | null;
  @ApiProperty({ example: 'ZZA0126OOO01' }) readonly reportedIsrc!: string;
  @ApiProperty({ description: 'the recording that it is' }) readonly isrc!: string;
  @ApiProperty({ type: String, isArray: true, nullable: true, description: 'null: all months' })
  readonly months!: readonly string[] | null;
  @ApiProperty() readonly reason!: string;
  @ApiProperty({ enum: resolutionStates }) readonly state!: string;
  @ApiProperty({ format: 'uuid' }) readonly proposedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly proposedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly decidedAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'of an accepted one: who wants it taken back; it is withdrawn once the other party does so as well',
  })
  readonly withdrawalAskedBy!: string | null;
}

export class ResolutionsView {
  @ApiProperty({ type: ResolutionView, isArray: true }) readonly rows!: readonly ResolutionView[];
}

/** What was reported under a wrong ISRC, as both parties say. */
@ApiTags('usage')
@Controller('v1/usage-suspense/resolutions')
export class ResolutionsController {
  constructor(private readonly resolutions: DecideResolutions) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Propose what suspended usage is: up to 1,000 resolutions',
    description:
      '“What was reported as this is that recording.” The other party accepts or declines; until then nothing counts. Refused with `usage-resolution-invalid`, all faults at once.',
  })
  @ApiCreatedResponse({ type: ResolutionsView })
  async propose(@By() actor: Actor, @InTx() tx: Tx, @Body() body: ResolutionsBody): Promise<ResolutionsView> {
    return { rows: (await this.resolutions.propose(tx, actor, body)).map(resolutionView) };
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the resolutions that you proposed or are to decide, oldest first' })
  @ApiOkResponse({ type: pageSchema(ResolutionView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, state }: ResolutionsQuery): Promise<Page<ResolutionView>> {
    const rows = await listResolutions(tx, { limit, after: afterInstant(cursor), state });
    return pageOf(rows, limit, resolutionView, (row) => [row.proposed_at.toISOString(), row.id]);
  }

  @Post('decisions')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Accept, decline or withdraw up to 1,000 resolutions',
    description:
      'All or none. Accepted ones hold from now on: reports of their months are read again, and closed months get the difference with the next close. Its proposer withdraws one that waits; an accepted one is withdrawn once both parties say so. Refused with `usage-resolution-state`, all faults at once.',
  })
  @ApiOkResponse({ type: ResolutionsView })
  async decide(@By() actor: Actor, @InTx() tx: Tx, @Body() body: DecisionsBody): Promise<ResolutionsView> {
    return { rows: (await this.resolutions.decide(tx, actor, body)).map(resolutionView) };
  }
}

const resolutionView = (resolution: Resolution): ResolutionView => ({
  id: resolution.id,
  labelId: resolution.label_id,
  platformId: resolution.platform_id,
  serviceId: resolution.service_id,
  reportedIsrc: resolution.reported_isrc,
  isrc: resolution.isrc,
  months: resolution.months,
  reason: resolution.reason,
  state: resolution.state,
  proposedBy: resolution.proposed_by,
  proposedAt: resolution.proposed_at.toISOString(),
  decidedAt: resolution.decided_at?.toISOString() ?? null,
  withdrawalAskedBy: resolution.withdrawal_asked_by,
});
