import type Stripe from 'stripe';

/**
 * Our transfers whose money a payout of a connected account carried. The payout's balance transactions name payments, and
 * a payment names its transfer. Money that an earlier payout failed to deliver comes again as `payout_failure`: what was behind that one is behind this one.
 * Refused by Stripe for payouts made by hand, which it ties to no transactions.
 */
export async function transfersBehind(stripe: Stripe, account: string, payoutId: string): Promise<string[]> {
  const found = new Set<string>();
  const visited = new Set<string>();
  const open = [payoutId];
  for (let payout = open.pop(); payout !== undefined; payout = open.pop()) {
    if (visited.has(payout)) continue;
    visited.add(payout);
    const transactions = stripe.balanceTransactions.list(
      { payout, expand: ['data.source'], limit: 100 },
      { stripeAccount: account },
    );
    for await (const { type, source } of transactions) {
      if (source === null || typeof source === 'string') continue;
      if (type === 'payout_failure') open.push(source.id);
      if (source.object === 'charge' && type === 'payment') found.add(transferOf(source));
    }
  }
  found.delete('');
  return [...found];
}

function transferOf({ source_transfer: transfer }: Stripe.Charge): string {
  return typeof transfer === 'string' ? transfer : (transfer?.id ?? '');
}
