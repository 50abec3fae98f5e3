import { changedJson } from '../testing/changed';
import { termsOf } from '../testing/reference-terms';
import { richTermsJson } from '../testing/rich-terms';
import { canonicalTerms, differingClauses, differingValues, readTerms, termsHash } from '.';

type Change = readonly [pointer: string, value: unknown];

const changed = (...changes: readonly Change[]): unknown =>
  changes.reduce<unknown>((json, [pointer, value]) => changedJson(json, pointer, value), richTermsJson());

function faultsOf(...changes: readonly Change[]): string[] {
  const reading = readTerms(changed(...changes));
  return 'faults' in reading ? reading.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
}

const WITHOUT: readonly Change[] = [
  ['/usage/checks', undefined],
  ['/usage/reconciliation', undefined],
  ['/texts', undefined],
  ['/conditions', undefined],
  ['/renewal', undefined],
  ['/termination', undefined],
];

describe('reading how an agreement begins, goes on and ends', () => {
  const terms = termsOf(richTermsJson());

  it('leaves terms without these clauses the hash that they were signed with', () => {
    const before = termsOf(changed(...WITHOUT));
    expect(Object.keys(before)).not.toEqual(expect.arrayContaining(['texts']));
    expect(termsHash(before)).toBe('b4dbe3e4915b3d555d380216e3c551a802ea99bf65e8c32afea2398e7cda2d16');
  });

  it('keeps conditions as written, and sorts the grants of the sell-off', () => {
    const read = termsOf(changed(['/termination/sellOff/grants', ['streaming', 'downloads', 'streaming']]));
    expect(read.conditions?.map(({ id }) => id)).toEqual(['paid', 'fee']);
    expect(read.termination?.sellOff?.grants).toEqual(['downloads', 'streaming']);
    expect(readTerms(JSON.parse(canonicalTerms(read)))).toEqual({ terms: read });
  });

  it.each<Change>([
    ['/texts/prevailing', 'ru'],
    ['/renewal/times', 1],
    ['/renewal/times', 100],
    ['/renewal/months', 120],
    ['/conditions/0/withinDays', 3650],
    ['/termination', { notice: { by: 'either', days: 1 } }],
    ['/termination', { breach: { cureDays: 1, suspension: 'never' } }],
    ['/termination', { withdrawal: { days: 1 } }],
    ['/termination', { withdrawal: { days: 30, shareMax: '0.1' } }],
    ['/termination', { sellOff: { days: 1, grants: ['streaming'] } }],
    ['/settlement/effect', 'payment'],
  ])('%s may be %j', (pointer, value) => {
    expect(faultsOf([pointer, value])).toEqual([]);
  });

  it.each<readonly [string, unknown, readonly string[]]>([
    ['/texts', {}, ['/texts/prevailing terms-required', '/texts/precedence terms-required']],
    ['/texts/prevailing', 'de', ['/texts/prevailing terms-unknown-kind']],
    ['/texts/precedence', 'prose-before-terms', ['/texts/precedence terms-unknown-kind']],

    ['/conditions', [], ['/conditions terms-empty']],
    ['/conditions', Array.from({ length: 21 }, () => ({})), ['/conditions terms-limit']],
    ['/conditions/0', 'paid', ['/conditions/0 terms-type']],
    ['/conditions/0/kind', 'board-consents', ['/conditions/0/kind terms-unknown-kind']],
    ['/conditions/0/id', 'The advance', ['/conditions/0/id terms-id']],
    ['/conditions/1/id', 'paid', ['/conditions/1 terms-duplicate']],
    ['/conditions/0/withinDays', 0, ['/conditions/0/withinDays terms-integer']],
    ['/conditions/1/withinDays', 3651, ['/conditions/1/withinDays terms-integer']],
    ['/conditions/0/advance', undefined, ['/conditions/0/advance terms-required']],
    ['/conditions/0/advance', 7, ['/conditions/0/advance terms-type']],
    ['/conditions/0/advance', 'third-year', ['/conditions/0/advance terms-reference']],
    ['/conditions/0/advance', 'second-year', ['/conditions/0/advance terms-reference']],
    ['/conditions/1/advance', 'signing', ['/conditions/1/advance terms-unknown-field']],
    ['/advances/0/option', true, ['/conditions/0/advance terms-reference']],
    ['/advances/0/amount', '0.00', ['/conditions/0/advance terms-reference']],
    ['/settlement', undefined, ['/conditions/1/kind terms-reference']],
    ['/settlement/backFee/amount', '0.00', ['/conditions/1/kind terms-reference']],

    ['/renewal/months', 121, ['/renewal/months terms-integer']],
    ['/renewal/times', 0, ['/renewal/times terms-integer']],
    ['/renewal/times', 101, ['/renewal/times terms-integer']],
    ['/renewal/times', undefined, ['/renewal/times terms-required']],
    ['/renewal/noticeDays', '90', ['/renewal/noticeDays terms-integer']],

    ['/termination', {}, ['/termination terms-empty']],
    ['/termination/notice/by', 'both', ['/termination/notice/by terms-unknown-kind']],
    ['/termination/notice/days', 0, ['/termination/notice/days terms-integer']],
    ['/termination/breach/cureDays', 3651, ['/termination/breach/cureDays terms-integer']],
    ['/termination/breach/suspension', 'soon', ['/termination/breach/suspension terms-unknown-kind']],
    ['/termination/withdrawal', {}, ['/termination/withdrawal/days terms-required']],
    [
      '/termination/withdrawal',
      { days: 0, shareMax: '1.01', by: 'label' },
      [
        '/termination/withdrawal/by terms-unknown-field',
        '/termination/withdrawal/days terms-integer',
        '/termination/withdrawal/shareMax terms-share-above-one',
      ],
    ],
    ['/termination/sellOff/days', 1.5, ['/termination/sellOff/days terms-integer']],
    ['/termination/sellOff/grants', [], ['/termination/sellOff/grants terms-empty']],
    ['/termination/sellOff/grants/0', 'ringtones', ['/termination/sellOff/grants/0 terms-reference']],
  ])('%s changed to %j is refused', (pointer, value, expected) => {
    expect(faultsOf([pointer, value])).toEqual(expected);
  });

  it('tells one fault once: an amount that could not be read is not taken for nothing', () => {
    expect(faultsOf(['/settlement/backFee/amount', 'much'])).toEqual(['/settlement/backFee/amount terms-decimal']);
    expect(faultsOf(['/settlement', 'none'])).toEqual(['/settlement terms-type']);
    expect(faultsOf(['/advances/0/amount', 12000])).toEqual(['/advances/0/amount terms-type']);
  });

  it('tells all faults of all clauses at once', () => {
    expect(
      faultsOf(
        ['/termination/notice/days', 0],
        ['/renewal/months', 0],
        ['/conditions/0/kind', 'luck'],
        ['/texts/prevailing', ''],
      ),
    ).toEqual([
      '/texts/prevailing terms-unknown-kind',
      '/conditions/0/kind terms-unknown-kind',
      '/renewal/months terms-integer',
      '/termination/notice/days terms-integer',
    ]);
  });

  it('refuses days beyond the last of the calendar: a renewal or a sell-off would have no end', () => {
    const at = (until: string) => faultsOf(['/term/until', until], ['/guarantees/0/active/until', '2028-01-01']);
    expect(at('2998-01-01')).toEqual([]);
    expect(at('2999-01-02')[0]).toEqual('/term/until terms-date');
    expect(at('2998-11-03')).toEqual(['/renewal/months terms-date', '/termination/sellOff/days terms-date']);
    expect(at('2998-11-02')).toEqual(['/renewal/months terms-date']);
  });

  it('tells their difference in words and by value', () => {
    const later = termsOf(changed(['/conditions/1/withinDays', 45], ['/termination/sellOff', undefined]));
    expect(differingClauses(terms, later)).toMatchObject([
      { clause: '26.2', before: expect.stringContaining('30 days') as string },
      { clause: '28.3', after: null },
    ]);
    expect(differingValues(terms, later)).toEqual([
      { pointer: '/conditions/1/withinDays', change: 'changed', before: 30, after: 45 },
      { pointer: '/termination/sellOff', change: 'removed', before: { days: 60, grants: ['downloads'] } },
    ]);
  });
});
