import { DomainError } from '../platform/errors/domain-error';

export type DraftState = 'open' | 'sent' | 'discarded';
export type DraftMove = 'save' | 'send' | 'discard';

/** What becomes of a draft. Only an open one moves. */
export const draftMoves: Readonly<Record<DraftMove, DraftState>> = {
  save: 'open',
  send: 'sent',
  discard: 'discarded',
};

/** The state after the move. Refuses with draft-ended. */
export function draftAfter(move: DraftMove, state: DraftState): DraftState {
  if (state !== 'open') throw new DomainError('draft-ended', `the draft is ${state}`);
  return draftMoves[move];
}
