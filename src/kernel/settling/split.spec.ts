import fc from 'fast-check';
import { exactText, moneyRoundingIn, moneyRoundingTo, ratio, rational, toMinor } from '../money';
import { gapsOf, refuseSplits, splitLines } from './split';

const cents = moneyRoundingIn('USD', { mode: 'half-up' });
const shares = (...given: string[]) => given.map((share, at) => ({ payee: 'ABCDEFGH'[at] ?? '', share }));
const days = (from: string | null, until: string | null, of = shares('0.6', '0.4')) => ({ from, until, shares: of });
const line = (date: string, amount: string) => ({ line: `${date} ${amount}`, date, amount: rational(amount) });
const finals = (result: ReturnType<typeof splitLines>) =>
  result.accepted
    ? result.lines.map((one) => (one.status === 'allocated' ? one.shares.map(({ minor }) => minor) : one.reason))
    : result;

describe('splits', () => {
  const intervals = [days('2025-01-01', '2025-04-01'), days('2025-04-01', '2025-07-01', shares('0.5', '0.5'))];

  it('each line goes by the interval of its day: the last day is in, the end is not', () => {
    const lines = [line('2025-03-31', '100'), line('2025-04-01', '100'), line('2025-07-01', '10')];
    expect(finals(splitLines(lines, { intervals, rounding: cents }))).toEqual([
      [6000n, 4000n],
      [5000n, 5000n],
      'no-split-for-date',
    ]);
  });

  it('a cent that cannot be halved goes to the one listed first, a charge as a credit', () => {
    const lines = [line('2025-05-01', '0.01'), line('2025-05-01', '-0.01'), line('2025-05-01', '0')];
    expect(finals(splitLines(lines, { intervals, rounding: cents }))).toEqual([
      [1n, 0n],
      [-1n, 0n],
      [0n, 0n],
    ]);
  });

  it('thirds are exact until they are shared out', () => {
    const thirds = [days(null, null, shares('1/3', '1/3', '1/3'))];
    const result = splitLines([line('2025-05-01', '100')], { intervals: thirds, rounding: cents });
    expect(finals(result)).toEqual([[3334n, 3333n, 3333n]]);
    const [first] = result.accepted ? result.lines : [];
    expect(first?.status === 'allocated' && first.shares.map(({ exact }) => exactText(exact))).toEqual(
      Array(3).fill('100/3'),
    );
  });

  it('shares out whole units where terms round to them', () => {
    const whole = moneyRoundingIn('USD', { decimals: 0, mode: 'half-up' });
    expect(finals(splitLines([line('2025-01-01', '100.50')], { intervals, rounding: whole }))).toEqual([
      [6100n, 4000n],
    ]);
  });

  it('without intervals every line waits', () => {
    expect(splitLines([line('2025-01-01', '1')], { intervals: [], rounding: cents })).toMatchObject({
      accepted: true,
      gaps: [],
      lines: [{ status: 'unallocated' }],
    });
  });

  it('parts sum to the line', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 7 });
    const decimals = fc.integer({ min: -1, max: 3 });
    fc.assert(
      fc.property(weights, fc.bigInt(-(10n ** 7n), 10n ** 7n), decimals, (given, thousandths, digits) => {
        const whole = given.reduce((sum, weight) => sum + weight, 0);
        fc.pre(whole > 0);
        const of = given.map((weight, at) => ({ payee: `p${at}`, share: `${weight}/${whole}` }));
        const rounding = moneyRoundingTo({ decimals: digits, mode: 'half-even' });
        const amount = ratio(thousandths, 1000n);
        const result = splitLines([{ line: 'l', date: '2025-01-01', amount }], {
          intervals: [days(null, null, of)],
          rounding,
        });
        const [parts] = finals(result) as bigint[][];
        expect(parts?.reduce((sum, part) => sum + part, 0n)).toBe(toMinor(amount, rounding));
      }),
    );
  });
});

describe('splits that are refused', () => {
  it('name what the shares sum to', () => {
    expect(refuseSplits([days('2025-01-01', '2025-04-01', shares('0.60', '0.3999'))])).toEqual({
      accepted: false,
      reason: 'shares-do-not-sum-to-one',
      at: '0.9999',
    });
    expect(refuseSplits([days(null, null, shares('1/3', '1/3'))])?.at).toBe('2/3');
    expect(refuseSplits([days(null, null, [])])?.at).toBe('0');
  });

  it.each([
    ['a month', [days('2025-01-01', '2025-04-01'), days('2025-03-01', '2025-07-01')], '2025-03-01..2025-04-01'],
    [
      'one inside another',
      [days('2025-01-01', '2026-01-01'), days('2025-03-01', '2025-04-01')],
      '2025-03-01..2025-04-01',
    ],
    [
      'the earliest of several, in whatever order they are written',
      [days('2025-06-01', '2025-09-01'), days('2025-03-01', '2025-07-01'), days('2025-01-01', '2025-04-01')],
      '2025-03-01..2025-04-01',
    ],
    [
      'a long one over its neighbour',
      [days('2025-01-01', '2025-12-01'), days('2025-02-01', '2025-03-01'), days('2025-05-01', '2025-06-01')],
      '2025-02-01..2025-03-01',
    ],
    ['an open end', [days('2025-01-01', null), days('2025-05-01', '2025-06-01')], '2025-05-01..2025-06-01'],
    ['two open beginnings', [days(null, '2025-06-01'), days(null, '2025-05-01')], 'null..2025-05-01'],
  ])('overlap: %s', (_what, intervals, at) => {
    expect(refuseSplits(intervals)).toEqual({ accepted: false, reason: 'intervals-overlap', at });
  });

  it('an interval without a day is a mistake', () => {
    expect(() => refuseSplits([days('2025-01-01', '2025-01-01')])).toThrow(RangeError);
  });
});

it('gaps are the days between intervals, each of them, and none where one begins as another ends', () => {
  const intervals = [
    days('2025-08-01', null),
    days(null, '2025-01-01'),
    days('2025-01-01', '2025-02-01'),
    days('2025-03-01', '2025-06-01'),
  ];
  expect(refuseSplits(intervals)).toBeUndefined();
  expect(gapsOf(intervals)).toEqual([
    { from: '2025-02-01', until: '2025-03-01' },
    { from: '2025-06-01', until: '2025-08-01' },
  ]);
});
