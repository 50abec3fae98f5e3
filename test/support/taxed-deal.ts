import type { ApiClient } from '../../src/sample/api-client';
import { SendInvoice } from '../../src/settlement/invoices/send-invoice';
import { SendQuote } from '../../src/settlement/payments/send-quote';
import { TakeEvent } from '../../src/settlement/payments/take-event';
import { SendPayout } from '../../src/settlement/payouts/send-payout';
import type { TestApp } from './app';
import { type AgreementAnswer, type Market, openMarket, signatureBy } from './market';
import { remade } from './proved-statement';
import { closeMonth, draftMonth } from './reported-usage';
import type { DealParts } from './terms';
import { eventTerms } from './usage-events';

export interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly source: string;
  readonly payIn: string | null;
  readonly dueOn: string;
  readonly amount: Amount;
  readonly vat: Amount;
  readonly externalId: string | null;
}
export interface Amount {
  readonly amount: string;
  readonly currency: string;
}

export interface Quote {
  readonly id: string;
  readonly day: string;
  readonly amount: Amount;
  readonly vat: Amount;
  readonly rate: string;
  readonly state: string;
  readonly externalId: string | null;
}
type Payout = { readonly id: string; readonly approvalId: string } & Record<'gross' | 'commission' | 'net', Amount>;

/** Reports are money at 1 a play, nothing is paid beforehand unless the terms are given so. No worker may run. */
export class TaxedDeal {
  private constructor(
    private readonly app: TestApp,
    readonly market: Market,
    readonly agreement: AgreementAnswer,
  ) {}

  static async made(app: TestApp, life: object, among?: Market): Promise<TaxedDeal> {
    const market = among ?? (await openMarket(app, 3));
    return new TaxedDeal(app, market, await market.concluded(partsOf(market, life)));
  }

  /** Both sign other terms, from a day on. */
  async amended(effectiveFrom: string, life: object): Promise<void> {
    const terms = this.market.terms(partsOf(this.market, life));
    const path = this.at('amendments');
    const { version, manifestHash } = await this.label.post<{ version: number; manifestHash: string }>(path, {
      ...{ reason: 'It is paid otherwise.', effectiveFrom, terms },
    });
    for (const by of [this.platform, this.label]) {
      await by.post(`${path}/${version}/signatures`, await signatureBy(by, manifestHash));
    }
  }

  /** The same with both parties signed in now: the clock may have moved far. */
  async signedIn(): Promise<TaxedDeal> {
    const { label, platform } = this.market;
    const [ours, theirs] = [await this.app.given.signIn(label), await this.app.given.signIn(platform)];
    const market = { ...this.market, label: { ...label, as: ours }, platform: { ...platform, as: theirs } };
    return new TaxedDeal(this.app, market, this.agreement);
  }

  draft(month = '2026-01') {
    return draftMonth(this.app, this.market.label, this.agreement.id, month);
  }

  get label(): ApiClient {
    return this.market.label.as;
  }

  get platform(): ApiClient {
    return this.market.platform.as;
  }

  at(rest: string): string {
    return `/v1/agreements/${this.agreement.id}/${rest}`;
  }

  /** Stated by the platform, confirmed by the label. */
  async agree(tax: 'withholding' | 'vat', rate: string, source: string, from = '2026-01-01'): Promise<void> {
    const stated = { tax, rate, source, from };
    const { number } = await this.platform.post<{ number: number }>(this.at('tax-rates'), stated);
    await this.label.post(this.at(`tax-rates/${number}/confirmation`), {});
  }

  close(month = '2026-01') {
    return closeMonth(this.app, this.market, this.agreement.id, month);
  }

  /** "cash RUB 12.50", what stands on nothing left out. */
  async balances(): Promise<string[]> {
    const { rows } = await this.label.get<{ rows: { account: string; balance: Amount }[] }>(this.at('balances'));
    return rows.flatMap(({ account, balance: { amount, currency } }) =>
      /[1-9]/.test(amount) ? [`${account} ${currency} ${amount}`] : [],
    );
  }

  async invoices(): Promise<Invoice[]> {
    return (await this.label.all<Invoice>('/v1/invoices')).sort((a, b) => (a.source < b.source ? -1 : 1));
  }

  /** "exchange of close: 1.00 USD → 80.50 RUB by cbr". */
  async uses(): Promise<string[]> {
    const uses = await this.platform.all<Record<'occasion' | 'kind' | 'source', string> & { from: Amount; to: Amount }>(
      this.at('rate-uses'),
    );
    const text = ({ amount, currency }: Amount): string => `${amount} ${currency}`;
    return uses.map(
      ({ occasion, kind, source, from, to }) => `${kind} of ${occasion}: ${text(from)} → ${text(to)} by ${source}`,
    );
  }

  /** What its inputs make again, without a server. */
  async remade(statementId: string): Promise<string> {
    return (await remade(this.platform, statementId)).sha256;
  }

  /** The platform pays these invoices, and they are paid out. No worker runs: each job is called. */
  async paidOut(invoices: readonly Invoice[]): Promise<Payout> {
    for (const { id } of invoices) {
      await this.app.app.get(SendInvoice).execute({ invoiceId: id });
      const { externalId } = await this.label.get<Invoice>(`/v1/invoices/${id}`);
      await this.paid(externalId!);
    }
    return this.payOut(invoices);
  }

  /** What the invoice comes to today, as it is sent to the provider. */
  async quoted({ id }: Invoice): Promise<Quote> {
    const quote = await this.platform.post<Quote>(`/v1/invoices/${id}/quotes`, {});
    await this.app.app.get(SendQuote).execute({ quoteId: quote.id });
    return (await this.quotes(id)).find((one) => one.id === quote.id)!;
  }

  async quotes(invoiceId: string): Promise<readonly Quote[]> {
    return (await this.label.get<{ rows: Quote[] }>(`/v1/invoices/${invoiceId}/quotes`)).rows;
  }

  /** The platform pays what the provider asks for, and the provider says so. */
  async paid(externalId: string): Promise<void> {
    this.app.stripe!.control.payInvoice(externalId);
    await this.app.stripe!.control.webhooksSettled();
    const superuser = await this.app.superuser();
    const { rows } = await superuser.query<{ id: string }>('SELECT id FROM stripe_events WHERE processed_at IS NULL');
    await superuser.end();
    for (const { id } of rows) await this.app.app.get(TakeEvent).execute({ eventId: id });
  }

  async payOut(invoices: readonly Invoice[]): Promise<Payout> {
    await this.label.post('/v1/payment-accounts', {});
    const payout = await this.label.post<Payout>('/v1/payouts', { invoiceIds: invoices.map(({ id }) => id) });
    const second = await this.app.given.second(this.market.label);
    await second.post(`/v1/approvals/${payout.approvalId}/decision`, { decision: 'approved' });
    await this.app.app.get(SendPayout).execute({ payoutId: payout.id });
    return payout;
  }
}

function partsOf(market: Market, life: object): Partial<DealParts> {
  const { usage } = eventTerms(market, []);
  return { rate: '1', floor: '0', life: { usage, advances: [], settlement: undefined, ...life } };
}
