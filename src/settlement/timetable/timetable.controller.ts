import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getLiving } from '../../agreements';
import { dayInZone, type Fault } from '../../kernel';
import { Allow, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { ChoiceField } from '../../platform/http/fields';
import { orNull } from '../../platform/http/or-null';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema, uuidKey } from '../../platform/http/paging';
import { AmountView, amountView } from '../amount-view';
import { MissingView } from '../missing.view';
import { ratesOfMonth } from '../statements/close-at-rates';
import { listMissed, type Missed, missedKinds, type MissedKind } from './missed.repository';
import { daysBetween, type MonthSteps, stepStates } from './month-steps';
import { timetableOf } from './timetable';

export class StepView {
  @ApiProperty({ format: 'date', description: 'the first day on which it can be done' }) readonly from!: string;
  @ApiProperty({ format: 'date', description: 'the last day on which it is in time' }) readonly due!: string;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly done!: string | null;
  @ApiProperty({ enum: stepStates }) readonly state!: string;
  @ApiProperty({ type: 'integer', description: 'how late it was done, or is by today' }) readonly daysLate!: number;
}

export class TimetableMonthView {
  @ApiProperty({ example: '2026-01', description: 'the first of the reporting period' }) readonly month!: string;
  @ApiProperty({ example: '2026-01', description: 'what the period is called: 2026-Q1, 2026-H1, 2026' })
  readonly period!: string;
  @ApiProperty({ ...orNull(StepView), description: 'done once each month is reported; null: no report is needed' })
  readonly report!: StepView | null;
  @ApiProperty({
    type: StepView,
    description: 'the close: from when, and when a draft was made; the platform sees none',
  })
  readonly draft!: StepView;
  @ApiProperty({ type: StepView }) readonly statement!: StepView;
  @ApiProperty({ ...orNull(StepView), description: 'of the period’s invoice; null: there is none' })
  readonly payment!: StepView | null;
  @ApiProperty({ ...orNull(AmountView), description: 'invoiced because it was paid late' })
  readonly lateInterest!: AmountView | null;
  @ApiProperty({
    type: MissingView,
    isArray: true,
    description:
      'of the month that is to be closed next: rates without which nothing payable can be stated, and who has to act',
  })
  readonly missingRates!: readonly Fault[];
}

export class TimetableView {
  @ApiProperty({ type: TimetableMonthView, isArray: true }) readonly months!: readonly TimetableMonthView[];
}

export class TimetableQuery {
  @ChoiceField(['true', 'false'], { optional: true, description: 'true: only periods in which something is overdue' })
  readonly overdue?: 'true' | 'false';
}

export class OverdueQuery extends PageQuery {
  @ChoiceField(missedKinds, { optional: true, description: 'only these; absent: all' })
  readonly kind?: MissedKind;
}

export class OverdueView {
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ enum: missedKinds }) readonly kind!: MissedKind;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '2026-01',
    description:
      'of a report or a certificate of withheld tax the month that lacks it; of a statement the first of its period',
  })
  readonly month!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly invoiceId!: string | null;
  @ApiProperty({ format: 'date' }) readonly due!: string;
  @ApiProperty({ type: 'integer' }) readonly daysLate!: number;
}

/** What is to be done by when, and what was not. */
@ApiTags('statements')
@Controller('v1')
export class TimetableController {
  constructor(private readonly clock: Clock) {}

  @Get('agreements/:id/timetable')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Show what is due, done and late of an agreement’s reporting periods',
    description: 'Days in the agreement’s time zone. Refused with `agreement-not-concluded`.',
  })
  @ApiOkResponse({ type: TimetableView })
  async timetable(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { overdue }: TimetableQuery,
  ): Promise<TimetableView> {
    const agreement = await getLiving(tx, id);
    const now = this.clock.now();
    const months = await timetableOf(tx, agreement, now);
    const shown = overdue === 'true' ? months.filter(isOverdue) : months;
    // Months are closed one after the other: what a later one lacks may come meanwhile.
    const next = months.find(({ statement }) => statement.done === null && statement.state !== 'upcoming')?.month;
    const rates = next === undefined ? undefined : await ratesOfMonth(tx, agreement, next, now);
    const missing = rates !== undefined && 'missing' in rates ? rates.missing : [];
    return { months: shown.map((month) => monthView(month, agreement.currency, month.month === next ? missing : [])) };
  }

  @Get('overdue')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'List what is overdue under all your agreements, the longest first',
    description:
      'Reports, statements, certificates of withheld tax and invoices; each is there from the day after it was due until it comes.',
  })
  @ApiOkResponse({ type: pageSchema(OverdueView) })
  async overdue(@InTx() tx: Tx, @Query() { limit, cursor, kind }: OverdueQuery): Promise<Page<OverdueView>> {
    const after = fromCursor(cursor, [/^\d{4}-\d\d-\d\d$/, uuidKey, /^[a-z]{1,20}$/, /^[0-9a-f-]{1,40}$/]);
    const rows = await listMissed(tx, { limit, after, kind: kind ?? null });
    const now = this.clock.now();
    return pageOf(
      rows,
      limit,
      (row) => overdueView(row, now),
      (row) => [row.due_on, row.agreement_id, row.kind, row.subject],
    );
  }
}

const monthView = (
  { interest, ...steps }: MonthSteps,
  currency: string,
  missingRates: readonly Fault[],
): TimetableMonthView => ({
  ...steps,
  missingRates,
  lateInterest: interest === null ? null : amountView(interest, currency),
});

const isOverdue = ({ report, draft, statement, payment }: MonthSteps): boolean =>
  [report, draft, statement, payment].some((step) => step?.state === 'overdue');

const overdueView = ({ agreement_id, kind, subject, due_on, time_zone }: Missed, now: Date): OverdueView => ({
  agreementId: agreement_id,
  kind,
  month: kind === 'invoice' ? null : subject,
  invoiceId: kind === 'invoice' ? subject : null,
  due: due_on,
  daysLate: daysBetween(due_on, dayInZone(now, time_zone)),
});
