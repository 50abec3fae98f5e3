import { Readable } from 'node:stream';
import { Controller, Get, Param, ParseUUIDPipe, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { ChoiceField, IntegerParameter } from '../../platform/http/fields';
import { Keyring } from '../../platform/keyring/keyring';
import { Storage } from '../../platform/storage/storage';
import { KeptReadings } from '../kept-readings';
import { fileOfReport, filesOfReport } from '../report-parts';
import { getReport } from '../usage-report.repository';
import { SignedAcknowledgement } from './acknowledgement';
import { givenBack, signedAcknowledgement } from './given-back';

export class FaultyLinesQuery {
  @ChoiceField(['true', 'false'], { optional: true, description: 'with the lines that no agreement covers' })
  readonly held?: 'true' | 'false';

  @IntegerParameter({
    min: 1,
    max: 1000,
    optional: true,
    description: 'of a report of several files: which; else the first',
  })
  readonly file?: number;
}

/** What a sender gets back of a report that was read. */
@ApiTags('usage')
@Controller('v1/usage-reports')
export class DeliveryController {
  constructor(
    private readonly storage: Storage,
    private readonly readings: KeptReadings,
    private readonly keyring: Keyring,
  ) {}

  @Get(':id/faulty-lines')
  @Allow()
  @ApiOperation({
    summary: 'Download the rejected lines of a usage report, each with the reason',
    description:
      'In the format of the report, unpacked (rows of Parquet as JSON Lines, with up to sixty columns that hold one value a row, every value as text): of a table with its header, of a DSR file with its HEAD, summaries, what its blocks are about and a footer that counts these lines. The last cell of a line (of JSON Lines a last member, `accordoReason`) names codes and reasons. Refused with `report-not-read` until the report has been read, and where it could not be read at all.',
  })
  @ApiOkResponse({
    content: Object.fromEntries(
      ['text/tab-separated-values', 'text/csv', 'application/x-ndjson'].map((type) => [
        type,
        { schema: { type: 'string', format: 'binary' } },
      ]),
    ),
  })
  async faultyLines(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { held, file: number = 1 }: FaultyLinesQuery,
  ): Promise<StreamableFile> {
    const report = await getReport(tx, id);
    if (report.faults_sha256 === null) throw new DomainError('report-not-read');
    const file = await fileOfReport(tx, report, number);
    const { ending, type, lines } = givenBack(this.storage, this.readings, report, {
      file,
      withHeld: held === 'true',
    });
    return new StreamableFile(Readable.from(lines, { objectMode: false }), {
      type,
      disposition: `attachment; filename="${id}.faulty.${ending}"`,
    });
  }

  @Get(':id/acknowledgement')
  @Allow()
  @ApiOperation({
    summary: 'Show what became of a usage report, signed by the marketplace',
    description:
      'For machines: accepted, accepted with faults, or refused, with counts and the hashes of the file and of all that was made of it. Refused with `report-not-read` until then.',
  })
  @ApiOkResponse({ type: SignedAcknowledgement })
  async acknowledgement(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<SignedAcknowledgement> {
    const report = await getReport(tx, id);
    return signedAcknowledgement(this.keyring, report, await filesOfReport(tx, report));
  }
}
