import { Injectable } from '@nestjs/common';
import { dayInZone } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import type { JobPayload } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { post, type Posting } from '../ledger/ledger';
import { type PaidOut, payeePayoutSent, payoutSent } from '../ledger/templates';
import { endingText, NotSettled } from '../payments/not-settled';
import type { PaymentRail, Refused, Unknown } from '../payments';
import { Payments } from '../payments/payments';
import { wakeEvents } from '../payments/waiting-events';
import { lockPayout, type Payout, releaseInvoices, sharesOf } from './payouts.repository';

/** The provider remembers a key for 24 hours; we stop relying on it earlier, so that clocks may differ. */
const sameKeyHours = 23;

interface Attempt {
  readonly payout: Payout;
  /** Nothing was ever sent for it: there is nothing to look up. */
  readonly first: boolean;
  readonly mayBeSentAgain: boolean;
}

/**
 * Sends an approved payout once. The intent is recorded before the call; whoever finds a recorded intent (after a kill, a time-out, a
 * second worker) looks the transfer up first, and sends again only under the same key and only while the provider remembers that key.
 */
@Injectable()
export class SendPayout {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly payments: Payments,
  ) {}

  async execute({ payoutId = '' }: JobPayload): Promise<void> {
    const rail = this.payments.required();
    const attempt = await this.database.asSystem((tx) => this.begin(tx, payoutId));
    if (attempt === undefined) return;
    if (!attempt.first) {
      const found = await rail.findTransfer({ payoutId });
      if (found.outcome !== 'done') return this.leaveUnknown(payoutId, found);
      if (found.transferId !== undefined) return this.keepSent(payoutId, found.transferId);
      if (!attempt.mayBeSentAgain) return this.leaveToAPerson(payoutId);
    }
    await this.send(rail, attempt.payout);
  }

  private async begin(tx: Tx, id: string): Promise<Attempt | undefined> {
    const payout = await lockPayout(tx, id);
    if (payout?.rail !== 'stripe' || (payout.state !== 'approved' && payout.state !== 'unknown')) return undefined;
    const at = this.clock.now();
    const { first_attempt_at: firstAt } = payout;
    if (firstAt === null) {
      await tx.run('UPDATE payouts SET first_attempt_at = $2 WHERE id = $1', [id, at]);
      return { payout, first: true, mayBeSentAgain: true };
    }
    return { payout, first: false, mayBeSentAgain: at.getTime() - firstAt.getTime() < sameKeyHours * 3_600_000 };
  }

  private async send(rail: PaymentRail, { id, account, net_minor: amountMinor, currency }: Payout): Promise<void> {
    const ending = await rail.transfer({ payoutId: id, account, amountMinor, currency });
    if (ending.outcome === 'done') return this.keepSent(id, ending.transferId);
    if (ending.outcome === 'unknown') return this.leaveUnknown(id, ending);
    // The provider did not look at the order: nothing moved, and the same call may come again.
    if (ending.retryable) throw new NotSettled(`payout ${id}`, ending);
    await this.keepFailed(id, ending);
  }

  private keepSent(id: string, transferId: string): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const payout = await openPayout(tx, id);
      if (payout === undefined) return;
      await tx.run(`UPDATE payouts SET state = 'sent', transfer_id = $2, sent_at = $3, problem = NULL WHERE id = $1`, [
        id,
        transferId,
        at,
      ]);
      for (const share of await sharesOf(tx, id)) {
        const effectiveOn = dayInZone(at, share.timeZone);
        await post(tx, { agreement: share, ...sentPosting(share), source: id, effectiveOn, at });
      }
      await tell(tx, payout, { state: 'sent', details: { transfer: transferId }, at });
      await wakeEvents(tx, payout.account);
    });
  }

  private keepFailed(id: string, ending: Refused): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const payout = await openPayout(tx, id);
      if (payout === undefined) return;
      await tx.run(`UPDATE payouts SET state = 'failed', problem = $2 WHERE id = $1`, [id, endingText(ending)]);
      await releaseInvoices(tx, id);
      await tell(tx, payout, { state: 'failed', details: { code: ending.code }, at });
    });
  }

  /** Says so at once, and has the queue look it up later. */
  private async leaveUnknown(id: string, ending: Refused | Unknown): Promise<void> {
    await this.markUnknown(id, endingText(ending));
    throw new NotSettled(`payout ${id}`, ending);
  }

  /** Not found, and the provider no longer knows the key: sending again could pay twice, so nothing more happens by itself. */
  private leaveToAPerson(id: string): Promise<void> {
    return this.markUnknown(id, 'not found at the provider, and too old to be sent again: a person must decide');
  }

  private markUnknown(id: string, problem: string): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const payout = await openPayout(tx, id);
      if (payout === undefined) return;
      await tx.run(`UPDATE payouts SET state = 'unknown', problem = $2 WHERE id = $1`, [id, problem]);
      if (payout.state !== 'unknown') await tell(tx, payout, { state: 'unknown', details: {}, at });
    });
  }
}

/** What is booked of a share once the money is on its way: it meets the label's claim, or its payee's. */
export const sentPosting = ({
  gross,
  commission,
  payee,
}: PaidOut & { readonly payee: number | null }): Pick<Posting, 'kind' | 'legs'> =>
  payee === null
    ? { kind: 'payout-sent', legs: payoutSent({ gross, commission }) }
    : { kind: 'payee-payout-sent', legs: payeePayoutSent({ gross, commission, payee }) };

/** The payout, locked, while its end is open: another worker may have been faster. */
async function openPayout(tx: Tx, id: string): Promise<Payout | undefined> {
  const payout = await lockPayout(tx, id);
  return payout?.state === 'approved' || payout?.state === 'unknown' ? payout : undefined;
}

async function tell(
  tx: Tx,
  payout: Payout,
  { state, details, at }: { state: string; details: object; at: Date },
): Promise<void> {
  const by = { system: 'send-payout', organizationId: payout.owner_id };
  await audit(tx, by, { action: `payout.${state}`, subjectId: payout.id, details, at });
  await publish(tx, { to: [payout.owner_id], topic: `payout.${state}`, subjectId: payout.id, payload: details, at });
}
