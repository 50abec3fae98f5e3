import { Injectable } from '@nestjs/common';
import { OnDuePaid } from '../../agreements';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { enqueue, type JobPayload } from '../../platform/jobs/jobs';
import { confirmPayouts, noteBankRefusal, transfersOpen } from '../payouts/arrive-payout';
import { reversePayout } from '../payouts/reverse-payout';
import { sendWaiting } from '../payouts/send-payout-jobs';
import { NotSettled } from './not-settled';
import { keepAccountState } from './payment-accounts.repository';
import type { AccountState, ProviderEvent } from './payment-rail';
import { Payments } from './payments';
import { takePayment } from './take-payment';

interface StoredEvent {
  readonly payload: string;
  readonly processed_at: Date | null;
}

/** What the provider was asked about an event. */
interface Asked {
  readonly transferIds: readonly string[];
  readonly account: AccountState | undefined;
  /** Before the asking: what was asked later is truer. */
  readonly askedAt: Date;
  readonly at: Date;
}

type ArrivalEvent = Extract<ProviderEvent, { kind: 'payout-paid' | 'payout-failed' }> & { readonly account: string };

/** Provider events: stored as they came, answered at once, worked on by a job, each once however often it is delivered. */
@Injectable()
export class TakeEvent {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly payments: Payments,
    private readonly onDuePaid: OnDuePaid,
  ) {}

  /** Keeps an event whose signature was checked. */
  store(event: ProviderEvent, payload: string): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const added = await tx.run(
        `INSERT INTO stripe_events (id, type, account, payload, received_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
        [event.id, event.type, event.account ?? null, payload, at],
      );
      if (added > 0) await enqueue(tx, 'stripe-event', { eventId: event.id }, `stripe-event ${event.id}`);
    });
  }

  async execute({ eventId = '' }: JobPayload): Promise<void> {
    const rail = this.payments.required();
    const stored = await this.database.asSystem((tx) => findEvent(tx, eventId), 'read');
    if (stored === undefined || stored.processed_at !== null) return;
    const event = rail.readEvent(stored.payload);
    // The provider is asked before the transaction: no row is locked while the network takes its time.
    const askedAt = this.clock.now();
    const transferIds = isArrival(event) ? await this.transfersOf(event) : [];
    const account = event.kind === 'account-updated' ? await this.stateOf(event.accountId) : undefined;
    await this.database.asSystem(async (tx) => {
      const current = await findEvent(tx, eventId, 'FOR UPDATE');
      if (current === undefined || current.processed_at !== null) return;
      const at = this.clock.now();
      const outcome = await this.act(tx, event, { transferIds, account, askedAt, at });
      await tx.run('UPDATE stripe_events SET processed_at = $2, outcome = $3 WHERE id = $1', [eventId, at, outcome]);
    });
  }

  /** Returns what came of it, for the record. */
  private async act(tx: Tx, event: ProviderEvent, { transferIds, account, askedAt, at }: Asked): Promise<string> {
    // Only our own account's invoices are ours: a connected account can make invoices that name anything.
    if (event.kind === 'invoice-paid' && event.account === undefined)
      return takePayment(tx, event, { at, onDuePaid: this.onDuePaid });
    // A connected account cannot take our transfers back either.
    if (event.kind === 'transfer-reversed' && event.account === undefined) return reversePayout(tx, event, at);
    if (event.kind === 'account-updated' && account !== undefined) {
      if ((await keepAccountState(tx, event.accountId, { ...account, askedAt })) === 0) return 'account unknown';
      return account.able ? `${await sendWaiting(tx, event.accountId)} payouts go on` : 'account not able';
    }
    if (!isArrival(event)) return 'not acted on';
    const arrival = { providerPayoutId: event.payoutId, transferIds, at };
    const ours =
      event.kind === 'payout-paid'
        ? await confirmPayouts(tx, arrival)
        : await noteBankRefusal(tx, arrival, `the bank refused: ${event.code}: ${event.message}`);
    if (ours < transferIds.length && (await transfersOpen(tx, event.account))) {
      throw new Error(`${event.payoutId} carries a transfer that is not noted yet: later`);
    }
    return `${ours} payouts`;
  }

  /** As it stands now, whatever the event says: events come in any order. */
  private async stateOf(account: string): Promise<AccountState> {
    const ending = await this.payments.required().accountState(account);
    if (ending.outcome !== 'done') throw new NotSettled(`state of ${account}`, ending);
    return ending;
  }

  private async transfersOf({ account, payoutId }: ArrivalEvent): Promise<readonly string[]> {
    const ending = await this.payments.required().transfersOfPayout({ account, payoutId });
    if (ending.outcome !== 'done') throw new NotSettled(`transfers of ${payoutId}`, ending);
    return ending.transferIds;
  }
}

/** Payouts of our own account to our own bank are none of a label's business. */
const isArrival = (event: ProviderEvent): event is ArrivalEvent =>
  (event.kind === 'payout-paid' || event.kind === 'payout-failed') && event.account !== undefined;

const findEvent = (tx: Tx, id: string, lock: '' | 'FOR UPDATE' = ''): Promise<StoredEvent | undefined> =>
  tx.first<StoredEvent>(`SELECT payload, processed_at FROM stripe_events WHERE id = $1 ${lock}`, [id]);
