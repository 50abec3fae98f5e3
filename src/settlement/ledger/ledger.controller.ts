import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../agreements';
import { isCalendarDate } from '../../kernel';
import { Allow, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { DayField, InstantField } from '../../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { AmountView, amountView } from '../amount-view';
import {
  type AccountBalance,
  allBalances,
  type AsOf,
  balancesOf,
  type LedgerTransaction,
  transactionsOf,
} from './ledger';

export class LegView {
  @ApiProperty({ example: 'label-payable' }) readonly account!: string;
  @ApiProperty({ type: AmountView, description: 'a debit where positive, a credit where negative' })
  readonly amount!: AmountView;
  @ApiPropertyOptional({ type: 'integer', description: 'of payee-payable: which payee’s, by its number' })
  readonly payee?: number;
}

export class LedgerTransactionView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ example: 'royalties-earned' }) readonly kind!: string;
  @ApiProperty({ description: 'what happened once: a month, a receipt, a payout' }) readonly source!: string;
  @ApiProperty({ format: 'date' }) readonly effectiveOn!: string;
  @ApiProperty({ format: 'date-time' }) readonly bookedAt!: string;
  @ApiProperty({ type: LegView, isArray: true }) readonly legs!: readonly LegView[];
}

export class BalanceView {
  @ApiProperty({ example: 'platform-receivable' }) readonly account!: string;
  @ApiProperty({ type: String, nullable: true, example: null, description: 'of payee-payable: whose account it is' })
  readonly payee!: string | null;
  @ApiProperty({ type: AmountView }) readonly balance!: AmountView;
}

export class BalancesQuery {
  @InstantField({ optional: true, description: 'only what was booked by then' }) readonly bookedAt?: string;
  @DayField({ optional: true, description: 'only what counts for this day or one before' })
  readonly effectiveOn?: string;
}

export class BalancesView {
  @ApiProperty({ type: BalanceView, isArray: true }) readonly rows!: readonly BalanceView[];
}

export class TrialBalanceView {
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ example: '0.00', description: 'of all postings in this currency: always zero' }) readonly sum!: string;
  @ApiProperty({ type: BalanceView, isArray: true }) readonly accounts!: readonly BalanceView[];
}

@ApiTags('ledger')
@Controller('v1')
export class LedgerController {
  @Get('agreements/:id/ledger')
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({ summary: 'List an agreement’s ledger postings, as they were booked' })
  @ApiOkResponse({ type: pageSchema(LedgerTransactionView) })
  async transactions(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<LedgerTransactionView>> {
    await getAgreement(tx, id);
    const rows = await transactionsOf(tx, id, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, transactionView, (row) => [row.booked_at.toISOString(), row.id]);
  }

  @Get('agreements/:id/balances')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Show the balance of each of an agreement’s accounts',
    description: 'As it is, or as it was by the time of booking, by the day that postings count for, or by both.',
  })
  @ApiOkResponse({ type: BalancesView })
  async balances(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: BalancesQuery,
  ): Promise<BalancesView> {
    await getAgreement(tx, id);
    return { rows: (await balancesOf(tx, id, readAsOf(query))).map(balanceView) };
  }

  @Get('trial-balance')
  @Allow({ kinds: ['operator'] })
  @ApiOperation({ summary: 'Show all books of the marketplace together, per currency' })
  @ApiOkResponse({ type: TrialBalanceView, isArray: true })
  async trialBalance(@InTx() tx: Tx): Promise<TrialBalanceView[]> {
    const all = await allBalances(tx);
    return [...new Set(all.map(({ currency }) => currency))].map((currency) => {
      const rows = all.filter((row) => row.currency === currency);
      const sum = rows.reduce((total, { minor }) => total + minor, 0n);
      return { currency, sum: amountView(sum, currency).amount, accounts: rows.map(balanceView) };
    });
  }
}

/** Refuses with request-invalid: 30 February and 25 o'clock have the shape of a day and an hour, and are none. */
function readAsOf({ bookedAt, effectiveOn }: BalancesQuery): AsOf {
  const instant = bookedAt === undefined ? undefined : new Date(bookedAt);
  const faults: Fault[] = [];
  if (bookedAt !== undefined && (Number.isNaN(instant!.getTime()) || !isCalendarDate(bookedAt.slice(0, 10))))
    faults.push({ pointer: '/bookedAt', code: 'field-instant', message: 'there is no such instant' });
  if (effectiveOn !== undefined && !isCalendarDate(effectiveOn))
    faults.push({ pointer: '/effectiveOn', code: 'day-unknown', message: 'there is no such day' });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  return { bookedAt: instant, effectiveOn };
}

const balanceView = ({ account, payee, minor, currency }: AccountBalance): BalanceView => ({
  account,
  payee,
  balance: amountView(minor, currency),
});

const transactionView = (row: LedgerTransaction): LedgerTransactionView => ({
  id: row.id,
  kind: row.kind,
  source: row.source,
  effectiveOn: row.effective_on,
  bookedAt: row.booked_at.toISOString(),
  legs: row.legs.map(({ account, minor, ...payee }) => ({
    account,
    amount: amountView(BigInt(minor), row.currency),
    ...payee,
  })),
});
