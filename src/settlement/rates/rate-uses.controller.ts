import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../agreements';
import { Allow, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { AmountView } from '../amount-view';
import { agreedKinds } from './agreed-rates.repository';
import { listUses, type RecordedUse } from './rate-uses.repository';

export class RateUseView {
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ example: 'close', description: 'what of the month was booked with it' }) readonly occasion!: string;
  @ApiProperty({ enum: agreedKinds }) readonly kind!: string;
  @ApiProperty({ example: '0.9512', description: 'exact' }) readonly rate!: string;
  @ApiProperty() readonly source!: string;
  @ApiProperty({ format: 'date', description: 'the day that the rate is of' }) readonly on!: string;
  @ApiProperty({ format: 'date', description: 'the day that it was asked for' }) readonly asked!: string;
  @ApiProperty({ description: 'how the rows make it' }) readonly formula!: string;
  @ApiProperty({ type: String, isArray: true, format: 'uuid', description: 'published rates, one or two' })
  readonly rateIds!: readonly string[];
  @ApiProperty({ type: 'integer', nullable: true, description: 'or one that the parties agreed' })
  readonly agreedNumber!: number | null;
  @ApiProperty({ type: AmountView, description: 'what it was applied to' }) readonly from!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what it made: the tax, or the amount exchanged' })
  readonly to!: AmountView;
  @ApiProperty({ format: 'date-time' }) readonly usedAt!: string;
  @ApiProperty({ description: 'whether the source has corrected a rate since: what was booked stays' })
  readonly correctedSince!: boolean;
}

/** Which rates a party’s statements rest on, row by row. */
@ApiTags('rates')
@Controller('v1/agreements/:id/rate-uses')
export class RateUsesController {
  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List each use of a rate of tax or exchange, by month' })
  @ApiOkResponse({ type: pageSchema(RateUseView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<RateUseView>> {
    const after = fromCursor(cursor, [/^[12]\d{3}-\d{2}-01$/, /^.{1,100}$/, /^[a-z]{1,20}$/]);
    await getAgreement(tx, id);
    const rows = await listUses(tx, id, { limit: limit + 1, after });
    return pageOf(rows, limit, useView, ({ month, occasion, kind }) => [month, occasion, kind]);
  }
}

const useView = (row: RecordedUse): RateUseView => ({
  month: row.month.slice(0, 7),
  occasion: row.occasion,
  kind: row.kind,
  rate: row.rate,
  source: row.source,
  on: row.rate_day,
  asked: row.asked_day,
  formula: row.formula,
  rateIds: [row.exchange_rate_id, row.crossed_with_id].filter((id) => id !== null),
  agreedNumber: row.agreed_number,
  from: { amount: row.amount_from, currency: row.currency_from },
  to: { amount: row.amount_to, currency: row.currency_to },
  usedAt: row.used_at.toISOString(),
  correctedSince: row.is_corrected,
});
