import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../agreements';
import { Allow, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { fromCursor, instantKey, type Page, pageOf, PageQuery, pageSchema, uuidKey } from '../../platform/http/paging';
import { AmountView, amountView } from '../amount-view';
import { type AccountBalance, allBalances, balancesOf, type LedgerTransaction, transactionsOf } from './ledger';

export class LegView {
  @ApiProperty({ example: 'label-payable' }) readonly account!: string;
  @ApiProperty({ type: AmountView, description: 'a debit where positive, a credit where negative' })
  readonly amount!: AmountView;
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
  @ApiProperty({ type: AmountView }) readonly balance!: AmountView;
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
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List an agreement’s ledger postings, as they were booked' })
  @ApiOkResponse({ type: pageSchema(LedgerTransactionView) })
  async transactions(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<LedgerTransactionView>> {
    await getAgreement(tx, id);
    const rows = await transactionsOf(tx, id, limit + 1, fromCursor(cursor, [instantKey, uuidKey]));
    return pageOf(rows, limit, transactionView, (row) => [row.booked_at.toISOString(), row.id]);
  }

  @Get('agreements/:id/balances')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show the balance of each of an agreement’s accounts' })
  @ApiOkResponse({ type: BalancesView })
  async balances(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<BalancesView> {
    await getAgreement(tx, id);
    return { rows: (await balancesOf(tx, id)).map(balanceView) };
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

const balanceView = ({ account, minor, currency }: AccountBalance): BalanceView => ({
  account,
  balance: amountView(minor, currency),
});

const transactionView = (row: LedgerTransaction): LedgerTransactionView => ({
  id: row.id,
  kind: row.kind,
  source: row.source,
  effectiveOn: row.effective_on,
  bookedAt: row.booked_at.toISOString(),
  legs: row.legs.map(({ account, minor }) => ({ account, amount: amountView(BigInt(minor), row.currency) })),
});
