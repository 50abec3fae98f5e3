/** A transfer as the provider knows it. */
export interface Transfer {
  readonly id: string;
  readonly amount: number;
  readonly metadata: { readonly payout_id?: string };
}

/** What the payer's bank and the provider do, and what the provider has on record: the double's own control calls and API. */
export class StripeFarSide {
  constructor(
    readonly url: string,
    private readonly secretKey: string,
  ) {}

  async isPaid(invoice: string): Promise<void> {
    await this.call('POST', `/_control/invoices/${invoice}/pay`);
  }

  /** Everything on connected accounts goes to their banks and arrives there. */
  async paysOut(): Promise<void> {
    await this.call('POST', '/_control/payouts/run');
    await this.call('POST', '/_control/payouts/arrive');
  }

  /** Sends again what was not accepted yet, without waiting for the next attempt's turn. */
  async deliversAgain(): Promise<void> {
    await this.call('POST', '/_control/webhooks/deliver');
  }

  /**
   * A provider on a bad day: transfers take their time, some answers are lost after the work was done, and webhooks come twice and in any order.
   * The slow ones make room for a kill between the effect and our note of it.
   */
  async hasABadDay(seed: number): Promise<void> {
    // More than enough money: a second transfer of the same payout shall not fail for want of it.
    await this.call('POST', '/_control/fund', { amount: 1_000_000_000, currency: 'usd' });
    const transfers = { method: 'POST', path: '^/v1/transfers$' };
    await this.call('POST', '/_control/faults', {
      kind: 'timeout-after-work',
      path: '^/v1/(transfers|invoices)',
      method: 'POST',
      probability: 0.08,
      seed,
    });
    await this.call('POST', '/_control/faults', {
      kind: 'slow',
      delayMs: 250,
      ...transfers,
      probability: 0.7,
      seed: seed + 1,
    });
    await this.call('POST', '/_control/webhooks/faults', { repeatMax: 2, shuffle: true, seed });
  }

  async transfers(): Promise<Transfer[]> {
    const all: Transfer[] = [];
    for (let after = ''; ; after = `&starting_after=${all.at(-1)!.id}`) {
      const page = await this.call<{ data: Transfer[]; has_more: boolean }>('GET', `/v1/transfers?limit=100${after}`);
      all.push(...page.data);
      if (!page.has_more) return all;
    }
  }

  private async call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.secretKey}`, 'accept-encoding': 'identity' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${this.url}${path}`, { method, headers, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`the double answered ${method} ${path} with ${response.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }
}
