import type { ErrorCode } from '../platform/errors/codes';
import { DomainError } from '../platform/errors/domain-error';

export const negotiationStates = ['open', 'accepted', 'refused', 'withdrawn', 'expired'] as const;
export type NegotiationState = (typeof negotiationStates)[number];
export type EndState = Exclude<NegotiationState, 'open'>;

/** Who moves: the party whose revision is the latest, the one that received it, or the product itself. */
export const movers = ['proposer', 'receiver', 'system'] as const;
export type Mover = (typeof movers)[number];

interface MoveRule {
  readonly by: readonly Mover[];
  readonly from: readonly NegotiationState[];
  /** null: it stays as it ended, and a new negotiation begins. */
  readonly to: NegotiationState | null;
}

const either = ['proposer', 'receiver'] as const;

/** Every move of a negotiation there is. The database refuses the same ones (`negotiations_moves`). */
export const moves = {
  revise: { by: either, from: ['open'], to: 'open' },
  accept: { by: ['receiver'], from: ['open'], to: 'accepted' },
  refuse: { by: ['receiver'], from: ['open'], to: 'refused' },
  withdraw: { by: either, from: ['open'], to: 'withdrawn' },
  expire: { by: ['system'], from: ['open'], to: 'expired' },
  reopen: { by: either, from: ['refused', 'withdrawn', 'expired'], to: null },
} as const satisfies Readonly<Record<string, MoveRule>>;

export type Move = keyof typeof moves;
export type StateAfter<M extends Move> = (typeof moves)[M]['to'];

/** Why a move is refused; undefined: the table has it. */
export function refusalOf(move: Move, state: NegotiationState, by: Mover): ErrorCode | undefined {
  const rule: MoveRule = moves[move];
  if (!rule.from.includes(state)) {
    if (move === 'reopen') return 'negotiation-not-reopenable';
    return state === 'expired' ? 'negotiation-expired' : 'negotiation-closed';
  }
  if (rule.by.includes(by)) return undefined;
  return by === 'proposer' && rule.by.includes('receiver') ? 'own-revision' : 'forbidden';
}

export interface Standing {
  readonly state: NegotiationState;
  /** Who proposed the latest revision. */
  readonly latestBy: string;
  /** Until when the latest revision stands; null: as long as the negotiation is open. */
  readonly expiresAt: Date | null;
  readonly at: Date;
}

/** What the clock makes of the stored state: past its time an open negotiation has expired, however late the job is that notes it. */
export const stateByClock = ({ state, expiresAt, at }: Omit<Standing, 'latestBy'>): NegotiationState =>
  state === 'open' && expiresAt !== null && at >= expiresAt ? 'expired' : state;

/**
 * The state after an organization's move. Refuses with negotiation-closed, negotiation-expired, own-revision or
 * negotiation-not-reopenable.
 */
export function stateAfter<M extends Exclude<Move, 'expire'>>(
  move: M,
  standing: Standing,
  organizationId: string,
): StateAfter<M> {
  const state = stateByClock(standing);
  const code = refusalOf(move, state, standing.latestBy === organizationId ? 'proposer' : 'receiver');
  if (code === undefined) return moves[move].to;
  throw new DomainError(code, code === 'own-revision' ? ownRevision(move) : `the negotiation is ${state}`);
}

const ownRevision = (move: Move): string => `the other party may ${move} your revision; you may revise it or withdraw`;

/** Refuses with negotiation-closed or negotiation-expired where nobody can move any more. */
export function refuseUnlessOpen(standing: Omit<Standing, 'latestBy'>): void {
  const state = stateByClock(standing);
  const code = refusalOf('withdraw', state, 'proposer');
  if (code !== undefined) throw new DomainError(code, `the negotiation is ${state}`);
}
