import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { fromCursor, instantKey, type Page, pageOf, PageQuery, pageSchema, uuidKey } from '../../platform/http/paging';
import { VoidEvents } from './void-events';
import { VoidBody } from './voids.body';
import { listVoids } from './voids.repository';
import { EventVoidView, eventVoidView } from './voids.view';

@ApiTags('usage')
@Controller('v1/usage-event-voids')
export class UsageEventVoidsController {
  constructor(private readonly voidEvents: VoidEvents) {}

  @Post()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Take usage events back, or put others in their place',
    description:
      'By source and id, or by source, service, recording and time. The events stay as they came and no longer count; of closed months the difference comes with the next close. Refused with `usage-event-unknown`, or, for replacements, with `usage-event-invalid`: then nothing is void either.',
  })
  @ApiCreatedResponse({ type: EventVoidView })
  async create(@By() actor: Actor, @InTx() tx: Tx, @Body() body: VoidBody): Promise<EventVoidView> {
    return eventVoidView(await this.voidEvents.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'List what made usage events void, and why',
    description: 'A platform sees its own, a label those that concern its recordings.',
  })
  @ApiOkResponse({ type: pageSchema(EventVoidView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<EventVoidView>> {
    const rows = await listVoids(tx, limit, fromCursor(cursor, [instantKey, uuidKey]));
    return pageOf(rows, limit, eventVoidView, (row) => [row.made_at.toISOString(), row.id]);
  }
}
