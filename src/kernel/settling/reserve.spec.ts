import fc from 'fast-check';
import { exactText, moneyRoundingIn, rational, ratio } from '../money';
import {
  EMPTY_RESERVE,
  moveReserve,
  refuseRelease,
  reserveRoyalties,
  reserveSales,
  type ReserveState,
} from './reserve';
import { runReserve } from './reserve-run';

const pence = moneyRoundingIn('GBP', { mode: 'half-up' });
const halves = { rate: '0.20', release: [1, 2].map((afterPeriods) => ({ afterPeriods, share: '0.5' })) };
const run = (basis: 'royalties' | 'sales', periods: [string, string][], rule = halves) =>
  runReserve(
    periods.map(([sales, returns]) => ({ sales: rational(sales), returns: rational(returns) })),
    { basis, rule, royaltyRate: rational('0.25'), rounding: pence },
  );
const rows = (result: ReturnType<typeof run>) => {
  if (!result.accepted) throw new Error('refused');
  return result.periods.map(({ held, released, payable, balance }) => [held, released, payable, balance]);
};

describe('a reserve on royalties', () => {
  it('holds a share of the royalty and gives it back in the next periods', () => {
    const years: [string, string][] = [
      ['100', '0'],
      ['0', '0'],
      ['0', '0'],
    ];
    expect(rows(run('royalties', years))).toEqual([
      [500n, 0n, 2000n, 500n],
      [0n, 250n, 250n, 250n],
      [0n, 250n, 250n, 0n],
    ]);
  });

  it('returns count in full and hold nothing, also beside sales', () => {
    const before = { state: EMPTY_RESERVE, rule: halves, rounding: pence };
    // 25 % of 100 − 40: 15 earned, of which a fifth of the 25 on sales is held.
    const move = reserveRoyalties(before, { earned: rational('15'), onSales: rational('25') });
    expect(move).toMatchObject({ earned: 1500n, held: 500n, payable: 1000n });
    expect(moveReserve(before, rational('-10'))).toMatchObject({ held: 0n, balance: 0n });
  });
});

describe('a reserve on sales', () => {
  it('is in the money of sales: the royalty is taken of what is not held', () => {
    expect(
      rows(
        run('sales', [
          ['100', '0'],
          ['0', '0'],
          ['0', '0'],
        ]),
      ),
    ).toEqual([
      [2000n, 0n, 2000n, 2000n],
      [0n, 1000n, 250n, 1000n],
      [0n, 1000n, 250n, 0n],
    ]);
  });

  it('returns lower the base', () => {
    const before = { state: EMPTY_RESERVE, rule: halves, rounding: pence };
    const move = reserveSales(before, { sales: rational('10'), returns: rational('-40') });
    expect([exactText(move.royaltyBase), move.royaltyBaseMinor]).toEqual(['-32', -3200n]);
  });
});

describe('the release of a reserve', () => {
  const yen = moneyRoundingIn('JPY', { mode: 'half-up' });

  it('rounds each part and gives the remainder to the last in time, however the schedule is written', () => {
    const rule = { rate: '1', release: [3, 1, 2].map((afterPeriods) => ({ afterPeriods, share: '1/3' })) };
    expect(moveReserve({ state: EMPTY_RESERVE, rule, rounding: yen }, rational('11')).state).toEqual({
      due: ['4', '4', '3'],
    });
  });

  it('gives back no more than is left when many small parts are rounded up', () => {
    const rule = { rate: '1', release: [1, 2, 3, 4].map((afterPeriods) => ({ afterPeriods, share: '0.25' })) };
    expect(moveReserve({ state: EMPTY_RESERVE, rule, rounding: yen }, rational('2')).state).toEqual({
      due: ['1', '1'],
    });
  });

  it('adds what several periods release on one day, and waits through periods without release', () => {
    const rule = { rate: '0.5', release: [{ afterPeriods: 3, share: '1' }] };
    const result = run(
      'royalties',
      [
        ['80', '0'],
        ['40', '0'],
        ['0', '0'],
        ['0', '0'],
        ['0', '0'],
      ],
      rule,
    );
    expect(rows(result).map(([, released, , balance]) => [released, balance])).toEqual([
      [0n, 1000n],
      [0n, 1500n],
      [0n, 1500n],
      [1000n, 500n],
      [500n, 0n],
    ]);
  });

  it('is refused, with the sum, when its shares are not one', () => {
    const release = [
      { afterPeriods: 1, share: '0.5' },
      { afterPeriods: 2, share: '0.4' },
    ];
    expect(run('royalties', [], { rate: '0.2', release })).toMatchObject({
      accepted: false,
      reason: 'release-shares-do-not-sum-to-one',
      at: rational('0.9'),
    });
    expect(exactText(refuseRelease([])?.at ?? rational('1'))).toBe('0');
    expect(() =>
      moveReserve({ state: EMPTY_RESERVE, rule: { rate: '1', release }, rounding: pence }, rational('1')),
    ).toThrow(RangeError);
  });

  it('no periods have no total', () => {
    expect(run('sales', [])).toEqual({ accepted: true, periods: [], total: { payable: 0n, balance: 0n } });
  });

  it('held = released + balance at every moment, nothing is negative, and all comes back after the last release', () => {
    const rules = fc
      .tuple(fc.integer({ min: 0, max: 100 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }))
      .map(([percent, weights]) => {
        const whole = weights.reduce((sum, weight) => sum + weight, 0);
        return {
          rate: `${percent}/100`,
          release: weights.map((weight, at) => ({ afterPeriods: at + 1, share: `${weight}/${whole}` })),
        };
      });
    fc.assert(
      fc.property(rules, fc.array(fc.bigInt(-5000n, 5000n), { maxLength: 8 }), (rule, bases) => {
        let state: ReserveState = EMPTY_RESERVE;
        let open = 0n;
        for (const base of [...bases, ...rule.release.map(() => 0n)]) {
          const stored = JSON.parse(JSON.stringify(state)) as ReserveState;
          const move = moveReserve({ state: stored, rule, rounding: pence }, ratio(base, 700n));
          open += move.held - move.released;
          expect(move.balance).toBe(open);
          expect(move.held >= 0n && move.released >= 0n && move.balance >= 0n).toBe(true);
          ({ state } = move);
        }
        expect(state).toEqual(EMPTY_RESERVE);
      }),
    );
  });
});
