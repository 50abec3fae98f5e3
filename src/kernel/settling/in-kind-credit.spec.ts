import fc from 'fast-check';
import { monthPeriod, periodOf, type Period } from '../calendar';
import { useInKindCredits, type CreditInterval } from '.';

const year = (number: number) => periodOf(`${number}-01-01`, `${number + 1}-01-01`);
const YEARS: CreditInterval[] = [
  { ...year(2011), amount: 2500000n },
  { ...year(2012), amount: 3000000n },
  { ...year(2013), amount: 3500000n },
];

function use(
  requests: readonly (readonly [Period, bigint])[],
  { carryOver, intervals = YEARS }: { carryOver: boolean; intervals?: readonly CreditInterval[] },
) {
  const periods = requests.map(([period, requested]) => ({ period, requested }));
  return useInKindCredits(periods, { carryOver, intervals });
}

const REQUESTS = [
  [year(2011), 2100000n],
  [year(2012), 3000000n],
  [year(2013), 4000000n],
] as const;

describe('credit in kind', () => {
  it('without carry-over lapses with its year; what exceeds it is refused', () => {
    const { periods, total } = use(REQUESTS, { carryOver: false });
    expect(periods).toMatchObject([
      { available: 2500000n, used: 2100000n, refused: 0n, lapsed: 400000n, left: 0n },
      { available: 3000000n, used: 3000000n, refused: 0n, lapsed: 0n, left: 0n },
      { available: 3500000n, used: 3500000n, refused: 500000n, lapsed: 0n, left: 0n },
    ]);
    expect(total).toEqual({ granted: 9000000n, used: 8600000n, lapsed: 400000n, cashDue: 0n });
  });

  it('with carry-over moves on to the next year', () => {
    const { periods, total } = use(REQUESTS, { carryOver: true });
    expect(periods).toMatchObject([
      { available: 2500000n, used: 2100000n, refused: 0n, lapsed: 0n, left: 400000n },
      { available: 3400000n, used: 3000000n, refused: 0n, lapsed: 0n, left: 400000n },
      { available: 3900000n, used: 3900000n, refused: 100000n, lapsed: 0n, left: 0n },
    ]);
    expect(total).toEqual({ granted: 9000000n, used: 9000000n, lapsed: 0n, cashDue: 0n });
  });

  it('with carry-over lapses at the end of the last year', () => {
    const requests = [
      [year(2011), 0n],
      [year(2012), 0n],
      [year(2013), 1n],
    ] as const;
    expect(use(requests, { carryOver: true }).periods.at(-1)).toMatchObject({ used: 1n, lapsed: 8999999n, left: 0n });
  });

  it('is granted once for a year that is used month by month', () => {
    const months = ['2011-11', '2011-12', '2012-01'].map((month) => [monthPeriod(month), 2000000n] as const);
    expect(use(months, { carryOver: false }).periods).toMatchObject([
      { granted: 2500000n, available: 2500000n, used: 2000000n, refused: 0n, left: 500000n, lapsed: 0n },
      { granted: 0n, available: 500000n, used: 500000n, refused: 1500000n, left: 0n, lapsed: 0n },
      { granted: 3000000n, available: 3000000n, used: 2000000n, refused: 0n, left: 1000000n, lapsed: 0n },
    ]);
  });

  it('of a year in which no period fell is not available later', () => {
    expect(use([[year(2012), 9000000n]], { carryOver: false }).periods).toMatchObject([
      { granted: 5500000n, available: 3000000n, used: 3000000n, lapsed: 2500000n, left: 0n },
    ]);
  });

  it('is used, lapsed or left, to the last unit', () => {
    const months = ['2011-06', '2011-12', '2012-01', '2012-12', '2013-03', '2013-12'];
    const requests = fc.array(fc.bigInt(0n, 4000000n), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(requests, fc.boolean(), (amounts, carryOver) => {
        const { periods, total } = use(
          months.map((month, index) => [monthPeriod(month), amounts[index] ?? 0n] as const),
          { carryOver },
        );
        const { granted, used, lapsed } = total;
        expect(granted).toBe(9000000n);
        expect(used + lapsed).toBe(granted);
        expect(periods.every((period) => period.used >= 0n && period.left >= 0n && period.lapsed >= 0n)).toBe(true);
        expect(JSON.parse(JSON.stringify(periods.at(-1)?.balance))).toEqual({ grantedToDate: '9000000', left: '0' });
      }),
    );
  });
});
