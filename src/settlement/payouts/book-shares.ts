import { dayInZone } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { post, type Posting } from '../ledger/ledger';
import {
  payeePayoutSent,
  payoutConfirmed,
  payoutRefused,
  payoutReturned,
  payoutSent,
  payoutUnconfirmed,
} from '../ledger/templates';
import { sharesOf } from './payouts.repository';

type Share = Awaited<ReturnType<typeof sharesOf>>[number];
type Booked = Pick<Posting, 'kind' | 'legs'>;

/** What is booked of a share as its payout moves. */
const bookings = {
  /** The money is on its way: it meets the label's claim, or its payee's. */
  sent: ({ gross, commission, payee }: Share): Booked =>
    payee === null
      ? { kind: 'payout-sent', legs: payoutSent({ gross, commission }) }
      : { kind: 'payee-payout-sent', legs: payeePayoutSent({ gross, commission, payee }) },
  confirmed: (share: Share): Booked => ({ kind: 'payout-confirmed', legs: payoutConfirmed(share) }),
  /** By bank: refused before it was booked out. */
  refused: (share: Share): Booked => ({ kind: 'payout-refused', legs: payoutRefused(share) }),
  /** By bank: it came back after that. */
  returned: (share: Share): Booked => ({ kind: 'payout-returned', legs: payoutReturned(share) }),
  /** Through the provider: before what has arrived is reversed. */
  unconfirmed: (share: Share): Booked => ({ kind: 'payout-unconfirmed', legs: payoutUnconfirmed(share) }),
  /** Through the provider: the transfer was taken back. */
  reversed: (share: Share): Booked => ({
    kind: share.payee === null ? 'payout-reversed' : 'payee-payout-reversed',
    legs: payoutRefused(share),
  }),
} as const;

/** Books what has become of a payout, in each agreement's books that it takes from, on the day that it is there. The caller holds the payout. */
export async function bookShares(
  tx: Tx,
  { id }: { readonly id: string },
  become: keyof typeof bookings,
  at: Date,
): Promise<void> {
  for (const share of await sharesOf(tx, id)) {
    const effectiveOn = dayInZone(at, share.timeZone);
    await post(tx, { agreement: share, ...bookings[become](share), source: id, effectiveOn, at });
  }
}
