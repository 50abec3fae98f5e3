import { agreementsGranting, concludedLives } from '../../agreements';
import {
  asKnownAt,
  datedGrantsOf,
  dayInZone,
  decideAt,
  type GrantOfVersion,
  type InstantQuestion,
  type Pause,
  type Period,
  reasonsAt,
  type ReasonSet,
  REFUSAL_REASONS,
  type RefusalReason,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';

/** One grant that was looked at, and every reason why it did not permit the use; none: it did. */
export interface ConsideredGrant {
  readonly agreementId: string;
  readonly version: number;
  readonly clause: string;
  readonly days: Period;
  readonly timeZone: string;
  /** The day that the instant is in that zone. */
  readonly day: string;
  readonly pauses: readonly Pause[];
  readonly reasons: readonly RefusalReason[];
}

export interface Explanation {
  readonly answer:
    | {
        readonly licensed: true;
        readonly agreementId: string;
        readonly version: number;
        readonly clause: string;
        readonly trueUntil: Date;
      }
    | { readonly licensed: false; readonly reason: RefusalReason };
  /** In the order in which they answer. */
  readonly considered: readonly ConsideredGrant[];
}

/**
 * Why a question is answered as it is: every grant of the recording, as the agreements were known at an instant, whatever has happened to them since.
 * From the signed texts and facts by the kernel alone, so it is also what the index is to be compared with.
 */
export async function explainUse(
  tx: Tx,
  platformId: string,
  question: InstantQuestion,
  knownAt: Date,
): Promise<Explanation> {
  const lives = await concludedLives(tx, await agreementsGranting(tx, platformId, question.isrc));
  const grants = lives.flatMap(({ id, life }) => {
    const known = asKnownAt(life, knownAt);
    return known === undefined ? [] : datedGrantsOf(known, id).filter(({ isrcs }) => isrcs?.has(question.isrc));
  });
  const decision = decideAt(grants, question);
  if (!decision.licensed) return { answer: decision, considered: grants.map((grant) => consider(grant, question)) };
  const { agreementId, version, clause } = decision.grant;
  const answer = { licensed: true, agreementId, version, clause, trueUntil: decision.trueUntil } as const;
  return { answer, considered: grants.map((grant) => consider(grant, question)) };
}

function consider(grant: GrantOfVersion, question: InstantQuestion): ConsideredGrant {
  const { agreementId, version, clause, inForce, timeZone, pauses } = grant;
  const day = dayInZone(question.instant, timeZone);
  const reasons = namesOf(reasonsAt(grant, question));
  return { agreementId, version, clause, days: inForce, timeZone, day, pauses, reasons };
}

const namesOf = (reasons: ReasonSet): RefusalReason[] =>
  REFUSAL_REASONS.filter((_, place) => (reasons & (1 << place)) !== 0);
