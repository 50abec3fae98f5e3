import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { operationView, OperationView } from '../platform/operations/operations.controller';
import { getOperation } from '../platform/operations/operations';
import { Storage, type StoredFile } from '../platform/storage/storage';
import { ExportAgreements, exportKind } from './export-agreements';

@ApiTags('agreements')
@Controller('v1/exports')
export class ExportsController {
  constructor(
    private readonly storage: Storage,
    private readonly exportAgreements: ExportAgreements,
  ) {}

  @Post()
  @HttpCode(202)
  @Allow({ kinds: ['label', 'platform'], roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Export all that your organization has of its agreements',
    description:
      'Terms, words, signatures, documents and your audit trail, as one ZIP. One at a time: while one is in hand it is the answer. Follow the operation; then `GET /v1/exports/{id}/content` with its id.',
  })
  @ApiAcceptedResponse({ type: OperationView })
  async request(@By() actor: Actor, @InTx() tx: Tx): Promise<OperationView> {
    return operationView(await this.exportAgreements.request(tx, actor));
  }

  @Get(':id/content')
  @Allow({ kinds: ['label', 'platform'], roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Download an export',
    description: 'Refused with `document-not-ready` until its operation is done, with `export-failed` where it failed.',
  })
  @ApiOkResponse({ content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } })
  async content(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const { kind, state, result, updated_at: madeAt } = await getOperation(tx, id);
    if (kind !== exportKind) throw new DomainError('not-found');
    if (state === 'failed') throw new DomainError('export-failed');
    if (result === null) throw new DomainError('document-not-ready');
    const { sha256, bytes } = result as StoredFile;
    return new StreamableFile(this.storage.read(sha256), {
      type: 'application/zip',
      disposition: `attachment; filename="agreements-${madeAt.toISOString().slice(0, 10)}.zip"`,
      length: bytes,
    });
  }
}
