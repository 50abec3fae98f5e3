import fc from 'fast-check';
import { changedJson, pointersOf } from '../testing/changed';
import { referenceTerms, referenceTermsJson, termsOf } from '../testing/reference-terms';
import { richTermsJson } from '../testing/rich-terms';
import { canonicalTerms, readTerms, termsHash } from '.';

function faultsOf(json: unknown): string[] {
  const reading = readTerms(json);
  return 'faults' in reading ? reading.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
}

const changed = (pointer: string, value: unknown): unknown => changedJson(richTermsJson(), pointer, value);

const PERIOD = { from: '2026-01-01', until: '2027-01-01' };
const many = (count: number, entry: unknown): unknown[] => Array.from({ length: count }, () => entry);

describe('reading money clauses', () => {
  const terms = termsOf(richTermsJson());

  it('brings them into canonical form: figures by id, sets sorted, decimals short, ids in lower case', () => {
    expect(terms.figures?.map(({ id }) => id)).toEqual([
      'channels',
      'gross-revenue',
      'growth-target-met',
      'music-share',
      'subscribers',
    ]);
    expect(terms.recoupment?.pooledWith).toEqual([
      '00000000-0000-4000-8000-0000000000e1',
      '00000000-0000-4000-8000-0000000000e2',
    ]);
    expect(terms.guarantees?.[0]).toEqual({
      id: 'quarterly',
      clauses: ['downloads', 'streaming'],
      topUpRecoups: true,
      per: 'period',
      amount: '5000',
      prorated: true,
      active: { from: '2026-02-15', until: '2028-01-01' },
    });
    expect(terms.minimumFees?.[0]).toMatchObject({ rate: '500', cap: '50000' });
    expect(terms.payment.lateInterest?.annualRate).toBe('0.08');
    expect(terms.rounding.apply).toBe('line');
    expect(terms.reportingPeriod).toBe('quarter');
  });

  it('keeps lists as written where their order means something', () => {
    expect(terms.advances.map(({ id }) => id)).toEqual(['signing', 'second-year']);
    expect(terms.splits?.[0]?.shares.map(({ payee }) => payee)).toEqual(['Mist Harbour', 'Northlight Records']);
    expect(terms.reserves?.map(({ id }) => id)).toEqual(['returns', 'claw-back']);
    expect(terms.advances[1]?.due).toEqual([
      { on: '2027-01-15', amount: '5000' },
      { on: '2027-07-15', amount: '3000' },
    ]);
  });

  it('reading the canonical form gives the same terms and the same hash', () => {
    expect(readTerms(JSON.parse(canonicalTerms(terms)))).toEqual({ terms });
    expect(termsHash(terms)).toBe('1535bf52cad92bd1df85f4a0e6c58fb7b3c9d17d4c758665218ae7fa43382073');
    const { withdrawal: _withdrawal, ...termination } = terms.termination!;
    const unwithdrawn = termsOf({ ...richTermsJson(), termination });
    expect(termsHash(unwithdrawn)).toBe('a3fce61f9c739cd3270744a257575f58ee3f80d3d3ba33b6be9b9f9be055fa67');
    const { checks: _, reconciliation: __, ...usage } = terms.usage;
    const before = termsOf({ ...(changed('/mostFavoured', undefined) as object), usage, termination });
    expect(termsHash(before)).toBe('d4874b544b1ba4983782d99b4a24f37b3eb9f8ab3011dbbc523fa7e0a2d31d2b');
  });

  it('terms without them keep the members and the hash that they were signed with', () => {
    expect(Object.keys(referenceTerms()).sort()).toEqual(Object.keys(referenceTermsJson()).sort());
    expect(termsHash(referenceTerms())).toBe('ae6805483cf6f7f41f3d9e28220ae0c4026c1d7f4daed65f600ea4980d085cc7');
  });

  it.each(['month', 'quarter', 'half-year', 'year'])('the reporting period may be a %s', (kind) => {
    expect(faultsOf(changed('/reportingPeriod', kind))).toEqual([]);
  });
});

describe('faults of money clauses', () => {
  const MISSING = 'lending';

  it.each([
    ['/rounding/apply', 'posting', '/rounding/apply terms-unknown-kind'],

    ['/figures', [], '/figures terms-empty'],
    ['/figures/0/unit', 'litre', '/figures/0/unit terms-unknown-kind'],
    ['/figures/0/per', 'recording', '/figures/0/per terms-unknown-kind'],
    ['/figures/0/definition', ' ', '/figures/0/definition terms-text'],
    ['/figures/0/id', 'Paying subscribers', '/figures/0/id terms-id'],
    ['/figures/1/id', 'subscribers', '/figures/1 terms-duplicate'],
    ['/figures/0/id', 'units', '/figures/0/id terms-reserved-id'],
    ['/figures/0/id', 'allPlays', '/figures/0/id terms-reserved-id'],
    ['/figures', many(101, {}), '/figures terms-limit'],

    ['/guarantees', [], '/guarantees terms-empty'],
    ['/guarantees', {}, '/guarantees terms-type'],
    ['/guarantees/0', 'all', '/guarantees/0 terms-type'],
    ['/guarantees/0/per', undefined, '/guarantees/0 terms-guarantee-period'],
    ['/guarantees/0/per', 'year', '/guarantees/0/per terms-unknown-kind'],
    ['/guarantees/0/per', 7, '/guarantees/0/per terms-type'],
    ['/guarantees/0/crossed', true, '/guarantees/0/crossed terms-unknown-field'],
    ['/guarantees/0/amount', '0.001', '/guarantees/0/amount terms-decimals-exceed-currency'],
    ['/guarantees/0/prorated', 'yes', '/guarantees/0/prorated terms-type'],
    ['/guarantees/0/topUpRecoups', undefined, '/guarantees/0/topUpRecoups terms-required'],
    ['/guarantees/0/active/until', '2026-02-15', '/guarantees/0/active terms-period'],
    ['/guarantees/0/clauses', [], '/guarantees/0/clauses terms-empty'],
    ['/guarantees/0/clauses/1', MISSING, '/guarantees/0/clauses/1 terms-reference'],
    ['/guarantees/1/id', 'quarterly', '/guarantees/1 terms-duplicate'],
    ['/guarantees/1/intervals', [], '/guarantees/1/intervals terms-empty'],
    ['/guarantees/1/intervals/0', null, '/guarantees/1/intervals/0 terms-type'],
    ['/guarantees/1/intervals/0/until', '2025-01-01', '/guarantees/1/intervals/0 terms-period'],
    ['/guarantees/1/intervals/1/from', '2026-12-31', '/guarantees/1/intervals/1 terms-overlap'],
    [
      '/guarantees/1/intervals/1',
      { from: '2025-01-01', until: '2026-01-01', amount: '1' },
      '/guarantees/1/intervals/1 terms-order',
    ],
    [
      '/guarantees/1/intervals/0/instalments/0/amount',
      '9999.99',
      '/guarantees/1/intervals/0/instalments terms-instalments',
    ],
    ['/guarantees/1/intervals/0/instalments', [], '/guarantees/1/intervals/0/instalments terms-empty'],
    [
      '/guarantees/1/intervals/0/instalments/0/on',
      '2026-02-30',
      '/guarantees/1/intervals/0/instalments/0/on terms-date',
    ],
    ['/guarantees', many(51, {}), '/guarantees terms-limit'],

    ['/minimumFees', [], '/minimumFees terms-empty'],
    ['/minimumFees/0/figure', MISSING, '/minimumFees/0/figure terms-reference'],
    ['/minimumFees/0/figure', 'gross-revenue', '/minimumFees/0/figure terms-figure-unit'],
    ['/minimumFees/0/figure', 'growth-target-met', '/minimumFees/0/figure terms-figure-unit'],
    ['/minimumFees/0/figure', 'netMusicAdvertisingRevenue', '/minimumFees/0/figure terms-figure-unit'],
    ['/minimumFees/0/figure', '', '/minimumFees/0/figure terms-id'],
    ['/minimumFees/0/cap', '1.234', '/minimumFees/0/cap terms-decimals-exceed-currency'],
    ['/minimumFees/0/years/1/from', '2026-06-01', '/minimumFees/0/years/1 terms-overlap'],
    ['/minimumFees/0/years/0/dueOn', 'soon', '/minimumFees/0/years/0/dueOn terms-date'],
    [
      '/minimumFees/1',
      { id: 'channels', figure: 'channels', rate: '1', years: [{ ...PERIOD, dueOn: '2026-01-01' }] },
      '/minimumFees/1 terms-duplicate',
    ],

    ['/inKindCredits', [], '/inKindCredits terms-empty'],
    ['/inKindCredits/0/carryOver', undefined, '/inKindCredits/0/carryOver terms-required'],
    ['/inKindCredits/0/kind', '', '/inKindCredits/0/kind terms-text'],
    ['/inKindCredits/0/intervals/1/from', '2026-12-01', '/inKindCredits/0/intervals/1 terms-overlap'],
    ['/inKindCredits/0/intervals/1/amount', '-1', '/inKindCredits/0/intervals/1/amount terms-decimal'],

    ['/advances/1/id', 'signing', '/advances/1 terms-duplicate'],
    ['/advances/1/due/0/amount', '5000.01', '/advances/1/due terms-instalments'],
    ['/advances/1/amount', '8000.01', '/advances/1/due terms-instalments'],
    ['/advances/1/due', [], '/advances/1/due terms-empty'],
    ['/advances/1/due', 'delivery', '/advances/1/due terms-unknown-kind'],
    ['/advances/1/due', 7, '/advances/1/due terms-type'],
    ['/advances/1/due', many(201, { on: '2026-01-01', amount: '1' }), '/advances/1/due terms-limit'],
    ['/advances/1/recoupableFrom', [], '/advances/1/recoupableFrom terms-empty'],
    ['/advances/1/recoupableFrom/0', MISSING, '/advances/1/recoupableFrom/0 terms-reference'],
    ['/advances/1/recoup/until', '2027-01-01', '/advances/1/recoup terms-period'],
    ['/advances/1/recoup/carryOver', undefined, '/advances/1/recoup/carryOver terms-required'],
    ['/advances/1/option', false, '/advances/1/option terms-type'],

    ['/recoupment/negative', 'paid-back', '/recoupment/negative terms-unknown-kind'],
    ['/recoupment/expenses', undefined, '/recoupment/expenses terms-required'],
    ['/recoupment/pooledWith', [], '/recoupment/pooledWith terms-empty'],
    ['/recoupment/pooledWith/0', 'the other one', '/recoupment/pooledWith/0 terms-uuid'],

    ['/reserves', [], '/reserves terms-empty'],
    ['/reserves/1/id', 'returns', '/reserves/1 terms-duplicate'],
    ['/reserves/0/clauses', undefined, '/reserves/0/clauses terms-required'],
    ['/reserves/0/clauses/0', MISSING, '/reserves/0/clauses/0 terms-reference'],
    ['/reserves/0/rate', '20', '/reserves/0/rate terms-share-above-one'],
    ['/reserves/0/basis', 'profits', '/reserves/0/basis terms-unknown-kind'],
    ['/reserves/0/release', [], '/reserves/0/release terms-empty'],
    ['/reserves/0/release/1/share', '0.4', '/reserves/0/release terms-release-shares'],
    ['/reserves/0/release/0/afterPeriods', 0, '/reserves/0/release/0/afterPeriods terms-integer'],
    ['/reserves/0/release/1/afterPeriods', 121, '/reserves/0/release/1/afterPeriods terms-integer'],
    ['/reserves/0/release/1/afterPeriods', 1, '/reserves/0/release/1/afterPeriods terms-order'],

    ['/breakage/allocateBy', 'goodwill', '/breakage/allocateBy terms-unknown-kind'],

    ['/splits', [], '/splits terms-empty'],
    ['/splits/0/shares', [], '/splits/0/shares terms-empty'],
    ['/splits/0/shares/1/share', '0.3999', '/splits/0/shares terms-split-shares'],
    ['/splits/0/shares/0/share', '1.6', '/splits/0/shares/0/share terms-share-above-one'],
    ['/splits/0/shares/1/payee', ' Mist Harbour', '/splits/0/shares/1 terms-duplicate'],
    ['/splits/0/until', '2027-03-01', '/splits/1 terms-overlap'],
    ['/splits/1/until', '2027-01-01', '/splits/1 terms-period'],

    ['/taxes/withholding', 'forgotten', '/taxes/withholding terms-unknown-kind'],
    ['/taxes/vat', undefined, '/taxes/vat terms-required'],
    ['/exchange/payIn', 'USD', '/exchange/payIn terms-exchange'],
    ['/exchange/payIn', 'XAU', '/exchange/payIn terms-currency'],
    ['/exchange/source', 'rumour', '/exchange/source terms-unknown-kind'],
    ['/exchange/rateOf', 'tomorrow', '/exchange/rateOf terms-unknown-kind'],

    ['/audit/yearsBetweenNotices', 0, '/audit/yearsBetweenNotices terms-integer'],
    ['/audit/fullYearsBack', 21, '/audit/fullYearsBack terms-integer'],
    ['/audit/costShift/threshold', '10', '/audit/costShift/threshold terms-share-above-one'],
    ['/audit/costShift/comparison', 'near', '/audit/costShift/comparison terms-unknown-kind'],
    ['/audit/interest/dayCount', '30/360', '/audit/interest/dayCount terms-unknown-kind'],

    ['/payment/minimumPayout', '0.005', '/payment/minimumPayout terms-decimals-exceed-currency'],
    ['/payment/lateInterest/annualRate', '8', '/payment/lateInterest/annualRate terms-share-above-one'],
    ['/payment/lateInterest/graceDays', 367, '/payment/lateInterest/graceDays terms-integer'],
  ])('%s changed to %j: %s', (pointer, value, expected) => {
    expect(faultsOf(changed(pointer, value))).toContain(expected);
  });

  it('one fault is told once: parts that could not be read are not summed', () => {
    expect(faultsOf(changed('/splits/0/shares/0/share', 'most'))).toEqual(['/splits/0/shares/0/share terms-decimal']);
    expect(faultsOf(changed('/advances/1/amount', 8000))).toEqual(['/advances/1/amount terms-type']);
    expect(faultsOf(changed('/reserves/0/release', undefined))).toEqual(['/reserves/0/release terms-required']);
  });

  it('tells all faults of all clauses at once', () => {
    const wrong = changedJson(changed('/splits/0/shares/1/share', '0.5'), '/exchange/payIn', 'USD');
    expect(faultsOf(changedJson(wrong, '/audit/fullYearsBack', 0))).toEqual([
      '/splits/0/shares terms-split-shares',
      '/exchange/payIn terms-exchange',
      '/audit/fullYearsBack terms-integer',
    ]);
  });

  it('three thirds that no decimal ends are not one', () => {
    const shares = ['a', 'b', 'c'].map((payee) => ({ payee, share: '0.3333333333' }));
    expect(faultsOf(changed('/splits/0/shares', shares))).toEqual(['/splits/0/shares terms-split-shares']);
  });

  it('the same payee may stand in every split, and be paid all of one', () => {
    expect(faultsOf(changed('/splits/0/shares', [{ payee: 'Mist Harbour', share: '1' }]))).toEqual([]);
  });

  it('a count of each service will do for a minimum fee, and so will the plays that every report carries', () => {
    expect(faultsOf(changed('/minimumFees/0/figure', 'subscribers'))).toEqual([]);
    expect(faultsOf(changed('/minimumFees/0/figure', 'allPlays'))).toEqual([]);
  });

  it('never throws when any one member is replaced by anything, and what it accepts is canonical', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(null, [], {}, [null], [[]], [{}], '', '1'));
    fc.assert(
      fc.property(fc.constantFrom(...pointersOf(richTermsJson())), value, (pointer, anything) => {
        const reading = readTerms(changed(pointer, anything));
        if ('terms' in reading) expect(readTerms(JSON.parse(canonicalTerms(reading.terms)))).toEqual(reading);
        else expect(reading.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
