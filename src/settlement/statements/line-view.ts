import { ApiProperty } from '@nestjs/swagger';
import { moneyText, territoryCode, useAndModelOf } from '../../kernel';
import type { StoredLine } from './lines.repository';
import { periodNameOf, type Statement } from './statements.repository';

export class StatementLineView {
  @ApiProperty({ type: 'integer' }) readonly line!: number;
  @ApiProperty({ example: '2026-01', description: 'the statement’s period, or the one that the line corrects' })
  readonly period!: string;
  @ApiProperty() readonly clause!: string;
  @ApiProperty({ type: String, nullable: true, description: 'null: the clause owes this to no recording' })
  readonly isrc!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly serviceId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'RU' }) readonly territory!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'OnDemandStream' }) readonly useType!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly commercialModel!: string | null;
  @ApiProperty({ description: 'units; of a correction, their change' }) readonly quantity!: string;
  @ApiProperty() readonly returns!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '1',
    description:
      'the share that the label controlled on the days of use: the units earn for that part; null: of no recording',
  })
  readonly controlledShare!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '69.30',
    description: 'what it was sold for, net of returns; of a correction, the change; null where the terms do not ask',
  })
  readonly sales!: string | null;
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the first day of the part of the month that it was used in; null where all of it is paid alike',
  })
  readonly usedOn!: string | null;
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the day by which it was reported; null where the terms do not ask',
  })
  readonly reportedOn!: string | null;
  @ApiProperty({ description: 'unrounded: a decimal or a quotient' }) readonly exact!: string;
  @ApiProperty({ example: '12.48' }) readonly amount!: string;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
}

export class StatedLineView extends StatementLineView {
  @ApiProperty({ description: 'whether another period’s usage stands in for it until the report comes' })
  readonly estimated!: boolean;
}

type Stated = Pick<Statement, 'month' | 'reporting_period' | 'currency'>;

export function lineView(line: StoredLine, statement: Stated): StatementLineView {
  const { currency } = statement;
  const used = line.use_model === null ? undefined : useAndModelOf(line.use_model);
  return {
    line: line.line,
    period: periodNameOf(statement, line.period),
    clause: line.clause,
    isrc: line.isrc,
    serviceId: line.service_id,
    territory: line.territory === null ? null : territoryCode(line.territory),
    useType: used?.use ?? null,
    commercialModel: used?.model ?? null,
    quantity: String(line.quantity),
    returns: String(line.returns),
    controlledShare: line.isrc === null ? null : (line.controlled_share ?? '1'),
    sales: line.sales,
    usedOn: line.used_on,
    reportedOn: line.reported_on,
    exact: line.exact,
    amount: moneyText({ minor: line.amount_minor, currency }),
    currency,
  };
}

/** A line of a statement, with whether it rests on another period's usage. */
export const statedLineView = (
  line: StoredLine,
  statement: Stated & Pick<Statement, 'estimated_from'>,
): StatedLineView => ({
  ...lineView(line, statement),
  estimated: statement.estimated_from !== null && line.period === statement.month,
});
