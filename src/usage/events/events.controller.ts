import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Logger, Post, Query, Req, StreamableFile } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { type Page, pageOf, pageSchema } from '../../platform/http/paging';
import { problemOf, toDomainError } from '../../platform/http/problem.filter';
import { fileBody, mediaTypeOf } from '../../platform/http/streams';
import { CarriesItsIdentity, OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { readBatch, readJsonBody, readLines } from './event-bodies';
import { cursorKeys, EventsQuery, KeptEventView, keptEventView, listEvents } from './events.list';
import { EventAnswerView, eventContent, EventsTakenView, eventsTakenView } from './events.view';
import { type EventAnswer, TakeEvents } from './take-events';
import { readUsageEvent } from './usage-event';

@ApiTags('usage')
@ApiExtraModels(EventAnswerView, EventsTakenView)
@Controller('v1/usage-events')
export class UsageEventsController {
  private readonly logger = new Logger('UsageEvents');

  constructor(private readonly takeEvents: TakeEvents) {}

  @Post()
  @HttpCode(200)
  @OpensOwnTransactions()
  @CarriesItsIdentity()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Send usage events: one, a batch, or a stream of them',
    description:
      'CloudEvents 1.0, unique for ever by your organization, `source` and `id`; no Idempotency-Key is needed, for sending again changes nothing. What is answered is on disk. Each event is answered in its place; one that comes alone and is rejected is refused with `usage-event-invalid` or `usage-event-differs`. A stream is answered by lines as it is committed: read while you send. Where it fails, its last line is the problem, and what was not answered was not taken.',
  })
  @ApiConsumes(...Object.keys(eventContent))
  @ApiBody({ schema: { oneOf: Object.values(eventContent).map(({ schema }) => schema) as never } })
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(EventsTakenView) } },
      'application/x-ndjson': { schema: { $ref: getSchemaPath(EventAnswerView) } },
    },
  })
  async take(@By() actor: Actor, @Req() request: AccordoRequest): Promise<EventsTakenView | StreamableFile> {
    const body = fileBody(request, Object.keys(eventContent));
    const type = mediaTypeOf(request);
    if (type === 'application/x-ndjson') {
      return new StreamableFile(Readable.from(this.answers(actor, body)), { type: 'application/x-ndjson' });
    }
    const json = await readJsonBody(body);
    if (type === 'application/cloudevents-batch+json') {
      return eventsTakenView(await this.takeEvents.execute(actor, readBatch(json)));
    }
    const [answer] = await this.takeEvents.execute(actor, [readUsageEvent(json)]);
    if (answer?.outcome === 'rejected') throw new DomainError(answer.code, undefined, answer.faults);
    return eventsTakenView(answer ? [answer] : []);
  }

  /** A line an event, each batch after its commit. */
  private async *answers(actor: Actor, body: NodeJS.ReadableStream): AsyncGenerator<string> {
    try {
      for await (const readings of readLines(body)) {
        yield lines(await this.takeEvents.execute(actor, readings));
      }
    } catch (error) {
      // The status was sent long ago; what was answered before is kept all the same.
      const refusal = toDomainError(error);
      if (refusal.status >= 500) this.logger.error({ err: refusal.cause ?? error });
      yield `${JSON.stringify({ problem: problemOf(refusal) })}\n`;
    }
  }

  @Get()
  @Allow({ kinds: ['platform'] })
  @ApiOperation({
    summary: 'List the usage events that you sent, by source and id',
    description: 'All of a source, or only those that no agreement covers: they are held, never dropped.',
  })
  @ApiOkResponse({ type: pageSchema(KeptEventView) })
  async list(@By() actor: Actor, @InTx() tx: Tx, @Query() query: EventsQuery): Promise<Page<KeptEventView>> {
    const rows = await listEvents(tx, actor.organizationId, query);
    return pageOf(rows, query.limit, keptEventView, cursorKeys);
  }
}

const lines = (answers: readonly EventAnswer[]): string =>
  answers.map((answer) => `${JSON.stringify(answer)}\n`).join('');
