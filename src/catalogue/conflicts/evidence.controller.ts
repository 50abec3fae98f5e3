import { Controller, Get, Param, ParseUUIDPipe, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { fileKindOf, fileKinds, handedOut, storeAttached } from '../../platform/http/attached-files';
import { FileNameField, TextField } from '../../platform/http/fields';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { Storage } from '../../platform/storage/storage';
import { AnswerConflict } from './answer-conflict';
import { NumberedPath } from './conflicts.controller';
import { findFact, getConflict, namesOf } from './conflicts.repository';
import { ConflictView, conflictView } from './conflicts.view';

export class EvidenceQuery {
  @FileNameField({ description: 'under which the others save it; ends as its kind of file does' })
  readonly fileName!: string;

  @TextField({ max: 2_000, optional: true, description: 'what it shows' })
  readonly note?: string;
}

/** What labels show each other, and the operator, of why a recording is theirs. */
@ApiTags('catalogue')
@Controller('v1/rights-conflicts/:id/evidence')
export class ConflictEvidenceController {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly answerConflict: AnswerConflict,
  ) {}

  /** Nobody's file is stored for a conflict that is not theirs; the file is complete before its transaction opens. */
  @Post()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Attach a file as evidence',
    description:
      'Its bytes as the body, at most 25 MiB, under its content type. All labels of the conflict and the operator may save it; nobody can take it back. Refused with `content-type-unsupported`, `body-too-large`, `rights-conflict-state` or `limit-reached`.',
  })
  @ApiConsumes(...fileKinds.map(({ mediaType }) => mediaType))
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: ConflictView })
  async attach(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { fileName, note }: EvidenceQuery,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    await this.database.withTenant(actor, (tx) => getConflict(tx, id), 'read');
    const kind = fileKindOf(request.headers['content-type'] as string | undefined, fileName);
    const stored = await storeAttached(this.storage, request.body, kind);
    const { mediaType } = kind;
    const file = { ...stored, fileName, mediaType };
    return this.writes.run({ actor, key, request, reply, content: `${mediaType} ${stored.sha256}` }, async (tx) => {
      const conflict = await this.answerConflict.execute(tx, actor, id, { kind: 'evidence', file, note });
      return conflictView(conflict, await namesOf(tx, conflict.parties));
    });
  }

  @Get(':number/content')
  @Allow({ kinds: ['label', 'operator'] })
  @ApiOperation({
    summary: 'Download evidence as it came, by its number among the facts',
    description: 'To be saved, never to be shown in a page. Nobody has looked into it.',
  })
  @ApiOkResponse({ content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } })
  async content(@InTx() tx: Tx, @Param() { id, number }: NumberedPath): Promise<StreamableFile> {
    const fact = await findFact(tx, id, number);
    if (fact?.said.file === undefined) throw new DomainError('not-found');
    return handedOut(this.storage, fact.said.file, `${id}-${number}`);
  }
}
