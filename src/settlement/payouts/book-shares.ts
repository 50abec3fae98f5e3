import { dayInZone } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { post, type Posting } from '../ledger/ledger';
import { sharesOf } from './payouts.repository';

type Share = Awaited<ReturnType<typeof sharesOf>>[number];

/** Books what has become of a payout, in each agreement's books that it takes from, on the day that it is there. The caller holds the payout. */
export async function bookShares(
  tx: Tx,
  { id }: { readonly id: string },
  at: Date,
  postingOf: (share: Share) => Pick<Posting, 'kind' | 'legs'>,
): Promise<void> {
  for (const share of await sharesOf(tx, id)) {
    const effectiveOn = dayInZone(at, share.timeZone);
    await post(tx, { agreement: share, ...postingOf(share), source: id, effectiveOn, at });
  }
}
