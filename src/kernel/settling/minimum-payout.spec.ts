import { decidePayout } from './minimum-payout';

describe('a minimum payout', () => {
  it.each([
    [5000n, 5000n, 'payable', 5000n, 0n],
    [4999n, 5000n, 'below-minimum', 0n, 4999n],
    [1n, undefined, 'payable', 1n, 0n],
    [0n, undefined, 'nothing-due', 0n, 0n],
    [-3n, 5000n, 'nothing-due', 0n, -3n],
  ] as const)('of a balance of %s with the minimum %s: %s', (balance, minimum, status, payable, waiting) => {
    expect(decidePayout(balance, minimum)).toEqual({ status, payable, waiting });
  });
});
