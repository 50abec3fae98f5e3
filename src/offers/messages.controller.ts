import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { listMessages } from './messages.repository';
import { getNegotiation } from './negotiations.repository';
import { afterNumber } from './thread';
import { MessageView, messageView } from './thread.view';
import { MessageBody, WriteMessage } from './write-message';

@ApiTags('negotiations')
@Controller('v1/negotiations/:id/messages')
export class MessagesController {
  constructor(private readonly writeMessage: WriteMessage) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Write the other party a message',
    description:
      'Also after the negotiation has ended. It cannot be changed or taken back, and changes no terms. Refused with `limit-reached`.',
  })
  @ApiCreatedResponse({ type: MessageView })
  async write(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: MessageBody,
  ): Promise<MessageView> {
    return messageView(await this.writeMessage.execute(tx, actor, id, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the messages of a negotiation, in order' })
  @ApiOkResponse({ type: pageSchema(MessageView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<MessageView>> {
    await getNegotiation(tx, id);
    const rows = await listMessages(tx, id, limit + 1, afterNumber(cursor));
    return pageOf(rows, limit, messageView, (row) => [String(row.number)]);
  }
}
