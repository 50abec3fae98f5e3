import { readFileSync } from 'node:fs';
import type { ApiClient } from '../../src/sample/api-client';
import { calendarDateOf } from '../../src/kernel';
import { CreditInvoice } from '../../src/settlement/invoices/credit-invoice';
import { InvoiceHeld } from '../../src/settlement/invoices/invoice-held';
import { PostDues } from '../../src/settlement/invoices/post-dues';
import { SendInvoice } from '../../src/settlement/invoices/send-invoice';
import { SendQuote } from '../../src/settlement/payments/send-quote';
import { TakeSilence } from '../../src/settlement/rates/agree-rates';
import { ImportRates } from '../../src/settlement/rates/import-rates';
import { ClosePeriod } from '../../src/settlement/statements/close-period';
import { WatchDeadlines } from '../../src/settlement/timetable/watch-deadlines';
import { startTestApp, type TestApp } from '../support/app';
import { brokenRules } from '../support/en16931';
import { eventsWhere } from '../support/events';
import { outcome, refused } from '../support/market';
import { root } from '../support/repository';
import { closeMonth, reportUsage } from '../support/reported-usage';
import { type Amount, type Invoice, TaxedDeal as Deal } from '../support/taxed-deal';
import { sendEvents, usageEvent } from '../support/usage-events';

let app: TestApp;
let operator: ApiClient;
/** Tax is withheld, VAT is declared by the platform, and what is left is paid in roubles. */
let abroad: Deal;

beforeAll(async () => {
  app = await startTestApp({ at: '2026-02-02T09:00:00Z', rail: true });
  operator = await app.given.operator();
  await operator.post('/v1/commission-schedules', { rate: '0.05', from: '2025-01-01' });
  abroad = await Deal.made(app, {
    taxes: { withholding: 'deducted', vat: 'reverse-charge' },
    exchange: { payIn: 'RUB', source: 'cbr', rateOf: 'period-end' },
    payment: { dueDays: 30, minimumPayout: '50.00' },
  });
});
afterAll(() => app?.close());

describe('what is taxed and paid in another currency', () => {
  let statementId: string;

  it('is closed only once every rate is there; a refusal names all of them and books nothing', async () => {
    const { market } = abroad;
    const tracks = [
      [1_000, 900],
      [500, 500],
      [200, 250],
    ] as const;
    await reportUsage(app, market, {
      plays: Object.fromEntries(tracks.map(([reported], at) => [market.isrcs[at]!, reported])),
    });
    const events = tracks.map(([, quantity], at) => ({ id: `e${at}`, isrc: market.isrcs[at]!, quantity }));
    await sendEvents(
      abroad.platform,
      events.map((event) => usageEvent(market, event)),
    );
    const { id } = await abroad.label.post<{ id: string }>(abroad.at('closes'), { month: '2026-01' });
    const askedBy = `member:${market.label.memberId}`;
    const closing = { operationId: id, agreementId: abroad.agreement.id, month: '2026-01', askedBy };
    await app.app.get(ClosePeriod).execute(closing);
    const { state, problem } = await abroad.label.get<{
      state: string;
      problem: { code: string; faults: { pointer: string }[] };
    }>(`/v1/operations/${id}`);
    expect([state, problem.code, ...problem.faults.map(({ pointer }) => pointer)]).toEqual([
      ...['failed', 'rates-missing', '/taxes/withholding', '/taxes/vat', '/exchange'],
    ]);
    expect([await abroad.balances(), await abroad.invoices(), await abroad.uses()]).toEqual([[], [], []]);
  });

  // 1,700 plays at 1 are 1,700.00; by the lower counts 1,600.00. 15 % of each is withheld: the label gets 1,445.00, or 1,360.00, so 85.00 wait for the dispute.
  // A dollar is 80.5 roubles: 1,360.00 are 109,480.00 now, and all of it 116,322.50.
  it('is stated, booked in both currencies, and invoiced in that of payment', async () => {
    await abroad.agree('withholding', '0.15', 'Tax code, article 309');
    await abroad.agree('vat', '0.2', 'Tax code, article 161');
    const rates = readFileSync(`${root}/examples/rates/XML_daily.xml`);
    await operator.upload('/v1/exchange-rates/imports?source=cbr', 'application/xml', rates);
    const [serviceId] = abroad.market.serviceIds;
    const dispute = { month: '2026-01', serviceId, reason: 'The players counted less.' };
    await abroad.platform.post(abroad.at('usage-disputes'), dispute);
    const { statement } = await abroad.close();
    statementId = statement.id;
    expect(statement).toMatchObject({
      payable: { amount: '1700.00', currency: 'USD' },
      held: { amount: '85.00', currency: 'USD' },
      payments: [
        { line: 'vat', treatment: 'reverse-charge', net: '1700.00', tax: '0.00', declaredByCustomer: '340.00' },
        { line: 'withholding', source: 'Tax code, article 309', gross: '1700.00', tax: '255.00', net: '1445.00' },
        { line: 'exchange', rate: '80.5', on: '2026-01-31', from: '1445.00', to: '116322.50', currency: 'RUB' },
      ],
    });
    expect(await abroad.balances()).toEqual([
      'label-disputed USD -85.00',
      'label-payable RUB -109480.00',
      'label-tax-credit USD 255.00',
      'platform-disputed USD 85.00',
      'platform-receivable RUB 109480.00',
      'platform-tax-withheld USD -255.00',
    ]);
    expect(await abroad.invoices()).toMatchObject([
      { source: '2026-01', amount: { amount: '109480.00', currency: 'RUB' }, vat: { amount: '0.00', currency: 'RUB' } },
    ]);
    expect(await abroad.uses()).toEqual([
      'exchange of close: 1360.00 USD → 109480.00 RUB by cbr',
      'vat of close: 1700.00 USD → 340.00 USD by Tax code, article 161',
      'withholding of close: 1700.00 USD → 255.00 USD by Tax code, article 309',
    ]);
    expect(await abroad.remade(statementId)).toBe(statement.sha256);
  });

  it('says so in its files', async () => {
    const path = `/v1/statements/${statementId}/document`;
    const json = (await abroad.label.download(`${path}?format=json`))!.toString();
    const { statement } = JSON.parse(json) as { statement: object };
    expect(statement).toMatchObject({
      ...{ payable: '1700.00', held: '85.00', invoiced: '109480.00', invoicedIn: 'RUB' },
      summary: [
        { name: 'earned', amount: '1700.00' },
        { name: 'payable', amount: '1700.00' },
        { name: 'taxDeducted', amount: '-255.00' },
        { name: 'held', amount: '-85.00' },
        { name: 'beforeExchange', amount: '1360.00' },
        { name: 'invoiced', amount: '109480.00', currency: 'RUB' },
      ],
    });
  });

  it('releases what a dispute held at the rate of its month', async () => {
    // The bank says otherwise by now: what was booked stays as it was.
    const rates = readFileSync(`${root}/examples/rates/XML_daily.xml`).toString('latin1').replace('80,5000', '81,0000');
    const corrected = Buffer.from(rates.replace('80,5<', '81<'), 'latin1');
    await operator.upload('/v1/exchange-rates/imports?source=cbr', 'application/xml', corrected);
    for (const party of [abroad.label, abroad.platform]) await party.post(abroad.at('usage-disputes/1/release'), {});
    expect((await abroad.invoices()).map(({ source, amount }) => `${source} ${amount.amount}`)).toEqual([
      '2026-01 109480.00',
      'dispute 1 6842.50',
    ]);
    expect(await abroad.uses()).toContain('exchange of dispute 1: 85.00 USD → 6842.50 RUB by cbr');
    expect(await abroad.balances()).toEqual([
      'label-payable RUB -116322.50',
      'label-tax-credit USD 255.00',
      'platform-receivable RUB 116322.50',
      'platform-tax-withheld USD -255.00',
    ]);
  });

  it('is collected and paid out in that currency: 5 % of 116,322.50 are 5,816.125', async () => {
    expect(await abroad.paidOut(await abroad.invoices())).toMatchObject({
      gross: { amount: '116322.50', currency: 'RUB' },
      commission: { amount: '5816.13', currency: 'RUB' },
    });
    expect(await abroad.balances()).toEqual([
      'cash RUB 116322.50',
      'cash-in-transit RUB -110506.37',
      'label-tax-credit USD 255.00',
      'marketplace-commission RUB -5816.13',
      'platform-tax-withheld USD -255.00',
    ]);
    const trial = await abroad.label.get<{ currency: string; sums: Record<'debit' | 'credit' | 'closing', string> }[]>(
      `/v1/journal/trial-balance?from=2026-01-01&until=2026-03-01&agreementId=${abroad.agreement.id}`,
    );
    expect(trial.map(({ currency, sums }) => [currency, sums.debit === sums.credit, sums.closing])).toEqual([
      ['RUB', true, '0.00'],
      ['USD', true, '0.00'],
    ]);
  });
});

describe('value-added tax on top, and a tax that the platform bears', () => {
  // 1,000.00 are payable, 200.00 of VAT are added. What the platform pays its state: 1,000.00 × 0.1 / 0.9 = 111.11.
  it('is invoiced with its tax, of which no commission is taken', async () => {
    const deal = await Deal.made(app, { taxes: { withholding: 'grossed-up', vat: 'added' } });
    await deal.agree('withholding', '0.1', 'Treaty, article 12');
    await deal.agree('vat', '0.2', 'Standard rate');
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 1_000 } });
    const { statement } = await deal.close();
    expect(await deal.remade(statement.id)).toBe(statement.sha256);
    expect(await deal.balances()).toEqual([
      'label-payable USD -1200.00',
      'label-tax-credit USD 111.11',
      'label-vat USD -200.00',
      'platform-receivable USD 1200.00',
      'platform-tax-withheld USD -111.11',
      'platform-vat USD 200.00',
    ]);
    const invoices = await deal.invoices();
    expect(invoices).toMatchObject([
      { amount: { amount: '1200.00', currency: 'USD' }, vat: { amount: '200.00', currency: 'USD' } },
    ]);
    expect(await deal.uses()).toEqual([
      'vat of close: 1000.00 USD → 200.00 USD by Standard rate',
      'withholding of close: 1111.11 USD → 111.11 USD by Treaty, article 12',
    ]);
    expect(await deal.paidOut(invoices)).toMatchObject({
      gross: { amount: '1200.00' },
      commission: { amount: '50.00' },
      net: { amount: '1150.00' },
    });
  });
});

describe('a dispute about all of a month', () => {
  // 1,000.00 are payable, 150.00 withheld and 200.00 of VAT added. No play was metered there: the 850.00 that the label would get wait, the VAT does not. A
  // dollar is 81 roubles: 68,850.00 and 16,200.00.
  it('holds what the label would get, never more, and exchanges its VAT with it', async () => {
    const deal = await Deal.made(app, {
      taxes: { withholding: 'deducted', vat: 'added' },
      exchange: { payIn: 'RUB', source: 'cbr', rateOf: 'period-end' },
    });
    const { isrcs, serviceIds } = deal.market;
    await deal.agree('withholding', '0.15', 'Treaty, article 12');
    await deal.agree('vat', '0.2', 'Standard rate');
    await reportUsage(app, deal.market, { plays: { [isrcs[0]!]: 1_000 } });
    await sendEvents(deal.platform, [
      usageEvent(deal.market, { id: 'other', isrc: isrcs[0]!, territory: 'BY', quantity: 5 }),
    ]);
    const dispute = { month: '2026-01', serviceId: serviceIds[0], reason: 'Nobody played it there.' };
    await deal.platform.post(deal.at('usage-disputes'), dispute);
    const { statement } = await deal.close();
    expect(statement).toMatchObject({
      ...{ payable: { amount: '1000.00' }, held: { amount: '850.00' } },
      payments: [
        { line: 'vat', tax: '200.00' },
        { line: 'withholding', net: '850.00' },
        { line: 'exchange', from: '850.00', to: '68850.00' },
      ],
    });
    expect(await deal.remade(statement.id)).toBe(statement.sha256);
    const json = (await deal.platform.download(`/v1/statements/${statement.id}/document?format=json`))!.toString();
    expect(JSON.parse(json)).toMatchObject({ statement: { invoiced: '16200.00', invoicedIn: 'RUB' } });
    expect(await deal.uses()).toContain('exchange of close VAT: 200.00 USD → 16200.00 RUB by cbr');
    for (const party of [deal.label, deal.platform]) await party.post(deal.at('usage-disputes/1/release'), {});
    expect((await deal.invoices()).map(({ source, amount, vat }) => [source, amount.amount, vat.amount])).toEqual([
      ['2026-01', '16200.00', '16200.00'],
      ['dispute 1', '68850.00', '0.00'],
    ]);
    expect(await deal.balances()).toEqual([
      'label-payable RUB -85050.00',
      'label-tax-credit USD 150.00',
      'label-vat USD -200.00',
      'platform-receivable RUB 85050.00',
      'platform-tax-withheld USD -150.00',
      'platform-vat USD 200.00',
    ]);
  });
});

/** The platform disputes a line; what it has to say of the dispute is said under this path. */
async function disputed(of: Deal, statementId: string, body: object): Promise<{ path: string; dispute: object }> {
  const path = `/v1/statements/${statementId}/disputes`;
  const dispute = await of.platform.post<{ number: number }>(path, { reason: 'Counted twice.', ...body });
  return { path: `${path}/${dispute.number}`, dispute };
}

describe('lines of a statement that is taxed and exchanged', () => {
  const vatAndTax = { taxes: { withholding: 'deducted', vat: 'added' } };
  const exchange = { payIn: 'RUB', source: 'cbr', rateOf: 'period-end' };
  let deal: Deal;
  let statementId: string;
  const [paths, ends]: [string[], string[]] = [[], []];

  beforeAll(async () => {
    deal = await Deal.made(app, { ...vatAndTax, exchange });
    await deal.agree('withholding', '0.15', 'Treaty, article 12');
    await deal.agree('vat', '0.2', 'Standard rate');
    const plays = Object.fromEntries([500, 300, 200].map((count, at) => [deal.market.isrcs[at]!, count]));
    await reportUsage(app, deal.market, { plays });
    ({ id: statementId } = (await deal.close()).statement);
  });

  // Of 1,000.00 the label gets 850.00 and 200.00 of VAT: 85,050.00 roubles at 81. Of 800.01 it would get 680.01 and 160.00 of VAT: 13,769.19 and 3,240.00 less.
  // Without the third line 600.01 are left, of which it gets 510.01 and 120.00: 13,770.00 and 3,240.00 less again.
  it('are disputed as they state it; their part of net, VAT and tax waits, at the rate of the statement', async () => {
    for (const [line, expected] of [
      [2, '100.01'],
      [3, '0.00'],
    ] as const) {
      const { path, dispute } = await disputed(deal, statementId, { lines: [line], expected });
      paths.push(path);
      ends.push(JSON.stringify(dispute));
    }
    expect(ends.map((one) => JSON.parse(one) as object)).toMatchObject([
      {
        ...{ disputed: { amount: '199.99', currency: 'USD' }, held: { amount: '199.99' }, heldLess: null },
        ...{ credited: { amount: '17009.19', currency: 'RUB' }, creditedVat: { amount: '3240.00', currency: 'RUB' } },
      },
      { held: { amount: '200.00' }, credited: { amount: '17010.00' }, creditedVat: { amount: '3240.00' } },
    ]);
    expect(await deal.balances()).toEqual([
      'label-disputed USD -419.99',
      'label-payable RUB -51030.81',
      'label-tax-credit USD 150.00',
      'label-vat USD -200.00',
      'platform-disputed USD 419.99',
      'platform-receivable RUB 51030.81',
      'platform-tax-withheld USD -150.00',
      'platform-vat USD 200.00',
    ]);
    expect(await deal.invoices()).toMatchObject([
      { amount: { amount: '85050.00' }, credited: { amount: '34019.19' }, creditedVat: { amount: '6480.00' } },
    ]);
    expect(await deal.uses()).toEqual(
      expect.arrayContaining([
        'exchange of statement-dispute 1 held: -169.99 USD → -13769.19 RUB by cbr',
        'exchange of statement-dispute 1 held VAT: -40.00 USD → -3240.00 RUB by cbr',
      ]),
    );
  });

  // 50.00 of 199.99 are due: 850.01 would be 722.51 and 170.00 of VAT, 42.50 and 10.00 more than 800.01, and 149.99 bear neither VAT nor tax any more.
  it('come back at that rate once the dispute is over, and what is not owed takes its taxes with it', async () => {
    for (const party of [deal.label, deal.platform]) await party.post(`${paths[0]}/amount`, { amount: '50.00' });
    await deal.platform.post(`${paths[1]}/withdrawal`, {});
    expect((await deal.invoices()).map(({ source, amount, vat }) => [source, amount.amount, vat.amount])).toEqual([
      ['2026-01', '85050.00', '16200.00'],
      ['statement-dispute 1', '4252.50', '810.00'],
      ['statement-dispute 2', '17010.00', '3240.00'],
    ]);
    expect(await deal.balances()).toEqual([
      'label-payable RUB -72293.31',
      'label-tax-credit USD 127.50',
      'label-vat USD -170.00',
      'platform-receivable RUB 72293.31',
      'platform-tax-withheld USD -127.50',
      'platform-vat USD 170.00',
    ]);
    expect(await deal.uses()).toEqual(
      expect.arrayContaining([
        'exchange of statement-dispute 1: 42.50 USD → 3442.50 RUB by cbr',
        'exchange of statement-dispute 1 VAT: 10.00 USD → 810.00 RUB by cbr',
        'vat of statement-dispute 1 reduced: -149.99 USD → -30.00 USD by Standard rate',
        'withholding of statement-dispute 1 reduced: -149.99 USD → -22.50 USD by Treaty, article 12',
      ]),
    );
    expect(await deal.label.get(deal.at('tax-certificates'))).toMatchObject({
      missing: [{ month: '2026-01', withheld: { amount: '127.50' } }],
    });
    const [, second] = await deal.invoices();
    const { rates: made } = await deal.label.get<{ rates: { to: Amount }[] }>(`/v1/invoices/${second!.id}`);
    expect(made.map(({ to }) => to.amount)).toEqual(['3442.50', '810.00']);
  });

  // 30.00 of tax and 40.00 of VAT are on 199.99 and on 200.00, 7.50 and 10.00 on 50.00: at 81, base, VAT, tax, and what is left.
  it('are taken off and invoiced again on papers that say base, VAT and tax, as EN 16931 has them', async () => {
    const details = { legalName: 'A GmbH', street: 'Kai 1', city: 'Hamburg', country: 'DE', vatId: 'DE123456789' };
    for (const party of [deal.label, deal.platform]) await party.post('/v1/invoicing-details', details);
    const [own, ...released] = await deal.invoices();
    const credits = [1, 2].map((number) => `${own!.id}/credit-notes/${number}`);
    const said: string[][] = [];
    for (const paper of [...credits, ...released.map(({ id }) => id)]) {
      const xml = (await deal.platform.download(`/v1/invoices/${paper}/document?format=ubl`))!.toString();
      expect(await brokenRules(xml)).toEqual([]);
      const amounts = ['Taxable', 'Tax', 'Prepaid', 'Payable'].map(
        (name) => new RegExp(`<cbc:${name}Amount [^>]*>([^<]*)`).exec(xml)![1]!,
      );
      expect((await deal.label.download(`/v1/invoices/${paper}/document`))!.subarray(0, 5).toString()).toBe('%PDF-');
      said.push([/TypeCode>(\d+)/.exec(xml)![1]!, ...amounts]);
    }
    expect(said).toEqual([
      ['381', '16199.19', '3240.00', '2430.00', '17009.19'],
      ['381', '16200.00', '3240.00', '2430.00', '17010.00'],
      ['380', '4050.00', '810.00', '607.50', '4252.50'],
      ['380', '16200.00', '3240.00', '2430.00', '17010.00'],
    ]);
  });

  // 5 % of 58,523.31, the VAT of 13,770.00 aside.
  it('are collected by what is left of the invoice and what came back, and no commission is taken of VAT', async () => {
    const superuser = await app.superuser();
    const { rows } = await superuser.query<{ id: string }>('SELECT id FROM invoice_credits WHERE agreement_id = $1', [
      deal.agreement.id,
    ]);
    await superuser.end();
    const invoices = await deal.invoices();
    await app.app.get(SendInvoice).execute({ invoiceId: invoices[0]!.id });
    for (const { id } of rows) await app.app.get(CreditInvoice).execute({ creditId: id });
    expect(await deal.paidOut(invoices)).toMatchObject({
      ...{ gross: { amount: '72293.31', currency: 'RUB' }, commission: { amount: '2926.17' } },
    });
    expect(await deal.label.get(`/v1/statements/${statementId}`)).toMatchObject({ state: 'settled' });
  });

  // 15 % of 300.00 are withheld; all of it is disputed, and the platform pays 300.00 less 45.00, and 60.00 of VAT: 25,515.00 roubles at 81.
  it('that are paid before the provider takes them off are disputed no more', async () => {
    const paid = await Deal.made(app, { ...vatAndTax, exchange: { ...exchange, source: 'manual' } });
    await paid.agree('withholding', '0.15', 'Treaty, article 12');
    await paid.agree('vat', '0.2', 'Standard rate');
    const agreed = async (rate: string): Promise<void> => {
      const stated = { base: 'USD', quote: 'RUB', day: '2026-01-31', rate, note: 'Agreed.' };
      const { number } = await paid.platform.post<{ number: number }>(paid.at('exchange-rates'), stated);
      await paid.label.post(paid.at('exchange-rates/confirmations'), { numbers: [number] });
    };
    await agreed('81');
    await reportUsage(app, paid.market, { plays: { [paid.market.isrcs[0]!]: 200, [paid.market.isrcs[1]!]: 100 } });
    const { statement } = await paid.close();
    for (const line of [1, 2]) await disputed(paid, statement.id, { lines: [line] });
    expect(await paid.balances()).toContain('platform-disputed USD 315.00');
    // What the parties say of the day by now makes no difference to what was booked.
    await agreed('99');
    const [invoice] = await paid.invoices();
    await app.app.get(SendInvoice).execute({ invoiceId: invoice!.id });
    await paid.paid((await paid.label.get<Invoice>(`/v1/invoices/${invoice!.id}`)).externalId!);
    expect(await paid.platform.get(`/v1/statements/${statement.id}/disputes`)).toMatchObject({
      rows: [{ state: 'paid' }, { state: 'paid' }],
    });
    expect(await paid.label.get(`/v1/statements/${statement.id}`)).toMatchObject({ state: 'settled' });
    expect(await paid.balances()).toEqual([
      'cash RUB 25515.00',
      'label-payable RUB -25515.00',
      'label-tax-credit USD 45.00',
      'label-vat USD -60.00',
      'platform-tax-withheld USD -45.00',
      'platform-vat USD 60.00',
    ]);
  });
});

describe('what is paid beforehand', () => {
  const taxes = { withholding: 'deducted', vat: 'reverse-charge' };
  const exchange = { payIn: 'RUB', source: 'cbr', rateOf: 'period-end' };
  const advance = { recoupableFrom: 'all' };
  const held = async (deal: Deal, by = deal.platform): Promise<string[]> => {
    const { rows } = await by.get<{
      rows: (Pick<Invoice, 'source' | 'amount'> & { missing: { pointer: string }[] })[];
    }>(deal.at('held-invoices'));
    return rows.map(
      ({ source, amount, missing }) => `${source} ${amount.amount}: ${missing.map(({ pointer }) => pointer).join(' ')}`,
    );
  };
  const due = async (deal: Deal): Promise<string[]> =>
    (await deal.invoices()).map(
      ({ source, amount, dueOn }) => `${source} ${amount.amount} ${amount.currency} by ${dueOn}`,
    );

  // Signed on 2 February: a dollar is 81 roubles. 15 % of 1,000.00 and of 500.00 are withheld, and 10 % of what counts for a day from the 15th on.
  // 850.00, 425.00 and 180.00 are 68,850.00, 34,425.00 and 14,580.00.
  it('is booked at once, held by name while a rate is missing, and invoiced with its taxes once it comes', async () => {
    const deal = await Deal.made(app, {
      ...{ taxes, exchange },
      advances: [
        { id: 'start', amount: '1000.00', due: 'signature', ...advance },
        { id: 'spring', amount: '200.00', due: [{ on: '2026-02-20', amount: '200.00' }], ...advance },
      ],
      settlement: {
        backFee: { amount: '500.00', due: 'signature' },
        ...{ claims: [], releasesUseBefore: '2026-01-01', effect: 'signature' },
      },
    });
    const agreementId = deal.agreement.id;
    await app.app.get(PostDues).execute({ agreementId });
    const missing = '/taxes/withholding /taxes/vat /exchange';
    expect(await held(deal)).toEqual([
      `start 1000.00: ${missing}`,
      `back-fee 500.00: ${missing}`,
      `spring #1 200.00: ${missing}`,
    ]);
    expect([await due(deal), (await deal.balances()).slice(-2)]).toEqual([
      [],
      ['royalties-prepaid USD -1000.00', 'unrecouped-advance USD 1000.00'],
    ]);

    await deal.agree('withholding', '0.15', 'Tax code, article 309');
    await deal.agree('withholding', '0.1', 'Treaty, article 12', '2026-02-15');
    await app.app.get(InvoiceHeld).execute({ agreementId });
    expect(await held(deal, deal.label)).toContain('spring #1 200.00: /taxes/vat /exchange');
    // Only now is it known that the bank rests on the 2nd: the rate before it holds.
    await published('2026-02-03', '90');
    await deal.agree('vat', '0.2', 'Tax code, article 161');
    const jobs = () => Promise.all([1, 2].map(() => app.app.get(InvoiceHeld).execute({ agreementId })));
    await jobs();
    await app.app.get(PostDues).execute({ agreementId });
    expect(await held(deal)).toEqual([]);
    expect(await due(deal)).toEqual([
      'back-fee 34425.00 RUB by 2026-03-04',
      'spring #1 14580.00 RUB by 2026-02-20',
      'start 68850.00 RUB by 2026-03-04',
    ]);
    expect(await deal.balances()).toEqual([
      'label-payable RUB -117855.00',
      'label-tax-credit USD 245.00',
      'platform-receivable RUB 117855.00',
      'platform-tax-withheld USD -245.00',
      'royalties-prepaid USD -1000.00',
      'unrecouped-advance USD 1000.00',
    ]);
    const [, spring] = await deal.invoices();
    const { rates } = await deal.platform.get<{ rates: { kind: string; from: Amount; to: Amount; on: string }[] }>(
      `/v1/invoices/${spring!.id}`,
    );
    expect(rates.map(({ kind, from, to, on }) => `${kind} of ${on}: ${from.amount} → ${to.amount}`)).toEqual([
      'exchange of 2026-01-31: 180.00 → 14580.00',
      'vat of 2026-01-01: 200.00 → 40.00',
      'withholding of 2026-02-15: 200.00 → 20.00',
    ]);

    // What royalties recoup of it is what the terms name: 1,200.00 less 1,000.00, of which 30.00 are withheld.
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 1_200 } });
    expect((await deal.close()).statement).toMatchObject({
      payable: { amount: '200.00' },
      payments: [{ line: 'vat' }, { tax: '30.00' }, { from: '170.00', to: '13770.00' }],
    });
    expect(await deal.paidOut((await deal.invoices()).filter(({ source }) => source === 'start'))).toMatchObject({
      gross: { amount: '68850.00', currency: 'RUB' },
      commission: { amount: '3442.50' },
    });
  });

  // 1.11 dollars are a euro: 100.00 are 90.09.
  it('waits for a bank, too, and keeps waiting what would recoup it', async () => {
    const advances = [
      { id: 'start', amount: '100.00', due: 'signature', ...advance },
      { id: 'spring', amount: '10.00', due: [{ on: '2026-02-20', amount: '10.00' }], ...advance },
    ];
    const deal = await Deal.made(app, {
      exchange: { payIn: 'EUR', source: 'ecb', rateOf: 'statement' },
      advances,
    });
    // From March on nothing is exchanged: what is due in February waits all the same.
    await deal.amended('2026-03-01', { advances });
    await app.app.get(PostDues).execute({ agreementId: deal.agreement.id });
    await app.app.get(InvoiceHeld).execute({ agreementId: deal.agreement.id });
    expect(await held(deal)).toEqual(['start 100.00: /exchange', 'spring #1 10.00: /exchange']);
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 40 } });
    await expect(deal.draft()).rejects.toThrow('rates-missing');
    const history = readFileSync(`${root}/examples/rates/eurofxref-hist.csv`);
    await operator.upload('/v1/exchange-rates/imports?source=ecb', 'text/csv', history);
    const superuser = await app.superuser();
    const { rows } = await superuser.query<{ key: string }>(
      `SELECT key FROM graphile_worker.jobs WHERE key LIKE 'invoice-held %' AND key LIKE '%' || $1`,
      [deal.agreement.id],
    );
    await superuser.end();
    expect(rows).toHaveLength(1);
    await app.app.get(InvoiceHeld).execute({ agreementId: deal.agreement.id });
    expect([await held(deal), await due(deal)]).toEqual([
      [],
      ['spring #1 9.01 EUR by 2026-02-20', 'start 90.09 EUR by 2026-03-04'],
    ]);
    expect((await deal.close()).statement).toMatchObject({
      payable: { amount: '0.00' },
      recouped: { amount: '40.00' },
    });
  });
});

/** Roubles for a dollar of a day, as the Bank of Russia would publish them. */
const published = (day: string, rate: string) =>
  app.parts.database.asSystem((tx) =>
    app.app.get(ImportRates).execute(
      tx,
      { system: 'test', organizationId: abroad.market.label.organizationId },
      {
        ...{ source: 'cbr', address: null, file: { sha256: day.replaceAll('-', '').padStart(64, '0'), bytes: 1 } },
        rates: [{ base: 'USD', quote: 'RUB', day: calendarDateOf(day), rate, line: 1 }],
      },
    ),
  );

const paidAtRate = { exchange: { payIn: 'RUB', source: 'cbr', rateOf: 'payment' } };
/** As `paidAtRate`, closed on 2 February and not paid yet. */
let unpaid: Deal;
const payment = { dueDays: 30, lateInterest: { annualRate: '0.08', dayCount: 'actual/365', graceDays: 0 } };
let left: Deal;
/** The same in roubles from the beginning. */
let late: Deal;

describe('an invoice that is paid at the rate of the day of payment', () => {
  // 1,000.00 and 200.00 of VAT. A dollar is 81 roubles: 97,200.00 with 16,200.00 of VAT, and 5 % of 81,000.00 are 4,050.00.
  it('stands in the currency of the terms, and is paid as it is quoted', async () => {
    [unpaid, left] = [await Deal.made(app, paidAtRate), await Deal.made(app, paidAtRate)];
    for (const { market } of [unpaid, left]) {
      await reportUsage(app, market, { plays: { [market.isrcs[0]!]: 1_000 } });
    }
    await unpaid.close();
    await left.close();
    late = await Deal.made(app, { payment, exchange: { payIn: 'RUB', source: 'cbr', rateOf: 'period-end' } });
    await reportUsage(app, late.market, { plays: { [late.market.isrcs[0]!]: 1_000 } });
    await late.close();

    const deal = await Deal.made(app, { ...paidAtRate, taxes: { withholding: 'deducted', vat: 'added' } });
    await deal.agree('withholding', '0', 'Treaty, article 12');
    await deal.agree('vat', '0.2', 'Standard rate');
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 1_000 } });
    const { statement } = await deal.close();
    expect(await deal.remade(statement.id)).toBe(statement.sha256);
    const [invoice] = await deal.invoices();
    expect(invoice).toMatchObject({ amount: { amount: '1200.00', currency: 'USD' }, payIn: 'RUB' });
    await app.app.get(SendInvoice).execute({ invoiceId: invoice!.id });
    const path = `/v1/invoices/${invoice!.id}`;
    expect(await deal.label.get(path)).toMatchObject({ externalId: null, state: 'issued' });

    expect(await outcome(deal.label, 'POST', `${path}/quotes`, {})).toBe('403 forbidden');
    const quote = await deal.quoted(invoice!);
    expect(quote).toMatchObject({ day: '2026-02-02', rate: '81', amount: { amount: '97200.00', currency: 'RUB' } });
    expect((await deal.quoted(invoice!)).id).toBe(quote.id);
    await deal.paid(quote.externalId!);
    expect(await outcome(deal.platform, 'POST', `${path}/quotes`, {})).toBe('409 invoice-not-quotable');
    expect(await deal.payOut([invoice!])).toMatchObject({
      ...{ gross: { amount: '97200.00', currency: 'RUB' }, commission: { amount: '4050.00' } },
    });
    expect(await deal.balances()).toEqual([
      'cash RUB 97200.00',
      'cash-in-transit RUB -93150.00',
      'label-vat USD -200.00',
      'marketplace-commission RUB -4050.00',
      'platform-vat USD 200.00',
    ]);
    const { rates } = await deal.platform.get<{ rates: { kind: string; to: Amount }[] }>(path);
    expect(rates.map(({ kind, to }) => `${kind} ${to.amount}`)).toContain('exchange 97200.00');
    const { rows } = await deal.label.get<{ rows: object[] }>('/v1/money?by=agreement');
    expect(rows).toMatchObject([
      { invoiced: { amount: '1200.00' }, paid: { amount: '1200.00' }, open: { amount: '0.00' } },
    ]);
  });
});

describe('lines of a statement that is paid at the rate of the day of payment', () => {
  const made = async (life: object): Promise<{ deal: Deal; statementId: string; invoice: Invoice }> => {
    const deal = await Deal.made(app, { ...paidAtRate, ...life });
    if ('taxes' in life) {
      await deal.agree('withholding', '0', 'Treaty, article 12');
      await deal.agree('vat', '0.2', 'Standard rate');
    }
    const [first, second] = deal.market.isrcs;
    await reportUsage(app, deal.market, { plays: { [first!]: 600, [second!]: 400 } });
    const { statement } = await deal.close();
    return { deal, statementId: statement.id, invoice: (await deal.invoices())[0]! };
  };

  // 400.00 and 80.00 of VAT wait: of 1,200.00 there are 720.00 left, 58,320.00 roubles with 9,720.00 of VAT; then 480.00 are 38,880.00.
  it('wait in the currency of the terms: what was quoted before is withdrawn, and less is asked for', async () => {
    const { deal, statementId, invoice } = await made({ taxes: { withholding: 'deducted', vat: 'added' } });
    const before = await deal.quoted(invoice);
    expect(before.amount.amount).toBe('97200.00');
    const { path, dispute } = await disputed(deal, statementId, { lines: [2] });
    expect(dispute).toMatchObject({
      credited: { amount: '480.00', currency: 'USD' },
      creditedVat: { amount: '80.00' },
    });
    expect(await deal.uses()).toHaveLength(2);
    await app.app.get(SendQuote).end({ quoteId: before.id });
    const quote = await deal.quoted(invoice);
    expect(quote).toMatchObject({ number: 2, amount: { amount: '58320.00' }, vat: { amount: '9720.00' } });
    expect((await deal.quotes(invoice.id)).map(({ state }) => state)).toEqual(['withdrawn', 'open']);
    await app.app.get(SendQuote).end({ quoteId: quote.id });
    expect((await deal.quoted(invoice)).id).toBe(quote.id);
    await deal.paid(quote.externalId!);
    await deal.platform.post(`${path}/withdrawal`, {});
    const back = (await deal.invoices())[1]!;
    expect(back).toMatchObject({
      payIn: 'RUB',
      amount: { amount: '480.00', currency: 'USD' },
      vat: { amount: '80.00' },
    });
    const rest = await deal.quoted(back);
    expect(rest).toMatchObject({ amount: { amount: '38880.00' }, vat: { amount: '6480.00' } });
    await deal.paid(rest.externalId!);
    expect(await deal.label.get(`/v1/statements/${statementId}`)).toMatchObject({ state: 'settled' });
    expect(await deal.balances()).toEqual([
      'cash RUB 97200.00',
      'label-payable RUB -97200.00',
      'label-vat USD -200.00',
      'platform-vat USD 200.00',
    ]);
    expect(await deal.payOut(await deal.invoices())).toMatchObject({ commission: { amount: '4050.00' } });
  });

  it('are paid where an earlier quote is: of two disputes the one that it did not know of', async () => {
    const { deal, statementId, invoice } = await made({});
    await disputed(deal, statementId, { lines: [1], expected: '500.00' });
    const quote = await deal.quoted(invoice);
    expect(quote.amount.amount).toBe('72900.00');
    await disputed(deal, statementId, { lines: [2] });
    await deal.paid(quote.externalId!);
    expect(await deal.platform.get(`/v1/statements/${statementId}/disputes`)).toMatchObject({
      rows: [{ state: 'open' }, { state: 'paid' }],
    });
    expect(await deal.label.get('/v1/money?by=agreement')).toMatchObject({
      rows: [{ paid: { amount: '900.00' }, open: { amount: '0.00' } }],
    });
    expect(await deal.balances()).toEqual([
      'cash RUB 72900.00',
      'label-disputed USD -100.00',
      'label-payable RUB -72900.00',
      'platform-disputed USD 100.00',
    ]);
  });
});

describe('a rate of tax that nobody answers', () => {
  let deal: Deal;
  const stated = async (by: ApiClient, tax: string, rate: string): Promise<void> => {
    await by.post(deal.at('tax-rates'), { tax, rate, source: 'As it is', from: '2026-01-01' });
  };
  const states = async (): Promise<string[]> =>
    (await deal.platform.all<{ number: number; state: string }>(deal.at('tax-rates'))).map(
      ({ number, state }) => `${number} ${state}`,
    );
  const missing = async (of = deal): Promise<string[]> => {
    const { months } = await of.platform.get<{ months: { missingRates: { message: string }[] }[] }>(of.at('timetable'));
    return months.flatMap(({ missingRates }) => missingRates.map(({ message }) => message));
  };
  const taken = (): Promise<unknown> =>
    Promise.all(
      ['1', '2', '3', '1'].map((number) =>
        app.app.get(TakeSilence).execute({ agreementId: deal.agreement.id, number }),
      ),
    );

  /** The rate is agreed on by both parties. */
  let agreed: Deal;
  const unknown = ['no rate of USD and RUB for 2026-03-03 is confirmed by both parties'];

  it('waits for an answer by a day, and the timetable says whose; who does not agree objects', async () => {
    agreed = await Deal.made(app, { exchange: { payIn: 'RUB', source: 'manual', rateOf: 'statement' } });
    expect(await missing(agreed)).toEqual(unknown);
    deal = await Deal.made(app, {
      taxes: { withholding: 'deducted', vat: 'reverse-charge' },
      exchange: { payIn: 'RUB', source: 'cbr', rateOf: 'statement' },
    });
    expect(await missing()).toEqual([
      'no rate of withholding is in force on 2026-01-31: neither party has stated one',
      'no rate of vat is in force on 2026-01-31: neither party has stated one',
    ]);
    await stated(deal.label, 'vat', '0.2');
    await stated(deal.label, 'withholding', '0');
    const objection = deal.at('tax-rates/2/objection');
    expect(await outcome(deal.label, 'POST', objection, { reason: 'No.' })).toBe('409 agreed-rate-state');
    expect(await deal.platform.post(objection, { reason: 'There is no treaty.' })).toMatchObject({
      ...{ state: 'contested', reason: 'There is no treaty.', answerBy: '2026-02-16' },
    });
    const vat =
      'no rate of vat is in force on 2026-01-31: number 1 of the label waits for the platform, until 2026-02-16';
    const withholding = 'no rate of withholding is in force on 2026-01-31: ';
    expect(await missing()).toEqual([
      `${withholding}the platform contests number 2, and nobody has stated another since`,
      vat,
    ]);
    await stated(deal.platform, 'withholding', '0.15');
    expect(await missing()).toEqual([
      `${withholding}number 3 of the platform waits for the label, until 2026-02-16`,
      vat,
    ]);
    await taken();
    expect(await states()).toEqual(['1 stated', '2 contested', '3 stated']);
  });

  // 15 % of 1,000.00 are withheld. By the rate of the 16th 850.00 are 69,700.00; by that of the 17th, which comes later, 70,550.00.
  it('holds from the day after; and a draft whose rate has come otherwise is outdated, its day stays', async () => {
    app.clock.moveTo(new Date('2026-02-16T21:30:00Z'));
    deal = await deal.signedIn();
    await taken();
    expect(await states()).toEqual(['1 unanswered', '2 contested', '3 unanswered']);
    for (const party of [deal.label, deal.platform]) {
      expect(await eventsWhere(party, ({ topic }) => topic === 'agreed-rate.unanswered', 2)).toHaveLength(2);
    }
    await published('2026-02-16', '82');
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 1_000 } });
    const first = await deal.draft();
    expect(await deal.label.get(`/v1/statements/${first}`)).toMatchObject({
      payments: [{ declaredByCustomer: '200.00' }, { net: '850.00' }, { on: '2026-02-16', to: '69700.00' }],
    });
    expect(await deal.draft()).toBe(first);

    await published('2026-02-17', '83');
    const { approvalId } = await deal.label.get<{ approvalId: string }>(`/v1/statements/${first}`);
    const second = await app.given.second(deal.market.label);
    const decision = `/v1/approvals/${approvalId}/decision`;
    expect(await outcome(second, 'POST', decision, { decision: 'approved' })).toBe('409 statement-outdated');
    app.clock.moveTo(new Date('2026-02-25T09:00:00Z'));
    await published('2026-02-25', '84');
    deal = await deal.signedIn();
    expect(await missing(await agreed.signedIn())).toEqual(unknown);
    const { statement } = await deal.close();
    expect(statement).toMatchObject({ payments: [{}, {}, { on: '2026-02-17', rate: '83', to: '70550.00' }] });
    expect(await deal.remade(statement.id)).toBe(statement.sha256);
  });

  it('holds no longer once who was silent states another one, and what was booked stays', async () => {
    const inForce = deal.at('tax-rates/in-force?day=2026-02-28');
    expect(await deal.label.get(inForce)).toMatchObject({ withholding: { rate: '0.15' }, vat: { rate: '0.2' } });
    await stated(deal.label, 'withholding', '0.05');
    const message =
      'no rate of withholding is in force on 2026-02-28: number 4 of the label waits for the platform, until 2026-03-11';
    expect((await refused(deal.label, 'GET', inForce)).faults).toMatchObject([{ message }]);
    await deal.label.post(deal.at('tax-rates/4/withdrawal'), {});
    expect(await deal.label.get(inForce)).toMatchObject({ withholding: { rate: '0.15' } });
    expect(await deal.uses()).toContain('withholding of close: 1000.00 USD → 150.00 USD by As it is');
  });
});

describe('a quote of another day', () => {
  // 1,000.00 were 84,000.00 roubles on the 25th, are 85,000.00 on the 26th and 86,000.00 on the 27th.
  it('is withdrawn for the next one; what is paid a day late leaves its difference on accounts of its own', async () => {
    unpaid = await unpaid.signedIn();
    const [invoice] = await unpaid.invoices();
    expect((await unpaid.quoted(invoice!)).amount.amount).toBe('84000.00');
    app.clock.moveTo(new Date('2026-02-26T09:00:00Z'));
    await published('2026-02-26', '85');
    unpaid = await unpaid.signedIn();
    const { id, externalId } = await unpaid.quoted(invoice!);
    expect((await unpaid.quotes(invoice!.id)).map(({ amount, state }) => `${amount.amount} ${state}`)).toEqual([
      '84000.00 withdrawn',
      '85000.00 open',
    ]);
    app.clock.moveTo(new Date('2026-02-27T09:00:00Z'));
    await published('2026-02-27', '86');
    await app.app.get(SendQuote).end({ quoteId: id });
    await unpaid.paid(externalId!);
    unpaid = await unpaid.signedIn();
    expect((await unpaid.quotes(invoice!.id)).map(({ state }) => state)).toEqual(['withdrawn', 'paid']);
    expect(await unpaid.balances()).toEqual([
      'cash RUB 85000.00',
      'label-exchange-difference RUB 1000.00',
      'label-payable RUB -85000.00',
      'platform-exchange-difference RUB -1000.00',
    ]);
    expect(await unpaid.uses()).toEqual([`exchange of invoice ${invoice!.number}: 1000.00 USD → 86000.00 RUB by cbr`]);
  });
});

describe('a quote that nobody pays', () => {
  it('is withdrawn once what was paid on its day has had a week to arrive', async () => {
    left = await left.signedIn();
    const [invoice] = await left.invoices();
    const { id, day } = await left.quoted(invoice!);
    expect(day).toBe('2026-02-27');
    const stateOn = async (time: string): Promise<string> => {
      app.clock.moveTo(new Date(time));
      await app.app.get(SendQuote).end({ quoteId: id });
      left = await left.signedIn();
      return (await left.quotes(invoice!.id))[0]!.state;
    };
    expect(await stateOn('2026-03-06T20:59:00Z')).toBe('open');
    expect(await stateOn('2026-03-06T21:00:00Z')).toBe('withdrawn');
  });
});

describe('an invoice that is paid late', () => {
  // Of 2 February, due on 4 March: 81,000.00 roubles at 8 % for the 12 days until the 16th are 213.04.
  it('bears interest as it is paid itself, whatever an amendment has made of the exchange since', async () => {
    late = await late.signedIn();
    await late.amended('2026-03-01', { payment, ...paidAtRate });
    app.clock.moveTo(new Date('2026-03-16T09:00:00Z'));
    const deal = await late.signedIn();
    const [royalties] = await deal.invoices();
    await app.app.get(SendInvoice).execute({ invoiceId: royalties!.id });
    const { externalId } = await deal.label.get<Invoice>(`/v1/invoices/${royalties!.id}`);
    await deal.paid(externalId!);
    const asIssued = (await deal.invoices()).sort((a, b) => (a.number < b.number ? -1 : 1));
    expect(asIssued.map(({ amount, payIn }) => [amount, payIn])).toEqual([
      [{ amount: '81000.00', currency: 'RUB' }, null],
      [{ amount: '213.04', currency: 'RUB' }, null],
    ]);
  });
});

describe('a month in which nothing is payable', () => {
  it('needs no rate: 10.00 wait for the minimum', async () => {
    const { market } = await abroad.signedIn();
    await reportUsage(app, market, { month: '2026-02', plays: { [market.isrcs[0]!]: 10 } });
    const { statement } = await closeMonth(app, market, abroad.agreement.id, '2026-02');
    expect(statement).toMatchObject({ payable: { amount: '0.00' }, payments: [] });
  });
});

describe('tax that was withheld', () => {
  const path = (rest = ''): string => abroad.at(`tax-certificates${rest}`);
  const overdue = async (): Promise<string[]> =>
    (await abroad.label.all<{ agreementId: string; month: string }>('/v1/overdue?kind=certificate')).map(
      ({ month }) => month,
    );

  // 255.00 of January; its certificate is due 120 days after the month.
  it('needs a certificate, and is overdue without one', async () => {
    abroad = await abroad.signedIn();
    const missing = [{ month: '2026-01', withheld: { amount: '255.00', currency: 'USD' }, due: '2026-05-31' }];
    expect(await abroad.platform.get(path())).toEqual({ rows: [], missing });
    app.clock.moveTo(new Date('2026-06-01T09:00:00Z'));
    abroad = await abroad.signedIn();
    for (const _ of [1, 2]) await app.app.get(WatchDeadlines).execute({ agreementId: abroad.agreement.id });
    expect(await overdue()).toEqual(['2026-01']);

    const bring = (query: string, text: string, by = abroad.platform) =>
      by.upload<{ number: number }>(path(`?${query}`), 'application/pdf', text);
    const query = 'from=2026-01&to=2026-03&reference=No.%2017';
    await expect(bring(query, 'No paper.')).rejects.toMatchObject({ status: 415 });
    for (const months of ['from=2026-03&to=2026-01', 'from=2026-01&to=2026-06', 'from=2025-12&to=2026-01']) {
      await expect(bring(`${months}&reference=A`, '%PDF-1.7')).rejects.toMatchObject({ status: 400 });
    }
    await expect(bring(query, '%PDF-1.7', abroad.label)).rejects.toMatchObject({ status: 403 });
    const paper = '%PDF-1.7 It was paid.';
    expect(await bring(query, paper)).toMatchObject({ number: 1, from: '2026-01', to: '2026-03', reference: 'No. 17' });
    expect(await abroad.label.get(path())).toMatchObject({
      rows: [{ number: 1, broughtBy: `member:${abroad.market.platform.memberId}` }],
      missing: [],
    });
    expect((await abroad.label.download(path('/1/file')))!.toString()).toBe(paper);
    expect(await overdue()).toEqual([]);
  });
});
