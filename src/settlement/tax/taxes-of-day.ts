import {
  at as pointerAt,
  type CalendarDate,
  exactText,
  type Fault,
  proposeTax,
  rational,
  type Supply,
  type TaxFacts,
  type TaxName,
  type TaxProposal,
  type Taxes,
  TAXES,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { type AgreedRate, openTaxRatesOn, taxRatesOn } from '../rates/agreed-rates.repository';
import type { Found } from '../rates/found';
import type { UsableRate } from '../rates/rate-uses.repository';
import { countriesOf, type TaxAnswer, type TaxRuleRow, taxRulesFor } from './tax-tables.repository';

/** Whose taxes: the agreement, and how its terms share them out. Without such a clause no table is asked. */
export interface TaxedAgreement {
  readonly id: string;
  readonly taxes: Taxes | undefined;
}

interface TaxesOn {
  readonly day: CalendarDate;
  readonly supply: Supply;
}

export interface TaxOfDay {
  readonly tax: TaxName;
  /** In force; undefined: none is. */
  readonly rate: UsableRate | undefined;
  /** Who says so; undefined where nobody does. */
  readonly by: 'parties' | 'table' | undefined;
  /** What the parties said that is not in force: what waits comes before what is contested. */
  readonly open: AgreedRate | undefined;
  /** What the table in force says, whoever is followed; undefined where there is none, or no clause on taxes. */
  readonly table:
    { readonly number: number; readonly rule: TaxRuleRow | undefined; readonly proposal: TaxProposal } | undefined;
}

/**
 * The taxes of a day. What the parties agreed on holds, be it by confirmation or by silence; where they have said nothing, or only contested each other, the operator's table does, if it is sure.
 * What one party stated and the other may still answer keeps the table out: somebody holds it to be otherwise here.
 */
export async function taxesOfDay(tx: Tx, of: TaxedAgreement, on: TaxesOn): Promise<readonly TaxOfDay[]> {
  const agreed = await taxRatesOn(tx, of.id, on.day);
  const open = await openTaxRatesOn(tx, of.id, on.day);
  const countries = of.taxes && (await countriesOf(tx, of.id));
  const answer = countries && (await taxRulesFor(tx, { ...countries, supply: on.supply, on: on.day }));
  return TAXES.map((tax): TaxOfDay => {
    const table = of.taxes && answer && saidOf(answer, tax, of.taxes);
    const agreedRate = agreed.find(({ kind }) => kind === tax);
    const openRate = open.find(({ kind }) => kind === tax);
    const common = { tax, open: openRate, table };
    if (agreedRate) return { ...common, rate: agreedTax(agreedRate, on.day), by: 'parties' };
    const waits = openRate?.state === 'stated';
    const rate = waits ? undefined : table && tableTax(table, on.day);
    return { ...common, rate, by: rate && 'table' };
  });
}

function saidOf(answer: TaxAnswer, tax: TaxName, clause: Taxes): TaxOfDay['table'] {
  if (answer.table === null) return undefined;
  const rule = answer[tax];
  return { number: answer.table, rule, proposal: proposeTax(rule, clause) };
}

export interface TaxesFound {
  readonly facts: Required<TaxFacts>;
  readonly rates: readonly UsableRate[];
}

/** As taxesOfDay, for a payment: both rates, or what is missing and who has to act. A tax that is not due has the rate zero, with the reason. */
export const taxesFor = async (tx: Tx, of: TaxedAgreement, on: TaxesOn): Promise<Found<TaxesFound>> =>
  ratesIn(await taxesOfDay(tx, of, on), on);

/** As taxesFor, of what is known of the day already. */
export function ratesIn(taxes: readonly TaxOfDay[], on: TaxesOn): Found<TaxesFound> {
  const [vat, withholding] = TAXES.map((wanted) => taxes.find(({ tax }) => tax === wanted)?.rate);
  if (withholding && vat) {
    const fact = ({ rate, source }: UsableRate) => ({ rate, source });
    return { found: { facts: { withholding: fact(withholding), vat: fact(vat) }, rates: [vat, withholding] } };
  }
  const missing = taxes.filter(({ rate }) => rate === undefined).map((tax) => missingFault(tax, on));
  return { missing: missing.reverse() };
}

function missingFault({ tax, open, table }: TaxOfDay, { day, supply }: TaxesOn): Fault {
  const said = table === undefined ? '' : `; of ${supply}, tax table ${table.number} says: ${saidText(table.proposal)}`;
  const message = `no rate of ${tax} is in force on ${day}: ${whoseTurn(open)}${said}`;
  return { pointer: pointerAt('/taxes', tax), code: 'tax-rate-missing', message };
}

export const saidText = (proposal: TaxProposal): string =>
  proposal.kind === 'sure' ? `it is ${proposal.rate} by ${proposal.source}` : proposal.message;

/** Who has to do something so that there is a rate. */
function whoseTurn(rate: AgreedRate | undefined): string {
  if (rate === undefined) return 'neither party has stated one';
  const { number, stated_by, label_id, state, answer_by } = rate;
  const [by, other] = stated_by === label_id ? ['label', 'platform'] : ['platform', 'label'];
  if (state === 'contested') return `the ${other} contests number ${number}, and nobody has stated another since`;
  return `number ${number} of the ${by} waits for the ${other}${answer_by === null ? '' : `, until ${answer_by}`}`;
}

const agreedTax = ({ kind, number, rate, basis, day: on }: AgreedRate, asked: CalendarDate): UsableRate => ({
  kind,
  rate: exactText(rational(rate)),
  source: basis,
  on,
  asked,
  formula: `${kind} ${rate} since ${on} (${basis})`,
  from: { agreedNumber: number },
});

function tableTax(
  { number, rule, proposal }: NonNullable<TaxOfDay['table']>,
  asked: CalendarDate,
): UsableRate | undefined {
  if (rule === undefined || proposal.kind !== 'sure') return undefined;
  const { rate, source } = proposal;
  return {
    ...{ kind: rule.tax, rate, source, on: rule.from, asked },
    formula: `${rule.tax} ${rate} since ${rule.from} (tax table ${number})`,
    from: { taxRule: rule.id },
  };
}
