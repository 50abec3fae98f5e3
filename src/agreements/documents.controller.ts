import { Controller, Get, Param, ParseUUIDPipe, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IntegerField } from '../platform/http/fields';
import { Storage } from '../platform/storage/storage';
import { ProseQuery } from './agreement.view';
import { getAgreement } from './agreements.repository';
import { documentsOf } from './documents.repository';
import { draftPdf } from './make-documents';
import { getVersion } from './versions.repository';

export class DocumentQuery extends ProseQuery {
  @IntegerField({
    optional: true,
    min: 1,
    max: 1_000_000,
    description: 'absent: the version signed last, or the first',
  })
  readonly version?: number;
}

/** The contract to read and to keep on paper. */
@ApiTags('agreements')
@Controller('v1/agreements/:id/document')
export class DocumentsController {
  constructor(
    private readonly clock: Clock,
    private readonly storage: Storage,
  ) {}

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Download the contract as a PDF',
    description:
      'Sealed by the marketplace (PAdES) once both parties have signed; before, a draft that is marked as not signed. Refused with `document-not-ready` for the moment in which it is being made.',
  })
  @ApiOkResponse({ content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } } })
  async document(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { language = 'en', version: number }: DocumentQuery,
  ): Promise<StreamableFile> {
    const agreement = await getAgreement(tx, id);
    const version = await getVersion(tx, id, number ?? agreement.version);
    const disposition = `attachment; filename="agreement-${id}-v${version.number}.${language}.pdf"`;
    const file = { type: 'application/pdf', disposition };
    if (version.state !== 'concluded') {
      return new StreamableFile(await draftPdf(version, { language, signatures: [], at: this.clock.now() }), file);
    }
    const made = (await documentsOf(tx, id)).find((one) => one.version === version.number && one.language === language);
    if (made === undefined) throw new DomainError('document-not-ready');
    return new StreamableFile(this.storage.read(made.sha256), file);
  }
}
