import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getLiving, type LivingAgreement } from '../../agreements';
import { dayAfter, periodOfMonth, termsOfMonth, territoryNumber, useModelCode } from '../../kernel';
import { Allow, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DecimalField, IdField, MonthField } from '../../platform/http/fields';
import { fromCursor, pageOf, PageQuery } from '../../platform/http/paging';
import { KeptReadings } from '../kept-readings';
import { reconcile, type ReconciledRow, type ReconciledTotals } from './reconcile';

export class ReconciliationQuery extends PageQuery {
  @MonthField({
    description: 'of an agreement with longer reporting periods: the whole period that it lies in',
    example: '2026-01',
  })
  readonly month!: string;

  @IdField({ description: 'a service of the agreement' })
  readonly serviceId!: string;

  @DecimalField({
    optional: true,
    description: 'differences up to this share of the larger side pass; absent: as the terms say, or none',
    example: '0.02',
  })
  readonly tolerance?: string;
}

export class ReconciliationRowView {
  @ApiProperty({ example: 'ZZA012600001' }) readonly isrc!: string;
  @ApiProperty({ example: 'RU' }) readonly territory!: string;
  @ApiProperty({ example: 'OnDemandStream' }) readonly useType!: string;
  @ApiProperty() readonly commercialModel!: string;
  @ApiProperty({ enum: ['report', 'events'], description: 'which of both is money' }) readonly sourceOfRecord!: string;
  @ApiProperty({ description: 'units, net of returns', example: '1200' }) readonly reported!: string;
  @ApiProperty({ example: '1180' }) readonly metered!: string;
  @ApiProperty({ description: 'metered less reported', example: '-20' }) readonly difference!: string;
}

export class ReconciliationTotalsView {
  @ApiProperty() readonly reported!: string;
  @ApiProperty() readonly metered!: string;
  @ApiProperty() readonly difference!: string;
  @ApiProperty({ description: 'recordings and contexts that either side tells of' }) readonly compared!: string;
  @ApiProperty({ description: 'those beyond the tolerance' }) readonly differing!: string;
  @ApiProperty({ description: 'their units, each difference taken positive' }) readonly disputed!: string;
}

export class ReconciliationView {
  @ApiProperty({ description: 'the share that was let pass', example: '0.02' }) readonly tolerance!: string;
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the last day on which the platform explains what differs, where the terms name one',
  })
  readonly answerBy!: string | null;
  @ApiProperty({ type: ReconciliationTotalsView }) readonly totals!: ReconciliationTotalsView;
  @ApiProperty({ type: ReconciliationRowView, isArray: true, description: 'differences beyond the tolerance' })
  readonly rows!: readonly ReconciliationRowView[];
  @ApiProperty({ type: String, nullable: true }) readonly next!: string | null;
}

@ApiTags('usage')
@Controller('v1/agreements')
export class ReconciliationController {
  constructor(private readonly readings: KeptReadings) {}

  @Get(':id/reconciliation')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Compare reports and events of a service’s month',
    description:
      'By track, territory and use: what live reports say, what events say, and where they differ by more than the tolerance.',
  })
  @ApiOkResponse({ type: ReconciliationView })
  async get(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { month, serviceId, tolerance, limit, cursor }: ReconciliationQuery,
  ): Promise<ReconciliationView> {
    const after = fromCursor(cursor, [/^[A-Z0-9]{12}$/, /^\d{1,6}$/, /^\d{1,6}$/]);
    const agreement = await getLiving(tx, id);
    const agreed = agreedOfMonth(agreement, month);
    const passing = tolerance ?? agreed.tolerance;
    const wish = { month, serviceId, tolerance: passing, limit, after };
    const { rows, totals } = await reconcile(tx, this.readings, agreement, wish);
    const page = pageOf(rows, limit, rowView, ({ isrc, territory, use, model }) => [
      isrc,
      String(territoryNumber(territory)),
      String(useModelCode(use, model)),
    ]);
    return { tolerance: passing, answerBy: agreed.answerBy, totals: totalsView(totals), ...page };
  }
}

/** What the terms of the period say of differences. The day on which the report is due is counted from its end. */
function agreedOfMonth({ life }: LivingAgreement, month: string): { tolerance: string; answerBy: string | null } {
  const { report, reconciliation } = termsOfMonth(life, month).usage;
  if (reconciliation === undefined) return { tolerance: '0', answerBy: null };
  const { until } = periodOfMonth(life, month);
  // `until` is the first day of the next period: one day after the period's last.
  return {
    tolerance: reconciliation.tolerance,
    answerBy: dayAfter(until, report.dueDays + reconciliation.answerDays - 1),
  };
}

const rowView = ({ isrc, territory, use, model, source, reported, metered }: ReconciledRow): ReconciliationRowView => ({
  isrc,
  territory,
  useType: use,
  commercialModel: model,
  sourceOfRecord: source,
  reported: String(reported),
  metered: String(metered),
  difference: String(metered - reported),
});

const totalsView = ({
  reported,
  metered,
  compared,
  differing,
  disputed,
}: ReconciledTotals): ReconciliationTotalsView => ({
  reported: String(reported),
  metered: String(metered),
  difference: String(metered - reported),
  compared: String(compared),
  differing: String(differing),
  disputed: String(disputed),
});
