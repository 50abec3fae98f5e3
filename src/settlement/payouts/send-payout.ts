import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import type { JobPayload } from '../../platform/jobs/jobs';
import { endingText, NotSettled } from '../payments/not-settled';
import { accountToAskAbout, keepAccountState } from '../payments/payment-accounts.repository';
import type { PaymentRail, Refused, Unknown } from '../payments';
import { Payments } from '../payments/payments';
import { wakeEvents } from '../payments/waiting-events';
import { bookShares } from './book-shares';
import { keepWaiting, whyItWaits } from './keep-waiting';
import { liveHold } from './payout-holds.repository';
import { lockPayout, type Payout, releaseInvoices } from './payouts.repository';
import { askToSendLater, sendPayoutJob } from './send-payout-jobs';
import { tellOfPayout } from './tell-of-payout';

/** The provider remembers a key for 24 hours; we stop relying on it earlier, so that clocks may differ. */
const sameKeyHours = 23;
/** A day after the last order could be sent none can be under way: what the look-up does not find then is not there. */
const sureHours = 48;
const hoursAfter = (at: Date, hours: number): Date => new Date(at.getTime() + hours * 3_600_000);

interface Attempt {
  readonly payout: Payout;
  /** From then on the key may be forgotten. */
  readonly orderBefore: Date;
  /** Nothing was ever sent for it: there is nothing to look up. */
  readonly first: boolean;
  /** What is to be done where the look-up finds nothing. */
  readonly unfound: 'send' | 'leave' | 'fail';
}

/**
 * Sends an approved payout once. The intent is recorded before the call; whoever finds a recorded intent (after a kill, a time-out, a
 * second worker) looks the transfer up first, and sends again only under the same key and only while the provider remembers that key. Later than that look-ups alone decide: what
 * none has found two days after the first attempt is not there, and has failed.
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
    await this.hearOfAccount(rail, payoutId);
    const attempt = await this.database.asSystem((tx) => this.begin(tx, payoutId));
    if (attempt === undefined) return;
    if (!attempt.first) {
      const found = await rail.findTransfer({ payoutId });
      if (found.outcome !== 'done') return this.leaveUnknown(payoutId, found);
      if (found.transferId !== undefined) return this.keepSent(payoutId, found.transferId);
      if (attempt.unfound === 'leave') return this.leaveForLater(attempt.payout);
      if (attempt.unfound === 'fail') return this.keepFailed(payoutId, neverArrived);
    }
    // A process that slept for hours between its look and its order must not order any more.
    if (this.clock.now() >= attempt.orderBefore) return this.leaveForLater(attempt.payout);
    await this.send(rail, attempt.payout);
  }

  /** Asks the provider how the payout's account stands, unless it is known to be able: news of it may have been lost. */
  private async hearOfAccount(rail: PaymentRail, payoutId: string): Promise<void> {
    const account = await this.database.asSystem((tx) => accountToAskAbout(tx, payoutId), 'read');
    if (account === undefined) return;
    const askedAt = this.clock.now();
    const state = await rail.accountState(account);
    if (state.outcome === 'done') {
      await this.database.asSystem((tx) => keepAccountState(tx, account, { ...state, askedAt }));
    } else if (state.outcome === 'unknown' || state.retryable) {
      throw new NotSettled(`account of payout ${payoutId}`, state);
    }
    // Where the provider refuses to tell, it will refuse the transfer as well, and say why.
  }

  private async begin(tx: Tx, id: string): Promise<Attempt | undefined> {
    const payout = await lockPayout(tx, id);
    if (payout?.rail !== 'stripe' || (payout.state !== 'approved' && payout.state !== 'unknown')) return undefined;
    const at = this.clock.now();
    const { first_attempt_at: firstAt } = payout;
    if (firstAt === null) {
      const reason = await whyItWaits(tx, payout);
      if (reason !== undefined) {
        await keepWaiting(tx, payout, { reason, at });
        return undefined;
      }
      await tx.run('UPDATE payouts SET first_attempt_at = $2 WHERE id = $1', [id, at]);
      return {
        payout: { ...payout, first_attempt_at: at },
        orderBefore: hoursAfter(at, sameKeyHours),
        first: true,
        unfound: 'send',
      };
    }
    const orderBefore = hoursAfter(firstAt, sameKeyHours);
    const maySend = at < orderBefore && (await liveHold(tx, id)) === undefined;
    const unfound = maySend ? 'send' : at < hoursAfter(firstAt, sureHours) ? 'leave' : 'fail';
    return { payout, orderBefore, first: false, unfound };
  }

  private async send(rail: PaymentRail, { id, account, net_minor: amountMinor, currency }: Payout): Promise<void> {
    const ending = await rail.transfer({ payoutId: id, account, amountMinor, currency });
    if (ending.outcome === 'done') return this.keepSent(id, ending.transferId);
    if (ending.outcome === 'unknown') return this.leaveUnknown(id, ending);
    // The provider did not look at the order: nothing moved, and the same call may come again.
    if (ending.retryable) throw new NotSettled(`payout ${id}`, ending);
    await this.keepFailed(id, { code: ending.code, problem: endingText(ending) });
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
      await bookShares(tx, payout, 'sent', at);
      await tellOfPayout(tx, payout, {
        action: 'payout.sent',
        by: sendPayoutJob,
        details: { transfer: transferId },
        at,
      });
      await wakeEvents(tx, payout.account);
    });
  }

  private keepFailed(id: string, { code, problem }: { code: string; problem: string }): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const payout = await openPayout(tx, id);
      if (payout === undefined) return;
      await tx.run(`UPDATE payouts SET state = 'failed', problem = $2 WHERE id = $1`, [id, problem]);
      await releaseInvoices(tx, id);
      await tellOfPayout(tx, payout, { action: 'payout.failed', by: sendPayoutJob, details: { code }, at });
    });
  }

  /** Says so at once, and has the queue look it up later. */
  private async leaveUnknown(id: string, ending: Refused | Unknown): Promise<void> {
    await this.markUnknown(id, endingText(ending));
    throw new NotSettled(`payout ${id}`, ending);
  }

  /** Not found, and not to be sent again, since the provider no longer knows the key, or somebody holds it: looked up once more when that is sure. */
  private async leaveForLater({ id, first_attempt_at }: Payout): Promise<void> {
    const sureAt = hoursAfter(first_attempt_at ?? this.clock.now(), sureHours);
    await this.markUnknown(
      id,
      `not found at the provider, and not to be sent again: looked up once more at ${sureAt.toISOString()}`,
    );
    const now = this.clock.now();
    await this.database.asSystem((tx) => askToSendLater(tx, id, { at: sureAt, now }));
  }

  private markUnknown(id: string, problem: string): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const payout = await openPayout(tx, id);
      if (payout === undefined) return;
      await tx.run(`UPDATE payouts SET state = 'unknown', problem = $2 WHERE id = $1`, [id, problem]);
      if (payout.state !== 'unknown')
        await tellOfPayout(tx, payout, { action: 'payout.unknown', by: sendPayoutJob, at });
    });
  }
}

const neverArrived = {
  code: 'not-found',
  problem: 'the provider had no transfer two days after the first attempt: it was never made',
} as const;

/** The payout, locked, while its end is open: another worker may have been faster. */
async function openPayout(tx: Tx, id: string): Promise<Payout | undefined> {
  const payout = await lockPayout(tx, id);
  return payout?.state === 'approved' || payout?.state === 'unknown' ? payout : undefined;
}
