import { signIn } from '../src/sample/parties';
import {
  type ClauseLine,
  payableOf,
  periodFigures,
  readClauseLines,
  restatementFigures,
  type StatementInputs,
} from './figures';
import { chapter, finished, moveTo, second, type Teller } from './teller';

interface Amount {
  readonly amount: string;
  readonly currency: string;
}

interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly purpose: string;
  readonly amount: Amount;
  readonly state: string;
  readonly externalId: string | null;
}

interface Payout {
  readonly id: string;
  readonly purpose: string;
  readonly gross: Amount;
  readonly commission: Amount;
  readonly net: Amount;
  readonly state: string;
  readonly transferId: string | null;
  readonly approvalId: string;
}

interface Statement {
  readonly id: string;
  readonly month: string;
  readonly payable: Amount;
  readonly sha256: string;
  readonly approvalId: string;
}

/** The chapters about money: closes, invoices, payouts, and that everything adds up. */
export class Money {
  private accountOpened = false;

  constructor(
    private readonly teller: Teller,
    private readonly agreementId: string,
  ) {}

  /** Closes a month: rating and a draft by one person, statement, postings and invoice by another. */
  async closes(month: string, at: string): Promise<void> {
    const { server, say, label, figures } = this.teller;
    moveTo(server, at);
    chapter(say, `The close of ${month} (${at.slice(0, 10)})`);
    const { id } = await label.post<{ id: string }>(`/v1/agreements/${this.agreementId}/closes`, { month });
    await finished(label, id);
    const [draft] = await label.all<Statement>(`/v1/statements?agreementId=${this.agreementId}&state=draft`);
    const approval = `/v1/approvals/${draft!.approvalId}/decision`;
    await (await second(this.teller)).post(approval, { decision: 'approved' });
    say('     a second person of the label has issued the statement');
    const statement = (await label.all<Statement>(`/v1/statements?agreementId=${this.agreementId}`)).find(
      (candidate) => candidate.month === month,
    )!;
    const ndjson = (await label.request<string>('GET', `/v1/statements/${statement.id}/clause-lines`)).text;
    const lines = readClauseLines(ndjson);
    const inputs = await label.get<StatementInputs>(`/v1/statements/${statement.id}/inputs`);
    const period = periodFigures(lines, inputs);
    figures.periods.push(period);
    figures.restatements.push(...restatementFigures(lines));
    figures.statements.push({
      period: month,
      total: payableOf(lines),
      currency: statement.payable.currency,
      sha256: statement.sha256,
    });
    for (const line of lines) this.sayLine(line);
    say(`     SHA-256 of the clause lines: ${statement.sha256}`);
  }

  private sayLine(line: ClauseLine): void {
    const { say } = this.teller;
    if (line.line === 'clause') {
      say(`     ${line.clause.padEnd(10)} ${line.amount.padStart(10)} USD   ${line.explanation.formula}`);
      for (const branch of line.explanation.of?.[0]?.of ?? [])
        say(`       ${branch.kind.padEnd(13)} ${branch.formula}`);
    }
    if (line.line === 'restatement')
      say(`     ${line.period} restated: ${line.booked} -> ${line.rerated}, difference ${line.delta} USD`);
    if (line.line === 'payable') {
      say(
        `     advance    ${line.advance.opening} - ${line.advance.recouped} recouped = ${line.advance.closing} USD left`,
      );
      say(`     payable    ${line.payable.padStart(10)} USD`);
    }
  }

  /** The platform pays its invoices; the label's finance asks for the money, a second person approves, and it goes out by Stripe Connect. */
  async comesInAndGoesOut(purposes: readonly string[], title: string): Promise<void> {
    const { server, say, label } = this.teller;
    chapter(say, title);
    const invoices = (await label.all<Invoice>('/v1/invoices'))
      .filter(({ purpose, state }) => purposes.includes(purpose) && state !== 'paid')
      .sort((a, b) => (a.number < b.number ? -1 : 1));
    for (const invoice of invoices) await this.isPaid(invoice);
    if (!this.accountOpened) {
      await label.post('/v1/payment-accounts', {});
      this.accountOpened = true;
    }
    const { stripe } = server;
    // One transfer is made, but its answer never arrives: the payout is unknown until it is looked up.
    stripe.faults.inject({
      kind: 'timeout-after-work',
      method: 'POST',
      path: '^/v1/transfers$',
      times: 1,
      delayMs: 50,
    });
    for (const invoice of invoices) await this.isPaidOut(invoice);
    stripe.control.runPayouts();
    stripe.control.arrivePayouts();
    for (const payout of await label.all<Payout>('/v1/payouts')) {
      const confirmed = await until(
        () => label.get<Payout>(`/v1/payouts/${payout.id}`),
        ({ state }) => state === 'confirmed',
      );
      if (purposes.includes(confirmed.purpose))
        say(
          `     payout of ${confirmed.net.amount} USD (${confirmed.purpose}) has reached the bank: ${confirmed.state}`,
        );
    }
  }

  private async isPaid(invoice: Invoice): Promise<void> {
    const { server, say, label } = this.teller;
    const open = await until(
      () => label.get<Invoice>(`/v1/invoices/${invoice.id}`),
      ({ externalId, state }) => externalId !== null && state !== 'issued',
    );
    server.stripe.control.payInvoice(open.externalId!);
    const paid = await until(
      () => label.get<Invoice>(`/v1/invoices/${invoice.id}`),
      ({ state }) => state === 'paid',
    );
    say(`     invoice ${paid.number} (${paid.purpose}), ${paid.amount.amount} ${paid.amount.currency}: ${paid.state}`);
  }

  private async isPaidOut(invoice: Invoice): Promise<void> {
    const { server, say, label, parties } = this.teller;
    const first = await signIn(server.url, parties.label.first);
    const key = `payout-${invoice.id}`;
    const payout = await first.post<Payout>('/v1/payouts', { invoiceIds: [invoice.id] }, key);
    const repeated = await first.post<Payout>('/v1/payouts', { invoiceIds: [invoice.id] }, key);
    if (repeated.id !== payout.id) throw new Error('a repeated payout request made a second payout');
    await (await second(this.teller)).post(`/v1/approvals/${payout.approvalId}/decision`, { decision: 'approved' });
    let doubted = false;
    const sent = await until(
      () => label.get<Payout>(`/v1/payouts/${payout.id}`),
      ({ state }) => {
        doubted ||= state === 'unknown';
        return state === 'sent' || state === 'confirmed';
      },
    );
    if (doubted)
      say('     (the answer to this transfer never came: unknown, then looked up and found; nothing was sent twice)');
    say(
      `     payout: ${sent.gross.amount} - ${sent.commission.amount} commission = ${sent.net.amount} USD, approved by a second person, ${sent.state}`,
    );
  }

  /** Every transfer once, and the books in balance. */
  async isAllThere(): Promise<void> {
    const { server, say, label, figures, parties } = this.teller;
    for (const { purpose, amount, state } of await label.all<Invoice>('/v1/invoices')) {
      figures.invoices.push({ purpose, amount: amount.amount, currency: amount.currency, state });
    }
    const transfers = server.stripe.control.transfers();
    for (const payout of await label.all<Payout>('/v1/payouts')) {
      const own = transfers.filter(
        ({ metadata, transfer_group }) => transfer_group === payout.id || Object.values(metadata).includes(payout.id),
      );
      figures.payouts.push({
        purpose: payout.purpose,
        amount: payout.net.amount,
        currency: payout.net.currency,
        state: payout.state,
        transfersAtProvider: own.length,
      });
    }
    const operator = await signIn(server.url, parties.operator);
    const balances = await operator.get<{ currency: string; sum: string }[]>('/v1/trial-balance');
    for (const { currency, sum } of balances) figures.trialBalance[currency] = sum;
    chapter(say, 'The books');
    say(
      `     ${figures.payouts.length} payouts, ${transfers.length} transfers at the provider; trial balance ${JSON.stringify(figures.trialBalance)}`,
    );
  }
}

/** Asks again until the answer is as awaited: what happens after a webhook or in a job takes a moment. */
async function until<Answer>(ask: () => Promise<Answer>, awaited: (answer: Answer) => boolean): Promise<Answer> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    const answer = await ask();
    if (awaited(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited 30 seconds in vain; last answer ${JSON.stringify(await ask())}`);
}
