const noteForm = /^the provider took back (\d+) of \d+(?:; )?/;

/** That the provider took back a part of a transfer so far. */
export const takenBackNote = (reversedMinor: bigint, amountMinor: bigint): string =>
  `the provider took back ${reversedMinor} of ${amountMinor}`;

/** A payout's problem with this note before what else it says. News comes in any order: one of no more than is known changes nothing. */
export function withTakenBack(problem: string | null, reversedMinor: bigint, amountMinor: bigint): string {
  const [known = '', before = '0'] = noteForm.exec(problem ?? '') ?? [];
  if (problem !== null && BigInt(before) >= reversedMinor) return problem;
  const rest = (problem ?? '').slice(known.length);
  return [takenBackNote(reversedMinor, amountMinor), rest].filter((text) => text !== '').join('; ');
}

/** A payout's problem once something else has become of it, and a new one takes the place of the one before: that a part was taken back stays. */
export function problemAfter(problem: string | null, next: string | null): string | null {
  const note = noteForm.exec(problem ?? '')?.[0].replace(/; $/, '');
  return [note, next].filter((text) => text != null).join('; ') || null;
}
