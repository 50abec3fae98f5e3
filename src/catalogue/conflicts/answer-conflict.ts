import { Injectable } from '@nestjs/common';
import { undisputedShare } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import {
  type AttachedFile,
  type ConflictFact,
  factsOf,
  getConflict,
  insertFacts,
  type NamedShare,
  type RightsConflict,
  type Said,
} from './conflicts.repository';
import { claimantsOf, type Looking, publishTo } from './look-for-conflicts';
import { holdOpenConflict, refuseUnlessShares, SettleConflict, sharesNamed } from './settle-conflict';

/** What a label says of a conflict that it is in. */
export type Answer =
  | { readonly kind: 'answered'; readonly note: string }
  | { readonly kind: 'evidence'; readonly file: AttachedFile; readonly note?: string | undefined }
  | { readonly kind: 'proposed'; readonly shares: readonly NamedShare[]; readonly note?: string | undefined }
  | { readonly kind: 'accepted'; readonly proposal: number }
  | { readonly kind: 'withdrawn' };

/** Facts of one party in one conflict. */
const factsMax = 200;

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
    const facts = await factsOf(tx, id);
    refuseUnlessPossible(conflict, facts, { organizationId, answer });
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
    await publishTo(tx, `rights-conflict.${kind}`, [conflict], at);
    if (kind === 'accepted') return this.agree(tx, conflict, facts, { proposal: answer.proposal, by });
    return getConflict(tx, id);
  }

  /** Where this was the last word that lacked, what was proposed holds. */
  private async agree(
    tx: Tx,
    conflict: RightsConflict,
    before: readonly ConflictFact[],
    { proposal: number, by }: { readonly proposal: number; readonly by: Omit<Looking, 'end'> },
  ): Promise<RightsConflict> {
    const proposal = before.find((fact) => fact.number === number)!;
    const agreed = new Set([proposal.organizationId, by.organizationId]);
    for (const { kind, said, organizationId } of before)
      if (kind === 'accepted' && said.proposal === number) agreed.add(organizationId);
    if (!claimantsOf(conflict.pieces).every((labelId) => agreed.has(labelId))) return getConflict(tx, conflict.id);
    const shares = proposal.said.shares!;
    return this.settleConflict.execute(tx, conflict, {
      shareOf: sharesNamed(shares),
      looking: { ...by, end: 'agreed', shares },
    });
  }
}

const shareIn = ({ claims }: RightsConflict['pieces'][number], labelId: string): number =>
  claims.find((claim) => claim.labelId === labelId)!.share;

function refuseUnlessPossible(
  { pieces }: RightsConflict,
  facts: readonly ConflictFact[],
  { organizationId, answer }: { readonly organizationId: string; readonly answer: Answer },
): void {
  const own = facts.filter((fact) => fact.organizationId === organizationId);
  if (own.length >= factsMax) throw new DomainError('limit-reached', `a label says ${factsMax} things of a conflict`);
  if (answer.kind === 'answered' || answer.kind === 'evidence') return;
  if (!claimantsOf(pieces).includes(organizationId))
    throw new DomainError('rights-conflict-state', 'you state nothing any more of what is more than the whole');
  if (answer.kind === 'proposed') refuseUnlessShares(pieces, answer.shares);
  if (answer.kind !== 'accepted') return;
  // Who has changed what it states has made another conflict of it than that which the proposal was about.
  const latest = facts.findLast(({ kind }) => kind === 'proposed' || kind === 'changed');
  if (latest?.kind !== 'proposed' || latest.number !== answer.proposal)
    throw new DomainError('rights-conflict-state', 'that is not the latest proposal, or something was stated since');
  if (latest.organizationId === organizationId || own.some(({ said }) => said.proposal === answer.proposal))
    throw new DomainError('rights-conflict-state', 'you have agreed; others have not');
}
