import { monthPeriod } from '../calendar';
import { exactText } from '../money';
import { downloads, ISRCS, plays } from '../testing/reference-terms';
import { richContext, termsOfOneClause } from '../testing/royalties';
import { ratePeriod, RatingRefused, type UsageSum } from '.';

const [ONE, TWO] = ISRCS;

/** What each recording earned exactly. */
function earned(royalty: unknown, usage: UsageSum[]): string[] {
  const terms = termsOfOneClause(royalty);
  const rated = ratePeriod({ terms, period: monthPeriod('2026-01'), usage, context: richContext() });
  return (rated.uneven.get('all') ?? []).map(exactText);
}

describe('recordings of which one takes back what another earned', () => {
  it('keep theirs sale by sale', () => {
    const sale = (isrc: string, sales: string, id: string) => ({ ...downloads(isrc, 1n), sales, sale: id });
    const royalty = { kind: 'percentage', rate: '0.1', free: { amount: '0' } };
    expect(earned(royalty, [sale(ONE, '50', 'a'), sale(TWO, '-50', 'b')])).toEqual(['5', '-5']);
  });

  it('keep theirs under a royalty that comes to nothing and is multiplied', () => {
    const sale = (isrc: string, sales: string, id: string) => ({ ...downloads(isrc, 1n), sales, sale: id });
    const of = { kind: 'percentage', rate: '0.1', free: { amount: '0' } };
    const royalty = { kind: 'prorated', active: { from: null, until: null }, of };
    expect(earned(royalty, [sale(ONE, '50', 'a'), sale(TWO, '-50', 'b')])).toEqual(['5', '-5']);
  });
});

it('a whole that the agreement states is refused where it stands', () => {
  const figures = [{ id: 'all-sales', unit: 'money', per: 'agreement', definition: 'all sales' }] as const;
  const by = { figure: 'label-share' };
  const royalty = { kind: 'usageShare', by, of: { kind: 'flat', amount: '1' } };
  const terms = termsOfOneClause(royalty);
  const [clause] = terms.royalties;
  if (!clause) throw new Error('no clause');
  const shared = {
    kind: 'usageShare',
    by: { part: 'units', whole: 'all-sales' },
    of: { kind: 'flat', amount: '1' },
  } as const;
  const input = {
    terms: { ...terms, figures, royalties: [{ ...clause, royalty: shared }] },
    period: monthPeriod('2026-01'),
    usage: [plays(ONE, 5n)],
    context: { ...richContext(), figures: { 'all-sales': '4' } },
  };
  expect(() => ratePeriod(input)).toThrow(RatingRefused);
  expect(() => ratePeriod(input)).toThrow('/context/figures/all-sales');
});
