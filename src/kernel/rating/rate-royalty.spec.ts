import { monthPeriod, periodOf } from '../calendar';
import { moneyRoundingIn, moneyRoundingTo } from '../money';
import { type Escalation, type Royalty } from '../terms';
import { rateDatedLines, rateRoyalty, RatingRefused } from '.';

const yen = moneyRoundingIn('JPY', { mode: 'half-up' });
const months = (...counts: readonly string[]) =>
  counts.map((plays, index) => ({ period: monthPeriod(`2026-0${index + 1}`), figures: { plays } }));

describe('a royalty by itself', () => {
  const perPlay: Royalty = { kind: 'perUnit', measure: 'plays', rate: '0.35' };

  it('is rounded once a period, and its total adds what was issued', () => {
    const { periods, total } = rateRoyalty({ royalty: perPlay, rounding: yen, periods: months('1234', '-3') });
    expect(periods.map(({ exact, minor }) => [exact, minor])).toEqual([
      ['431.9', 432n],
      ['-1.05', -1n],
    ]);
    expect(total).toEqual({ exact: '430.85', minor: 431n });
  });

  it('is rounded finer than any currency where that is asked', () => {
    const rounding = moneyRoundingTo({ decimals: 4, mode: 'half-even' });
    const { total } = rateRoyalty({ royalty: perPlay, rounding, periods: months('0.00015') });
    expect(total).toEqual({ exact: '0.0000525', minor: 1n });
  });

  it('runs on from period to period where its counter is the term', () => {
    const royalty: Royalty = {
      kind: 'tiered',
      method: 'graduated',
      measure: 'plays',
      counter: 'term',
      tiers: [
        { upTo: '100', rate: '1', flat: '10' },
        { upTo: null, rate: '0.5', flat: '5' },
      ],
    };
    const { periods } = rateRoyalty({ royalty, rounding: yen, periods: months('60', '60') });
    expect(periods.map(({ exact }) => exact)).toEqual(['70', '55']);
  });

  it('takes any days for a period', () => {
    const royalty: Royalty = {
      kind: 'prorated',
      active: { from: '2028-03-01', until: null },
      of: { kind: 'flat', amount: '28' },
    };
    const periods = [{ period: periodOf('2028-02-21', '2028-03-06'), figures: {} }];
    expect(rateRoyalty({ royalty, rounding: yen, periods }).total.exact).toBe('10');
  });

  it('refuses a figure that is absent or no number', () => {
    const periods = [...months('1', 'many'), { period: monthPeriod('2026-03'), figures: {} }];
    expect(() => rateRoyalty({ royalty: perPlay, rounding: yen, periods })).toThrow(
      new RatingRefused([
        { pointer: '/periods/1/figures/plays', code: '', message: 'must be a plain decimal, a quotient or a flag' },
        { pointer: '/periods/2/figures/plays', code: '', message: 'is asked for' },
      ]),
    );
  });
});

describe('lines with days of their own', () => {
  const escalation: Escalation = {
    kind: 'escalation',
    trigger: 'reportDate',
    steps: [
      { from: null, until: '2026-07-01', of: { kind: 'percentage', rate: '0.1' } },
      { from: '2026-09-01', until: null, of: { kind: 'percentage', rate: '0.125' } },
    ],
  };

  it('take the rate of their day, are rounded one by one, and wait where there is none', () => {
    const line = (name: string, reportedOn: string) => {
      return { line: name, usedOn: '2026-01-01', reportedOn, base: '12.34' };
    };
    const rated = rateDatedLines(escalation, {
      lines: [line('A', '2026-06-30'), line('B', '2026-07-01'), line('C', '2026-09-01')],
      rounding: moneyRoundingIn('EUR', { mode: 'half-up' }),
    });
    expect(rated).toEqual({
      lines: [
        { line: 'A', status: 'rated', step: 0, exact: '1.234', minor: 123n },
        { line: 'B', status: 'unrated', reason: 'no-rate-for-date' },
        { line: 'C', status: 'rated', step: 1, exact: '1.5425', minor: 154n },
      ],
      total: { exact: '2.7765', minor: 277n },
      unratedBase: '12.34',
    });
  });
});
