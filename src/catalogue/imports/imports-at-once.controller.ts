import { Controller, Get, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { type Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import { type Tx } from '../../platform/database/tx';
import { csvBody } from '../../platform/http/csv';
import { afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { Storage } from '../../platform/storage/storage';
import { ImportAtOnce } from './import-at-once';
import { type CatalogueImport, getImport, type ImportFault, listFaults } from './imports.repository';

const bytesMax = 200 * 1024 * 1024;
const faultsShown = 100;

export class ImportFaultView {
  @ApiProperty({ description: 'as a spreadsheet counts: the header is row 1' }) readonly row!: number;
  @ApiProperty({ example: 'isrc', description: 'empty when the whole row is meant' }) readonly column!: string;
  @ApiProperty({ example: 'isrc-malformed' }) readonly code!: string;
  @ApiProperty({ description: 'the cell, at most its first 200 characters' }) readonly value!: string;
  @ApiProperty() readonly message!: string;
  @ApiProperty({ enum: ['warning', 'error'], description: 'a warning leaves the row in' }) readonly severity!: string;
}

export class ImportView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly fileSha256!: string;
  @ApiProperty({ example: '104857', description: 'a count, as text' }) readonly bytes!: string;
  @ApiProperty() readonly rowsRead!: number;
  @ApiProperty() readonly rowsAccepted!: number;
  @ApiProperty({ description: 'counts every bad row, also those whose faults are no longer listed' })
  readonly rowsRejected!: number;
  @ApiProperty({ format: 'date-time' }) readonly importedAt!: string;
  @ApiProperty({
    type: ImportFaultView,
    isArray: true,
    description: 'the first 100; at most the first 100,000 are at /faults',
  })
  readonly faults!: readonly ImportFaultView[];
}

@ApiTags('catalogue')
@Controller('v1/catalogue/imports')
export class ImportsAtOnceController {
  constructor(
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly importAtOnce: ImportAtOnce,
  ) {}

  /** The file is kept first, as evidence and so that it can be read twice; then it is brought in, in one transaction. */
  @Post()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label'], roles: ['catalogue'], verified: true })
  @ApiOperation({
    summary: 'Bring a catalogue in as CSV, and wait for it',
    description:
      'UTF-8, comma-separated, at most 200 MiB. The header names isrc, title, version, artists (separated by |), duration, release, upc, p_line, genre; it may name parent_isrc and parent_kind (remaster, live, remix, edit, sped-up, slowed-down, same-recording, other), the recording that this one is a version of, and label, catalogue_number, release_date, language. Larger files, other columns and release notifications: `/v1/catalogue-imports`. Good rows are in afterwards, bad ones are listed. Refused with `import-unreadable` or `import-header-invalid`, or with `idempotency-key-in-use` while another import of the same label runs; then nothing is in.',
  })
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: ImportView })
  async create(
    @By() actor: Actor,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    const file = await this.storage.store(csvBody(request), bytesMax);
    return this.writes.run({ actor, key, request, reply, content: file.sha256 }, async (tx) =>
      viewOf(tx, await this.importAtOnce.execute(tx, actor, file)),
    );
  }

  @Get(':id')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show what an import brought in, with its first 100 faults' })
  @ApiOkResponse({ type: ImportView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ImportView> {
    return viewOf(tx, await getImport(tx, id));
  }

  @Get(':id/faults')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List the faults of an import, row by row: at most its first 100,000' })
  @ApiOkResponse({ type: pageSchema(ImportFaultView) })
  async faults(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<ImportFaultView>> {
    const after = afterNumber(cursor);
    await getImport(tx, id);
    return pageOf(await listFaults(tx, id, after, limit + 1), limit, faultView, ({ number }) => [String(number)]);
  }
}

const viewOf = async (tx: Tx, row: CatalogueImport): Promise<ImportView> => ({
  id: row.id,
  fileSha256: row.file_sha256,
  bytes: String(row.bytes),
  rowsRead: row.rows_read,
  rowsAccepted: row.rows_accepted,
  rowsRejected: row.rows_rejected,
  importedAt: row.imported_at.toISOString(),
  faults: (await listFaults(tx, row.id, 0, faultsShown)).map(faultView),
});

const faultView = ({ row_number, column_name, code, value, message, severity }: ImportFault): ImportFaultView => ({
  row: row_number,
  column: column_name,
  code,
  value,
  message,
  severity,
});
