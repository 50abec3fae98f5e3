import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AmountView, amountView } from '../amount-view';
import { clauseLinesOf } from './clause-lines';
import { type StatementHeader, type StatementState, statementStates } from './life/statement-states';
import type { Statement } from './statements.repository';

export class StatementView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({
    enum: statementStates,
    description:
      'draft: the label’s alone, nothing is booked; settled: no dispute is open and what was payable is paid',
  })
  readonly state!: StatementState;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description:
      'an estimate: the month whose usage stands in until the report comes, whose difference a later statement books',
  })
  readonly estimatedFrom!: string | null;
  @ApiProperty({ type: AmountView, description: 'the month’s royalties and the corrections booked with it' })
  readonly royalties!: AmountView;
  @ApiProperty({ type: AmountView, description: 'taken up by advances' }) readonly recouped!: AmountView;
  @ApiProperty({
    type: AmountView,
    description: 'what is payable; with VAT, less tax withheld and `held`, it is invoiced',
  })
  readonly payable!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what of it disputes held when the month was closed' })
  readonly held!: AmountView;
  @ApiProperty({ description: 'SHA-256 of the clause lines' }) readonly sha256!: string;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'the label’s: what a second person decides',
  })
  readonly approvalId!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: a draft' })
  readonly issuedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'by the platform' })
  readonly acceptedAt!: string | null;
}

export class AdvanceView {
  @ApiProperty({ example: '12000.00' }) readonly opening!: string;
  @ApiProperty({ example: '8148.00' }) readonly recouped!: string;
  @ApiProperty({ example: '3852.00' }) readonly closing!: string;
}

export class ClauseLineView {
  @ApiProperty({ description: 'id of the royalty clause' }) readonly clause!: string;
  @ApiProperty({ description: 'its number in the prose', example: '6.1' }) readonly number!: string;
  @ApiProperty() readonly kind!: string;
  @ApiProperty({ description: 'net units' }) readonly quantity!: string;
  @ApiProperty({ description: 'unrounded' }) readonly exact!: string;
  @ApiProperty({ type: String, nullable: true, description: 'what one unit earned exactly' })
  readonly perUnit!: string | null;
  @ApiProperty({ description: 'what belongs to no recording' }) readonly unattributed!: string;
  @ApiProperty({ description: 'its share of the rounded total' }) readonly amount!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'the arithmetic, losing branches included' })
  readonly explanation!: object;
}

export class ClauseDifferenceView {
  @ApiProperty() readonly clause!: string;
  @ApiProperty() readonly exact!: string;
  @ApiProperty() readonly amount!: string;
}

export class RestatementView {
  @ApiProperty({ example: '2026-01', description: 'the month that is corrected' }) readonly period!: string;
  @ApiProperty() readonly booked!: string;
  @ApiProperty() readonly rerated!: string;
  @ApiProperty({ example: '300.00' }) readonly delta!: string;
  @ApiProperty({ type: ClauseDifferenceView, isArray: true }) readonly clauses!: readonly ClauseDifferenceView[];
}

export class StatedPaymentView {
  @ApiProperty({ enum: ['vat', 'withholding', 'exchange'] }) readonly line!: string;
  @ApiProperty({ example: '0.15' }) readonly rate!: string;
  @ApiProperty({ description: 'who says so' }) readonly source!: string;
  @ApiPropertyOptional({ description: 'who bears the tax' }) readonly treatment?: string;
  @ApiPropertyOptional({ example: '1000.00' }) readonly net?: string;
  @ApiPropertyOptional({ example: '150.00' }) readonly tax?: string;
  @ApiPropertyOptional({ example: '1150.00' }) readonly gross?: string;
  @ApiPropertyOptional({ description: 'under reverse charge' }) readonly declaredByCustomer?: string;
  @ApiPropertyOptional({ format: 'date', description: 'the day of an exchange rate' }) readonly on?: string;
  @ApiPropertyOptional({ description: 'exchanged, in the currency of the statement' }) readonly from?: string;
  @ApiPropertyOptional({ description: 'what it comes to, in `currency`' }) readonly to?: string;
  @ApiPropertyOptional({ description: 'of payment', example: 'RUB' }) readonly currency?: string;
  @ApiPropertyOptional({ description: '`to`, unrounded' }) readonly exact?: string;
}

export class StatementDetailView extends StatementView {
  @ApiProperty({ type: ClauseLineView, isArray: true }) readonly clauses!: readonly ClauseLineView[];
  @ApiProperty({ type: RestatementView, isArray: true }) readonly restatements!: readonly RestatementView[];
  @ApiProperty({ type: StatedPaymentView, isArray: true, description: 'tax and exchange of what is payable' })
  readonly payments!: readonly object[];
  @ApiProperty({ type: AdvanceView }) readonly advance!: AdvanceView;
  @ApiProperty({ description: 'what corrections took back beyond what was payable; it waits for later months' })
  readonly carriedForward!: string;
}

export const statementView = (statement: StatementHeader): StatementView => ({
  id: statement.id,
  agreementId: statement.agreement_id,
  month: statement.month.slice(0, 7),
  state: statement.state,
  estimatedFrom: statement.estimated_from?.slice(0, 7) ?? null,
  royalties: amountView(statement.royalties_minor, statement.currency),
  recouped: amountView(statement.recouped_minor, statement.currency),
  payable: amountView(statement.total_minor, statement.currency),
  held: amountView(statement.held_minor, statement.currency),
  sha256: statement.sha256,
  approvalId: statement.approval_id,
  issuedAt: statement.issued_at?.toISOString() ?? null,
  acceptedAt: statement.accepted_at?.toISOString() ?? null,
});

/** The statement with its clause lines. */
export function statementDetailView(statement: Statement, header: StatementHeader): StatementDetailView {
  const { clauses, restatements, payments, payable } = clauseLinesOf(statement);
  return {
    ...statementView(header),
    clauses,
    restatements,
    payments,
    advance: payable.advance,
    carriedForward: payable.carriedForward,
  };
}
