import { monthPeriod, periodOf } from '../calendar';
import { rational } from '../money';
import { recoupPeriods, recoupPeriodsForPayees, type EarnedInPeriod, type RecoupableAdvance } from '.';

const ADVANCE: RecoupableAdvance = { id: 'advance', amount: 10000n, due: 'signature', recoupableFrom: 'all' };
const months = (...amounts: readonly bigint[]): EarnedInPeriod[] =>
  amounts.map((amount, index) => ({
    period: monthPeriod(`2026-0${index + 1}`),
    earned: [{ clause: 'plays', amount }],
  }));

describe('recoupment of periods in a row', () => {
  it('opens each with what the one before left, and adds them all', () => {
    const { periods, total } = recoupPeriods(months(6000n, -500n, 7000n), {
      advances: [ADVANCE],
      negative: 'unrecouped',
    });
    expect(periods.map(({ opening, recouped, payable, closing }) => [opening, recouped, payable, closing])).toEqual([
      [10000n, 6000n, 0n, 4000n],
      [4000n, -500n, 0n, 4500n],
      [4500n, 4500n, 2500n, 0n],
    ]);
    expect(total).toEqual({ recouped: 10000n, payable: 2500n, lapsed: 0n });
  });

  it('tells what lapsed', () => {
    const recoup = { ...periodOf('2026-01-01', '2026-03-01'), carryOver: false };
    const rule = { advances: [{ ...ADVANCE, recoup }], negative: 'unrecouped' } as const;
    const { total } = recoupPeriods(months(6000n, 1000n, 500n), rule);
    expect(total).toEqual({ recouped: 7000n, payable: 500n, lapsed: 3000n });
  });

  it('keeps payees apart, and says what each was advanced', () => {
    const shares = ['1/3', '2/3'].map((share, index) => ({ payee: 'AB'.charAt(index), share: rational(share) }));
    const { advances, periods } = recoupPeriodsForPayees(months(9000n, 9000n), {
      advances: [ADVANCE, { ...ADVANCE, id: 'second', amount: 1n }],
      negative: 'unrecouped',
      shares,
    });
    // Each advance is shared out on its own: 33.33 and 66.67, and the single cent to the larger share.
    expect(advances).toEqual([
      { payee: 'A', advance: 3333n },
      { payee: 'B', advance: 6668n },
    ]);
    expect(periods.map((results) => results.map(({ payee, payable }) => [payee, payable]))).toEqual([
      [
        ['A', 0n],
        ['B', 0n],
      ],
      [
        ['A', 2667n],
        ['B', 5332n],
      ],
    ]);
  });
});
