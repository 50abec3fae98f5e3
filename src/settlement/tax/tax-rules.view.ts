import { ApiProperty } from '@nestjs/swagger';
import { differsFrom, type Fault, grossUpOf, SUPPLIES, type Supply, type TaxCase, VAT_TREATMENTS } from '../../kernel';
import { ChoiceField, CountryField, DayField } from '../../platform/http/fields';
import { orNull } from '../../platform/http/or-null';
import { MissingView } from '../missing.view';
import type { TaxAnswer, TaxQuestion, TaxRuleRow, TaxTable } from './tax-tables.repository';
import { saidText, type TaxOfDay } from './taxes-of-day';

export class TaxRuleQuery {
  @CountryField({ description: 'the label’s country', example: 'DE' }) readonly seller!: string;
  @CountryField({ description: 'the platform’s country', example: 'GB' }) readonly buyer!: string;
  @ChoiceField(SUPPLIES, {
    description: 'what is supplied: the licence, a fee for use before it, interest on paying late',
  })
  readonly supply!: Supply;
  @DayField({ description: 'the day that it counts for' }) readonly on!: string;
}

export class TaxCaseView {
  @ApiProperty({ example: '0.15825', description: 'a share of one' }) readonly rate!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'on what it depends; null: on nothing but the certificate',
  })
  readonly when!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'the paper that has to be there; null: none' })
  readonly certificate!: string | null;
  @ApiProperty({ description: 'law and article' }) readonly source!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '633/3367',
    description: 'of withholding: what a platform that bears it adds to what the label gets, as a share of that, exact',
  })
  readonly grossUp!: string | null;
}

export class TaxRuleView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'date', description: 'the first day' }) readonly from!: string;
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the day after the last; null: until further notice',
  })
  readonly until!: string | null;
  @ApiProperty({ type: String, enum: VAT_TREATMENTS, nullable: true, description: 'of VAT: who tells the state' })
  readonly treatment!: string | null;
  @ApiProperty({
    type: TaxCaseView,
    isArray: true,
    description: 'one that is always so, or those from which the parties choose',
  })
  readonly cases!: readonly TaxCaseView[];
}

export class TaxAnswerView {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'the number of the table in force; null: none was approved yet',
  })
  readonly table!: number | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'under which circumstances it holds; whoever’s are others states a rate',
  })
  readonly assumes!: string | null;
  @ApiProperty({ ...orNull(TaxRuleView), description: 'null: nothing is known, see missing' })
  readonly vat!: TaxRuleView | null;
  @ApiProperty({ ...orNull(TaxRuleView), description: 'null: nothing is known, see missing' })
  readonly withholding!: TaxRuleView | null;
  @ApiProperty({
    type: MissingView,
    isArray: true,
    description: 'what would have to be known: an invoice waits for it',
  })
  readonly missing!: readonly Fault[];
}

export class SaidOfTaxView {
  @ApiProperty({ type: 'integer', description: 'its number' }) readonly table!: number;
  @ApiProperty({ description: 'its rate under these terms, or why it gives none' }) readonly says!: string;
  @ApiProperty({ description: 'a warning: the rate that is followed is none of those that the table knows' })
  readonly differs!: boolean;
}

export class TaxTableView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ type: 'integer' }) readonly number!: number;
  @ApiProperty() readonly name!: string;
  @ApiProperty() readonly assumes!: string;
  @ApiProperty({ description: 'of what was sent' }) readonly sha256!: string;
  @ApiProperty({
    enum: ['proposed', 'approved', 'rejected'],
    description: 'the one that was approved last is in force',
  })
  readonly state!: string;
  @ApiProperty({ description: 'by whose hand' }) readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
  @ApiProperty({ type: String, nullable: true }) readonly decidedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly decidedAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'where a second person decides; null for others than the operator',
  })
  readonly approvalId!: string | null;
}

export const tableView = (table: TaxTable): TaxTableView => ({
  ...{ id: table.id, number: table.number, name: table.name, assumes: table.assumes, sha256: table.sha256 },
  state: table.decision ?? 'proposed',
  madeBy: table.made_by,
  madeAt: table.made_at.toISOString(),
  decidedBy: table.decided_by,
  decidedAt: table.decided_at?.toISOString() ?? null,
  approvalId: table.approval_id,
});

export function answerView(answer: TaxAnswer, question: TaxQuestion): TaxAnswerView {
  const { table, assumes, vat, withholding } = answer;
  const missing = Object.entries({ vat, withholding }).flatMap(([tax, rule]) =>
    missingOf(tax, rule, { ...question, table }),
  );
  return { table, assumes, vat: ruleView(vat), withholding: ruleView(withholding), missing };
}

function missingOf(
  tax: string,
  rule: TaxRuleRow | undefined,
  { table, seller, buyer, supply, on }: TaxQuestion & { readonly table: number | null },
): Fault[] {
  if (rule !== undefined && rule.missing === null) return [];
  const of = `${tax} of ${supply} from ${seller} to ${buyer} on ${on}`;
  const why =
    rule?.missing ?? (table === null ? 'no table has been approved yet' : `table ${table} has no rule for it`);
  return [{ pointer: `/${tax}`, code: 'tax-rate-missing', message: `${of}: ${why}` }];
}

function ruleView(rule: TaxRuleRow | undefined): TaxRuleView | null {
  if (rule === undefined || rule.missing !== null) return null;
  const { id, from, until, treatment, tax } = rule;
  const cases = rule.cases.map((one: TaxCase) => ({
    ...one,
    grossUp: tax === 'withholding' ? grossUpOf(one.rate) : null,
  }));
  return { id, from, until, treatment, cases };
}

/** What the table says beside the rate that is followed. */
export const saidView = ({ number, proposal }: NonNullable<TaxOfDay['table']>, followed: string): SaidOfTaxView => ({
  table: number,
  says: saidText(proposal),
  differs: differsFrom(proposal, followed),
});
