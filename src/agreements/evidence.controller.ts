import { Controller, Get, Param, ParseUUIDPipe, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { Keyring } from '../platform/keyring/keyring';
import { Storage } from '../platform/storage/storage';
import { evidenceOf } from './evidence';

/** The proof of an agreement, to be kept and checked anywhere. */
@ApiTags('agreements')
@Controller('v1/agreements/:id/evidence')
export class EvidenceController {
  constructor(
    private readonly clock: Clock,
    readonly keyring: Keyring,
    readonly storage: Storage,
  ) {}

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Download the evidence of an agreement',
    description:
      'A ZIP that `accordo verify` checks with the published keys alone: terms, words, manifests, signatures, what happened since, your own audit trail. Refused with `agreement-not-concluded` or `document-not-ready`.',
  })
  @ApiOkResponse({ content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } })
  async evidence(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    return new StreamableFile(await evidenceOf(tx, this, id, this.clock.now()), {
      type: 'application/zip',
      disposition: `attachment; filename="agreement-${id}.zip"`,
    });
  }
}
