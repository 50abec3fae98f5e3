import fc from 'fast-check';
import { collateralise, collateralisePeriods, type CollateralAccount, type Collateralised } from '.';

const account = (name: string, opening: bigint, earned: bigint): CollateralAccount => ({
  account: name,
  opening,
  earned,
});

/** Earned by contract, month by month. */
function months(
  mode: 'pooled' | 'separate',
  openings: readonly bigint[],
  earned: readonly (readonly bigint[])[],
): readonly Collateralised[] {
  const name = (index: number) => `contract ${index}`;
  return collateralisePeriods(mode, {
    accounts: openings.map((opening, index) => ({ account: name(index), opening })),
    periods: earned.map((ofMonth) => ofMonth.map((amount, index) => ({ account: name(index), earned: amount }))),
  }).periods;
}

describe('royalties and advances of several contracts', () => {
  const accounts = [account('contract A', 0n, 100000n), account('contract B', 100000n, 40000n)];

  it('pooled, the recouped contract pays for the unrecouped one', () => {
    const pooled = collateralise('pooled', accounts);
    expect(pooled.groups).toEqual([
      { group: 'pool', opening: 100000n, earned: 140000n, recouped: 100000n, payable: 40000n, closing: 0n },
    ]);
    expect(pooled.payable).toBe(40000n);
    // B recoups 400 itself and 600 from A, of whose 1,000 the other 400 are payable.
    expect(pooled.accounts).toMatchObject([
      { account: 'contract A', recouped: 0n, payable: 40000n, lent: 60000n, borrowed: 0n, closing: 0n },
      { account: 'contract B', recouped: 100000n, payable: 0n, lent: 0n, borrowed: 60000n, closing: 0n },
    ]);
  });

  it('kept apart, A pays although B is short', () => {
    expect(collateralise('separate', accounts)).toMatchObject({
      groups: [
        { group: 'contract A', recouped: 0n, payable: 100000n, closing: 0n },
        { group: 'contract B', opening: 100000n, recouped: 40000n, payable: 0n, closing: 60000n },
      ],
      payable: 100000n,
    });
  });

  it('a negative month opens the pool again, and the next one recoups it', () => {
    const periods = months(
      'pooled',
      [0n, 100n],
      [
        [80n, 50n],
        [-40n, 10n],
        [20n, 30n],
      ],
    );
    expect(periods.map(({ groups }) => groups[0])).toEqual([
      { group: 'pool', opening: 100n, earned: 130n, recouped: 100n, payable: 30n, closing: 0n },
      { group: 'pool', opening: 0n, earned: -30n, recouped: -30n, payable: 0n, closing: 30n },
      { group: 'pool', opening: 30n, earned: 50n, recouped: 30n, payable: 20n, closing: 0n },
    ]);
  });

  it('accounts that lend share the odd unit to the first', () => {
    // 10 − 3 = 7 are payable, 3.5 each: the odd unit goes to A.
    const { accounts: parts } = collateralise('pooled', [
      account('A', 0n, 5n),
      account('B', 0n, 5n),
      account('C', 3n, 0n),
    ]);
    expect(parts.map(({ payable, lent, borrowed }) => [payable, lent, borrowed])).toEqual([
      [4n, 1n, 0n],
      [3n, 2n, 0n],
      [0n, 0n, 3n],
    ]);
  });

  const amounts = (min: bigint) => fc.array(fc.bigInt(min, 3000n), { minLength: 3, maxLength: 3 });

  it('the accounts sum to the pool, and none lends more than it earned', () => {
    fc.assert(
      fc.property(amounts(0n), fc.array(amounts(-1000n), { minLength: 1, maxLength: 6 }), (openings, earned) => {
        for (const { groups, accounts: parts } of months('pooled', openings, earned)) {
          const sum = (field: 'opening' | 'earned' | 'recouped' | 'payable' | 'closing' | 'lent' | 'borrowed') =>
            parts.reduce((all, part) => all + part[field], 0n);
          expect(groups[0]).toMatchObject({
            opening: sum('opening'),
            earned: sum('earned'),
            recouped: sum('recouped'),
            payable: sum('payable'),
            closing: sum('closing'),
          });
          expect(sum('lent')).toBe(sum('borrowed'));
          for (const part of parts) {
            expect(part.recouped + part.payable + part.lent - part.borrowed).toBe(part.earned);
            expect(part.closing).toBe(part.opening - part.recouped);
            expect([part.payable, part.lent, part.borrowed, part.closing].every((amount) => amount >= 0n)).toBe(true);
          }
        }
      }),
    );
  });

  it('pooling never pays more to date than keeping apart', () => {
    fc.assert(
      fc.property(amounts(0n), fc.array(amounts(-1000n), { minLength: 1, maxLength: 6 }), (openings, earned) => {
        const paid = (mode: 'pooled' | 'separate') =>
          months(mode, openings, earned).reduce((sum, { payable }) => sum + payable, 0n);
        expect(paid('pooled') <= paid('separate')).toBe(true);
      }),
    );
  });
});
