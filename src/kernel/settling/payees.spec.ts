import fc from 'fast-check';
import { monthPeriod, periodOf } from '../calendar';
import { ratio, rational } from '../money';
import { recoupForPayees, shareAdvance, shareAmongPayees, type PayeeBalance, type RecoupableAdvance } from '.';

const shares = (...parts: readonly string[]) =>
  parts.map((share, index) => ({ payee: 'ABCDEF'[index] ?? '', share: rational(share) }));
const ADVANCE: RecoupableAdvance = { id: 'advance', amount: 100000n, due: 'signature', recoupableFrom: 'all' };

describe('amounts shared among payees', () => {
  it.each([
    [100n, ['0.5', '0.5'], [50n, 50n]],
    [101n, ['0.5', '0.5'], [51n, 50n]],
    [-101n, ['0.5', '0.5'], [-51n, -50n]],
    [100n, ['1/3', '1/3', '1/3'], [34n, 33n, 33n]],
    [10n, ['0.15', '0.85'], [2n, 8n]],
    [1n, ['0', '1'], [0n, 1n]],
  ])('%s by %j is %j', (amount, parts, expected) => {
    expect(shareAmongPayees(amount, shares(...parts))).toEqual(expected);
  });

  it('refuses shares that do not sum to one', () => {
    expect(() => shareAmongPayees(1n, shares('0.5', '0.4'))).toThrow(RangeError);
    expect(() => shareAmongPayees(1n, shares('1.5', '-0.5'))).toThrow(RangeError);
  });

  it('shares every instalment on its own', () => {
    const due = ['2024-01-01', '2024-02-01'].map((on) => ({ on, amount: 1n }));
    const [a, b] = shareAdvance({ ...ADVANCE, amount: 2n, due }, shares('0.5', '0.5'));
    expect([a?.amount, b?.amount]).toEqual([2n, 0n]);
    const recoup = { ...periodOf('2024-01-01', '2025-01-01'), carryOver: true };
    expect(
      shareAdvance({ ...ADVANCE, amount: 2n, due, recoup }, shares('0.5', '0.5')).map(({ amount }) => amount),
    ).toEqual([1n, 1n]);
  });
});

describe('one advance to several payees', () => {
  function close(amounts: readonly (readonly [bigint, bigint])[], parts = shares('0.5', '0.5')) {
    let balances: readonly PayeeBalance[] = [];
    return amounts.map(([earned, expenses], index) => {
      const closed = recoupForPayees(balances, {
        shares: parts,
        period: monthPeriod(`2024-0${index + 1}`),
        advances: [ADVANCE],
        negative: 'unrecouped',
        earned: [{ clause: 'streaming', amount: earned }],
        expenses,
      });
      balances = closed;
      return closed;
    });
  }

  it('is as many advances', () => {
    const periods = close([
      [150000n, 20000n],
      [10000n, 12000n],
      [6000n, 2000n],
    ]);
    const figures = periods.map((payees) =>
      payees.map((row) => [row.payee, row.earned, row.expenses, row.opening, row.recouped, row.payable, row.closing]),
    );
    const both = (...row: bigint[]) => [
      ['A', ...row],
      ['B', ...row],
    ];
    expect(figures).toEqual([
      both(75000n, 10000n, 50000n, 50000n, 15000n, 0n),
      both(5000n, 6000n, 0n, -1000n, 0n, 1000n),
      both(3000n, 1000n, 1000n, 1000n, 1000n, 0n),
    ]);
  });

  it('lets each recoup alone: one may be paid while another is not', () => {
    // Earned 3 in thirds is 1 each; expenses of 1 are A's alone, by largest remainder.
    const [first] = close([[300003n, 1n]], shares('1/3', '1/3', '1/3'));
    expect(first?.map((row) => [row.opening, row.earned, row.expenses, row.payable])).toEqual([
      [33334n, 100001n, 1n, 66666n],
      [33333n, 100001n, 0n, 66668n],
      [33333n, 100001n, 0n, 66668n],
    ]);
  });

  it('the payees sum to the whole', () => {
    const weights = fc.array(fc.bigInt(0n, 100n), { minLength: 1, maxLength: 5 });
    const month = fc.tuple(fc.bigInt(-50000n, 90000n), fc.bigInt(0n, 9000n));
    fc.assert(
      fc.property(weights, fc.array(month, { minLength: 1, maxLength: 6 }), (list, amounts) => {
        const whole = list.reduce((sum, weight) => sum + weight, 0n);
        fc.pre(whole > 0n);
        const parts = list.map((weight, index) => ({ payee: `payee ${index}`, share: ratio(weight, whole) }));
        close(amounts, parts).forEach((payees, index) => {
          const sum = (field: 'earned' | 'expenses' | 'added') => payees.reduce((all, row) => all + row[field], 0n);
          expect([sum('earned'), sum('expenses')]).toEqual(amounts[index]);
          expect(sum('added')).toBe(index === 0 ? ADVANCE.amount : 0n);
        });
      }),
    );
  });
});
