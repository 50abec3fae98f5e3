import { platform, type Resources } from './store';
import type { StripeFaults } from './faults';
import { noSuch } from './refusal';
import { setTransfers } from './resources/accounts';
import { payByBank } from './resources/invoices';
import {
  arrivePayout,
  failPayout,
  payoutsOfConnectedAccounts,
  payOutEverything,
  sendPayout,
} from './resources/payouts';
import { book, chargeOf } from './resources/ledger';
import type { StateFile } from './state-file';
import type { Webhooks } from './webhooks';
import type { World } from './world';

type Payout = Resources['payouts'];

export interface StripeCounters {
  readonly transfers: number;
  readonly payouts: number;
  readonly invoices: { readonly draft: number; readonly open: number; readonly paid: number };
  readonly webhooks: {
    readonly delivered: number;
    readonly refused: number;
    readonly lost: number;
    readonly pending: number;
  };
  readonly faultsStruck: number;
}

/** What is not in Stripe's API because banks and Stripe itself do it: the far side's moves, and counts for checks. */
export class StripeControl {
  constructor(
    private readonly world: World,
    private readonly webhooks: Webhooks,
    private readonly faults: StripeFaults,
    private readonly setTime: (at: Date) => void,
    private readonly file: StateFile,
  ) {}

  /** The payer's bank pays an open invoice in full. */
  payInvoice(id: string): Resources['invoices'] {
    const invoice = this.world.store.find('invoices', platform, id);
    if (!invoice) throw noSuch('invoice', id);
    return this.change(() => payByBank(this.world, platform, invoice));
  }

  /** Money on our balance from nowhere, in minor units: for tests of transfers alone. */
  fund(amount: number, currency: string): void {
    const { store } = this.world;
    const about = {
      id: store.newId('ch'),
      amount,
      currency: currency.toLowerCase(),
      customer: null,
      description: 'Funding',
    };
    this.change(() => {
      const charge = store.insert('charges', platform, chargeOf(this.world, about));
      charge.balance_transaction = book(this.world, platform, { ...charge, type: 'charge', source: charge.id }).id;
    });
  }

  /** Stripe's automatic payouts: one per connected account and currency with everything available. */
  runPayouts(): Payout[] {
    const accounts = this.world.store.list('accounts', platform);
    return this.change(() => accounts.flatMap(({ id }) => payOutEverything(this.world, id)));
  }

  /** The bank takes the orders: pending → in_transit. */
  sendPayouts(): void {
    this.change(() => this.eachPayout((owner, payout) => sendPayout(this.world, owner, payout)));
  }

  /** The money arrives: every open payout is paid, `payout.paid` is announced. */
  arrivePayouts(): void {
    this.change(() => this.eachPayout((owner, payout) => arrivePayout(this.world, owner, payout)));
  }

  /** The bank returns a payout, also one that was paid. */
  failPayout(id: string, code?: string): Payout {
    const found = payoutsOfConnectedAccounts(this.world).find(({ payout }) => payout.id === id);
    if (!found) throw noSuch('payout', id);
    this.change(() => failPayout(this.world, found.owner, found.payout, code));
    return found.payout;
  }

  /** The account can no longer receive transfers: `account.updated` follows. */
  restrictAccount(id: string): void {
    this.setTransfers(id, false);
  }

  /** Its owner has given what was missing, and it can: `account.updated` follows. */
  onboardAccount(id: string): void {
    this.setTransfers(id, true);
  }

  private setTransfers(id: string, isAble: boolean): void {
    const account = this.world.store.find('accounts', platform, id);
    if (!account) throw noSuch('account', id);
    this.change(() => setTransfers(this.world, account, isAble));
  }

  /** Everything that was not accepted yet is delivered again, lost events included. */
  deliverAgain(): void {
    this.webhooks.deliverAgain();
  }

  /** Ends when no delivery is queued or under way. */
  webhooksSettled(): Promise<void> {
    return this.webhooks.settled();
  }

  /** The double's clock stands at this time until it is moved again. */
  moveTimeTo(at: Date): void {
    this.change(() => this.setTime(at));
  }

  /** Ends when all changes so far are in the state file. */
  saved(): Promise<void> {
    return this.file.saved();
  }

  transfers(): Resources['transfers'][] {
    return this.world.store.list('transfers', platform);
  }

  invoices(): Resources['invoices'][] {
    return this.world.store.list('invoices', platform);
  }

  /** Everything that was announced, of our own account and of connected ones, oldest first. */
  events(): Resources['events'][] {
    return this.world.store.everywhere('events');
  }

  payouts(): Payout[] {
    return payoutsOfConnectedAccounts(this.world).map(({ payout }) => payout);
  }

  counters(): StripeCounters {
    const invoices = this.invoices();
    const inState = (state: string) => invoices.filter(({ status }) => status === state).length;
    return {
      transfers: this.transfers().length,
      payouts: this.payouts().length,
      invoices: { draft: inState('draft'), open: inState('open'), paid: inState('paid') },
      webhooks: { ...this.webhooks.counts, pending: this.webhooks.pending },
      faultsStruck: this.faults.struck,
    };
  }

  private eachPayout(move: (owner: string, payout: Payout) => void): void {
    for (const { owner, payout } of payoutsOfConnectedAccounts(this.world)) move(owner, payout);
  }

  private change<Result>(make: () => Result): Result {
    const result = make();
    this.file.touch();
    return result;
  }
}
