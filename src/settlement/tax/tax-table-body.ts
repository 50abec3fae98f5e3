import {
  at,
  compare,
  type Fault,
  isCalendarDate,
  isShare,
  isTerritory,
  ONE,
  rational,
  SUPPLIES,
  type Supply,
  TAXES,
  type TaxName,
  VAT_TREATMENTS,
  type VatTreatment,
} from '../../kernel';
import {
  ChoiceField,
  ChoicesField,
  DayField,
  DecimalField,
  ObjectsField,
  TextField,
  TextsField,
} from '../../platform/http/fields';
import type { NewTaxRule } from './tax-tables.repository';

const country = /^[A-Z]{2}$/;
/** So many rows a table may come to: one for each tax, pair of countries, supply and time. */
export const rowsMax = 20_000;

export class TaxCaseBody {
  @DecimalField({ description: 'a share of one; of withholding less than one', example: '0.15825' })
  readonly rate!: string;
  @TextField({ max: 300, optional: true, description: 'on what it depends beside the certificate; absent: on nothing' })
  readonly when?: string;
  @TextField({
    max: 300,
    optional: true,
    description: 'the paper that has to be there: only the parties can say that it is',
  })
  readonly certificate?: string;
  @TextField({ max: 500, description: 'law and article' }) readonly source!: string;
}

export class TaxRuleBody {
  @ChoiceField(TAXES) readonly tax!: TaxName;
  @TextsField({ max: 250, pattern: country, description: 'countries of sellers, ISO 3166-1 alpha-2' })
  readonly sellers!: string[];
  @TextsField({ max: 250, pattern: country, description: 'countries of buyers' }) readonly buyers!: string[];
  @ChoicesField(SUPPLIES, { description: 'what is supplied' }) readonly supplies!: Supply[];
  @DayField({ description: 'the first day' }) readonly from!: string;
  @DayField({ optional: true, description: 'the day after the last; absent: until further notice' })
  readonly until?: string;
  @ChoiceField(VAT_TREATMENTS, {
    optional: true,
    description: 'of VAT: who tells the state; buyer-as-agent: the buyer keeps it back from what it pays',
  })
  readonly treatment?: VatTreatment;
  @ObjectsField(() => TaxCaseBody, {
    max: 10,
    optional: true,
    description: 'one that is always so (without `when` and `certificate`), or those from which the parties choose',
  })
  readonly cases?: TaxCaseBody[];
  @TextField({ max: 500, optional: true, description: 'instead of cases: what would have to be known' })
  readonly missing?: string;
}

export class TaxTableBody {
  @TextField({ max: 200, description: 'of which countries and which day it is' }) readonly name!: string;
  @TextField({ max: 1_000, description: 'under which circumstances its rules hold' }) readonly assumes!: string;
  @ObjectsField(() => TaxRuleBody, { max: 2_000 }) readonly rules!: TaxRuleBody[];
}

/** One row for each pair of countries and supply of each rule, or every fault of the table. */
export function rowsOfTable({
  rules,
}: TaxTableBody): { readonly rows: readonly NewTaxRule[] } | { readonly faults: Fault[] } {
  const faults = rules.flatMap((rule, index) => ruleFaults(rule, at('/rules', index)));
  if (faults.length > 0) return { faults };
  const size = rules.reduce((sum, rule) => sum + rule.sellers.length * rule.buyers.length * rule.supplies.length, 0);
  if (size > rowsMax) {
    return {
      faults: [{ pointer: '/rules', code: 'limit-reached', message: `a table comes to at most ${rowsMax} rows` }],
    };
  }
  const rows = rules.map(rowsOf);
  const overlaps = overlapFaults(rows);
  return overlaps.length > 0 ? { faults: overlaps } : { rows: rows.flat() };
}

const rowsOf = ({
  tax,
  sellers,
  buyers,
  supplies,
  from,
  until,
  treatment,
  cases,
  missing,
}: TaxRuleBody): NewTaxRule[] =>
  sellers.flatMap((seller) =>
    buyers.flatMap((buyer) =>
      supplies.map((supply) => ({
        ...{ tax, seller, buyer, supply, from },
        until: until ?? null,
        treatment: treatment ?? null,
        cases: (cases ?? []).map(({ rate, when, certificate, source }) => ({
          ...{ rate, source },
          when: when ?? null,
          certificate: certificate ?? null,
        })),
        missing: missing ?? null,
      })),
    ),
  );

function ruleFaults(rule: TaxRuleBody, pointer: string): Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, code: string, message: string): void =>
    void faults.push({ pointer: `${pointer}/${field}`, code, message });
  const { tax, sellers, buyers, from, until, treatment, cases = [], missing } = rule;
  for (const [field, codes] of Object.entries({ sellers, buyers })) {
    const strangers = codes.filter((code) => !isTerritory(code));
    if (strangers.length > 0) add(field, 'field-country', `${strangers.join(', ')} is not in ISO 3166-1`);
    if (new Set(codes).size < codes.length) add(field, 'tax-rule-repeats', 'names a country twice');
  }
  if (!isCalendarDate(from)) add('from', 'day-unknown', `${from} is no day`);
  if (until !== undefined && !isCalendarDate(until)) add('until', 'day-unknown', `${until} is no day`);
  if (until !== undefined && until <= from) add('until', 'period-empty', 'until must be after from');
  if (cases.length > 0 === (missing !== undefined))
    add('cases', 'tax-rule-answers', 'a rule has cases, or says what is missing');
  if ((treatment !== undefined) !== (tax === 'vat' && missing === undefined)) {
    add('treatment', 'tax-rule-treatment', 'VAT that is known has a treatment, nothing else has one');
  }
  return [...faults, ...cases.flatMap((_, index) => caseFaults(rule, index, `${pointer}/cases/${index}`))];
}

function caseFaults({ tax, treatment, cases = [] }: TaxRuleBody, index: number, pointer: string): Fault[] {
  const { rate, when } = cases[index]!;
  const faults: Fault[] = [];
  if (!isShare(rate) || (tax === 'withholding' && compare(rational(rate), ONE) === 0)) {
    faults.push({
      pointer: `${pointer}/rate`,
      code: 'rate-too-high',
      message: 'must be a share of one, of withholding less than one',
    });
  } else if (treatment === 'not-taxed' && rational(rate).n !== 0n) {
    faults.push({
      pointer: `${pointer}/rate`,
      code: 'tax-rule-treatment',
      message: 'what is not taxed has the rate 0',
    });
  }
  if (cases.length > 1 && when === undefined) {
    faults.push({
      pointer: `${pointer}/when`,
      code: 'tax-rule-answers',
      message: 'one of several cases says when it is so',
    });
  }
  return faults;
}

/** Two rules for the same question on the same day: nobody could say which one holds. */
function overlapFaults(rules: readonly (readonly NewTaxRule[])[]): Fault[] {
  const known = new Map<string, { readonly row: NewTaxRule; readonly index: number }[]>();
  const faults: Fault[] = [];
  for (const [index, rows] of rules.entries()) {
    for (const row of rows) {
      const key = [row.tax, row.seller, row.buyer, row.supply].join(' ');
      const others = known.get(key) ?? [];
      const other = others.find(({ row: one }) => overlaps(one, row));
      if (other !== undefined) {
        const message = `${key} is answered by rule ${other.index} for some of these days, too`;
        faults.push({ pointer: at('/rules', index), code: 'tax-rule-overlaps', message });
      }
      known.set(key, [...others, { row, index }]);
    }
  }
  return faults.slice(0, 1_000);
}

const overlaps = (one: NewTaxRule, other: NewTaxRule): boolean =>
  (one.until === null || other.from < one.until) && (other.until === null || one.from < other.until);
