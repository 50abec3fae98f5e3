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
import type { UsageSum } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IdField, MonthField } from '../platform/http/fields';
import { fromCursor, instantKey, type Page, pageOf, PageQuery, pageSchema, uuidKey } from '../platform/http/paging';
import { isStream } from '../platform/http/streams';
import { OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../platform/idempotency/idempotent-writes';
import { Storage } from '../platform/storage/storage';
import type { HeldLine } from './engine/evidence-writer';
import { KeptReadings } from './kept-readings';
import { readOpening } from './read-opening';
import { ReceiveReport } from './receive-report';
import { ReceiptView, receiptView, ReportView, reportView, type UsageReport } from './usage-report';

const reportBytesMax = 2 * 1024 ** 3;

export class UploadQuery {
  @IdField({ optional: true, description: 'the live report that this one corrects, as a full replacement' })
  readonly replaces?: string;
}

export class ReportsQuery extends PageQuery {
  @MonthField({ optional: true, description: 'only the reports of this month: YYYY-MM' })
  readonly month?: string;
}

export class FaultView {
  @ApiProperty({ description: 'line of the file, from 1' }) readonly line!: string;
  @ApiProperty({ example: 'SR08' }) readonly record!: string;
  @ApiProperty({ type: Number, nullable: true, description: 'cell of the record, from 1' }) readonly cell!:
    number | null;
  @ApiProperty({ type: String, nullable: true }) readonly cellName!: string | null;
  @ApiProperty() readonly code!: string;
  @ApiProperty({ enum: ['error', 'warning'] }) readonly severity!: string;
  @ApiProperty() readonly value!: string;
  @ApiProperty() readonly message!: string;
}

export class UseCountsView {
  @ApiProperty({ example: 'RU' }) readonly territory!: string;
  @ApiProperty({ example: 'OnDemandStream' }) readonly useType!: string;
  @ApiProperty({ example: 'AdvertisementSupportedModel' }) readonly commercialModel!: string;
  @ApiProperty({ description: 'units, as text' }) readonly quantity!: string;
  @ApiProperty({ description: 'units given back, as text' }) readonly returns!: string;
}

export class UnmatchedView extends UseCountsView {
  @ApiProperty() readonly line!: string;
  @ApiProperty({ type: String, nullable: true, description: 'null where the line names no recording' })
  readonly isrc!: string | null;
  @ApiProperty({ description: 'why no agreement covers it' }) readonly reason!: string;
}

export class SumView extends UseCountsView {
  @ApiProperty() readonly isrc!: string;
}

export class SumsQuery extends PageQuery {
  @IdField({ description: 'the agreement' })
  readonly agreementId!: string;
}

const countsView = ({
  territory,
  use,
  model,
  quantity,
  returns,
}: Omit<UsageSum, 'isrc' | 'service'>): UseCountsView => ({
  territory,
  useType: use,
  commercialModel: model,
  quantity: String(quantity),
  returns: String(returns),
});

const unmatchedView = ({ line, isrc, reason, ...counts }: HeldLine): UnmatchedView => ({
  line: String(line),
  isrc,
  reason,
  ...countsView(counts),
});

const sumView = ({ isrc, ...counts }: UsageSum): SumView => ({ isrc, ...countsView(counts) });

/** A cursor is how many rows came before. */
const passedBefore = (cursor: string | undefined): number => Number(fromCursor(cursor, [/^\d{1,12}$/])?.[0] ?? 0);
const counted = (passed: number) => (): string[] => [String(passed)];

@ApiTags('usage')
@Controller('v1/usage-reports')
export class UsageController {
  constructor(
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly receive: ReceiveReport,
    private readonly readings: KeptReadings,
  ) {}

  @Post()
  @HttpCode(202)
  @OpensOwnTransactions()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Send a usage report for a month',
    description:
      'A DSR flat file (record-company profile), at most 2 GiB. It is stored and becomes evidence before anything is answered; follow the operation for the rest. Refused with `report-unreadable`, `report-party-unknown`, `message-id-reused`, `period-already-reported` or `report-not-replaceable`.',
  })
  @ApiConsumes('text/tab-separated-values')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiAcceptedResponse({ type: ReceiptView })
  async upload(
    @By() actor: Actor,
    @Query() { replaces }: UploadQuery,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    if (!isStream(request.body) || !/^text\/tab-separated-values\b/.test(String(request.headers['content-type']))) {
      throw new DomainError('content-type-unsupported', 'send the report as text/tab-separated-values');
    }
    const file = await this.storage.store(request.body, reportBytesMax);
    const opening = await readOpening(this.storage.read(file.sha256));
    return this.writes.run({ actor, key, request, reply, content: file.sha256 }, async (tx) =>
      receiptView(await this.receive.execute(tx, actor, { file, opening, replaces })),
    );
  }

  @Get()
  @Allow()
  @ApiOperation({ summary: 'List usage reports, oldest first' })
  @ApiOkResponse({ type: pageSchema(ReportView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, month }: ReportsQuery): Promise<Page<ReportView>> {
    const after = fromCursor(cursor, [instantKey, uuidKey]);
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
    const rows = await this.readings.faults(await getReport(tx, id), passed, limit + 1);
    return pageOf(rows, limit, (fault) => fault, counted(passed + limit));
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
    const rows = await this.readings.heldLines(await getReport(tx, id), passed, limit + 1);
    return pageOf(rows, limit, unmatchedView, counted(passed + limit));
  }

  @Get(':id/sums')
  @Allow()
  @ApiOperation({
    summary: 'List what a report’s lines come to under an agreement',
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
    const rows = await this.readings.sumsFrom(report, (await getAgreement(tx, agreementId)).id, passed, limit + 1);
    return pageOf(rows, limit, sumView, counted(passed + limit));
  }

  @Get(':id/file')
  @Allow()
  @ApiOperation({ summary: 'Download a usage report as it came', description: 'The evidence, for both parties.' })
  @ApiOkResponse({ content: { 'text/tab-separated-values': { schema: { type: 'string', format: 'binary' } } } })
  async file(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const { file_sha256, bytes } = await getReport(tx, id);
    return new StreamableFile(this.storage.read(file_sha256), {
      type: 'text/tab-separated-values; charset=utf-8',
      disposition: `attachment; filename="${id}.tsv"`,
      length: Number(bytes),
    });
  }
}

async function getReport(tx: Tx, id: string): Promise<UsageReport> {
  const report = await tx.first<UsageReport>('SELECT * FROM usage_reports WHERE id = $1', [id]);
  if (report === undefined) throw new DomainError('not-found');
  return report;
}
