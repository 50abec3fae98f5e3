import * as fc from 'fast-check';
import { WholeSum } from './whole-sum';

describe('a sum of whole numbers', () => {
  it('is exact, however large they are and it becomes', () => {
    const number = fc.oneof(fc.maxSafeNat(), fc.nat(1000), fc.constantFrom(2 ** 52, 2 ** 52 - 1, 2 ** 53 - 1));
    fc.assert(
      fc.property(fc.array(number), fc.array(fc.bigInt({ min: 0n, max: 2n ** 70n })), (numbers, large) => {
        const sum = new WholeSum();
        numbers.forEach((each) => sum.add(each));
        large.forEach((each) => sum.addLarge(each));
        const right = [...numbers.map(BigInt), ...large].reduce((total, each) => total + each, 0n);
        expect([sum.total, sum.total]).toEqual([right, right]);
      }),
    );
  });
});
