import { DomainError } from '../platform/errors/domain-error';

export type NegotiationState = 'open' | 'accepted' | 'refused' | 'withdrawn';
export type EndState = Exclude<NegotiationState, 'open'>;
export type Move = 'accept' | 'refuse' | 'withdraw';

interface MoveRule {
  readonly to: EndState;
  /** Whose move it is: only the party that received the latest revision, or either. */
  readonly by: 'receiver' | 'either';
}

/** How a negotiation ends. Only an open one moves, and none of its ends is left again. */
export const moves: Readonly<Record<Move, MoveRule>> = {
  accept: { to: 'accepted', by: 'receiver' },
  refuse: { to: 'refused', by: 'receiver' },
  withdraw: { to: 'withdrawn', by: 'either' },
};

interface Standing {
  readonly state: NegotiationState;
  /** Who proposed the latest revision. */
  readonly latestBy: string;
}

/** The state after the move. Refuses with negotiation-closed or own-revision. */
export function stateAfter(move: Move, { state, latestBy }: Standing, organizationId: string): EndState {
  refuseUnlessOpen(state);
  const { to, by } = moves[move];
  if (by === 'receiver' && latestBy === organizationId) {
    throw new DomainError('own-revision', `the other party may ${move} your revision; you may revise it or withdraw`);
  }
  return to;
}

export function refuseUnlessOpen(state: NegotiationState): void {
  if (state !== 'open') throw new DomainError('negotiation-closed', `the negotiation is ${state}`);
}
