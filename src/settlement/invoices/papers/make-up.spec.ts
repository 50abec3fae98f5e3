import type { VatTreatment } from '../../../kernel';
import { taxOf, taxOfReleased } from './make-up';

const source = 'A law, article 1';
const vat = (treatment: 'added' | 'included' | 'reverse-charge', rate: string, law: VatTreatment | null = null) => ({
  ...{ treatment, rate, source, law },
});

describe('the VAT that an invoice names', () => {
  it('is what the parties agreed on', () => {
    expect(taxOf(vat('added', '0.19'))).toEqual({ category: 'S', percent: '19', reason: null });
    expect(taxOf(vat('included', '0'))).toEqual({ category: 'E', percent: '0', reason: source });
    expect(taxOf(vat('reverse-charge', '0.2'))).toEqual({
      ...{ category: 'AE', percent: '0' },
      reason: `Reverse charge: ${source}`,
    });
  });

  it('is what the law says that a table’s rate is from, whatever the terms would have had', () => {
    const declared = { category: 'AE', percent: '0', reason: `Reverse charge: ${source}` };
    for (const treatment of ['added', 'included', 'reverse-charge'] as const) {
      expect(taxOf(vat(treatment, '0', 'reverse-charge'))).toEqual(declared);
      expect(taxOf(vat(treatment, '0', 'not-taxed'))).toEqual({ category: 'E', percent: '0', reason: source });
    }
    expect(taxOf(vat('reverse-charge', '0.22', 'buyer-as-agent'))).toEqual(declared);
    expect(taxOf(vat('added', '0.07', 'charged'))).toEqual({ category: 'S', percent: '7', reason: null });
  });

  it('of what was held is none where it was charged before, and stays the buyer’s to declare', () => {
    expect(taxOfReleased(vat('added', '0.19', 'charged'), 'January 2026')).toMatchObject({ category: 'E' });
    expect(taxOfReleased(vat('added', '0', 'reverse-charge'), 'January 2026')).toMatchObject({ category: 'AE' });
  });
});
