import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { TextField } from '../../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { fileBody } from '../../platform/http/streams';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { Storage } from '../../platform/storage/storage';
import { namesMax, readEventNames } from './event-names';
import { VoidEvents } from './void-events';
import { VoidBody } from './voids.body';
import { listVoids } from './voids.repository';
import { EventVoidView, eventVoidView } from './voids.view';

const fileBytesMax = 64 * 1024 * 1024;

export class VoidFileQuery {
  @TextField({ max: 1000, description: 'told to the labels, too' })
  readonly reason!: string;
}

@ApiTags('usage')
@Controller('v1/usage-event-voids')
export class UsageEventVoidsController {
  constructor(
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly voidEvents: VoidEvents,
  ) {}

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

  /** The file is complete before its transaction opens. */
  @Post('files')
  @OpensOwnTransactions()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Take back the usage events that a file names',
    description: `JSON Lines, \`{"source", "id"}\` each, at most ${namesMax.toLocaleString('en')} and 64 MiB: all of them, or none. The file is kept, and its hash stands in the \`query\` of the void. Refused with \`usage-event-unknown\` or \`request-invalid\`, which name lines.`,
  })
  @ApiConsumes('application/x-ndjson')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: EventVoidView })
  async byFile(
    @By() actor: Actor,
    @Query() { reason }: VoidFileQuery,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    const body = fileBody(request, ['application/x-ndjson'], 'this route takes application/x-ndjson');
    const { sha256 } = await this.storage.store(body, fileBytesMax);
    const names = await readEventNames(this.storage.read(sha256));
    return this.writes.run({ actor, key, request, reply, content: sha256 }, async (tx) =>
      eventVoidView(await this.voidEvents.byFile(tx, actor, { reason, sha256, names })),
    );
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'List what made usage events void, and why',
    description: 'A platform sees its own, a label those that concern its recordings.',
  })
  @ApiOkResponse({ type: pageSchema(EventVoidView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<EventVoidView>> {
    const rows = await listVoids(tx, limit, afterInstant(cursor));
    return pageOf(rows, limit, eventVoidView, (row) => [row.made_at.toISOString(), row.id]);
  }
}
