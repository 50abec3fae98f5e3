import { Injectable } from '@nestjs/common';
import { undisputedShare } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import {
  acceptedBy,
  type AttachedFile,
  getConflict,
  insertFacts,
  lastFactOf,
  type NamedShare,
  type RightsConflict,
  type Said,
  wordsOf,
} from './conflicts.repository';
import { claimantsOf, type Looking } from './look-for-conflicts';
import { publishTo } from './news';
import { holdOpenConflict, refuseUnlessShares, SettleConflict, sharesNamed } from './settle-conflict';

/** What a label says of a conflict that it is in. */
export type Answer =
  | { readonly kind: 'answered'; readonly note: string }
  | { readonly kind: 'evidence'; readonly file: AttachedFile; readonly note?: string | undefined }
  | { readonly kind: 'proposed'; readonly shares: readonly NamedShare[]; readonly note?: string | undefined }
  | { readonly kind: 'accepted'; readonly proposal: number }
  | { readonly kind: 'withdrawn' };

/** Notes, files and proposals of one label in one conflict. To accept and to give way it is always free. */
const wordsMax = 200;

/**
 * Takes what a label says. Once every label that states a share has accepted the latest proposal of one of them, its shares hold and the conflict is over; so it is where a label withdraws from what others state
 * too and nothing above the whole is left. Refuses with not-found, rights-conflict-state, request-invalid and limit-reached.
 */
@Injectable()
export class AnswerConflict {
  constructor(
    private readonly clock: Clock,
    private readonly settleConflict: SettleConflict,
  ) {}

  async execute(tx: Tx, actor: Actor, id: string, answer: Answer): Promise<RightsConflict> {
    const conflict = await holdOpenConflict(tx, id);
    const { organizationId } = actor;
    await refuseUnlessPossible(tx, conflict, { organizationId, answer });
    const at = this.clock.now();
    const by = { organizationId, madeBy: actorName(actor), at };
    await audit(tx, actor, { action: `rights-conflict.${answer.kind}`, subjectId: id, at });
    if (answer.kind === 'withdrawn') {
      return this.settleConflict.execute(tx, conflict, {
        shareOf: (piece, labelId) =>
          labelId === organizationId ? Math.min(shareIn(piece, labelId), undisputedShare(piece, labelId)) : undefined,
        looking: { ...by, end: 'withdrawn' },
      });
    }
    const { kind, ...said } = answer;
    await tx.asSystem(() => insertFacts(tx, [{ conflictId: id, said: said as Said }], { kind, ...by }));
    await publishTo(tx, `rights-conflict.${kind}`, [conflict], { at });
    if (kind === 'accepted') return this.agree(tx, conflict, by);
    return getConflict(tx, id);
  }

  /** Where this was the last word that lacked, what was proposed last holds. */
  private async agree(tx: Tx, conflict: RightsConflict, by: Omit<Looking, 'end'>): Promise<RightsConflict> {
    const { number, organizationId, said } = (await lastFactOf(tx, conflict.id, ['proposed']))!;
    const agreed = new Set([organizationId, ...(await acceptedBy(tx, conflict.id, number))]);
    if (!claimantsOf(conflict.pieces).every((labelId) => agreed.has(labelId))) return getConflict(tx, conflict.id);
    const shares = said.shares!;
    return this.settleConflict.execute(tx, conflict, {
      shareOf: sharesNamed(shares),
      looking: { ...by, end: 'agreed', shares },
    });
  }
}

const shareIn = ({ claims }: RightsConflict['pieces'][number], labelId: string): number =>
  claims.find((claim) => claim.labelId === labelId)!.share;

async function refuseUnlessPossible(
  tx: Tx,
  { id, pieces }: RightsConflict,
  { organizationId, answer }: { readonly organizationId: string; readonly answer: Answer },
): Promise<void> {
  const { kind } = answer;
  if (kind !== 'accepted' && kind !== 'withdrawn' && (await wordsOf(tx, id, organizationId)) >= wordsMax)
    throw new DomainError('limit-reached', `a label says ${wordsMax} things of a conflict`);
  if (kind === 'answered' || kind === 'evidence') return;
  if (!claimantsOf(pieces).includes(organizationId))
    throw new DomainError('rights-conflict-state', 'you state nothing any more of what is more than the whole');
  if (kind === 'proposed') refuseUnlessShares(pieces, answer.shares);
  if (kind !== 'accepted') return;
  // Who has changed what it states has made another conflict of it than that which the proposal was about.
  const latest = await lastFactOf(tx, id, ['proposed', 'changed']);
  if (latest?.kind !== 'proposed' || latest.number !== answer.proposal)
    throw new DomainError('rights-conflict-state', 'that is not the latest proposal, or something was stated since');
  if (latest.organizationId === organizationId || (await acceptedBy(tx, id, latest.number)).includes(organizationId))
    throw new DomainError('rights-conflict-state', 'you have agreed; others have not');
}
