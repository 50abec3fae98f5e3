import { ApiProperty } from '@nestjs/swagger';
import { IdField, IntegerParameter } from '../../platform/http/fields';
import { type AgreedRate, agreedStates, type AgreedState } from './agreed-rates.repository';

export class AgreedRateParameters {
  @IdField() readonly id!: string;
  @IntegerParameter({ min: 1, max: 1_000_000_000 }) readonly number!: number;
}

class AgreedRateView {
  @ApiProperty({ type: 'integer', description: 'within the agreement, of tax and exchange together' })
  readonly number!: number;
  @ApiProperty({ example: '0.15' }) readonly rate!: string;
  @ApiProperty({
    enum: agreedStates,
    description:
      'stated: not in force, it waits for the other party; unanswered: in force, since that party said nothing in time; contested: never in force',
  })
  readonly state!: AgreedState;
  @ApiProperty({ format: 'uuid', description: 'the party that stated it' }) readonly statedBy!: string;
  @ApiProperty({ description: 'by whose hand' }) readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly statedAt!: string;
  @ApiProperty({ type: String, nullable: true, description: 'by whose hand it was confirmed or withdrawn' })
  readonly decidedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly decidedAt!: string | null;
}

export class TaxRateView extends AgreedRateView {
  @ApiProperty({ enum: ['withholding', 'vat'] }) readonly tax!: string;
  @ApiProperty({ description: 'the law, treaty article or certificate' }) readonly source!: string;
  @ApiProperty({ format: 'date', description: 'the first day' }) readonly from!: string;
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the last day on which the other party may answer: after it, what was stated holds',
  })
  readonly answerBy!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'why the other party contests it' })
  readonly reason!: string | null;
}

export class AgreedExchangeView extends AgreedRateView {
  @ApiProperty({ example: 'USD', description: 'one unit of it' }) readonly base!: string;
  @ApiProperty({ example: 'KZT', description: 'is so many of it' }) readonly quote!: string;
  @ApiProperty({ format: 'date', description: 'the only day that it is of' }) readonly day!: string;
  @ApiProperty({ description: 'where it is from' }) readonly note!: string;
}

export class AgreedExchangesView {
  @ApiProperty({ type: AgreedExchangeView, isArray: true }) readonly rows!: readonly AgreedExchangeView[];
}

const common = (row: AgreedRate): AgreedRateView => ({
  number: row.number,
  rate: row.rate,
  state: row.state,
  statedBy: row.stated_by,
  madeBy: row.made_by,
  statedAt: row.stated_at.toISOString(),
  decidedBy: row.decided_by,
  decidedAt: row.decided_at?.toISOString() ?? null,
});

export const taxRateView = (row: AgreedRate): TaxRateView => ({
  ...common(row),
  tax: row.kind,
  source: row.basis,
  from: row.day,
  answerBy: row.answer_by,
  reason: row.reason,
});

export const agreedExchangeView = (row: AgreedRate): AgreedExchangeView => ({
  ...common(row),
  base: row.base ?? '',
  quote: row.quote ?? '',
  day: row.day,
  note: row.basis,
});
