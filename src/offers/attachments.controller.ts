import { Controller, Get, Param, ParseUUIDPipe, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../platform/auth/allow';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { fileKindOf, fileKinds, handedOut, storeAttached } from '../platform/http/attached-files';
import { IdField } from '../platform/http/fields';
import { type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../platform/idempotency/idempotent-writes';
import { Storage } from '../platform/storage/storage';
import { AttachFile, AttachmentQuery } from './attach-file';
import { getAttachment, listAttachments } from './attachments.repository';
import { getNegotiation } from './negotiations.repository';
import { afterNumber } from './thread';
import { AttachmentView, attachmentView } from './thread.view';

export class AttachmentPath {
  @IdField({ description: 'the negotiation' })
  readonly id!: string;

  @IdField({ description: 'the attachment' })
  readonly attachmentId!: string;
}

@ApiTags('negotiations')
@Controller('v1/negotiations/:id/attachments')
export class AttachmentsController {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly attachFile: AttachFile,
  ) {}

  /** Nobody's file is stored for a negotiation that is not theirs; the file is complete before its transaction opens. */
  @Post()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Attach a file for the other party to see',
    description:
      'Its bytes as the body, at most 25 MiB, under its content type. Both parties may save it; nobody can take it back. Also after the negotiation has ended. Refused with `content-type-unsupported`, `body-too-large` or `limit-reached`.',
  })
  @ApiConsumes(...fileKinds.map(({ mediaType }) => mediaType))
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: AttachmentView })
  async attach(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: AttachmentQuery,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    await this.database.withTenant(actor, (tx) => getNegotiation(tx, id), 'read');
    const kind = fileKindOf(request.headers['content-type'] as string | undefined, query.fileName);
    const file = await storeAttached(this.storage, request.body, kind);
    const { mediaType } = kind;
    return this.writes.run({ actor, key, request, reply, content: `${mediaType} ${file.sha256}` }, async (tx) =>
      attachmentView(await this.attachFile.execute(tx, actor, id, { ...query, file, mediaType })),
    );
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the attachments of a negotiation, in order' })
  @ApiOkResponse({ type: pageSchema(AttachmentView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<AttachmentView>> {
    await getNegotiation(tx, id);
    const rows = await listAttachments(tx, id, limit + 1, afterNumber(cursor));
    return pageOf(rows, limit, attachmentView, (row) => [String(row.number)]);
  }

  @Get(':attachmentId/content')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Download an attachment as it came',
    description: 'To be saved, never to be shown in a page. Nobody has looked into it.',
  })
  @ApiOkResponse({ content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } })
  async content(@InTx() tx: Tx, @Param() { id, attachmentId }: AttachmentPath): Promise<StreamableFile> {
    const { bytes, ...file } = await getAttachment(tx, id, attachmentId);
    return handedOut(this.storage, { ...file, bytes: Number(bytes) }, attachmentId);
  }
}
