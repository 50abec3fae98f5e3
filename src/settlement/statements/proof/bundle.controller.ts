import { Readable } from 'node:stream';
import { Controller, Get, Param, ParseUUIDPipe, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By } from '../../../platform/auth/allow';
import { Database } from '../../../platform/database/database';
import { OpensOwnTransactions } from '../../../platform/http/transaction.interceptor';
import type { Reading } from '../formats/lines-csv';
import { fileNameOf } from '../statements.repository';
import { StatementBundle } from './statement-bundle';

/** A statement and all that it was made of, in one file. */
@ApiTags('statements')
@Controller('v1/statements/:id/bundle')
export class BundleController {
  constructor(
    private readonly database: Database,
    private readonly bundle: StatementBundle,
  ) {}

  @Get()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({
    summary: 'Download a statement with all that it was made of',
    description:
      'JSON Lines under the marketplace’s seal: the signed statement, the terms, the carried balances, the figures and every usage sum, of corrected months in both readings. `accordo verify statement` makes the clause lines of it again, byte for byte.',
  })
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string', format: 'binary' } } } })
  async get(@By() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const read: Reading = (work) => this.database.withTenant(actor, work, 'read');
    const order = await read((tx) => this.bundle.prepare(tx, actor, id));
    return new StreamableFile(Readable.from(this.bundle.text(read, order)), {
      type: 'application/x-ndjson; charset=utf-8',
      disposition: `attachment; filename="${fileNameOf(order.facts.statement)}.bundle.ndjson"`,
    });
  }
}
