import { type RightsProblem, type TrackInDoubt, tracksInDoubt } from '../agreements';
import type { Actor } from '../platform/auth/actor';
import type { Tx } from '../platform/database/tx';
import type { Negotiation } from './negotiations.repository';
import type { Revision } from './revisions.repository';

/** What a party may see of a revision's rights check. */
export interface VisibleRights {
  /** False where nothing is shown whatever there is: to the platform, of its own revision. */
  readonly disclosed: boolean;
  readonly tracks: readonly TrackInDoubt[];
}

/**
 * The rights check of a revision as the caller may see it. The label sees all of it. The platform sees, of a revision that the
 * label proposed, what would refuse an acceptance and what it would license a part of only; and of its own proposals
 * nothing, or it could read any catalogue from its guesses. What the label answers with is a revision of the label's.
 */
export async function checkRights(
  tx: Tx,
  { organizationId }: Pick<Actor, 'organizationId'>,
  { labelId }: Pick<Negotiation, 'labelId'>,
  { proposedBy, terms }: Pick<Revision, 'proposedBy' | 'terms'>,
): Promise<VisibleRights> {
  if (organizationId === labelId) return { disclosed: true, tracks: await tracksInDoubt(tx, terms) };
  if (proposedBy !== labelId) return { disclosed: false, tracks: [] };
  const tracks = (await tracksInDoubt(tx, terms)).map(({ isrc, problems }) => ({
    isrc,
    problems: problems.filter(isOfTheLicence),
  }));
  return { disclosed: true, tracks: tracks.filter(({ problems }) => problems.length > 0) };
}

const isOfTheLicence = ({ reason }: RightsProblem): boolean => reason !== 'conflicting';
