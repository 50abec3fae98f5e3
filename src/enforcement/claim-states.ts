/** What can happen to a claim, as data: from each state, the states it may take. */
export const claimTransitions = {
  open: ['settled', 'withdrawn'],
  settled: ['reopened'],
  withdrawn: [],
  reopened: ['settled', 'withdrawn'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ClaimState = keyof typeof claimTransitions;

export const claimStates = Object.keys(claimTransitions) as readonly ClaimState[];

export const mayBecome = (from: ClaimState, to: ClaimState): boolean =>
  (claimTransitions[from] as readonly ClaimState[]).includes(to);
