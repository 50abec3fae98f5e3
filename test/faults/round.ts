import { setTimeout as wait } from 'node:timers/promises';
import type { Licence } from '../../bench/support/licence';
import { usageFile } from '../../bench/support/usage-file';
import type { Acknowledged } from './acknowledged';
import { Advance, royaltiesOf } from './expected-amounts';
import { corrected, planServiceMonth, type ServiceMonth, usageTotals } from './month-plan';
import type { PatientClient } from './patient-client';
import { finished, issued, Standstill } from './operations';
import type { StripeFarSide } from './stripe-far-side';

/** Who acts in a round: machines by their keys, people by signing in. */
export interface RoundActors {
  readonly platform: PatientClient;
  readonly label: PatientClient;
  readonly finance: PatientClient;
  readonly secondFinance: PatientClient;
}

interface RoundParts {
  readonly name: string;
  readonly licence: Licence;
  readonly actors: RoundActors;
  readonly stripe: StripeFarSide;
  readonly acknowledged: Acknowledged;
  readonly random: () => number;
  readonly months: readonly string[];
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

/**
 * One agreement's life: reports, closes, invoices, money in, money out, month after month, and a replacement of the first month in the
 * third. The money moves beside the months, so that a kill meets both.
 */
export class Round {
  private readonly licensed: ReadonlySet<string>;
  private readonly advance = new Advance();
  /** The months as they were reported last. */
  private readonly reported = new Map<string, ServiceMonth[]>();
  private readonly reportIds = new Map<string, string>();
  private monthsAreOver = false;

  constructor(private readonly parts: RoundParts) {
    this.licensed = new Set(parts.licence.isrcs);
  }

  async run(): Promise<void> {
    await Promise.all([this.months(), this.money()]);
  }

  private async months(): Promise<void> {
    const { months, licence, random } = this.parts;
    for (const [at, month] of months.entries()) {
      const services = licence.services.map(() => planServiceMonth(licence.isrcs, random));
      this.reported.set(month, services);
      await Promise.all(services.map((service, place) => this.report({ month, service, place })));
      const delta = at === 2 ? await this.correctFirstMonth() : 0n;
      await this.close(month, royaltiesOf(services, this.licensed) + delta);
    }
    this.monthsAreOver = true;
  }

  /** Returns what the correction adds. */
  private async correctFirstMonth(): Promise<bigint> {
    const month = this.parts.months[0]!;
    const [first, second] = this.reported.get(month) as [ServiceMonth, ServiceMonth];
    const better = corrected(first);
    await this.report({ month, service: better, place: 0, replaces: this.reportIds.get(`${month} 0`)! });
    return royaltiesOf([better, second], this.licensed) - royaltiesOf([first, second], this.licensed);
  }

  private async report({ month, service, place, replaces }: Report): Promise<void> {
    const { licence, name, actors, acknowledged } = this.parts;
    const messageId = `${name}-${month}-${place}${replaces === undefined ? '' : '-corrected'}`;
    const plan = {
      month,
      messageId,
      ...licence,
      serviceName: licence.services[place]!.name,
      contexts: service.contexts,
    };
    let file = '';
    for await (const chunk of usageFile({ ...plan, lines: () => service.lines })) file += chunk;
    const query = replaces === undefined ? '' : `?replaces=${replaces}`;
    const { id, operationId } = await actors.platform.upload<{ id: string; operationId: string }>(
      `/v1/usage-reports${query}`,
      'text/tab-separated-values',
      file,
      messageId,
    );
    acknowledged.reports.push({ id, ...usageTotals(service, this.licensed) });
    this.reportIds.set(`${month} ${place}`, id);
    await finished(actors.platform, operationId);
  }

  private async close(month: string, royalties: bigint): Promise<void> {
    const { licence, name, actors, acknowledged } = this.parts;
    const { agreementId } = licence;
    const path = `/v1/agreements/${agreementId}/closes`;
    const { id: operationId } = await actors.label.post<{ id: string }>(path, { month }, `${name}-close-${month}`);
    acknowledged.closes.push({ operationId, agreementId, month, ...this.advance.recoup(royalties) });
    const { result } = await finished(actors.label, operationId);
    await issued(actors.secondFinance, result!.statementId);
  }

  /** Pays what is open, asks for what is paid, releases it, and sees it arrive; ends when nothing is left after the last month. */
  private async money(): Promise<void> {
    const { actors, stripe, name } = this.parts;
    await actors.finance.post('/v1/payment-accounts', {}, `${name}-account`);
    const payouts = new Map<string, string>();
    const standstill = new Standstill('the money');
    for (;;) {
      const over = this.monthsAreOver;
      const invoices = await rows<Invoice>(actors.label, '/v1/invoices');
      for (const invoice of invoices) await this.settle(invoice, payouts);
      await stripe.paysOut();
      const states = await rows<Payout>(actors.label, '/v1/payouts');
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

interface Report {
  readonly month: string;
  readonly service: ServiceMonth;
  readonly place: number;
  readonly replaces?: string;
}

const rows = async <Row>(client: PatientClient, path: string): Promise<Row[]> =>
  (await client.get<{ rows: Row[] }>(`${path}?limit=1000`)).rows;
