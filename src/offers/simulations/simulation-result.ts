import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

/** What a run came out as: plain JSON with amounts and counts as text, kept as it is and hashed. */
export class WinnerView {
  @ApiProperty({ example: 'perUnit', description: 'the branch that decided the clause' }) readonly kind!: string;
  @ApiProperty({ type: String, nullable: true, description: 'what the terms call it' }) readonly name!: string | null;
  @ApiProperty({ example: '3120000 × 0.002 = 6240' }) readonly formula!: string;
  @ApiProperty({ description: 'exact: a decimal or a quotient' }) readonly value!: string;
}

export class ClauseRun {
  @ApiProperty() readonly clause!: string;
  @ApiProperty({ example: '6.1' }) readonly number!: string;
  @ApiProperty({ description: 'net units' }) readonly quantity!: string;
  @ApiProperty({ description: 'unrounded: a decimal or a quotient' }) readonly exact!: string;
  @ApiProperty({ example: '6240.00' }) readonly amount!: string;
  @ApiProperty({ type: WinnerView }) readonly winner!: WinnerView;
}

export class StepRun {
  @ApiProperty({ example: '14.1' }) readonly clause!: string;
  @ApiProperty({ example: 'guarantee' }) readonly step!: string;
  @ApiProperty({ type: String, nullable: true }) readonly id!: string | null;
  @ApiProperty() readonly formula!: string;
  @ApiProperty({ description: 'what it changes of the payable amount' }) readonly amount!: string;
}

export class AmountsRun {
  @ApiProperty({ example: '6582.00' }) readonly royalties!: string;
  @ApiProperty({ example: '6582.00' }) readonly recouped!: string;
  @ApiProperty({ example: '0.00' }) readonly payable!: string;
}

export class PeriodRun extends AmountsRun {
  @ApiProperty({ example: '2026-01', description: 'a reporting period of the terms' }) readonly period!: string;
  @ApiProperty({ type: String, isArray: true, description: 'the months of usage that stand in it' })
  readonly usageOf!: readonly string[];
  @ApiProperty({ type: ClauseRun, isArray: true }) readonly clauses!: readonly ClauseRun[];
  @ApiProperty({ type: StepRun, isArray: true, description: 'guarantees, recoupment and what else came between' })
  readonly steps!: readonly StepRun[];
  @ApiProperty({ description: 'unrecouped before' }) readonly opening!: string;
  @ApiProperty({ description: 'unrecouped after' }) readonly closing!: string;
}

export class NotLicensed {
  @ApiProperty({ example: 'territory-not-granted' }) readonly reason!: string;
  @ApiProperty({ type: 'integer', description: 'sums of one recording in one context' }) readonly sums!: number;
  @ApiProperty() readonly quantity!: string;
  @ApiProperty() readonly returns!: string;
  @ApiProperty({ description: 'quantity less returns' }) readonly units!: string;
}

export class MonthNotRun {
  @ApiProperty({ example: '2026-04' }) readonly month!: string;
  @ApiProperty({ enum: ['outside-term', 'period-not-whole'] }) readonly reason!: string;
}

export class RefusalFault {
  @ApiProperty({ example: '/periods/2026-01/context/services' }) readonly pointer!: string;
  @ApiProperty({ example: 'context-missing' }) readonly code!: string;
  @ApiProperty() readonly message!: string;
}

const amountsOrNull = { oneOf: [{ $ref: getSchemaPath('AmountsRun') }, { type: 'null' }] };

@ApiExtraModels(AmountsRun)
export class RevisionRun {
  @ApiProperty({ type: 'integer' }) readonly revision!: number;
  @ApiProperty({ description: 'SHA-256 of the canonical terms' }) readonly termsHash!: string;
  @ApiProperty({ example: 'accordo-rating/1', description: 'the rules of the arithmetic' }) readonly rules!: string;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ enum: ['month', 'quarter', 'half-year', 'year'] }) readonly reportingPeriod!: string;
  @ApiProperty({ type: 'integer', description: 'by how many months usage was moved into the term; 0: not at all' })
  readonly movedBy!: number;
  @ApiProperty({ type: MonthNotRun, isArray: true }) readonly monthsLeftOut!: readonly MonthNotRun[];
  @ApiProperty({ type: NotLicensed, isArray: true, description: 'usage that the revision does not license' })
  readonly notLicensed!: readonly NotLicensed[];
  @ApiProperty({
    type: RefusalFault,
    isArray: true,
    nullable: true,
    description: 'why this revision could not be run; the others were',
  })
  readonly refusal!: readonly RefusalFault[] | null;
  @ApiProperty({ type: PeriodRun, isArray: true }) readonly periods!: readonly PeriodRun[];
  @ApiProperty(amountsOrNull) readonly totals!: AmountsRun | null;
}

export class DifferingPeriod extends AmountsRun {
  @ApiProperty({ type: String, isArray: true, description: 'the months of usage that both periods stand on' })
  readonly usageOf!: readonly string[];
}

export class RunDifference {
  @ApiProperty({ type: 'integer' }) readonly revision!: number;
  @ApiProperty({ type: 'integer', description: 'the first of the revisions that were asked for' })
  readonly against!: number;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'null: not comparable, since one was refused or their currencies differ',
  })
  readonly currency!: string | null;
  @ApiProperty({ type: DifferingPeriod, isArray: true, description: 'this revision less the first' })
  readonly periods!: readonly DifferingPeriod[];
  @ApiProperty(amountsOrNull) readonly totals!: AmountsRun | null;
}

export class ReportInput {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ description: 'SHA-256 of the file' }) readonly fileSha256!: string;
}

export class PlaceInput {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty() readonly service!: string;
  @ApiProperty() readonly territory!: string;
  @ApiProperty() readonly use!: string;
  @ApiProperty() readonly model!: string;
}

export class InputsOfRun {
  @ApiProperty({ type: String, isArray: true }) readonly months!: readonly string[];
  @ApiProperty({ type: String, isArray: true, description: 'months that were asked for and have no report' })
  readonly monthsWithoutReport!: readonly string[];
  @ApiProperty({ type: 'integer', description: 'sums of one recording in one context and month' })
  readonly sums!: number;
  @ApiProperty({ type: ReportInput, isArray: true }) readonly reports!: readonly ReportInput[];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'SHA-256 of the usage file, or of the rows in canonical form',
  })
  readonly usageSha256!: string | null;
  @ApiProperty({ type: PlaceInput, isArray: true, description: 'where a forecast’s usage and totals were put' })
  readonly placedOn!: readonly PlaceInput[];
}

export class SimulationResult {
  @ApiProperty({ format: 'date-time' }) readonly ranAt!: string;
  @ApiProperty({ type: InputsOfRun }) readonly inputs!: InputsOfRun;
  @ApiProperty({ type: RevisionRun, isArray: true }) readonly revisions!: readonly RevisionRun[];
  @ApiProperty({ type: RunDifference, isArray: true }) readonly differences!: readonly RunDifference[];
}
