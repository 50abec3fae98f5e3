/** What happens to a balance at a close, in minor units: payable + waiting = balance. */
export interface PayoutDecision {
  readonly status: 'payable' | 'below-minimum' | 'nothing-due';
  readonly payable: bigint;
  /** Carried to the next period; negative when the payee owes. */
  readonly waiting: bigint;
}

/** Pays a balance that reaches the minimum; less waits. Without a minimum, as at the end of the term, anything above zero is paid. */
export function decidePayout(balance: bigint, minimum = 0n): PayoutDecision {
  if (balance <= 0n) return { status: 'nothing-due', payable: 0n, waiting: balance };
  if (balance < minimum) return { status: 'below-minimum', payable: 0n, waiting: balance };
  return { status: 'payable', payable: balance, waiting: 0n };
}
