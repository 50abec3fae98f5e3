import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { getAgreement } from '../agreements';
import type { Actor } from '../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { ChoiceField, CountryField, IdField, IntegerParameter, MonthField, TextField } from '../platform/http/fields';
import { afterInstant, fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { isStream } from '../platform/http/streams';
import { OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../platform/idempotency/idempotent-writes';
import { Storage, type StoredFile } from '../platform/storage/storage';
import { Uploads } from '../platform/uploads/uploads';
import { jsonLines, parquet } from './engine/delimited-layout';
import { fileKindOf, parquetType } from './file-kind';
import { KeptReadings } from './kept-readings';
import { introduced } from './introduced';
import type { Mapping } from './mapping';
import { getMapping } from './mappings.repository';
import { ReceiveReport, reportBytesMax } from './receive-report';
import { refuseUnclear } from './replacing';
import { fileOfReport } from './report-parts';
import { askToReadAgain } from './suspense/ask-to-read-again';
import { ReceiptView, ReportView, reportView, rereadings, type UsageReport } from './usage-report';
import { getReport } from './usage-report.repository';
import { FaultView, faultView, SumView, sumView, UnmatchedView, unmatchedView } from './usage.view';

const dsrTypes = /^(text\/tab-separated-values|application\/gzip)\b/;
const tableTypes = /^(text\/(tab-separated-values|csv|plain)|application\/gzip)\b/;
const jsonTypes = /^application\/(x-ndjson|gzip)\b/;
const parquetTypes = /^application\/vnd\.apache\.parquet\b/;

export class UploadQuery {
  @IdField({ optional: true, description: 'the live report that this one corrects' })
  readonly replaces?: string;

  @CountryField({
    optional: true,
    description: 'in place of `replaces`: the one live report of the month that speaks for this territory and no other',
  })
  readonly replacesTerritory?: string;

  @ChoiceField(['full', 'delta'], {
    optional: true,
    description:
      'of a table with `replaces`: delta where its lines are differences to that report; full, the whole again, without',
  })
  readonly as?: 'full' | 'delta';

  @IdField({ optional: true, description: 'a whole upload (`/v1/uploads`) in place of a body' })
  readonly uploadId?: string;

  @IdField({ optional: true, description: 'of a table: how it is read; then it needs the four below as well' })
  readonly mappingId?: string;

  @IdField({ optional: true, description: 'of a table: the label whose recordings were used' })
  readonly labelId?: string;

  @IdField({ optional: true, description: 'of a table: your service that used them' })
  readonly serviceId?: string;

  @MonthField({ optional: true, description: 'of a table: the month that it is of' })
  readonly month?: string;

  @TextField({ max: 255, optional: true, description: 'of a table: what names this delivery among all of yours' })
  readonly messageId?: string;
}

export class ReportsQuery extends PageQuery {
  @MonthField({ optional: true, description: 'only the reports of this month: YYYY-MM' })
  readonly month?: string;
}

/** Which of several files. */
export class FileQuery {
  @IntegerParameter({
    min: 1,
    max: 1000,
    optional: true,
    description: 'of a report of several files: its number; else the first',
  })
  readonly file?: number;
}

export class SumsQuery extends PageQuery {
  @IdField({ optional: true, description: 'only of this agreement' })
  readonly agreementId?: string;
}

export class ReadingAskedView {
  @ApiProperty({ format: 'uuid' }) readonly reportId!: string;
  @ApiProperty({ enum: rereadings, description: 'why it is read again: it may have been waiting for that already' })
  readonly because!: string;
  @ApiProperty({
    format: 'uuid',
    description: 'of whoever asked first; its `result` names the report that speaks afterwards',
  })
  readonly operationId!: string;
}

/** A cursor is how many rows came before. */
const passedBefore = (cursor: string | undefined): number => Number(fromCursor(cursor, [/^\d{1,12}$/])?.[0] ?? 0);
const counted = (passed: number) => (): string[] => [String(passed)];

@ApiTags('usage')
@Controller('v1/usage-reports')
export class UsageController {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly receive: ReceiveReport,
    private readonly readings: KeptReadings,
    private readonly clock: Clock,
    private readonly uploads: Uploads,
  ) {}

  @Post()
  @HttpCode(202)
  @OpensOwnTransactions()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Send a usage report for a month',
    description:
      'A DSR flat file (record-company, Basic Audio or UGC profile; of a report of several files each by itself, in any order), or a table, JSON Lines or Parquet that one of your mappings reads (`mappingId`); as it is or, but for Parquet, by gzip; at most 2 GiB. A large one can be sent in pieces first (`/v1/uploads`), and named by `uploadId` in place of a body. It is stored and becomes evidence before anything is answered; follow the operation for the rest. Refused with `report-unreadable`, `report-party-unknown`, `message-id-reused`, `period-already-reported`, `report-not-replaceable` or `delta-not-possible`.',
  })
  @ApiConsumes(
    'text/tab-separated-values',
    'text/csv',
    'text/plain',
    'application/x-ndjson',
    parquetType,
    'application/gzip',
  )
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiAcceptedResponse({ type: ReceiptView })
  async upload(
    @By() actor: Actor,
    @Query() query: UploadQuery,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    refuseUnclear(query);
    const { replaces, replacesTerritory, as, uploadId } = query;
    const write = { actor, key, request, reply };
    // An upload that ended since is not needed for an answer that was given.
    const ofUpload = uploadId === undefined ? undefined : { ...write, content: `upload ${uploadId}` };
    const before = ofUpload && (await this.writes.answered(ofUpload));
    if (before !== undefined) return before.answer;
    const mapping = query.mappingId === undefined ? undefined : await this.mappingFor(actor, query, query.mappingId);
    const file = await this.stored(actor, uploadId, mapping, request);
    const incoming = await introduced(this.storage, file, { ...query, mapping });
    return this.writes.run(ofUpload ?? { ...write, content: file.sha256 }, (tx) =>
      this.receive.execute(tx, actor, { ...incoming, file, replaces, replacesTerritory, as }),
    );
  }

  @Get()
  @Allow()
  @ApiOperation({ summary: 'List usage reports, oldest first' })
  @ApiOkResponse({ type: pageSchema(ReportView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, month }: ReportsQuery): Promise<Page<ReportView>> {
    const after = afterInstant(cursor);
    const rows = await tx.rows<UsageReport>(
      `SELECT * FROM usage_reports
        WHERE ($2::timestamptz IS NULL OR (received_at, id) > ($2, $3::uuid)) AND ($4::date IS NULL OR month = $4)
        ORDER BY received_at, id LIMIT $1 + 1`,
      [limit, after?.[0] ?? null, after?.[1] ?? null, month === undefined ? null : `${month}-01`],
    );
    return pageOf(rows, limit, reportView, (row) => [row.received_at.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow()
  @ApiOperation({ summary: 'Show a usage report, its state and its counts' })
  @ApiOkResponse({ type: ReportView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ReportView> {
    return reportView(await getReport(tx, id));
  }

  @Get(':id/faults')
  @Allow()
  @ApiOperation({ summary: 'List every fault of a usage report, with its place' })
  @ApiOkResponse({ type: pageSchema(FaultView) })
  async faults(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<FaultView>> {
    const passed = passedBefore(cursor);
    const report = await getReport(tx, id);
    const rows = await this.readings.faults(report, passed, limit + 1);
    return pageOf(rows, limit, (fault) => faultView(report, fault), counted(passed + limit));
  }

  @Get(':id/unmatched')
  @Allow()
  @ApiOperation({
    summary: 'List the usage of a report that no agreement covers',
    description: 'It is well-formed, and held here, never dropped.',
  })
  @ApiOkResponse({ type: pageSchema(UnmatchedView) })
  async unmatched(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<UnmatchedView>> {
    const passed = passedBefore(cursor);
    const report = await getReport(tx, id);
    const rows = await this.readings.heldLines(report, passed, limit + 1);
    return pageOf(rows, limit, (row) => unmatchedView(report, row), counted(passed + limit));
  }

  @Get(':id/sums')
  @Allow()
  @ApiOperation({
    summary: 'List what a report’s lines come to, agreement by agreement',
    description: 'By recording, territory, use and model; before any rate.',
  })
  @ApiOkResponse({ type: pageSchema(SumView) })
  async sums(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor, agreementId }: SumsQuery,
  ): Promise<Page<SumView>> {
    const report = await getReport(tx, id);
    const passed = passedBefore(cursor);
    if (agreementId !== undefined) await getAgreement(tx, agreementId);
    const rows = await this.readings.sumsFrom(report, { agreementId, passed, limit: limit + 1 });
    return pageOf(rows, limit, sumView, counted(passed + limit));
  }

  @Post(':id/readings')
  @HttpCode(202)
  @Allow({ kinds: ['label', 'platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Have a live report read again under what is signed and resolved by now',
    description:
      'It happens by itself when an agreement is concluded or amended and when a resolution is accepted. Where it comes to something else, a replacement is made of the same file; where it comes to the same, nothing is made. Asked again while it waits, it answers the same. Refused with `report-not-replaceable` unless the report is live.',
  })
  @ApiAcceptedResponse({ type: ReadingAskedView })
  async readAgain(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
  ): Promise<ReadingAskedView> {
    await getReport(tx, id);
    return tx.asSystem(async () => {
      const report = await tx.one<UsageReport>('SELECT * FROM usage_reports WHERE id = $1 FOR UPDATE', [id]);
      if (report.state !== 'accepted')
        throw new DomainError('report-not-replaceable', 'only a live report is read again');
      const asked = { because: 'asked', ownerId: actor.organizationId, at: this.clock.now() } as const;
      const operationId = await askToReadAgain(tx, report, asked);
      return { reportId: id, because: report.read_again ?? asked.because, operationId };
    });
  }

  @Get(':id/file')
  @Allow()
  @ApiOperation({ summary: 'Download a usage report as it came', description: 'The evidence, for both parties.' })
  @ApiOkResponse({
    content: Object.fromEntries(
      ['text/tab-separated-values', 'text/csv', 'application/x-ndjson', parquetType, 'application/gzip'].map((type) => [
        type,
        { schema: { type: 'string', format: 'binary' } },
      ]),
    ),
  })
  async file(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { file: number = 1 }: FileQuery,
  ): Promise<StreamableFile> {
    const report = await getReport(tx, id);
    const { file_sha256, bytes, packed } = await fileOfReport(tx, report, number);
    const { ending, type: plain } = fileKindOf(report.layout);
    return new StreamableFile(this.storage.read(file_sha256), {
      type: packed === null ? plain : 'application/gzip',
      disposition: `attachment; filename="${id}${report.files === 1 ? '' : `.${number}of${report.files}`}.${ending}${packed === null ? '' : '.gz'}"`,
      length: Number(bytes),
    });
  }

  private async stored(
    actor: Actor,
    uploadId: string | undefined,
    mapping: Mapping | undefined,
    { body, headers }: AccordoRequest,
  ): Promise<StoredFile> {
    if (uploadId !== undefined) {
      if (isStream(body)) throw new DomainError('request-invalid', 'send either a body or the id of an upload');
      return this.storage.store(await this.uploads.read(actor, uploadId), reportBytesMax);
    }
    const types = mapping === undefined ? dsrTypes : typesOf(mapping);
    if (!isStream(body) || !types.test(String(headers['content-type']))) {
      throw new DomainError(
        'content-type-unsupported',
        'send the report as text/tab-separated-values, a table also as text/csv, JSON Lines as application/x-ndjson, Parquet as application/vnd.apache.parquet',
      );
    }
    return this.storage.store(body, reportBytesMax);
  }

  /** A mapping of the sender's own, asked for before its file is stored. */
  private async mappingFor(actor: Actor, query: UploadQuery, id: string): Promise<Mapping> {
    const faults = (['labelId', 'serviceId', 'month', 'messageId'] as const)
      .filter((name) => query[name] === undefined)
      .map((name) => ({ pointer: `/${name}`, code: 'field-required', message: `a table needs its ${name}` }));
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    return (await this.database.withTenant(actor, (tx) => getMapping(tx, id), 'read')).mapping;
  }
}

function typesOf({ delimiter }: Mapping): RegExp {
  if (delimiter === parquet) return parquetTypes;
  return delimiter === jsonLines ? jsonTypes : tableTypes;
}
