import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../auth/actor';
import { Allow, By, InTx } from '../auth/allow';
import type { Tx } from '../database/tx';
import { fromCursor, type Page, PageQuery, pageSchema, toCursor } from '../http/paging';
import { listOutbox } from './outbox';

export class EventView {
  @ApiProperty({ example: 'agreement.concluded' }) readonly topic!: string;
  @ApiProperty({ format: 'uuid' }) readonly subjectId!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) readonly payload!: object;
  @ApiProperty({ format: 'date-time' }) readonly occurredAt!: string;
}

@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  @Get()
  @Allow()
  @ApiOperation({
    summary: 'Read what happened for your organization, in order',
    description: '`next` is never null: ask again with it later.',
  })
  @ApiOkResponse({ type: pageSchema(EventView) })
  async list(@By() actor: Actor, @InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<EventView>> {
    const [transaction = '0', position = '0'] = fromCursor(cursor, [/^\d{1,19}$/, /^\d{1,18}$/]) ?? [];
    const entries = await listOutbox(tx, actor.organizationId, { transaction, position }, limit);
    const last = entries.at(-1);
    return {
      rows: entries.map((entry) => ({
        topic: entry.topic,
        subjectId: entry.subject_id,
        payload: entry.payload,
        occurredAt: entry.occurred_at.toISOString(),
      })),
      next: toCursor([last?.transaction ?? transaction, String(last?.position ?? position)]),
    };
  }
}
