import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { publish } from '../../platform/outbox/outbox';
import { insertHold, insertRelease, liveHold } from './payout-holds.repository';
import { getPayout, lockPayout, type Payout, type PayoutWithApproval } from './payouts.repository';
import { askToSend } from './send-payout-jobs';

/** Of these nothing is on its way for certain. */
const holdable = ['planned', 'approved', 'unknown'];

/**
 * Somebody of the label or of the marketplace holds a payout back, and somebody else of the same side lets it go. What was sent for it is looked up all the same: a hold keeps orders
 * back, not news. By bank it goes into no file, and a file that it is in is not handed in.
 */
@Injectable()
export class HoldPayout {
  constructor(private readonly clock: Clock) {}

  /** Refuses with not-found and payout-not-holdable. */
  place(tx: Tx, actor: Actor, { id, reason }: { id: string; reason: string }): Promise<PayoutWithApproval> {
    return this.change(tx, actor, id, async (payout, at) => {
      if (!holdable.includes(payout.state)) throw new DomainError('payout-not-holdable', `it is ${payout.state}`);
      if ((await liveHold(tx, id)) !== undefined) throw new DomainError('payout-not-holdable', 'it is on hold already');
      const by = { placedFor: actor.organizationId, placedBy: actorName(actor) };
      await insertHold(tx, { payoutId: id, ownerId: payout.owner_id, reason, ...by, at });
      return 'payout.held';
    });
  }

  /** Refuses with not-found, payout-not-held, forbidden for the other side's hold, and approval-needs-second-person. */
  release(tx: Tx, actor: Actor, id: string): Promise<PayoutWithApproval> {
    return this.change(tx, actor, id, async (payout, at) => {
      const hold = await liveHold(tx, id);
      if (hold === undefined) throw new DomainError('payout-not-held');
      if (hold.placed_for !== actor.organizationId) throw new DomainError('forbidden', 'the other side holds it');
      if (hold.placed_by === actorName(actor)) throw new DomainError('approval-needs-second-person');
      await insertRelease(tx, { holdId: hold.id, ownerId: payout.owner_id, releasedBy: actorName(actor), at });
      await goOn(tx, payout);
      return 'payout.hold-released';
    });
  }

  /** Has it looked at again now: sent where nothing is in its way, looked up where its fate is unknown. Anything else stays as it is. */
  async lookAgain(tx: Tx, id: string): Promise<PayoutWithApproval> {
    const payout = await getPayout(tx, id);
    await goOn(tx, payout);
    return payout;
  }

  /** The label sees its own payouts alone; the marketplace, which sees none by itself, is let to any for this. */
  private async change(
    tx: Tx,
    actor: Actor,
    id: string,
    make: (payout: Payout, at: Date) => Promise<string>,
  ): Promise<PayoutWithApproval> {
    const work = async (): Promise<PayoutWithApproval> => {
      const payout = await lockPayout(tx, id);
      if (payout === undefined) throw new DomainError('not-found');
      const at = this.clock.now();
      const action = await make(payout, at);
      await audit(tx, actor, { action, subjectId: id, at });
      await publish(tx, { to: [payout.owner_id], topic: action, subjectId: id, at });
      return getPayout(tx, id);
    };
    return actor.organizationKind === 'operator' ? tx.asSystem(work) : work();
  }
}

/** By bank it goes on when an operator makes a file. */
async function goOn(tx: Tx, { id, rail, state }: Payout): Promise<void> {
  if (rail === 'stripe' && (state === 'approved' || state === 'unknown')) await askToSend(tx, id);
}
