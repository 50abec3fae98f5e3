import { Injectable } from '@nestjs/common';
import { getLivingForUpdate } from '../../agreements';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { publish } from '../../platform/outbox/outbox';
import { type Dispute, type DisputeFact, findDispute, insertDisputeFact } from './disputes.repository';
import { releaseHeld } from './release-held';

/**
 * Ends a dispute: both parties agree to release what is held, or whoever opened it withdraws it. What the close of its month held is due in the same
 * transaction; where the month is still open, its close holds nothing for it. Refuses with not-found or usage-dispute-state.
 */
@Injectable()
export class EndDispute {
  constructor(private readonly clock: Clock) {}

  async execute(
    tx: Tx,
    actor: Actor,
    { agreementId, number, kind }: { agreementId: string; number: number; kind: DisputeFact['kind'] },
  ): Promise<Dispute> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const before = await findDispute(tx, agreementId, number);
    if (before === undefined) throw new DomainError('not-found');
    const { organizationId } = actor;
    refuseUnlessOpen(before, { kind, organizationId });
    const at = this.clock.now();
    await insertDisputeFact(tx, before, { kind, organizationId, madeBy: actorName(actor), at });
    const after = (await findDispute(tx, agreementId, number))!;
    if (after.state !== 'open') {
      const [month, minor] = [after.month.slice(0, 7), after.held_minor ?? 0n];
      const source = String(number);
      await releaseHeld(tx, actor, { agreement, month, minor, source, occasion: `dispute ${source}`, at });
    }
    const entry = { action: `usage-dispute.${kind}`, subjectId: agreementId, at };
    const details = { number, state: after.state };
    await audit(tx, actor, { ...entry, details });
    const to = [agreement.labelId, agreement.platformId];
    await publish(tx, { to, topic: entry.action, subjectId: agreementId, payload: details, at });
    return after;
  }
}

function refuseUnlessOpen(
  { state, opened_by, release_agreed_by }: Dispute,
  { kind, organizationId }: Pick<DisputeFact, 'kind' | 'organizationId'>,
): void {
  if (state !== 'open') throw new DomainError('usage-dispute-state', `the dispute is ${state}`);
  if (kind === 'withdrawn' && opened_by !== organizationId) {
    throw new DomainError('usage-dispute-state', 'only who opened it withdraws it');
  }
  if (kind === 'release-agreed' && release_agreed_by === organizationId) {
    throw new DomainError('usage-dispute-state', 'you have agreed; the other party has not');
  }
}
