import type { OrganizationKind } from '../platform/auth/actor';
import { DomainError } from '../platform/errors/domain-error';

export const requestStates = ['open', 'answered', 'declined', 'withdrawn'] as const;
export type RequestState = (typeof requestStates)[number];
export type RequestMove = 'answer' | 'decline' | 'withdraw';

interface RequestRule {
  readonly to: Exclude<RequestState, 'open'>;
  readonly by: 'label' | 'platform';
}

/** How a licence request ends. Only an open one moves, and none of its ends is left again. */
export const requestMoves: Readonly<Record<RequestMove, RequestRule>> = {
  answer: { to: 'answered', by: 'label' },
  decline: { to: 'declined', by: 'label' },
  withdraw: { to: 'withdrawn', by: 'platform' },
};

/** The state after the move. Refuses with forbidden and request-closed. */
export function requestStateAfter(
  move: RequestMove,
  state: RequestState,
  by: OrganizationKind,
): Exclude<RequestState, 'open'> {
  const rule = requestMoves[move];
  if (rule.by !== by) throw new DomainError('forbidden', `only the ${rule.by} may ${move} a licence request`);
  if (state !== 'open') throw new DomainError('request-closed', `the licence request is ${state}`);
  return rule.to;
}
