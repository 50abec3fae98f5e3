import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getLiving, type LivingAgreement } from '../../agreements';
import { type Fault, moneyText, periodsOfLife } from '../../kernel';
import { Allow, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { ChoiceField, IntegerParameter, MonthField } from '../../platform/http/fields';
import { orNull } from '../../platform/http/or-null';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { KeptReadings } from '../../usage';
import { MissingView } from '../missing.view';
import { AmountView, amountView } from '../amount-view';
import { clauseLinesOf } from '../statements/clause-lines';
import { liveMonth } from '../statements/live-month';
import { periodNameOf, type Statement, statementsOf } from '../statements/statements.repository';
import { foresee } from './forecast';
import { type Grouping, groupings, moneyBy, type MoneyRow } from './money';

export class MoneyQuery extends PageQuery {
  @ChoiceField(groupings, { description: 'what a row is of' })
  readonly by!: Grouping;

  @MonthField({ optional: true, description: 'this month and later ones', example: '2026-01' })
  readonly from?: string;

  @MonthField({ optional: true, description: 'months before this one', example: '2027-01' })
  readonly until?: string;
}

export class MoneyView {
  @ApiProperty({ description: 'an id; of months YYYY-MM' }) readonly key!: string;
  @ApiProperty({ type: AmountView, description: 'payable by issued statements' }) readonly stated!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what of it waited for disputes when it was issued' })
  readonly held!: AmountView;
  @ApiProperty({ type: AmountView, description: 'all invoices, less what was credited' })
  readonly invoiced!: AmountView;
  @ApiProperty({ type: AmountView }) readonly paid!: AmountView;
  @ApiProperty({ type: AmountView }) readonly open!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what of the open is past its day' }) readonly overdue!: AmountView;
}

export class ForecastQuery {
  @IntegerParameter({
    min: 1,
    max: 24,
    optional: true,
    description: 'how many reporting periods to look ahead; absent: 6',
  })
  readonly months?: number;
}

export class CurvePointView {
  @ApiProperty({ example: '2026-01', description: 'the first of the reporting period' }) readonly month!: string;
  @ApiProperty({ example: '2026-01', description: 'what the period is called: 2026-Q1, 2026-H1, 2026' })
  readonly period!: string;
  @ApiProperty({ description: 'earned in the period, before anything is recouped' }) readonly royalties!: string;
  @ApiProperty() readonly recouped!: string;
  @ApiProperty({ description: 'still to be recouped after it' }) readonly unrecouped!: string;
  @ApiProperty() readonly payable!: string;
}

export class AccruedView {
  @ApiProperty({ example: '2026-04', description: 'the first of the first period that is not closed' })
  readonly month!: string;
  @ApiProperty({ type: String, nullable: true, description: 'earned so far; null: a figure is still to be reported' })
  readonly royalties!: string | null;
}

export class ForecastView {
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ type: CurvePointView, isArray: true, description: 'by issued statements' })
  readonly closed!: readonly CurvePointView[];
  @ApiProperty({ ...orNull(AccruedView), description: 'null: every period of the term is closed' })
  readonly accrued!: AccruedView | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '2026-03',
    description: 'the first of the period whose usage is taken',
  })
  readonly basedOn!: string | null;
  @ApiProperty({ type: CurvePointView, isArray: true }) readonly foreseen!: readonly CurvePointView[];
  @ApiProperty({ type: MissingView, isArray: true, description: 'why no further period could be foreseen' })
  readonly missing!: readonly Fault[];
}

/** How a party's money stands, and how it may go on. */
@ApiTags('statements')
@ApiExtraModels(AccruedView)
@Controller('v1')
export class OverviewController {
  constructor(
    private readonly clock: Clock,
    private readonly readings: KeptReadings,
  ) {}

  @Get('money')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Add up what was stated, invoiced, paid and is overdue',
    description:
      'By agreement, label, platform or month, in each currency. A statement and its invoice are of the first month of their period, other invoices of the month in which they were issued.',
  })
  @ApiOkResponse({ type: pageSchema(MoneyView) })
  async money(@InTx() tx: Tx, @Query() { by, from, until, limit, cursor }: MoneyQuery): Promise<Page<MoneyView>> {
    const after = fromCursor(cursor, [/^[\w-]{7,36}$/, /^[A-Z]{3}$/]);
    const today = this.clock.now().toISOString().slice(0, 10);
    const rows = await moneyBy(tx, { by, from: from ?? null, until: until ?? null, today, limit: limit + 1, after });
    return pageOf(rows, limit, moneyView, ({ key, currency }) => [key, currency]);
  }

  @Get('agreements/:id/forecast')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Show how an agreement recoups and pays, and may go on',
    description:
      'Reporting periods that are closed, the one that runs, and those to come. These are closed by the terms as if each were used as the last closed one was; tax and exchange are left aside, and so are agreements with more than 20,000 sums in a period. Refused with `agreement-not-concluded`.',
  })
  @ApiOkResponse({ type: ForecastView })
  async forecast(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { months = 6 }: ForecastQuery,
  ): Promise<ForecastView> {
    const agreement = await getLiving(tx, id);
    const { currency } = agreement;
    const statements = await statementsOf(tx, id);
    const {
      basedOn,
      months: ahead,
      missing,
    } = await foresee(tx, this.readings, agreement, {
      latest: statements.at(-1),
      count: months,
    });
    const next = nextMonth(agreement, statements);
    const live = next === undefined ? undefined : await liveMonth(tx, this.readings, agreement, next);
    const text = (minor: bigint): string => moneyText({ minor, currency });
    return {
      currency,
      closed: statements.map(closedPoint),
      accrued: next === undefined ? null : { month: next, royalties: live?.rated ? moneyText(live.rated.total) : null },
      basedOn,
      foreseen: ahead.map(({ month, period, settled: { royalties, recouped, closing, payable } }) => ({
        ...{ month, period },
        ...{ royalties: text(royalties), recouped: text(recouped), unrecouped: text(closing), payable: text(payable) },
      })),
      missing,
    };
  }
}

function nextMonth({ life }: LivingAgreement, statements: readonly Statement[]): string | undefined {
  const closed = new Set(statements.map(({ month }) => month.slice(0, 7)));
  return periodsOfLife(life).find((month) => !closed.has(month));
}

function closedPoint(statement: Statement): CurvePointView {
  const { payable } = clauseLinesOf(statement);
  const { recouped, closing } = payable.advance;
  const [month, period] = [statement.month.slice(0, 7), periodNameOf(statement)];
  return { month, period, royalties: payable.royalties, recouped, unrecouped: closing, payable: payable.payable };
}

const moneyView = ({ key, currency, ...amounts }: MoneyRow): MoneyView => ({
  key,
  stated: amountView(amounts.stated, currency),
  held: amountView(amounts.held, currency),
  invoiced: amountView(amounts.invoiced, currency),
  paid: amountView(amounts.paid, currency),
  open: amountView(amounts.open, currency),
  overdue: amountView(amounts.overdue, currency),
});
