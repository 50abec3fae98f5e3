import readWorkbook from 'read-excel-file/node';
import { SendInvoice } from '../../src/settlement/invoices/send-invoice';
import { TakeEvent } from '../../src/settlement/payments/take-event';
import { SendPayout } from '../../src/settlement/payouts/send-payout';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { remade } from '../support/proved-statement';
import { closeMonth, reportUsage, type Statement, type StatementLine } from '../support/reported-usage';
import { eventTerms, sendEvents, usageEvent } from '../support/usage-events';

interface Invoice {
  readonly id: string;
  readonly purpose: string;
  readonly source: string;
  readonly amount: { readonly amount: string };
  readonly externalId: string | null;
}

let app: TestApp;
let operatorKey: ApiClient;
let market: Market;
/** Another label's and platform's, where tax is withheld and roubles are paid. */
let deal: Market;
let agreement: AgreementAnswer;
let statement: Statement;

/** The label's own name, which is one of its payees. */
let labelName: string;
/** As long as terms let a name be, nearly. */
const artist = `Mist Harbour Café Orchestra${', strings'.repeat(25)}`;
/** The same name, as somebody else's keyboard may write it. */
const typed = ` ${artist.normalize('NFD')} `;

/**
 * January at a quarter of a cent a stream and 0.36 a download, each line rounded. The 10.00 that were paid for January's streams lapse as far as these do not earn them, and what
 * is payable is the artist's and the label's, 60 to 40.
 */
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z', rail: true });
  const operator = await app.given.operator();
  await operator.post('/v1/commission-schedules', { rate: '0.05', from: '2025-01-01' });
  const { key } = await operator.post<{ key: string }>('/v1/api-keys', { name: 'reading', roles: ['finance'] });
  operatorKey = app.given.client(key);
  market = await openMarket(app, 3);
  deal = await openMarket(app, 1);
  ({ name: labelName } = await market.label.as.get<{ name: string }>(
    `/v1/organizations/${market.label.organizationId}`,
  ));
  agreement = await market.concluded({
    life: {
      settlement: undefined,
      rounding: { mode: 'half-up', decimals: 2, apply: 'line', spread: 'largest-remainder' },
      royalties: [
        { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.0025' } },
        { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
      ],
      advances: [
        {
          ...{ id: 'january', amount: '10.00', due: 'signature', recoupableFrom: ['streaming'] },
          recoup: { from: '2026-01-01', until: '2026-02-01', carryOver: false },
        },
      ],
      breakage: { allocateBy: 'units' },
      splits: [
        {
          from: '2026-01-01',
          until: '2028-01-01',
          shares: sharedBy('0.6', '0.4', labelName),
        },
      ],
    },
  });
  await moveTo('2026-02-02T09:00:00Z');
});
afterAll(() => app?.close());

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  for (const party of [market.label, market.platform, deal.label, deal.platform]) {
    Object.assign(party, { as: await app.given.signIn(party) });
  }
}

const report = (month: string, streams: readonly number[], downloads: number, replaces?: string): Promise<string> =>
  reportUsage(
    app,
    market,
    {
      month,
      plays: Object.fromEntries(streams.map((count, place) => [market.isrcs[place]!, count])),
      ...(downloads === 0 ? {} : { downloads: { [market.isrcs[0]!]: [downloads, 0] } }),
    },
    replaces,
  );

/** "payee-payable Mist Harbour -2.16": the accounts of the payees, and that of breakage. */
async function balances(): Promise<string[]> {
  const { rows } = await market.platform.as.get<{ rows: Balance[] }>(`/v1/agreements/${agreement.id}/balances`);
  return rows
    .filter(({ account }) => account === 'payee-payable' || account === 'breakage')
    .map(({ account, payee, balance }) => [account, ...(payee === null ? [] : [payee]), balance.amount].join(' '));
}

const royaltyInvoices = async (): Promise<Invoice[]> =>
  (await market.label.as.all<Invoice>('/v1/invoices')).filter(({ purpose }) => purpose === 'royalties');

const linesOf = (lines: readonly StatementLine[]): string[] =>
  lines.map(({ period, clause, quantity, amount }) => `${period} ${clause} ${quantity} ${amount}`);

let january: string;

describe('a month of which each line is rounded', () => {
  it('is booked with the sum of its rounded lines', async () => {
    january = await report('2026-01', [2, 2, 2], 10);
    const closed = await closeMonth(app, market, agreement.id, '2026-01');
    statement = closed.statement;
    // Three times 0.005 are 0.01 each; together they would be 0.02.
    expect(linesOf(closed.lines)).toEqual([
      '2026-01 streaming 2 0.01',
      '2026-01 streaming 2 0.01',
      '2026-01 streaming 2 0.01',
      '2026-01 downloads 10 3.60',
    ]);
    expect(statement).toMatchObject({
      royalties: { amount: '3.63' },
      recouped: { amount: '0.03' },
      payable: { amount: '3.60' },
    });
    expect((await remade(market.platform.as, statement.id)).sha256).toBe(statement.sha256);
  });

  it('has what lapsed allocated by units to its recordings, and booked once', async () => {
    expect(statement).toMatchObject({
      breakage: { allocateBy: 'units', amount: '9.97', recordings: '3', unallocated: '0.00' },
    });
    // Of 16 units: 9.97 × 12 / 16 = 7.4775, and 1.24625 twice. The odd cents go to the first and the second.
    const path = `/v1/statements/${statement.id}/breakage`;
    const parts = await market.platform.as.all<{ isrc: string; weight: string; amount: string }>(path);
    expect(parts.map(({ isrc, weight, amount }) => [isrc, weight, amount])).toEqual([
      [market.isrcs[0], '12', '7.48'],
      [market.isrcs[1], '2', '1.25'],
      [market.isrcs[2], '2', '1.24'],
    ]);
    const page = await market.label.as.get<{ rows: object[]; next: string }>(`${path}?limit=2`);
    expect(page.rows).toHaveLength(2);
    expect((await market.label.as.get<{ rows: object[] }>(`${path}?cursor=${page.next}`)).rows).toHaveLength(1);
    const csv = (await market.label.as.request('GET', `${path}?format=csv`)).text.split('\r\n');
    expect(csv.slice(0, 2)).toEqual([
      'line,isrc,weight,exact,amount,currency',
      `1,${market.isrcs[0]},12,7.4775,7.48,USD`,
    ]);
    expect(await balances()).toContain('breakage -9.97');
    const pdf = await market.platform.as.request('GET', `/v1/statements/${statement.id}/document?language=ru`);
    expect([pdf.status, pdf.text.slice(0, 5)]).toEqual([200, '%PDF-']);
    const file = (await market.label.as.download(`/v1/statements/${statement.id}/document?format=xlsx`))!;
    const sheet = (await readWorkbook(file)).at(-1)!;
    expect([sheet.sheet, ...sheet.data.slice(1).map((row) => row.slice(0, 5))]).toEqual([
      'breakage',
      [1, market.isrcs[0], 12, 7.4775, 7.48],
      [2, market.isrcs[1], 2, 1.24625, 1.25],
      [3, market.isrcs[2], 2, 1.24625, 1.24],
    ]);
  });

  it('is what its payees are owed, each on an account of its own', async () => {
    // 3.60 × 0.6 and × 0.4.
    expect(statement).toMatchObject({
      payments: [
        { line: 'share', payee: artist, amount: '2.16' },
        { line: 'share', payee: labelName, amount: '1.44' },
      ],
    });
    expect(await balances()).toEqual([
      'breakage -9.97',
      `payee-payable ${artist} -2.16`,
      `payee-payable ${labelName} -1.44`,
    ]);
    const paper = await market.platform.as.request('GET', `/v1/statements/${statement.id}/document?format=json`);
    expect(paper.text).toContain(`"line":"share","payee":"${artist}"`);
  });
});

describe('what is taken off an invoice that is shared out', () => {
  it('is taken off each payee, and is theirs again once the dispute is over', async () => {
    const disputes = `/v1/statements/${statement.id}/disputes`;
    const body = { lines: [4], reason: 'Only seven were sold.', expected: '2.55' };
    const { number } = await market.platform.as.post<{ number: number }>(disputes, body);
    // 2.55 are asked for: 1.53 and 1.02.
    expect(await balances()).toEqual([
      'breakage -9.97',
      `payee-payable ${artist} -1.53`,
      `payee-payable ${labelName} -1.02`,
    ]);
    await market.platform.as.post(`${disputes}/${number}/withdrawal`, {});
    expect(await balances()).toEqual([
      'breakage -9.97',
      `payee-payable ${artist} -2.16`,
      `payee-payable ${labelName} -1.44`,
    ]);
    expect((await royaltyInvoices()).map(({ source, amount }) => `${source} ${amount.amount}`).sort()).toEqual([
      '2026-01 3.60',
      `statement-dispute ${number} 1.05`,
    ]);
  });
});

describe('a payout to a payee', () => {
  let invoiceIds: string[];

  const payOut = (payee?: string) => ({ invoiceIds, ...(payee === undefined ? {} : { payee }) });
  const send = async (payout: { id: string; approvalId: string }): Promise<void> => {
    const colleague = await app.given.colleague(market.label, ['finance']);
    await colleague.post(`/v1/approvals/${payout.approvalId}/decision`, { decision: 'approved' });
    await app.app.get(SendPayout).execute({ payoutId: payout.id });
  };

  it('is of its part of what the platform has paid, to its own account', async () => {
    const superuser = await app.superuser();
    const invoices = await royaltyInvoices();
    invoiceIds = invoices.map(({ id }) => id);
    for (const id of invoiceIds) {
      await app.app.get(SendInvoice).execute({ invoiceId: id });
      const { externalId } = await market.label.as.get<Invoice>(`/v1/invoices/${id}`);
      app.stripe!.control.payInvoice(externalId!);
    }
    await app.stripe!.control.webhooksSettled();
    const { rows } = await superuser.query<{ id: string }>('SELECT id FROM stripe_events WHERE processed_at IS NULL');
    for (const { id } of rows) await app.app.get(TakeEvent).execute({ eventId: id });
    await superuser.end();
  });

  it('waits for the payee’s account, and a second person', async () => {
    await market.label.as.post('/v1/payment-accounts', {});
    expect(await outcome(market.label.as, 'POST', '/v1/payouts', payOut(artist))).toBe('409 payment-account-missing');
    const own = await market.label.as.post<{ externalId: string }>('/v1/payment-accounts', { payee: typed });
    expect(await outcome(market.label.as, 'POST', '/v1/payment-accounts', { payee: artist })).toBe(
      '409 payment-account-exists',
    );
    type Payout = { id: string; approvalId: string };
    const payout = await market.label.as.post<Payout>('/v1/payouts', payOut(typed));
    // 5 % of 2.16 are 0.108.
    expect(payout).toMatchObject({
      ...{
        payee: artist,
        account: own.externalId,
        gross: { amount: '2.16' },
        commission: { amount: '0.11' },
        net: { amount: '2.05' },
      },
    });
    expect((await refused(market.label.as, 'POST', '/v1/payouts', payOut(artist))).faults).toMatchObject([
      { message: `${invoiceIds[0]} is already in a payout` },
      { message: `${invoiceIds[1]} is already in a payout` },
    ]);
    await send(payout);
    expect(await balances()).toEqual([
      'breakage -9.97',
      `payee-payable ${artist} 0.00`,
      `payee-payable ${labelName} -1.44`,
    ]);
  });

  it('goes to the label’s own account where the payee is the label', async () => {
    const [nobody, nothing] = [payOut('Nobody'), payOut()];
    expect(await outcome(market.label.as, 'POST', '/v1/payouts', nobody)).toBe('409 payment-account-missing');
    expect((await refused(market.label.as, 'POST', '/v1/payouts', nothing)).faults[0]?.message).toContain(
      'is shared out among payees: name whose part',
    );
    const payout = await market.label.as.post<{ id: string; approvalId: string }>('/v1/payouts', payOut(labelName));
    expect(payout).toMatchObject({ payee: labelName, gross: { amount: '1.44' }, net: { amount: '1.37' } });
    await send(payout);
    const superuser = await app.superuser();
    const { rows } = await superuser.query<{ payee: string; own: boolean }>(
      `SELECT payee, account IN (SELECT external_id FROM payment_accounts) AS own FROM payouts ORDER BY planned_at`,
    );
    await superuser.end();
    expect(rows).toEqual([
      { payee: artist, own: false },
      { payee: labelName, own: true },
    ]);
    expect(await outcome(market.platform.as, 'GET', '/v1/payouts')).toBe('403 forbidden');
  });

  it('is what the provider moved', async () => {
    const compared = await operatorKey.get<object>('/v1/money-reconciliation?from=2026-02-01&until=2026-03-01');
    // Two invoices paid, two parts paid out.
    expect(compared).toMatchObject({ agreeing: 4, differences: [] });
  });

  it('leaves no name where none can be erased', async () => {
    const superuser = await app.superuser();
    const { rows } = await superuser.query<{ named: string }>(
      `SELECT count(*) AS named FROM (SELECT details AS told FROM audit_entries UNION ALL SELECT payload FROM outbox) AS kept
        WHERE told::text LIKE '%Mist Harbour%'`,
    );
    expect(rows).toEqual([{ named: '0' }]);
    await superuser.query('BEGIN');
    expect((await superuser.query(`UPDATE payees SET name = 'erased ' || number`)).rowCount).toBe(2);
    await superuser.query('ROLLBACK');
    await expect(superuser.query('UPDATE payees SET number = number + 10')).rejects.toThrow('UPDATE refused');
    await expect(superuser.query('DELETE FROM payees')).rejects.toThrow('DELETE refused');
    await superuser.end();
  });

  it('is never what was paid beyond the invoice: that waits for a person', async () => {
    const superuser = await app.superuser();
    const platformId = market.platform.organizationId;
    await superuser.query(
      `WITH paid AS (INSERT INTO receipts (platform_id, label_id, external_id, amount_minor, currency, received_at)
         VALUES ($1, $2, 'paid twice', 50, 'USD', now()) RETURNING id)
       INSERT INTO receipt_allocations SELECT paid.id, $3, $4, $2, $1, 50 FROM paid`,
      [platformId, market.label.organizationId, invoiceIds[0], agreement.id],
    );
    await superuser.end();
    const one = { invoiceIds: invoiceIds.slice(0, 1) };
    expect((await refused(market.label.as, 'POST', '/v1/payouts', one)).faults[0]?.message).toContain(
      'is shared out among payees: name whose part',
    );
  });
});

describe('what is taxed, exchanged, held and then shared out', () => {
  // 100 plays at 1 are 100.00; by the lower count 50.00. 15 % is withheld: 85.00, of which 42.50 wait. A dollar is 80 roubles.
  it('is the payees’ in the currency of payment, once it is due', async () => {
    const [isrc = ''] = deal.isrcs;
    const { id } = await deal.concluded({
      ...{ rate: '1', floor: '0' },
      life: {
        ...eventTerms(deal, []),
        ...{ advances: [], settlement: undefined },
        taxes: { withholding: 'deducted', vat: 'reverse-charge' },
        exchange: { payIn: 'RUB', source: 'manual', rateOf: 'period-end' },
        splits: [{ from: '2026-01-01', until: '2028-01-01', shares: sharedBy('0.6', '0.4') }],
      },
    });
    const at = (rest: string): string => `/v1/agreements/${id}/${rest}`;
    for (const [tax, rate] of [
      ['withholding', '0.15'],
      ['vat', '0.2'],
    ] as const) {
      const stated = { tax, rate, source: 'Treaty', from: '2026-01-01' };
      const { number } = await deal.platform.as.post<{ number: number }>(at('tax-rates'), stated);
      await deal.label.as.post(at(`tax-rates/${number}/confirmation`), {});
    }
    const rate = { base: 'USD', quote: 'RUB', day: '2026-01-31', rate: '80', note: 'Agreed.' };
    const { number } = await deal.platform.as.post<{ number: number }>(at('exchange-rates'), rate);
    await deal.label.as.post(at('exchange-rates/confirmations'), { numbers: [number] });
    await reportUsage(app, deal, { plays: { [isrc]: 100 } });
    await sendEvents(deal.platform.as, [usageEvent(deal, { id: 'counted', quantity: 50 })]);
    const dispute = { month: '2026-01', serviceId: deal.serviceIds[0], reason: 'The players counted less.' };
    await deal.platform.as.post(at('usage-disputes'), dispute);
    const closed = await closeMonth(app, deal, id, '2026-01');
    const payees = async (): Promise<string[]> => {
      const { rows } = await deal.label.as.get<{ rows: Balance[] }>(at('balances'));
      return rows
        .filter(({ account }) => /-payable$/.test(account))
        .map(({ payee, balance }) => `${payee} ${balance.amount} ${balance.currency}`);
    };
    expect(closed.statement).toMatchObject({
      held: { amount: '42.50', currency: 'USD' },
      payments: [
        { line: 'vat' },
        { line: 'withholding', net: '85.00' },
        { line: 'exchange', to: '6800.00', currency: 'RUB' },
        { line: 'share', payee: artist, amount: '4080.00' },
        { line: 'share', payee: 'The label', amount: '2720.00' },
      ],
    });
    expect((await payees()).filter((row) => !row.includes(' 0.00 '))).toEqual([
      `${artist} -2040.00 RUB`,
      'The label -1360.00 RUB',
    ]);
    for (const party of [deal.label, deal.platform]) await party.as.post(at('usage-disputes/1/release'), {});
    expect((await payees()).filter((row) => !row.includes(' 0.00 '))).toEqual([
      `${artist} -4080.00 RUB`,
      'The label -2720.00 RUB',
    ]);
    expect((await remade(deal.platform.as, closed.statement.id)).sha256).toBe(closed.statement.sha256);

    // Of the 100.00 of the only line no more than 50.00 are on the statement's own invoice, which is over 42.50: 3,400.00 roubles.
    const disputes = `/v1/statements/${closed.statement.id}/disputes`;
    const lines = { lines: [1], reason: 'Nobody played it.' };
    expect(await deal.platform.as.post(disputes, lines)).toMatchObject({
      ...{ disputed: { amount: '100.00' }, held: { amount: '50.00' }, heldLess: 'not-payable' },
      ...{ credited: { amount: '3400.00', currency: 'RUB' }, creditedVat: { amount: '0.00' } },
    });
    expect((await payees()).filter((row) => !row.includes(' 0.00 '))).toEqual([
      `${artist} -2040.00 RUB`,
      'The label -1360.00 RUB',
    ]);
    await deal.platform.as.post(`${disputes}/1/withdrawal`, {});
    expect((await payees()).filter((row) => !row.includes(' 0.00 '))).toEqual([
      `${artist} -4080.00 RUB`,
      'The label -2720.00 RUB',
    ]);
  });
});

describe('the correction of a month of which each line is rounded', () => {
  it('is the difference of rounded lines', async () => {
    await moveTo('2026-03-03T09:00:00Z');
    await report('2026-01', [2, 1, 2], 10, january);
    await report('2026-02', [4], 0);
    const { statement: february, lines } = await closeMonth(app, market, agreement.id, '2026-02');
    // One play less is 0.0025, which is nothing: 0.01 less.
    expect(linesOf(lines)).toEqual(['2026-02 streaming 4 0.01', '2026-01 streaming -1 -0.01']);
    expect(february).toMatchObject({ royalties: { amount: '0.00' }, payable: { amount: '0.00' }, breakage: null });
    expect((await remade(market.platform.as, february.id)).sha256).toBe(february.sha256);
  });
});

interface Balance {
  readonly account: string;
  readonly payee: string | null;
  readonly balance: { readonly amount: string; readonly currency: string };
}

const sharedBy = (artists: string, labels: string, name = 'The label') => [
  { payee: artist, share: artists },
  { payee: name, share: labels },
];
