import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { fromCursor, instantKey, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { getNegotiation } from './negotiations.repository';
import { entriesAt, listPlaces } from './thread';
import { ThreadEntryView } from './thread.view';

@ApiTags('negotiations')
@Controller('v1/negotiations/:id/thread')
export class ThreadController {
  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Read a negotiation as one thread, oldest first',
    description: 'Revisions, messages and attachments of both parties, and your own notes among them.',
  })
  @ApiOkResponse({ type: pageSchema(ThreadEntryView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<ThreadEntryView>> {
    await getNegotiation(tx, id);
    const places = await listPlaces(tx, id, limit + 1, fromCursor(cursor, [instantKey, /^\d$/, /^\d{1,5}$/]));
    const entryAt = await entriesAt(tx, id, places);
    return pageOf(places, limit, entryAt, ({ at, rank, number }) => [at.toISOString(), String(rank), String(number)]);
  }
}
