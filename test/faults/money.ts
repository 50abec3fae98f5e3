import { setTimeout as wait } from 'node:timers/promises';
import type { Acknowledged } from './acknowledged';
import { listed, Standstill } from './operations';
import type { PatientClient } from './patient-client';
import type { StripeFarSide } from './stripe-far-side';

/** Who acts in a round: machines by their keys, people by signing in. */
export interface RoundActors {
  readonly platform: PatientClient;
  readonly label: PatientClient;
  readonly finance: PatientClient;
  readonly secondFinance: PatientClient;
}

interface MoneyParts {
  readonly name: string;
  readonly actors: RoundActors;
  readonly stripe: StripeFarSide;
  readonly acknowledged: Acknowledged;
  /** Whether no more invoices will come. */
  readonly isOver: () => boolean;
}

interface Invoice {
  readonly id: string;
  readonly state: 'issued' | 'open' | 'paid';
  readonly externalId: string | null;
}

interface Payout {
  readonly id: string;
  readonly approvalId: string;
  readonly state: string;
}

/** The money of one label's invoices: in from the platform, out to the label, until nothing is left. */
export class Money {
  constructor(private readonly parts: MoneyParts) {}

  /** Pays what is open, asks for what is paid, releases it, and sees it arrive; ends when nothing is left after the last month. */
  async run(): Promise<void> {
    const { actors, stripe, name, isOver } = this.parts;
    await actors.finance.post('/v1/payment-accounts', {}, `${name}-account`);
    const payouts = new Map<string, string>();
    const standstill = new Standstill('the money');
    for (;;) {
      const over = isOver();
      const invoices = await listed<Invoice>(actors.label, '/v1/invoices');
      for (const invoice of invoices) await this.settle(invoice, payouts);
      await stripe.paysOut();
      const states = await listed<Payout>(actors.label, '/v1/payouts');
      const confirmed = states.filter(({ state }) => state === 'confirmed').length;
      const failed = states.find(({ state }) => state === 'failed');
      if (failed !== undefined) throw new Error(`payout ${failed.id} failed`);
      standstill.look([...invoices, ...states].map(({ state }) => state).join());
      if (over && confirmed === invoices.length) return;
      await wait(150);
    }
  }

  private async settle({ id, state, externalId }: Invoice, payouts: Map<string, string>): Promise<void> {
    const { stripe, acknowledged } = this.parts;
    if (state === 'open' && externalId !== null && !acknowledged.payments.some(({ invoiceId }) => invoiceId === id)) {
      await stripe.isPaid(externalId);
      acknowledged.payments.push({ invoiceId: id });
    }
    if (state === 'paid' && !payouts.has(id)) payouts.set(id, await this.payOut(id));
  }

  /** A person asks for the money, another one releases it. */
  private async payOut(invoiceId: string): Promise<string> {
    const { actors, acknowledged } = this.parts;
    const key = `payout-${invoiceId}`;
    const { id, approvalId } = await actors.finance.post<Payout>('/v1/payouts', { invoiceIds: [invoiceId] }, key);
    acknowledged.payouts.push({ id, invoiceId });
    await actors.secondFinance.post(`/v1/approvals/${approvalId}/decision`, { decision: 'approved' }, `release-${id}`);
    return id;
  }
}
