import { Controller, Get, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type Fault, isCalendarDate, type Money } from '../../kernel';
import { Allow } from '../../platform/auth/allow';
import { DomainError } from '../../platform/errors/domain-error';
import { DayField } from '../../platform/http/fields';
import { orNull } from '../../platform/http/or-null';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { AmountView, amountView } from '../amount-view';
import { movementSubjects, type Span } from '../payments';
import { differenceKinds, type MoneyDifference } from './compare-movements';
import { ReconcileMoney } from './reconcile-money';

export class MoneyReconciliationQuery {
  @DayField({ description: 'the first day, in UTC' })
  readonly from!: string;

  @DayField({ description: 'the day after the last, in UTC; at most 31 days later' })
  readonly until!: string;
}

export class MovementSubjectView {
  @ApiProperty({ enum: movementSubjects, description: 'payout-reversal: what was taken back of a payout' })
  readonly kind!: string;
  @ApiProperty({ description: 'of an invoice the provider’s id, of a payout and its reversal ours' })
  readonly id!: string;
}

export class ProviderMovementView {
  @ApiProperty({ description: 'the provider’s id of the movement' }) readonly id!: string;
  @ApiProperty({ example: 'transfer', description: 'as the provider calls it' }) readonly type!: string;
}

export class MoneyDifferenceView {
  @ApiProperty({
    enum: differenceKinds,
    description:
      'not-booked: the provider moved it, the books know nothing; not-moved: the books say so, the provider did not; amount, currency: both did, and not the same',
  })
  readonly kind!: string;
  @ApiProperty({ ...orNull(MovementSubjectView), description: 'null: the provider names nothing of ours' })
  readonly subject!: MovementSubjectView | null;
  @ApiProperty({ ...orNull(AmountView), description: 'negative: it went out' }) readonly booked!: AmountView | null;
  @ApiProperty({ type: AmountView, isArray: true, description: 'by the provider, a sum for each currency' })
  readonly moved!: readonly AmountView[];
  @ApiProperty({ type: ProviderMovementView, isArray: true }) readonly movements!: readonly ProviderMovementView[];
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
}

export class OutsideView {
  @ApiProperty({ example: 'payout', description: 'as the provider calls it; fee: taken of other movements' })
  readonly type!: string;
  @ApiProperty({ type: 'integer' }) readonly count!: number;
  @ApiProperty({ type: AmountView }) readonly amount!: AmountView;
}

export class MoneyReconciliationView {
  @ApiProperty({ format: 'date' }) readonly from!: string;
  @ApiProperty({ format: 'date' }) readonly until!: string;
  @ApiProperty({ type: 'integer', description: 'invoices and payouts of which both say the same' })
  readonly agreeing!: number;
  @ApiProperty({ type: MoneyDifferenceView, isArray: true, description: 'all of them, oldest first' })
  readonly differences!: readonly MoneyDifferenceView[];
  @ApiProperty({
    type: OutsideView,
    isArray: true,
    description: 'what the books do not keep: the provider’s fees, and what went between its balance and our own bank',
  })
  readonly outside!: readonly OutsideView[];
}

const daysMax = 31;
const day = 24 * 3_600_000;

/** For the marketplace's own finance: what it holds at the provider is money of all labels. */
@ApiTags('payouts')
@ApiExtraModels(MovementSubjectView, AmountView)
@Controller('v1/money-reconciliation')
export class ReconciliationController {
  constructor(private readonly reconcileMoney: ReconcileMoney) {}

  @Get()
  @OpensOwnTransactions()
  @Allow({ kinds: ['operator'], roles: ['finance', 'reader'] })
  @ApiOperation({
    summary: 'Compare the books with what the payment provider moved',
    description:
      'Every movement of our balance at the provider against the postings of receipts and payouts, as of now. What the provider has told only just now may not be booked yet. Refused with `payments-not-configured`, `payment-provider-refused` and `not-ready`.',
  })
  @ApiOkResponse({ type: MoneyReconciliationView })
  async compare(@Query() { from, until }: MoneyReconciliationQuery): Promise<MoneyReconciliationView> {
    const { agreeing, differences, outside } = await this.reconcileMoney.execute(spanOf(from, until));
    return {
      ...{ from, until, agreeing },
      differences: differences.map(differenceView),
      outside: outside.map(({ type, count, amount }) => ({ type, count, amount: shown(amount) })),
    };
  }
}

/** Refuses with request-invalid. */
function spanOf(from: string, until: string): Span {
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries({ from, until })) {
    if (!isCalendarDate(value))
      faults.push({ pointer: `/${name}`, code: 'day-unknown', message: `${value} is no day` });
  }
  const span = { from: new Date(`${from}T00:00:00Z`), until: new Date(`${until}T00:00:00Z`) };
  const days = (span.until.getTime() - span.from.getTime()) / day;
  if (faults.length === 0 && (days < 1 || days > daysMax))
    faults.push({ pointer: '/until', code: 'period-empty', message: `must be 1 to ${daysMax} days after from` });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  return span;
}

const shown = ({ minor, currency }: Money): AmountView => amountView(minor, currency);

const differenceView = ({ kind, subject, booked, moved, movements, at }: MoneyDifference): MoneyDifferenceView => ({
  ...{ kind, subject: subject ?? null, booked: booked === undefined ? null : shown(booked) },
  ...{ moved: moved.map(shown), movements, at: at.toISOString() },
});
