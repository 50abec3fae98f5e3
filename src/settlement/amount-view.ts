import { ApiProperty } from '@nestjs/swagger';
import { moneyText } from '../kernel';

/** An amount as every answer shows it: text with all digits of its currency. */
export class AmountView {
  @ApiProperty({ example: '1234.56' }) readonly amount!: string;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
}

export const amountView = (minor: bigint, currency: string): AmountView => ({
  amount: moneyText({ minor, currency }),
  currency,
});
