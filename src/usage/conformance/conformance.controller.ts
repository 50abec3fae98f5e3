import { createReadStream } from 'node:fs';
import { Controller, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By } from '../../platform/auth/allow';
import { FileNameField, IdField, MonthField } from '../../platform/http/fields';
import { fileBody, mediaTypeOf } from '../../platform/http/streams';
import { OnlyReads, OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { Storage } from '../../platform/storage/storage';
import { SignedCertificate } from './certificate';
import { CertifyUsage, conformanceTypes } from './certify-usage';

export class ConformanceQuery {
  @IdField({ optional: true, description: 'of a table: how it is read; then it needs its month as well' })
  readonly mappingId?: string;

  @MonthField({ optional: true, description: 'of a table: the month that it is of' })
  readonly month?: string;

  @FileNameField({ optional: true, description: 'of a DSR file: its name, to be held against its HEAD' })
  readonly fileName?: string;
}

const bytesMax = 64 * 1024 ** 2;

/** Checks that a platform can run before anything counts. */
@ApiTags('usage')
@Controller('v1/usage-conformance')
export class ConformanceController {
  constructor(
    private readonly storage: Storage,
    private readonly certify: CertifyUsage,
  ) {}

  @Post()
  @HttpCode(200)
  @OpensOwnTransactions()
  @OnlyReads()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Have a file of usage, or a batch of events, checked and certified',
    description:
      'A DSR file of any profile that is read here, a table, JSON Lines or Parquet with `mappingId` and `month`, or usage events (a batch, or NDJSON). At most 64 MiB, unpacked as well. Nothing is kept and no agreement is looked at: the certificate says what is wrong with the form, how many lines are sound, and for each kind of problem how a line would be right.',
  })
  @ApiConsumes(...conformanceTypes)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiOkResponse({ type: SignedCertificate })
  async check(
    @By() actor: Actor,
    @Query() query: ConformanceQuery,
    @Req() request: AccordoRequest,
  ): Promise<SignedCertificate> {
    const body = fileBody(request, conformanceTypes);
    const subject = await this.certify.subjectOf(actor, mediaTypeOf(request), query);
    return this.storage.borrow(body, bytesMax, ({ path, sha256, bytes }) =>
      this.certify.execute(actor, subject, { path, sha256, bytes, bytesMax, read: () => createReadStream(path) }),
    );
  }
}
