import { changedJson } from '../testing/changed';
import { referenceTerms, termsOf } from '../testing/reference-terms';
import { richTermsJson } from '../testing/rich-terms';
import { remarksOf, type Remark } from '.';

function remarks(...changes: readonly (readonly [pointer: string, value: unknown])[]): Remark[] {
  const json = changes.reduce<unknown>(
    (changed, [pointer, value]) => changedJson(changed, pointer, value),
    changedJson(richTermsJson(), '/settlement/effect', 'payment'),
  );
  return remarksOf(termsOf(json));
}

const placed = (list: readonly Remark[]): string[] => list.map(({ pointer, code }) => `${pointer} ${code}`);

describe('remarks on terms', () => {
  it('there are none where intervals follow each other and reserves are released in time', () => {
    expect(remarks()).toEqual([]);
    expect(remarksOf(referenceTerms())).toEqual([]);
  });

  it('a month between two splits belongs to nobody, and the terms stand all the same', () => {
    expect(remarks(['/splits/1/from', '2027-02-01'])).toEqual([
      {
        pointer: '/splits/1',
        code: 'terms-gap',
        message: 'leaves a gap before it: from 2027-01-01 until 2027-02-01 the money is shared out to nobody',
      },
    ]);
  });

  it('gaps of guarantees, minimum fees and credits in kind are told, each on the interval behind it', () => {
    const changes = [
      '/guarantees/1/intervals/1/from',
      '/minimumFees/0/years/1/from',
      '/inKindCredits/0/intervals/1/from',
    ];
    expect(placed(remarks(...changes.map((pointer) => [pointer, '2027-07-01'] as const)))).toEqual([
      '/guarantees/1/intervals/1 terms-gap',
      '/minimumFees/0/years/1 terms-gap',
      '/inKindCredits/0/intervals/1 terms-gap',
    ]);
  });

  it('days on which no advance is recouped, where every advance has its days', () => {
    const first = ['/advances/0/recoup', { from: '2026-01-01', until: '2026-10-01', carryOver: true }] as const;
    expect(placed(remarks(first))).toEqual(['/advances/1/recoup terms-gap']);
    // The advance of signature is recouped from all days unless it says otherwise.
    expect(remarks(['/advances/1/recoup/from', '2027-06-01'])).toEqual([]);
  });

  it('what is held in the first of eight quarters is released after the term, eight quarters on', () => {
    expect(remarks(['/reserves/1/release/0/afterPeriods', 7])).toEqual([]);
    expect(placed(remarks(['/reserves/1/release/0/afterPeriods', 8]))).toEqual([
      '/reserves/1/release/0 terms-release-after-term',
    ]);
  });

  it.each([
    ['month', 24],
    ['quarter', 8],
    ['half-year', 4],
    ['year', 2],
  ])('two years have as many of each %s: %i', (kind, periods) => {
    const late = (afterPeriods: number) =>
      placed(remarks(['/reportingPeriod', kind], ['/reserves/1/release', [{ afterPeriods, share: '1' }]]));
    expect(late(periods)).toContain('/reserves/1/release/0 terms-release-after-term');
    expect(late(periods - 1)).not.toContain('/reserves/1/release/0 terms-release-after-term');
  });

  it('a quarter that the term only touches is one of its quarters', () => {
    const longer = ['/term', { from: '2025-12-31', until: '2028-01-02' }] as const;
    expect(remarks(longer, ['/reserves/1/release/0/afterPeriods', 9])).toEqual([]);
    expect(remarks(longer, ['/reserves/1/release/0/afterPeriods', 10])).toHaveLength(1);
  });

  it('a reserve on sales holds nothing where the royalty is not taken of all sales together', () => {
    const reserves = [
      {
        id: 'returns',
        clauses: ['downloads'],
        rate: '0.2',
        basis: 'sales',
        release: [{ afterPeriods: 1, share: '1' }],
      },
    ];
    const of = (royalty: unknown) => {
      const [streaming] = referenceTerms().royalties;
      const royalties = [streaming, { id: 'downloads', grants: ['downloads'], royalty }];
      return placed(remarksOf(referenceTerms({ reserves, royalties })));
    };
    const ofSales = { kind: 'percentage', rate: '0.25' };
    expect(of(ofSales)).toEqual([]);
    expect(of({ kind: 'perUnit', rate: '0.36' })).toEqual(['/reserves/0/clauses/0 terms-reserve-idle']);
    expect(of({ ...ofSales, where: { territories: ['RU'] } })).toEqual(['/reserves/0/clauses/0 terms-reserve-idle']);
    expect(of({ ...ofSales, fixedPerSale: '0.01' })).toEqual(['/reserves/0/clauses/0 terms-reserve-idle']);
  });

  it('a day between two steps of an escalation earns nothing', () => {
    const step = (from: string | null, until: string | null) => ({
      from,
      until,
      of: { kind: 'perUnit', rate: '0.36' },
    });
    const of = (...steps: unknown[]) => {
      const [streaming] = referenceTerms().royalties;
      const royalty = { kind: 'escalation', trigger: 'usageDate', steps };
      return placed(
        remarksOf(referenceTerms({ royalties: [streaming, { id: 'downloads', grants: ['downloads'], royalty }] })),
      );
    };
    expect(of(step(null, '2026-07-01'), step('2026-07-01', null))).toEqual([]);
    expect(of(step(null, '2026-07-01'), step('2026-08-01', null))).toEqual(['/royalties/1/royalty terms-gap']);
  });

  it('a no to the renewal must be possible within the term, and within each renewed term that can be followed by another', () => {
    const at = (noticeDays: number, renewal: object = {}) =>
      remarks(['/renewal', { months: 12, times: null, noticeDays, ...renewal }]).map(({ message }) => message);
    expect(at(366)).toEqual([]);
    expect(at(367)).toEqual(['a renewed term has 366 days: a no would have to come before it begins']);
    expect(at(367, { times: 2 })).toHaveLength(1);
    expect(at(730, { times: 1 })).toEqual([]);
    expect(at(731, { times: 1 })).toEqual(['the term has 730 days: a no would have to come before it begins']);
    expect(at(731)).toHaveLength(1);
  });

  it('a notice, a withdrawal and a cure should run out within a term that is not renewed', () => {
    const termination = {
      notice: { by: 'label', days: 730 },
      breach: { cureDays: 730, suspension: 'never' },
      withdrawal: { days: 730 },
    };
    expect(remarks(['/termination', termination])).toEqual([]);
    const codes = (days: number) =>
      placed(
        remarks(
          ['/renewal', undefined],
          ['/termination', termination],
          ['/termination/notice/days', days],
          ['/termination/breach/cureDays', days],
          ['/termination/withdrawal/days', days],
        ),
      );
    expect(codes(729)).toEqual([]);
    expect(codes(730)).toEqual([
      '/termination/notice/days terms-notice-exceeds-term',
      '/termination/withdrawal/days terms-notice-exceeds-term',
      '/termination/breach/cureDays terms-notice-exceeds-term',
    ]);
  });

  it('claims that end with the signature are gone where an unmet condition ends the agreement', () => {
    const atSignature = ['/settlement/effect', 'signature'] as const;
    expect(placed(remarks(atSignature))).toEqual(['/settlement/effect terms-settled-before-conditions']);
    expect(remarks(atSignature, ['/conditions', undefined])).toEqual([]);
  });
});
