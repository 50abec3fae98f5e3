import { Controller, Get, Headers, Param, ParseUUIDPipe, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By } from '../platform/auth/allow';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { csvFile, csvRow, wantsCsv } from '../platform/http/csv';
import { ChoiceField } from '../platform/http/fields';
import { fromCursor, PageQuery, toCursor } from '../platform/http/paging';
import { OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import type { DifferencePosition, SumDifference } from './engine/sums-difference';
import { KeptReadings } from './kept-readings';
import type { UsageReport } from './usage-report';
import { getReport } from './usage-report.repository';

export class DifferenceQuery extends PageQuery {
  @ChoiceField(['json', 'csv'], {
    optional: true,
    description: 'csv: all differences at once; `Accept: text/csv` asks for the same',
  })
  readonly format?: 'json' | 'csv';
}

export class CountsBesideView {
  @ApiProperty({ description: 'units, as text' }) readonly quantityBefore!: string;
  @ApiProperty() readonly quantityAfter!: string;
  @ApiProperty({ description: 'after less before' }) readonly quantityDifference!: string;
  @ApiProperty({ description: 'units given back, as text' }) readonly returnsBefore!: string;
  @ApiProperty() readonly returnsAfter!: string;
  @ApiProperty({ description: 'after less before' }) readonly returnsDifference!: string;
}

export class DifferenceView extends CountsBesideView {
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty() readonly isrc!: string;
  @ApiProperty({ example: '1', description: 'the share that the label controlled on the days of use' })
  readonly controlledShare!: string;
  @ApiProperty({ example: 'RU' }) readonly territory!: string;
  @ApiProperty({ example: 'OnDemandStream' }) readonly useType!: string;
  @ApiProperty({ example: 'AdvertisementSupportedModel' }) readonly commercialModel!: string;
  @ApiProperty({ enum: ['both', 'before', 'after'], description: 'which of both reports tell of it' })
  readonly in!: 'both' | 'before' | 'after';
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'of which part of the month, by its first day',
  })
  readonly usedOn!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'what it was sold for; null where nobody asks' })
  readonly salesBefore!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly salesAfter!: string | null;
}

export class DifferencePage {
  @ApiProperty({ format: 'uuid', description: 'the report that was replaced' }) readonly replaces!: string;
  @ApiProperty({ enum: ['full', 'delta'] }) readonly replacesAs!: string;
  @ApiProperty({ type: CountsBesideView, description: 'of all that is licensed, on whatever page' })
  readonly totals!: CountsBesideView;
  @ApiProperty({ type: DifferenceView, isArray: true }) readonly rows!: readonly DifferenceView[];
  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null at the end' })
  readonly next!: string | null;
}

interface Counts {
  readonly quantity: bigint;
  readonly returns: bigint;
}

interface Replaced {
  readonly before: UsageReport;
  readonly after: UsageReport;
}

const nothing: Counts = { quantity: 0n, returns: 0n };
const csvBatch = 5_000;
const csvColumns = [
  ...([
    'agreementId',
    'isrc',
    'territory',
    'useType',
    'commercialModel',
    'in',
    'quantityBefore',
    'quantityAfter',
  ] as const),
  ...(['quantityDifference', 'returnsBefore', 'returnsAfter', 'returnsDifference', 'controlledShare'] as const),
  ...(['usedOn', 'salesBefore', 'salesAfter'] as const),
];
const start: DifferencePosition = { before: 0, after: 0 };
const countKey = /^\d{1,12}$/;

@ApiTags('usage')
@Controller('v1/usage-reports')
export class DifferenceController {
  constructor(
    private readonly database: Database,
    private readonly readings: KeptReadings,
  ) {}

  @Get(':id/difference')
  @OpensOwnTransactions()
  @Allow()
  @ApiOperation({
    summary: 'List what a replacement changed against the report that it replaces',
    description:
      'Of licensed usage, before any rate: a page of JSON with totals, or all of it as CSV. A page may have fewer rows than asked for and still have a next one. Refused with `report-without-difference`.',
  })
  @ApiOkResponse({ type: DifferencePage, description: 'or text/csv' })
  async difference(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor, format }: DifferenceQuery,
    @Headers('accept') accept?: string,
  ): Promise<DifferencePage | StreamableFile> {
    const { pair, totals } = await this.database.withTenant(
      actor,
      async (tx) => {
        const found = await replacedBy(tx, id);
        return { pair: found, totals: await totalsOf(tx, found) };
      },
      'read',
    );
    if (wantsCsv(format, accept)) return csvFile(`difference-${id}`, this.csvChunks(pair));
    const [before, after] = fromCursor(cursor, [countKey, countKey]) ?? [];
    const from = before === undefined ? start : { before: Number(before), after: Number(after) };
    const { rows, next } = await this.readings.difference(pair, from, limit);
    return {
      replaces: pair.before.id,
      replacesAs: pair.after.replaces_as ?? 'full',
      totals,
      rows: rows.map(differenceView),
      next: next === undefined ? null : toCursor([String(next.before), String(next.after)]),
    };
  }

  /** What reports say never changes: each batch opens their files anew, and a slow reader holds none open. */
  private async *csvChunks(pair: Replaced): AsyncGenerator<string> {
    yield csvRow(csvColumns);
    for (let from: DifferencePosition | undefined = start; from !== undefined;) {
      const batch: Awaited<ReturnType<KeptReadings['difference']>> = await this.readings.difference(
        pair,
        from,
        csvBatch,
      );
      const views = batch.rows.map(differenceView);
      yield views.map((view) => csvRow(csvColumns.map((column) => view[column] ?? ''))).join('');
      from = batch.next;
    }
  }
}

/** A replacement that took effect, and what it replaced. */
async function replacedBy(tx: Tx, id: string): Promise<Replaced> {
  const after = await getReport(tx, id);
  if (after.replaces === null || after.sums_sha256 === null) throw new DomainError('report-without-difference');
  return { before: await getReport(tx, after.replaces), after };
}

async function totalsOf(tx: Tx, { before, after }: Replaced): Promise<CountsBesideView> {
  const rows = await tx.rows<{ report_id: string; quantity: string; returns: string }>(
    `SELECT report_id, sum(quantity)::text AS quantity, sum(returns)::text AS returns FROM usage_totals WHERE report_id = ANY($1::uuid[]) GROUP BY report_id`,
    [[before.id, after.id]],
  );
  const [was, is] = [before.id, after.id].map((id) => {
    const row = rows.find(({ report_id }) => report_id === id);
    return row === undefined ? nothing : { quantity: BigInt(row.quantity), returns: BigInt(row.returns) };
  });
  return beside(was!, is!);
}

const beside = (before: Counts, after: Counts): CountsBesideView => ({
  quantityBefore: String(before.quantity),
  quantityAfter: String(after.quantity),
  quantityDifference: String(after.quantity - before.quantity),
  returnsBefore: String(before.returns),
  returnsAfter: String(after.returns),
  returnsDifference: String(after.returns - before.returns),
});

function differenceView({ before, after }: SumDifference): DifferenceView {
  const { agreementId, sum } = (after ?? before)!;
  const inWhich = before === undefined ? 'after' : after === undefined ? 'before' : 'both';
  return {
    ...{
      agreementId,
      isrc: sum.isrc,
      controlledShare: sum.controlledShare ?? '1',
      territory: sum.territory,
      useType: sum.use,
      commercialModel: sum.model,
    },
    in: inWhich,
    usedOn: sum.usedOn ?? null,
    salesBefore: before?.sum.sales ?? null,
    salesAfter: after?.sum.sales ?? null,
    ...beside(before?.sum ?? nothing, after?.sum ?? nothing),
  };
}
