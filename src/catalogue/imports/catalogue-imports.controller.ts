import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { ChoiceField, IdField } from '../../platform/http/fields';
import { afterInstant, afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { fileBody, mediaTypeOf } from '../../platform/http/streams';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { getOperation } from '../../platform/operations/operations';
import { Storage } from '../../platform/storage/storage';
import { getMapping } from '../mappings.repository';
import {
  CatalogueImportView,
  faultView,
  importView,
  ListedFaultView,
  ReceivedImportView,
} from './catalogue-import.view';
import { type CatalogueImport, getImport, type ImportForm, listFaults, listImports } from './imports.repository';
import { ReceiveImport } from './receive-import';
import { templateOf } from './template';

const bytesMax = 2 * 1024 ** 3;

export class ImportQuery {
  @ChoiceField(['true', 'false'], {
    optional: true,
    description: 'true: report what would be created, changed and withdrawn, and every fault; change nothing',
  })
  readonly dryRun?: 'true' | 'false';

  @IdField({ optional: true, description: 'of CSV and JSON Lines: which of their columns holds what' })
  readonly mappingId?: string;
}

export class TemplateQuery {
  @ChoiceField(['csv', 'json-lines'], { optional: true })
  readonly form?: 'csv' | 'json-lines';
}

/** What a file may be sent as. */
const forms: Readonly<Record<string, ImportForm>> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'json-lines',
  'application/xml': 'ern',
  'text/xml': 'ern',
  'application/zip': 'archive',
  'application/x-zip-compressed': 'archive',
  'application/gzip': 'archive',
};
const otherwise = 'send text/csv, application/x-ndjson, application/xml, application/zip or application/gzip';

/** Everything that a label has, from any source, as long work that it can follow. */
@ApiTags('catalogue')
@Controller('v1/catalogue-imports')
export class CatalogueImportsController {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly receive: ReceiveImport,
  ) {}

  @Post()
  @HttpCode(202)
  @OpensOwnTransactions()
  @Allow({ kinds: ['label'], roles: ['catalogue'], verified: true })
  @ApiOperation({
    summary: 'Bring a catalogue in',
    description:
      'CSV, JSON Lines, a DDEX release notification (ERN 3.7 to 4.3), or a zip or tar.gz of such messages; at most 2 GiB. It is stored and becomes evidence before anything is answered; follow the operation for the rest, or cancel it. Imports of one label are brought in in the order in which they came. Good rows are in afterwards, bad ones are listed; a message counts as a whole or not at all. With `dryRun=true` nothing changes. Refused with `content-type-unsupported`, `mapping-unfit` or `not-found` (the mapping).',
  })
  @ApiConsumes('text/csv', 'application/x-ndjson', 'application/xml', 'text/xml', 'application/zip', 'application/gzip')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiAcceptedResponse({ type: ReceivedImportView })
  async create(
    @By() actor: Actor,
    @Query() { dryRun, mappingId }: ImportQuery,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    const body = fileBody(request, Object.keys(forms), otherwise);
    const form = forms[mediaTypeOf(request)]!;
    if (mappingId !== undefined) await this.checkMapping(actor, mappingId, form);
    const file = await this.storage.store(body, bytesMax);
    return this.writes.run(
      { actor, key, request, reply, content: file.sha256 },
      async (tx): Promise<ReceivedImportView> => {
        const received = await this.receive.execute(tx, actor, { file, form, dryRun: dryRun === 'true', mappingId });
        return {
          id: received.id,
          operationId: received.operation_id!,
          fileSha256: file.sha256,
          bytes: String(file.bytes),
        };
      },
    );
  }

  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List your imports, latest first' })
  @ApiOkResponse({ type: pageSchema(CatalogueImportView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<CatalogueImportView>> {
    const rows = await listImports(tx, limit + 1, afterInstant(cursor));
    const views = new Map<string, CatalogueImportView>();
    for (const row of rows) views.set(row.id, await viewOf(tx, row));
    return pageOf(
      rows,
      limit,
      ({ id }) => views.get(id)!,
      (row) => [row.imported_at.toISOString(), row.id],
    );
  }

  @Get(':id')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show an import: how far it is, or what it came to' })
  @ApiOkResponse({ type: CatalogueImportView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<CatalogueImportView> {
    return viewOf(tx, await getImport(tx, id));
  }

  @Get(':id/faults')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List the faults of an import with their places, at most 100,000' })
  @ApiOkResponse({ type: pageSchema(ListedFaultView) })
  async faults(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<ListedFaultView>> {
    const after = afterNumber(cursor);
    await getImport(tx, id);
    return pageOf(await listFaults(tx, id, after, limit + 1), limit, faultView, ({ number }) => [String(number)]);
  }

  @Get(':id/report')
  @Allow({ kinds: ['label'] })
  @ApiOperation({
    summary: 'Download what an import did, line by line, as CSV',
    description:
      'A line for each recording, release and message, and for each fault. Of a dry run: what it would have done. Refused with `import-not-over` until it has ended, and where it failed.',
  })
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async report(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const { report_sha256: sha256, report_bytes: bytes } = await getImport(tx, id);
    if (sha256 === null) throw new DomainError('import-not-over');
    return new StreamableFile(this.storage.read(sha256), {
      type: 'text/csv; charset=utf-8; header=present',
      disposition: `attachment; filename="import-${id}.csv"`,
      length: Number(bytes),
    });
  }

  private async checkMapping(actor: Actor, mappingId: string, form: ImportForm): Promise<void> {
    const { mapping } = await this.database.withTenant(actor, (tx) => getMapping(tx, mappingId), 'read');
    if (mapping.form !== form) throw new DomainError('mapping-unfit', `the mapping is of ${mapping.form}`);
  }
}

/** A file to begin with. */
@ApiTags('catalogue')
@Controller('v1/catalogue-import-template')
export class ImportTemplateController {
  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Download a template of a catalogue file, with one recording in it' })
  @ApiProduces('text/csv', 'application/x-ndjson')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  get(@Query() { form = 'csv' }: TemplateQuery): StreamableFile {
    const [type, ending] = form === 'csv' ? ['text/csv; charset=utf-8', 'csv'] : ['application/x-ndjson', 'jsonl'];
    return new StreamableFile(Buffer.from(templateOf(form)), {
      type,
      disposition: `attachment; filename="catalogue.${ending}"`,
    });
  }
}

async function viewOf(tx: Tx, found: CatalogueImport): Promise<CatalogueImportView> {
  if (found.state !== 'queued' || found.operation_id === null) return importView(found, undefined);
  const operation = await getOperation(tx, found.operation_id);
  const isOpen = operation.state === 'queued' || operation.state === 'running';
  // It ended between the two questions.
  return isOpen ? importView(found, operation) : importView(await getImport(tx, found.id), undefined);
}
