import type { PaymentRail } from '../../../src/settlement/payments';

/** The provider's API, for a rail that leaves out what the product's own has. */
export interface Provider {
  readonly url: string;
  readonly secretKey: string;
}

/** The rail, with these of its calls in place of its own. */
export const railWith = (rail: PaymentRail, calls: Partial<PaymentRail>): PaymentRail =>
  new Proxy(rail, {
    get: (target, name) => {
      const value: unknown = Reflect.get(Object.hasOwn(calls, name) ? calls : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

interface Ordering {
  /** What the provider is to know the order again by; absent: nothing. */
  readonly key?: () => string;
  /** How long to wait for its answer; absent: as long as it takes. */
  readonly patienceMilliseconds?: number;
}

/** Orders a transfer as the product's rail does, but for the key. */
export const orderAnew =
  ({ url, secretKey }: Provider, { key, patienceMilliseconds }: Ordering = {}): PaymentRail['transfer'] =>
  async ({ payoutId, account, amountMinor, currency }) => {
    const body = new URLSearchParams({
      ...{ amount: String(amountMinor), currency: currency.toLowerCase(), destination: account },
      ...{ transfer_group: payoutId, 'metadata[payout_id]': payoutId },
    });
    const headers = {
      ...{ authorization: `Bearer ${secretKey}`, connection: 'close' },
      ...(key && { 'idempotency-key': key() }),
    };
    try {
      const signal = patienceMilliseconds === undefined ? null : AbortSignal.timeout(patienceMilliseconds);
      const answer = await fetch(`${url}/v1/transfers`, { method: 'POST', headers, body, signal });
      const { id } = (await answer.json()) as { id?: string };
      if (answer.ok && id !== undefined) return { outcome: 'done', transferId: id };
      return { outcome: 'unknown', reason: String(answer.status) };
    } catch (error) {
      return { outcome: 'unknown', reason: String(error) };
    }
  };
