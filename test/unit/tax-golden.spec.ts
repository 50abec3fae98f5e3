import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CalendarDate,
  calendarDateOf,
  dayAfter,
  differsFrom,
  grossUpOf,
  moneyFromText,
  moneyText,
  payAfterTax,
  proposeTax,
  type TaxName,
  type TaxProposal,
  type Taxes,
} from '../../src/kernel';
import { referenceTerms } from '../../src/kernel/testing/reference-terms';
import { rowsOfTable, TaxCaseBody, TaxRuleBody, TaxTableBody } from '../../src/settlement/tax/tax-table-body';
import type { NewTaxRule } from '../../src/settlement/tax/tax-tables.repository';
import { root } from '../support/repository';

interface Case {
  readonly seller: string;
  readonly buyer: string;
  readonly on: string;
  readonly terms: Taxes;
  /** The rate of withholding that the parties agreed on, where the law depends on more than the table knows. */
  readonly chosen?: string;
  readonly unknown?: string;
  readonly payable: string;
  readonly vat: string;
  readonly declared: string;
  readonly withheld: string;
  readonly label: string;
  readonly invoiced: string;
  readonly vatSource: string;
  readonly withholdingSource: string | null;
}

const read = <Value>(...path: string[]): Value => JSON.parse(readFileSync(join(root, ...path), 'utf8')) as Value;
const table = read<TaxTableBody>('examples', 'tax-table.json');
const cases = read<Case[]>('test', 'golden', 'tax', 'cases.json');
const rows = (() => {
  const made = rowsOfTable(table);
  if ('faults' in made) throw new Error(JSON.stringify(made.faults));
  return made.rows;
})();
const countries = ['DE', 'GB', 'RU', 'US'];

const ruleOf = (
  tax: TaxName,
  supply: string,
  { seller, buyer, on }: Pick<Case, 'seller' | 'buyer' | 'on'>,
): NewTaxRule => {
  const found = rows.filter(
    (row) =>
      [row.tax, row.supply, row.seller, row.buyer].join() === [tax, supply, seller, buyer].join() &&
      row.from <= on &&
      (row.until === null || on < row.until),
  );
  expect(found).toHaveLength(1);
  return found[0]!;
};

/** What is followed: the table where it is sure, else what the parties agreed on. */
function followed(proposal: TaxProposal, chosen: string | undefined): { rate: string; source: string } {
  if (proposal.kind === 'sure') return proposal;
  const taken = proposal.kind === 'depends' ? proposal.cases.find(({ rate }) => rate === chosen) : undefined;
  return { rate: chosen!, source: taken?.source ?? '' };
}

describe('the tax table of Germany, Russia, the United Kingdom and the United States', () => {
  it('has a rule for each tax, pair and supply, and a golden case for each pair', () => {
    const pairs = countries.flatMap((seller) => countries.map((buyer) => ({ seller, buyer, on: '2026-11-29' })));
    for (const pair of pairs) {
      for (const supply of ['royalty', 'back-fee', 'interest']) {
        for (const tax of ['vat', 'withholding'] as const) expect(ruleOf(tax, supply, pair).from <= pair.on).toBe(true);
      }
    }
    const told = new Set(cases.map(({ seller, buyer }) => `${seller} ${buyer}`));
    expect(pairs.filter(({ seller, buyer }) => !told.has(`${seller} ${buyer}`))).toEqual([]);
  });

  it.each(
    cases.map(
      (one) =>
        [`${one.seller} to ${one.buyer} on ${one.on}, ${one.terms.withholding} ${one.chosen ?? ''}`, one] as const,
    ),
  )('taxes %s exactly, by the law that it names', (_, { terms: taxes, chosen, ...one }) => {
    const terms = referenceTerms({ taxes });
    const vat = followed(proposeTax(ruleOf('vat', 'royalty', one), taxes), undefined);
    const proposal = proposeTax(ruleOf('withholding', 'royalty', one), taxes);
    // Nothing is proposed where a paper decides, or nobody knows.
    expect(proposal.kind).toBe(one.unknown === undefined ? (chosen === undefined ? 'sure' : 'depends') : 'unknown');
    if (one.unknown !== undefined) expect((proposal as { message: string }).message).toContain(one.unknown);
    const withholding = followed(proposal, chosen);
    expect(vat.source).toContain(one.vatSource);
    expect(withholding.source).toContain(one.withholdingSource ?? '');
    const from: CalendarDate = calendarDateOf(one.on);
    const { currency } = terms;
    const payable = moneyFromText(one.payable, currency).minor;
    const paid = payAfterTax(terms, {
      period: { from, until: dayAfter(from, 1) },
      payable,
      taxes: { vat, withholding },
    })!;
    const text = (minor: bigint): string => moneyText({ minor, currency });
    expect({
      vat: text(paid.vat!.tax),
      declared: text(paid.vat!.declaredByCustomer),
      withheld: text(paid.withheld!.tax),
      label: text(paid.withheld!.net),
      invoiced: text(paid.withheld!.net + paid.vat!.tax),
    }).toEqual({
      vat: one.vat,
      declared: one.declared,
      withheld: one.withheld,
      label: one.label,
      invoiced: one.invoiced,
    });
  });

  it('knows nothing of fees for past use and interest that law leaves open', () => {
    const taxes = { vat: 'added', withholding: 'deducted' } as const;
    const pair = { seller: 'GB', buyer: 'DE', on: '2026-11-29' };
    expect(proposeTax(ruleOf('vat', 'back-fee', pair), taxes)).toMatchObject({ kind: 'unknown' });
    expect(proposeTax(ruleOf('vat', 'interest', pair), taxes)).toMatchObject({ kind: 'sure', rate: '0' });
    expect(proposeTax(ruleOf('withholding', 'interest', pair), taxes)).toMatchObject({ kind: 'unknown' });
  });
});

describe('what a rule comes to under the terms', () => {
  const on = '2026-11-29';
  const vatOf = (seller: string, buyer: string, vat: Taxes['vat']): TaxProposal =>
    proposeTax(ruleOf('vat', 'royalty', { seller, buyer, on }), { vat, withholding: 'deducted' });

  it('is nothing where the terms leave a tax to the wrong party', () => {
    expect(vatOf('DE', 'DE', 'reverse-charge').kind).toBe('contradicts');
    expect(vatOf('DE', 'RU', 'added').kind).toBe('contradicts');
    expect(vatOf('DE', 'RU', 'reverse-charge')).toMatchObject({ kind: 'sure', rate: '0.22' });
  });

  it('is no VAT on the invoice where the buyer declares it, whatever the terms add', () => {
    expect(vatOf('DE', 'GB', 'added')).toMatchObject({ kind: 'sure', rate: '0' });
    expect(vatOf('DE', 'GB', 'included')).toMatchObject({ kind: 'sure', rate: '0' });
  });

  it('is a question where its one case asks for a paper: that it is there only the parties can say', () => {
    const one = { rate: '0', when: null, certificate: 'A certificate', source: 'A treaty' };
    const rule = { tax: 'withholding', treatment: null, cases: [one], missing: null } as const;
    const taxes = { vat: 'added', withholding: 'deducted' } as const;
    expect(proposeTax(rule, taxes)).toEqual({ kind: 'depends', cases: [one], message: 'it is 0 (A certificate)' });
    expect(proposeTax({ ...rule, cases: [{ ...one, certificate: null }] }, taxes)).toMatchObject({ kind: 'sure' });
  });

  it('warns of a rate that it does not know, and of nothing where it knows nothing', () => {
    const withheld = proposeTax(ruleOf('withholding', 'royalty', { seller: 'GB', buyer: 'DE', on }), {
      ...{ vat: 'reverse-charge', withholding: 'deducted' },
    });
    expect([differsFrom(withheld, '0.158250'), differsFrom(withheld, '0'), differsFrom(withheld, '0.15')]).toEqual([
      false,
      false,
      true,
    ]);
    const sure = vatOf('DE', 'DE', 'added');
    expect([differsFrom(sure, '0.07'), differsFrom(sure, '0.19')]).toEqual([false, true]);
    expect(differsFrom(vatOf('DE', 'RU', 'added'), '0.22')).toBe(true);
    expect(differsFrom(proposeTax(undefined, { vat: 'added', withholding: 'deducted' }), '0.5')).toBe(false);
    expect([grossUpOf('0.15825'), grossUpOf('0')]).toEqual(['633/3367', '0']);
  });
});

describe('a tax table', () => {
  const rule = (more: Partial<TaxRuleBody>): TaxRuleBody => {
    const plain = {
      tax: 'withholding',
      sellers: ['DE'],
      buyers: ['GB'],
      supplies: ['royalty'],
      from: '2026-01-01',
    } as const;
    const one = Object.assign(new TaxCaseBody(), { rate: '0.2', source: 'A law' });
    return Object.assign(new TaxRuleBody(), plain, { cases: [one] }, more);
  };
  const faultsOf = (...rules: Partial<TaxRuleBody>[]): string[] => {
    const read = rowsOfTable(Object.assign(new TaxTableBody(), { name: 'n', assumes: 'a', rules: rules.map(rule) }));
    return 'faults' in read ? read.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
  };

  it('answers each question once: overlapping days are a fault, days that meet are none', () => {
    expect(faultsOf({ until: '2026-06-01' }, { from: '2026-06-01' })).toEqual([]);
    expect(faultsOf({ until: '2026-06-02' }, { from: '2026-06-01' })).toEqual(['/rules/1 tax-rule-overlaps']);
    expect(faultsOf({}, { buyers: ['US', 'GB'] }, { tax: 'vat', treatment: 'charged' })).toEqual([
      '/rules/1 tax-rule-overlaps',
    ]);
  });

  it('is refused with all faults at once', () => {
    const some = (rate: string, when?: string) => ({ rate, source: 'A law', ...(when && { when }) });
    expect(
      faultsOf(
        { sellers: ['XX', 'DE', 'DE'], from: '2026-02-30', until: '2026-01-01' },
        { missing: 'something' },
        { cases: [some('1'), some('0', 'there is a paper')] },
        { treatment: 'charged' },
        { tax: 'vat', treatment: 'not-taxed', cases: [some('0.07')] },
        { tax: 'vat' },
      ),
    ).toEqual([
      '/rules/0/sellers field-country',
      '/rules/0/sellers tax-rule-repeats',
      '/rules/0/from day-unknown',
      '/rules/0/until period-empty',
      '/rules/1/cases tax-rule-answers',
      '/rules/2/cases/0/rate rate-too-high',
      '/rules/2/cases/0/when tax-rule-answers',
      '/rules/3/treatment tax-rule-treatment',
      '/rules/4/cases/0/rate tax-rule-treatment',
      '/rules/5/treatment tax-rule-treatment',
    ]);
  });
});
