import { FIGURES } from '../testing/royalties';
import { referenceTermsJson, SOCIAL } from '../testing/reference-terms';
import { readRoyaltyAlone, readTerms } from '.';

function faultsOf(royalty: unknown): string[] {
  const reading = readRoyaltyAlone(royalty, { currency: 'USD', figures: FIGURES });
  return 'faults' in reading ? reading.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
}

const rate = { kind: 'perUnit', rate: '0.01' };
const tier = (upTo: string | null) => ({ upTo, rate: '1', flat: '0' });
const graduated = (...tiers: unknown[]) => ({ kind: 'tiered', method: 'graduated', counter: 'period', tiers });
const share = { kind: 'revenueShare', share: '0.5', base: 'premium-revenue', by: 'plays' };
const escalation = (...steps: unknown[]) => ({ kind: 'escalation', trigger: 'usageDate', steps });

describe('a royalty is refused', () => {
  it.each<[string, unknown, string[]]>([
    ['two ways to say a rate', { kind: 'perUnit', rate: '1', price: '1', share: '1' }, [' terms-per-unit']],
    ['a measure that nobody defines', { ...rate, measure: 'listeners' }, ['/measure terms-reference']],
    ['a count of a flag', { ...rate, measure: 'growth-met' }, ['/measure terms-figure-unit']],
    ['a percentage of a count', { kind: 'percentage', rate: '0.1', measure: 'units' }, ['/measure terms-figure-unit']],
    [
      'a rate by a figure that is no flag',
      { kind: 'perUnit', rateByFlag: { flag: 'subscribers', ifTrue: '1', ifFalse: '2' } },
      ['/rateByFlag/flag terms-figure-unit'],
    ],
    [
      'a figure that is narrowed',
      { ...rate, measure: 'subscribers', where: { uses: ['OnDemandStream'] } },
      ['/where terms-selection'],
    ],
    ['a selection of nothing', { ...rate, where: {} }, ['/where terms-empty']],
    [
      'a selection of what the terms do not have',
      { ...rate, where: { services: [SOCIAL], territories: ['XX'] } },
      ['/where/services/0 terms-reference', '/where/territories/0 terms-territory'],
    ],
    ['tiers with a hole at the end', graduated(tier('10')), ['/tiers/0/upTo terms-tier-gap']],
    ['tiers with an open one in between', graduated(tier(null), tier(null)), ['/tiers/0/upTo terms-tier-gap']],
    ['tiers that do not rise', graduated(tier('10'), tier('10'), tier(null)), ['/tiers/1/upTo terms-tier-gap']],
    ['graduated tiers with a price', { ...graduated(tier(null)), price: '1' }, ['/price terms-unknown-field']],
    [
      'volume tiers that are silent about nothing',
      { ...graduated(tier(null)), method: 'volume' },
      ['/flatAtZero terms-required'],
    ],
    [
      'packages of nothing',
      { kind: 'tiered', method: 'package', counter: 'period', freeUnits: '0', size: '0', price: '1' },
      ['/size terms-package-size'],
    ],
    ['a share above one', { ...share, share: '1.5' }, ['/share terms-share-above-one']],
    ['a quotient above one', { ...share, share: '4/3' }, ['/share terms-share-above-one']],
    ['a usage share of a half-said whole', { ...share, by: { part: 'units' } }, ['/by terms-usage-share']],
    ['a usage share by a word nobody knows', { ...share, by: 'streams' }, ['/by terms-unknown-kind']],
    [
      'a usage share by a figure that is none',
      { ...share, by: { figure: 'subscribers' } },
      ['/by/figure terms-figure-unit'],
    ],
    [
      'a selection in a share that counts none of the licence’s units',
      { ...share, by: { figure: 'label-share' }, where: { uses: ['OnDemandStream'] } },
      ['/where terms-selection'],
    ],
    [
      'a deduction that says neither how much nor of what',
      { ...share, deductions: [{ name: 'agency', kind: 'percent', rate: '0.1' }] },
      ['/deductions/0 terms-deduction'],
    ],
    ['a limit of deductions without any', { ...share, notBelow: '1' }, ['/notBelow terms-deduction']],
    [
      'a fixed fee per sale of a figure',
      { kind: 'percentage', rate: '0.1', measure: 'premium-revenue', fixedPerSale: '0.1' },
      [' terms-sale-by-sale'],
    ],
    ['an allowance without a limit', { kind: 'percentage', rate: '0.1', free: {} }, ['/free terms-empty']],
    ['half a free sale', { kind: 'percentage', rate: '0.1', free: { sales: '1.5' } }, ['/free/sales terms-integer']],
    [
      'money finer than cents',
      { kind: 'less', of: rate, deduct: [rate], notBelow: '0.001' },
      ['/notBelow terms-decimals-exceed-currency'],
    ],
    [
      'a flat fee by the day of use',
      escalation({ from: null, until: null, of: { kind: 'flat', amount: '1' } }),
      ['/steps/0/of terms-escalation'],
    ],
    [
      'a figure by the day of use',
      escalation({ from: null, until: null, of: { ...rate, measure: 'subscribers' } }),
      ['/steps/0/of terms-escalation'],
    ],
    [
      'an escalation in an escalation',
      escalation({ from: null, until: null, of: escalation({ from: null, until: null, of: rate }) }),
      ['/steps/0/of terms-escalation'],
    ],
    [
      'steps that overlap',
      escalation({ from: null, until: '2026-03-01', of: rate }, { from: '2026-02-01', until: null, of: rate }),
      ['/steps/1 terms-overlap'],
    ],
    [
      'a step that ends before it begins',
      escalation({ from: '2026-03-01', until: '2026-02-01', of: rate }),
      ['/steps/0 terms-period'],
    ],
    [
      'a day that does not exist',
      { kind: 'prorated', active: { from: '2026-02-30', until: null }, of: rate },
      ['/active/from terms-date'],
    ],
    [
      'a spread that is no word of ours',
      { kind: 'flat', amount: '1', spread: 'evenly' },
      ['/spread terms-unknown-kind'],
    ],
    ['a name of blanks', { ...rate, name: '  ' }, ['/name terms-text']],
  ])('%s', (_, royalty, expected) => {
    expect(faultsOf(royalty)).toEqual(expected);
  });

  it('for every fault at once, however deep', () => {
    const royalty = {
      kind: 'floor',
      amount: '-1',
      of: { kind: 'sum', of: [{ ...rate, rate: 'much' }, { kind: 'toll' }, graduated(tier('1'))] },
    };
    expect(faultsOf(royalty)).toEqual([
      '/amount terms-decimal',
      '/of/of/0/rate terms-decimal',
      '/of/of/1/kind terms-unknown-kind',
      '/of/of/2/tiers/0/upTo terms-tier-gap',
    ]);
  });

  it('when it is nested deeper than any contract', () => {
    let royalty: unknown = rate;
    for (let depth = 0; depth < 64; depth++) royalty = { kind: 'sum', of: [royalty] };
    expect(faultsOf(royalty).map((fault) => fault.split(' ').at(-1))).toEqual(['terms-too-deep']);
  });
});

describe('all plays are those of advertising-supported use', () => {
  const grants = (referenceTermsJson()['grants'] as { id: string }[]).map((grant) =>
    grant.id === 'streaming' ? { ...grant, models: ['AdvertisementSupportedModel', 'SubscriptionModel'] } : grant,
  );
  const byPlays = { kind: 'revenueShare', share: '0.25', base: 'netMusicAdvertisingRevenue', by: 'plays' };
  const read = (royalty: unknown) => {
    const [, downloads] = referenceTermsJson()['royalties'] as unknown[];
    const reading = readTerms({
      ...referenceTermsJson(),
      grants,
      royalties: [{ id: 'streaming', grants: ['streaming'], royalty }, downloads],
    });
    return 'faults' in reading ? reading.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
  };

  it('a share that counts plays of subscribers too is refused, wherever it stands', () => {
    expect(read({ kind: 'floor', amount: '1', of: byPlays })).toEqual(['/royalties/0/royalty terms-share-models']);
  });

  it('narrowed to them it is right', () => {
    expect(read({ ...byPlays, where: { models: ['AdvertisementSupportedModel'] } })).toEqual([]);
    expect(read({ ...byPlays, where: { models: ['SubscriptionModel'] } })).toEqual([
      '/royalties/0/royalty terms-share-models',
    ]);
  });
});

describe('a royalty in canonical form', () => {
  it('has no trailing zeros, reduced quotients, and sorted sets', () => {
    const reading = readRoyaltyAlone(
      { kind: 'perUnit', rate: '0.0200', where: { uses: ['Stream', 'OnDemandStream', 'Stream'] } },
      { currency: 'USD', figures: [] },
    );
    expect(reading).toEqual({
      royalty: { kind: 'perUnit', rate: '0.02', where: { uses: ['OnDemandStream', 'Stream'] } },
    });
    expect(readRoyaltyAlone({ ...share, share: '2/6' }, { currency: 'USD', figures: FIGURES })).toMatchObject({
      royalty: { share: '1/3' },
    });
  });
});
