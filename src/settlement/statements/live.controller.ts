import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getLiving, type LivingAgreement } from '../../agreements';
import { dayInZone, firstMonthOf, moneyText, monthsOfLife, periodNameOfMonth } from '../../kernel';
import { Allow, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { MonthField } from '../../platform/http/fields';
import { fromCursor, pageOf, PageQuery } from '../../platform/http/paging';
import { lineKey, type LiveLine, type LiveMonth, liveMonth } from './live-month';
import { KeptReadings } from '../../usage';

export class LiveQuery extends PageQuery {
  @MonthField({
    optional: true,
    description:
      'absent: the current month where the agreement’s clocks hang; with longer reporting periods the whole one that it lies in',
  })
  readonly month?: string;
}

export class LiveLineView {
  @ApiProperty({ example: 'ZZA012600001' }) readonly isrc!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ example: 'RU' }) readonly territory!: string;
  @ApiProperty({ example: 'OnDemandStream' }) readonly useType!: string;
  @ApiProperty() readonly commercialModel!: string;
  @ApiProperty({ description: 'units', example: '1200' }) readonly quantity!: string;
  @ApiProperty({ example: '0' }) readonly returns!: string;
  @ApiProperty({ example: '1', description: 'the share that the label controlled on the days of use' })
  readonly controlledShare!: string;
  @ApiProperty({ type: String, nullable: true, description: 'unrounded: a decimal or a quotient' })
  readonly exact!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '2.40' }) readonly amount!: string | null;
}

export class LiveClauseView {
  @ApiProperty() readonly clause!: string;
  @ApiProperty({ description: 'net units' }) readonly quantity!: string;
  @ApiProperty({ example: '4000.00' }) readonly amount!: string;
}

export class LiveMissingView {
  @ApiProperty() readonly pointer!: string;
  @ApiProperty() readonly code!: string;
  @ApiProperty() readonly message!: string;
}

export class LiveView {
  @ApiProperty({ example: '2026-01', description: 'the first of the reporting period' }) readonly month!: string;
  @ApiProperty({ example: '2026-01', description: 'what it is called: 2026-Q1, 2026-H1, 2026' })
  readonly period!: string;
  @ApiProperty({ format: 'date-time' }) readonly asOf!: string;
  @ApiProperty({ type: String, nullable: true, example: '4000.00', description: 'null while it cannot be rated' })
  readonly amount!: string | null;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ type: LiveClauseView, isArray: true }) readonly clauses!: readonly LiveClauseView[];
  @ApiProperty({ type: LiveMissingView, isArray: true, description: 'why the month cannot be rated yet' })
  readonly missing!: readonly LiveMissingView[];
  @ApiProperty({ type: LiveLineView, isArray: true }) readonly rows!: readonly LiveLineView[];
  @ApiProperty({ type: String, nullable: true }) readonly next!: string | null;
}

@ApiTags('statements')
@Controller('v1/agreements')
export class LiveController {
  constructor(
    private readonly clock: Clock,
    private readonly readings: KeptReadings,
  ) {}

  @Get(':id/live')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'See a period so far: plays and what they have earned',
    description:
      'By track, service, territory and use, from the source that is money. Amounts are those of a close if the reporting period ended now, before recoupment: floors included, shares of revenue once it is reported. Refused with `agreement-not-concluded`.',
  })
  @ApiOkResponse({ type: LiveView })
  async get(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { month, limit, cursor }: LiveQuery,
  ): Promise<LiveView> {
    const [after] = fromCursor(cursor, [/^[\w:. -]{1,200}$/]) ?? [];
    const now = this.clock.now();
    const agreement = await getLiving(tx, id);
    const asked = month ?? dayInZone(now, agreement.timeZone).slice(0, 7);
    refuseUnlessInTerm(agreement, asked);
    const first = firstMonthOf(agreement.life, asked);
    return liveView(agreement, first, now, await liveMonth(tx, this.readings, agreement, first), { limit, after });
  }
}

function refuseUnlessInTerm({ life }: LivingAgreement, month: string): void {
  if (monthsOfLife(life).includes(month)) return;
  throw new DomainError('request-invalid', undefined, [
    { pointer: '/month', code: 'field-month', message: `${month} is not a month of the term` },
  ]);
}

function liveView(
  { currency, life }: LivingAgreement,
  month: string,
  now: Date,
  { lines, rated, missing }: LiveMonth,
  { limit, after }: { limit: number; after: string | undefined },
): LiveView {
  const rest = after === undefined ? lines : lines.filter((line) => lineKey(line) > after);
  return {
    month,
    period: periodNameOfMonth(life, month),
    asOf: now.toISOString(),
    amount: rated === undefined ? null : moneyText(rated.total),
    currency,
    clauses: (rated?.clauses ?? []).map(({ clause, quantity, amount }) => ({ clause, quantity, amount })),
    missing,
    ...pageOf(
      rest,
      limit,
      (line) => lineView(line, currency),
      (line) => [lineKey(line)],
    ),
  };
}

const lineView = (line: LiveLine, currency: string): LiveLineView => ({
  isrc: line.isrc,
  serviceId: line.service,
  territory: line.territory,
  useType: line.use,
  commercialModel: line.model,
  quantity: String(line.quantity),
  returns: String(line.returns),
  controlledShare: line.controlledShare ?? '1',
  exact: line.exact,
  amount: line.minor === null ? null : moneyText({ minor: line.minor, currency }),
});
