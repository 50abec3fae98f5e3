import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Req, Res, StreamableFile } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, actorName } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { type AccordoRequest, Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { pdfType, storedPdf } from '../platform/http/pdf-body';
import { OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../platform/idempotency/idempotent-writes';
import { Storage } from '../platform/storage/storage';
import { AgreementView } from './agreement.view';
import { agreementViewOf } from './agreements.controller';
import { getAgreement } from './agreements.repository';
import { ImportAgreement, ImportBody } from './import-agreement';
import { insertOriginal } from './originals.repository';

const bytesMax = 50 * 1024 * 1024;

export class OriginalView {
  @ApiProperty({ description: 'what an import names it by' }) readonly sha256!: string;
  @ApiProperty() readonly bytes!: number;
}

/** Contracts that were signed elsewhere, to run here. */
@ApiTags('agreements')
@Controller('v1')
export class OriginalsController {
  constructor(
    private readonly clock: Clock,
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly importAgreement: ImportAgreement,
  ) {}

  /** The file is complete before its transaction opens. */
  @Post('agreement-originals')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Bring a contract that was signed elsewhere',
    description:
      'The PDF as the body, at most 50 MiB, kept as it is. Then name its hash in `POST /v1/agreements`. Refused with `content-type-unsupported` or `body-too-large`.',
  })
  @ApiConsumes(pdfType)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: OriginalView })
  async bring(
    @By() actor: Actor,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    const file = await storedPdf(this.storage, request, bytesMax);
    return this.writes.run({ actor, key, request, reply, content: file.sha256 }, async (tx) => {
      const at = this.clock.now();
      const { organizationId } = actor;
      await insertOriginal(tx, { ...file, organizationId, broughtBy: actorName(actor), at });
      await audit(tx, actor, { action: 'agreement.original-brought', subjectId: organizationId, details: file, at });
      return file;
    });
  }

  @Post('agreements')
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Import an agreement that was concluded elsewhere',
    description:
      'Its terms as data, beside the file that was signed. It runs once both parties have signed here that this is what they agreed. Refused with `not-found` (no such counterparty), `terms-invalid`, `terms-not-operable`, `terms-parties-differ`, `track-not-controlled` or `agreement-imported-already`.',
  })
  @ApiCreatedResponse({ type: AgreementView })
  async import(@By() actor: Actor, @InTx() tx: Tx, @Body() body: ImportBody): Promise<AgreementView> {
    return agreementViewOf(tx, await this.importAgreement.execute(tx, actor, body));
  }

  @Get('agreements/:id/original')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Download what was signed elsewhere',
    description: 'Byte for byte what was brought. Refused with `not-found` for an agreement that was made here.',
  })
  @ApiOkResponse({ content: { [pdfType]: { schema: { type: 'string', format: 'binary' } } } })
  async original(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const { documentSha256 } = await getAgreement(tx, id);
    if (documentSha256 === null) throw new DomainError('not-found');
    const disposition = `attachment; filename="agreement-${id}-original.pdf"`;
    return new StreamableFile(this.storage.read(documentSha256), { type: pdfType, disposition });
  }
}
