import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { getNegotiation } from './negotiations.repository';
import { listNotes } from './notes.repository';
import { afterNumber } from './thread';
import { NoteView, noteView } from './thread.view';
import { NoteBody, WriteNote } from './write-note';

@ApiTags('negotiations')
@Controller('v1/negotiations/:id/notes')
export class NotesController {
  constructor(private readonly writeNote: WriteNote) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Write down a note on a negotiation for yourselves',
    description:
      'Only your organization sees it, and that it is there. It stays as it was written. Refused with `limit-reached`.',
  })
  @ApiCreatedResponse({ type: NoteView })
  async write(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: NoteBody,
  ): Promise<NoteView> {
    return noteView(await this.writeNote.execute(tx, actor, id, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List your own notes on a negotiation, in order' })
  @ApiOkResponse({ type: pageSchema(NoteView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<NoteView>> {
    await getNegotiation(tx, id);
    const rows = await listNotes(tx, id, limit + 1, afterNumber(cursor));
    return pageOf(rows, limit, noteView, (row) => [String(row.number)]);
  }
}
