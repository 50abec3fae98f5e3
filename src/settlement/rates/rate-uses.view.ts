import { ApiProperty } from '@nestjs/swagger';
import { AmountView } from '../amount-view';
import { agreedKinds } from './agreed-rates.repository';
import type { RecordedUse } from './rate-uses.repository';

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
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'or a rule of a tax table' })
  readonly taxRuleId!: string | null;
  @ApiProperty({ type: AmountView, description: 'what it was applied to' }) readonly from!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what it made: the tax, or the amount exchanged' })
  readonly to!: AmountView;
  @ApiProperty({ format: 'date-time' }) readonly usedAt!: string;
  @ApiProperty({ description: 'whether the source has corrected a rate since: what was booked stays' })
  readonly correctedSince!: boolean;
}

export const useView = (row: RecordedUse): RateUseView => ({
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
  taxRuleId: row.tax_rule_id,
  from: { amount: row.amount_from, currency: row.currency_from },
  to: { amount: row.amount_to, currency: row.currency_to },
  usedAt: row.used_at.toISOString(),
  correctedSince: row.is_corrected,
});
