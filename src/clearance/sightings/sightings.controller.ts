import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { REFUSAL_REASONS } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { MonthField } from '../../platform/http/fields';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { listDemand } from './sightings.repository';

export class DemandQuery extends PageQuery {
  @MonthField({ description: 'the month that was asked about, in UTC' })
  readonly month!: string;
}

export class DemandView {
  @ApiProperty({ example: 'ZZA012600001' }) readonly isrc!: string;
  @ApiProperty({ example: 'RU' }) readonly territory!: string;
  @ApiProperty({ example: 'OnDemandStream' }) readonly useType!: string;
  @ApiProperty({ enum: REFUSAL_REASONS }) readonly reason!: string;
  @ApiProperty({ description: 'how often all platforms that count were told so' }) readonly sightings!: number;
}

@ApiTags('clearance')
@Controller('v1/clearance/sightings')
export class SightingsController {
  @Get()
  @Allow({ kinds: ['label'], roles: ['licensing', 'enforcement', 'reader'] })
  @ApiOperation({
    summary: 'See where your recordings were wanted and not licensed',
    description: 'Of platforms that have their answers of no counted, all together: not which of them asked.',
  })
  @ApiOkResponse({ type: pageSchema(DemandView) })
  async list(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Query() { limit, cursor, month }: DemandQuery,
  ): Promise<Page<DemandView>> {
    const after = fromCursor(cursor, [/^[A-Z0-9]{12}$/, /^[A-Z]{2}$/, /^[\w:]{1,60}$/, /^[a-z-]{1,40}$/]);
    const rows = await listDemand(tx, { labelId: actor.organizationId, month, limit, after });
    const keys = ({ isrc, territory, useType, reason }: (typeof rows)[number]) => [isrc, territory, useType, reason];
    return pageOf(rows, limit, ({ sightings, ...row }) => ({ ...row, sightings: Number(sightings) }), keys);
  }
}
