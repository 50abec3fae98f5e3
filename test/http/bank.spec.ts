import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../../src/sample/api-client';
import { TakeOffAtProvider } from '../../src/settlement/bank/receipts/take-off-at-provider';
import { TakeBankFile } from '../../src/settlement/bank/take-bank-file';
import { SendInvoice } from '../../src/settlement/invoices/send-invoice';
import { TakeEvent } from '../../src/settlement/payments/take-event';
import { SendPayout } from '../../src/settlement/payouts/send-payout';
import { startTestApp, type TestApp } from '../support/app';
import { BankDouble, type Movement } from '../support/bank-double';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { expectMoneyAsBooked, moneyTold } from '../support/money-standing';
import { pain001Faults } from '../support/pain001-rules';

interface Amount {
  readonly amount: string;
}
interface Invoice {
  readonly id: string;
  readonly purpose: string;
  readonly number: string;
  readonly amount: Amount;
  readonly state: string;
}
interface Payments {
  readonly open: Amount;
  readonly reference: string;
  readonly accounts: readonly { readonly iban: string }[];
  readonly rows: readonly { readonly by: string; readonly amount: Amount }[];
}
interface Receipt {
  readonly id: string;
  readonly amount: Amount;
  readonly suspense: Amount;
  readonly toReturn: Amount;
  readonly reason: string | null;
  readonly uses: readonly { readonly matched: boolean; readonly amount: Amount }[];
  readonly suggestions: readonly { readonly invoiceId: string }[];
}
interface BankFile {
  readonly id: string;
  readonly outcome: Readonly<Record<string, number>> | null;
}
interface Payout {
  readonly id: string;
  readonly state: string;
  readonly rail: string;
  readonly account: string;
  readonly approvalId: string;
  readonly problem: string | null;
}
interface Details {
  readonly id: string;
  readonly state: string;
  readonly approvalId: string;
}
interface PaymentFile {
  readonly id: string;
  readonly messageId: string;
  readonly payouts: number;
  readonly ended: string | null;
  readonly rows: readonly {
    readonly payoutId: string;
    readonly state: string;
    readonly live: boolean;
    readonly hold: string;
  }[];
}

const ourIban = 'DE89370400440532013000';
const labelIban = 'NL91ABNA0417164300';

let app: TestApp;
let bank: BankDouble;
/** Two deals; each label counts its invoices from 1, so that both have the same numbers. */
let market: Market;
let other: Market;
let agreement: AgreementAnswer;
let accountId: string;
/** Two persons of the marketplace, and two of the label. */
let operators: readonly ApiClient[];
let people: readonly ApiClient[];
const credentials: { email: string; password: string }[] = [];
let labelColleague: { email: string; password: string };

/** Interest of 8 % on what is late. */
const life = {
  currency: 'EUR',
  payment: { dueDays: 30, lateInterest: { annualRate: '0.08', graceDays: 0, dayCount: 'actual/365' } },
};

beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z', rail: true });
  const operator = await app.given.operator();
  await operator.post('/v1/commission-schedules', { rate: '0.05', from: '2025-01-01' });
  for (const name of ['first', 'second'])
    credentials.push(await member(operator, `${name}-of-operator@example.org`, ['finance']));
  market = await openMarket(app);
  other = await openMarket(app);
  agreement = await market.concluded({ life });
  await other.concluded({ life });
  labelColleague = await member(market.label.as, 'second-of-label@example.org', ['finance']);
  await signIn();
  // Keys outlive every session.
  for (const party of [market.label, market.platform, other.label, other.platform]) {
    const { key } = await party.as.post<{ key: string }>('/v1/api-keys', { name: 'reading', roles: ['finance'] });
    Object.assign(party, { as: app.given.client(key) });
  }
  bank = new BankDouble(ourIban, 'EUR', '1000.00');
  const account = { currency: 'EUR', holder: 'Accordo Märkte GmbH', country: 'DE', iban: ourIban, bic: 'COBADEFF' };
  ({ id: accountId } = await operators[0]!.post<{ id: string }>('/v1/bank/accounts', account));
  expect(await outcome(operators[0]!, 'POST', '/v1/bank/accounts', account)).toBe('409 bank-account-exists');
});
afterAll(() => app?.close());

async function member(
  as: ApiClient,
  email: string,
  roles: readonly string[],
): Promise<{ email: string; password: string }> {
  const password = `sesame-${randomUUID()}`;
  await as.post('/v1/members', { name: 'Colleague', email, password, roles });
  return { email, password };
}

async function signIn(): Promise<void> {
  operators = await Promise.all(credentials.map((one) => app.given.signIn(one)));
  people = await Promise.all([market.label, labelColleague].map((one) => app.given.signIn(one)));
}

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  await signIn();
}

const brought = (content: string): Promise<BankFile> =>
  operators[0]!.upload<BankFile>('/v1/bank/files', 'application/xml', content);

/** What came of a file once its job has worked on it. */
async function taken(content: string): Promise<BankFile['outcome']> {
  const { id } = await brought(content);
  await app.app.get(TakeBankFile).execute({ fileId: id });
  return (await operators[0]!.get<BankFile>(`/v1/bank/files/${id}`)).outcome;
}

/** The code of the first fault of a file that is refused, or its own. */
async function refusal(content: string): Promise<string> {
  const { status, body } = await operators[0]!.request<{ code: string; faults?: { code: string }[] }>(
    'POST',
    '/v1/bank/files',
    { file: { type: 'application/xml', content } },
  );
  return [status, body.code, ...(body.faults?.slice(0, 1).map(({ code }) => code) ?? [])].join(' ');
}

const invoiceOf = async ({ label }: Market, purpose: string): Promise<Invoice> =>
  (await label.as.all<Invoice>('/v1/invoices')).find((invoice) => invoice.purpose === purpose)!;
const paymentsOf = ({ platform }: Market, { id }: Invoice): Promise<Payments> =>
  platform.as.get(`/v1/invoices/${id}/payments`);
const suspense = (): Promise<Receipt[]> => operators[0]!.all<Receipt>('/v1/bank/receipts?only=suspense');
const payoutNow = (id: string): Promise<Payout> => people[0]!.get(`/v1/payouts/${id}`);

async function balances(): Promise<Record<string, string>> {
  const { rows } = await market.label.as.get<{ rows: { account: string; balance: Amount }[] }>(
    `/v1/agreements/${agreement.id}/balances`,
  );
  return Object.fromEntries(
    rows.filter(({ balance }) => balance.amount !== '0.00').map(({ account, balance }) => [account, balance.amount]),
  );
}

const asBooked = (): Promise<void> => expectMoneyAsBooked(market.label.as, agreement.id);
/** Where the label's money stands, what is owed aside. */
const received = async (): Promise<string[]> =>
  (await moneyTold(market.label.as)).filter((told) => !told.startsWith('owed'));

const credit = (amount: string, more: Partial<Movement> = {}): Movement => ({
  ...{ credit: true, amount, day: '2026-01-20' },
  ...more,
});

describe('a statement of our account', () => {
  let first: string;

  it('pays invoices by their references, in part and all of them, and leaves the rest on suspense', async () => {
    const advance = await invoiceOf(market, 'advance');
    const backFee = await invoiceOf(market, 'back-fee');
    // The provider asks for the advance, too.
    await app.app.get(SendInvoice).execute({ invoiceId: advance.id });
    const paying = await paymentsOf(market, advance);
    expect(paying).toMatchObject({ open: { amount: '12000.00' }, accounts: [{ iban: ourIban }], rows: [] });
    const { name } = await market.platform.as.get<{ name: string }>(
      `/v1/organizations/${market.platform.organizationId}`,
    );
    first = bank.state({
      ...{ messageId: 'M-1', id: 'S-1' },
      movements: [
        credit('12000.00', { creditorReference: paying.reference, reference: 'E1' }),
        // Both labels have an invoice of this number: whose it is, the payer's name says.
        credit('4000.00', { text: `Part of ${backFee.number}`, name: ` ${name.toUpperCase()}.`, reference: 'E2' }),
        credit('100.00', { text: backFee.number, name: 'Somebody else', reference: 'E3' }),
        credit('777.00', { text: 'Thank you', reference: 'E4' }),
        credit('55.00', { pending: true }),
      ],
    });
    expect(await taken(first)).toEqual({ matched: 2, 'on-suspense': 2, pending: 1 });
    expect(await invoiceOf(market, 'advance')).toMatchObject({ state: 'paid' });
    expect(await invoiceOf(market, 'back-fee')).toMatchObject({ state: 'issued' });
    expect(await paymentsOf(market, backFee)).toMatchObject({
      open: { amount: '6000.00' },
      rows: [{ by: 'bank', amount: { amount: '4000.00' } }],
    });
    expect((await suspense()).map(({ suspense: { amount }, reason }) => `${amount} ${reason}`).sort()).toEqual([
      '100.00 reference-ambiguous',
      '777.00 reference-unknown',
    ]);
    expect(await balances()).toMatchObject({ cash: '16000.00', 'platform-receivable': '6000.00' });
    expect(await moneyTold(market.label.as)).toEqual([
      'owed not-due 6000.00 ×1',
      'received no-payment-account 12000.00 ×1 !',
      'received partly-paid 4000.00 ×1',
    ]);
    expect(await moneyTold(operators[0]!)).toContain('unmatched receipt-on-suspense 877.00 ×2 !');
    await asBooked();
  });

  it('has the provider ask for no more of what came by bank', async () => {
    const { rows } = await queue('bank-paid-at-provider');
    for (const { payload } of rows) await app.app.get(TakeOffAtProvider).execute(payload);
    expect(rows).toHaveLength(1);
    const audits = await sql(`SELECT action FROM audit_entries WHERE action LIKE 'invoice.%taken-off'`);
    expect(audits).toEqual([{ action: 'invoice.taken-off' }]);
  });

  it('is taken once, however often and under whatever name it comes', async () => {
    const before = await balances();
    const again = await brought(first);
    expect(again.outcome).toEqual({ matched: 2, 'on-suspense': 2, pending: 1 });
    expect(await refusal(first.replace('Thank you', 'Thank you!'))).toBe('409 bank-message-repeated');
    expect(await taken(first.replace('M-1', 'M-1a'))).toEqual({ pending: 1, repeated: 4 });
    // Another statement of that name: nothing of it is taken.
    const changed = first.replace('M-1', 'M-1b').replaceAll('777.00', '778.00').replace('17877.00', '17878.00');
    expect(await taken(changed)).toEqual({ pending: 1, 'statement-differs': 1 });
    expect(await balances()).toEqual(before);
    expect(await operators[0]!.all('/v1/bank/receipts')).toHaveLength(4);
  });

  it('pays the rest late, with interest on that alone; what is more than that stays on suspense', async () => {
    await moveTo('2026-03-10T09:00:00Z');
    const backFee = await invoiceOf(market, 'back-fee');
    const { reference } = await paymentsOf(market, backFee);
    const late = credit('6500.00', { day: '2026-03-06', text: `for ${reference.replace(/(.{4})/g, '$1 ')}` });
    expect(await taken(bank.state({ messageId: 'M-2', id: 'S-2', sequence: '2', movements: [late] }))).toEqual({
      'in-part': 1,
    });
    expect(await invoiceOf(market, 'back-fee')).toMatchObject({ state: 'paid' });
    // 6,000.00 × 0.08 × 30 / 365 days after the fourth of February.
    const interest = await invoiceOf(market, 'late-interest');
    expect(interest).toMatchObject({ amount: { amount: '39.45' } });
    expect((await market.label.as.request('GET', `/v1/invoices/${interest.id}/document`)).status).toBe(200);
    expect((await suspense()).map(({ reason }) => reason)).toContain('more-than-open');
  });

  it('takes apart what the bank booked as a whole, and tells what is missing between statements', async () => {
    bank.balance += 1_00n;
    const [a, b] = [await invoiceOf(other, 'advance'), await invoiceOf(other, 'back-fee')];
    const [forA, forB] = [await paymentsOf(other, a), await paymentsOf(other, b)];
    // The provider has the first one, and its answer is lost: we do not know that it asks for it.
    app.stripe!.faults.inject({ kind: 'error-after-work', method: 'POST', path: '/finalize', times: 1 });
    await expect(app.app.get(SendInvoice).execute({ invoiceId: a.id })).rejects.toThrow('the outcome is unknown');
    const movements: Movement[] = [
      credit('5000.00', {
        day: '2026-03-09',
        parts: [
          { amount: '3000.00', text: forA.reference },
          { amount: '2000.00', text: forB.reference },
        ],
      }),
      // One payment for the rest of both.
      credit('17000.00', { day: '2026-03-09', text: `${forA.reference} and ${forB.reference}` }),
    ];
    expect(await taken(bank.state({ messageId: 'M-4', id: 'S-4', sequence: '4', movements }))).toEqual({ matched: 3 });
    expect([(await invoiceOf(other, 'advance')).state, (await invoiceOf(other, 'back-fee')).state]).toEqual([
      'paid',
      'paid',
    ]);
    const statements = await operators[0]!.all<{ statementId: string; gapBefore: boolean }>(
      `/v1/bank/accounts/${accountId}/statements`,
    );
    expect(statements.map(({ statementId, gapBefore }) => [statementId, gapBefore])).toEqual([
      ['S-1', false],
      ['S-2', false],
      ['S-4', true],
    ]);
    const page = await operators[0]!.get<{ rows: object[]; next: string }>(
      `/v1/bank/accounts/${accountId}/statements?limit=2`,
    );
    const rest = `/v1/bank/accounts/${accountId}/statements?limit=2&cursor=${page.next}`;
    expect((await operators[0]!.get<{ rows: object[] }>(rest)).rows).toMatchObject([{ gapBefore: true }]);
  });

  it('is taken off at the provider also where its answer to our invoice was lost', async () => {
    const { id } = await invoiceOf(other, 'advance');
    const atProvider = () => app.stripe!.control.invoices().find(({ metadata }) => metadata?.invoice_id === id)!;
    expect(atProvider()).toMatchObject({ status: 'open', amount_remaining: 1_200_000 });
    await app.app.get(SendInvoice).execute({ invoiceId: id });
    for (const { payload } of (await queue('bank-paid-at-provider')).rows)
      await app.app.get(TakeOffAtProvider).execute(payload);
    expect(atProvider()).toMatchObject({ status: 'paid', amount_paid: 0 });
    await app.stripe!.control.webhooksSettled();
    for (const { payload } of (await queue('stripe-event')).rows) await app.app.get(TakeEvent).execute(payload);
    const heard = `SELECT outcome, count(*)::int AS count FROM stripe_events WHERE type = 'invoice.paid' GROUP BY outcome`;
    // The one before was of the first advance.
    expect(await sql(heard)).toEqual([{ outcome: 'invoice credited in full', count: 2 }]);
  });

  it('is known to nobody’s invoice where too many have the number that it names', async () => {
    const [number, { organizationId }] = ['INV-2019-000001', market.platform];
    // Of the payer’s own two the last one is beyond what is looked at.
    await sql(`INSERT INTO invoices (agreement_id, label_id, platform_id, purpose, source, number, amount_minor, currency, state, issued_at, due_on)
      SELECT '${agreement.id}', gen_random_uuid(), CASE WHEN n IN (1, 202) THEN '${organizationId}'::uuid ELSE gen_random_uuid() END, 'royalties', n, '${number}', 100, 'EUR', 'issued', now(), now()::date
        FROM generate_series(1, 202) AS n`);
    await sql(`UPDATE invoices SET id = (repeat(CASE source WHEN '1' THEN '0' ELSE 'f' END, 8) || substr(id::text, 9))::uuid
      WHERE number = '${number}' AND source IN ('1', '202')`);
    const { name } = await market.platform.as.get<{ name: string }>(`/v1/organizations/${organizationId}`);
    const movements = [credit('1.00', { day: '2026-03-09', text: number, name, reference: 'E9' })];
    expect(await taken(bank.state({ messageId: 'M-5', id: 'S-5', sequence: '5', movements }))).toEqual({
      'on-suspense': 1,
    });
    await sql(`DELETE FROM invoices WHERE number = '${number}'`);
    const [receipt] = (await suspense()).filter(({ amount }) => amount.amount === '1.00');
    expect(receipt).toMatchObject({ reason: 'reference-ambiguous' });
  });
});

describe('money on suspense', () => {
  const decide = (client: ApiClient, { id }: { id: string }): Promise<string> =>
    outcome(client, 'POST', `/v1/approvals/${id}/decision`, { decision: 'approved' });
  const use = (id: string, body: object): Promise<{ id: string }> =>
    operators[0]!.post(`/v1/bank/receipts/${id}/uses`, { reason: 'They wrote to us.', ...body });

  it('is used by two persons, or marked to be returned', async () => {
    const all = await suspense();
    const [over, unknown] = ['500.00', '777.00'].map((amount) => all.find((one) => one.suspense.amount === amount)!);
    const interest = await invoiceOf(market, 'late-interest');
    const shown = await operators[0]!.get<Receipt>(`/v1/bank/receipts/${over!.id}`);
    expect(shown.suggestions).toEqual([]);
    const asked = await use(over!.id, { invoiceId: interest.id });
    expect(await decide(operators[0]!, asked)).toBe('409 approval-needs-second-person');
    const twice = await use(over!.id, { invoiceId: interest.id, amount: '10.00' });
    expect(await decide(operators[1]!, asked)).toBe('200');
    expect(await decide(operators[1]!, twice)).toBe('409 approval-decided');
    expect(await invoiceOf(market, 'late-interest')).toMatchObject({ state: 'paid' });
    expect(await decide(operators[1]!, await use(unknown!.id, {}))).toBe('200');
    const after = await operators[0]!.all<Receipt>('/v1/bank/receipts');
    expect(after.find(({ id }) => id === over!.id)).toMatchObject({
      suspense: { amount: '460.55' },
      uses: [
        { matched: true, amount: { amount: '6000.00' } },
        { matched: false, amount: { amount: '39.45' } },
      ],
    });
    expect(after.find(({ id }) => id === unknown!.id)).toMatchObject({
      suspense: { amount: '0.00' },
      toReturn: { amount: '777.00' },
    });
    const refusedUse = (id: string, body: object): Promise<string> =>
      outcome(operators[0]!, 'POST', `/v1/bank/receipts/${id}/uses`, { reason: 'No.', ...body });
    expect(await refusedUse(unknown!.id, {})).toBe('409 bank-receipt-not-usable');
    expect(await refusedUse(over!.id, { invoiceId: interest.id })).toBe('409 bank-receipt-not-usable');
    expect(await refusedUse(over!.id, { amount: '460.56' })).toBe('409 bank-receipt-not-usable');
    expect(await refusedUse(randomUUID(), {})).toBe('404 not-found');
  });
});

const details = { currency: 'EUR', holder: 'Quiet Harbour Músic', country: 'NL', iban: labelIban };
const ask = async (body: object = details): Promise<Details> =>
  people[0]!.post('/v1/bank-details', { ...body, ...(await people[0]!.confirmed()) });

describe('bank details', () => {
  it('need a password, two persons and 72 hours, the first ones too', async () => {
    expect(await outcome(people[0]!, 'POST', '/v1/bank-details', details)).toBe('403 confirmation-required');
    const wrong = await refused(people[0]!, 'POST', '/v1/bank-details', {
      ...{ ...details, iban: labelIban.replace('43', '44') },
      ...(await people[0]!.confirmed()),
    });
    expect(wrong).toMatchObject({ status: 422, code: 'bank-account-invalid', faults: [{ pointer: '/iban' }] });
    const paid = { invoiceIds: [(await invoiceOf(market, 'advance')).id], rail: 'bank' };
    expect(await outcome(people[0]!, 'POST', '/v1/payouts', paid)).toBe('409 bank-details-missing');
    const { approvalId } = await ask();
    const decision = { decision: 'approved' };
    const path = `/v1/approvals/${approvalId}/decision`;
    expect(await received()).toEqual(['received no-payment-account 22039.45 ×3 !']);
    expect(await outcome(people[0]!, 'POST', path, decision)).toBe('409 approval-needs-second-person');
    await people[1]!.post(path, decision);
    expect(await outcome(people[0]!, 'POST', '/v1/payouts', paid)).toBe('409 bank-details-cooling');
    expect(await received()).toEqual(['received details-cooling 22039.45 ×3']);
    await moveTo('2026-03-13T08:59:00Z');
    expect(await outcome(people[0]!, 'POST', '/v1/payouts', paid)).toBe('409 bank-details-cooling');
    await moveTo('2026-03-13T09:01:00Z');
    expect((await people[0]!.all<Details>('/v1/bank-details')).map(({ state }) => state)).toEqual(['in-force']);
    expect(await received()).toEqual(['received payable 22039.45 ×3']);
    await asBooked();
  });

  it('that are changed end the payouts to those before, and nothing is paid until they have cooled off', async () => {
    const invoiceId = (await invoiceOf(market, 'advance')).id;
    const [planned, approved] = [await requested(invoiceId), await released((await invoiceOf(market, 'back-fee')).id)];
    const { approvalId } = await ask({ ...details, holder: 'Quiet Harbour Music & Söhne' });
    await people[1]!.post(`/v1/approvals/${approvalId}/decision`, { decision: 'approved' });
    for (const { id } of [planned, approved])
      expect(await payoutNow(id)).toMatchObject({ state: 'failed', problem: 'the bank details were changed' });
    const release = `/v1/approvals/${planned.approvalId}/decision`;
    expect(await outcome(people[1]!, 'POST', release, { decision: 'approved' })).toBe('409 approval-decided');
    expect(await outcome(people[0]!, 'POST', '/v1/payouts', { invoiceIds: [invoiceId] })).toBe(
      '409 bank-details-cooling',
    );
    expect(await outcome(operators[0]!, 'POST', '/v1/bank/payment-files', { accountId })).toBe(
      '409 payment-file-empty',
    );
    expect(await received()).toEqual(['received details-cooling 22039.45 ×3']);
    await moveTo('2026-03-20T09:00:00Z');
    expect(await received()).toEqual(['received payable 39.45 ×1', 'received payout-failed 22000.00 ×2 !']);
  });
});

const requested = (invoiceId: string): Promise<Payout> => people[0]!.post('/v1/payouts', { invoiceIds: [invoiceId] });

/** Asked for by one person of the label and released by another. */
async function released(invoiceId: string): Promise<Payout> {
  const payout = await requested(invoiceId);
  await people[1]!.post(`/v1/approvals/${payout.approvalId}/decision`, { decision: 'approved' });
  return payout;
}

describe('payouts by bank', () => {
  let advance: Invoice;
  let backFee: Invoice;
  let interest: Invoice;
  let payouts: Payout[];
  const endToEnd = (id: string): string => id.replaceAll('-', '').toUpperCase();
  const make = (): Promise<PaymentFile> => operators[0]!.post('/v1/bank/payment-files', { accountId });
  const content = async ({ id }: PaymentFile): Promise<string> =>
    (await operators[0]!.request('GET', `/v1/bank/payment-files/${id}/content`)).text;
  const out = (id: string, amount: string, more: Partial<Movement> = {}): Movement => ({
    ...{ credit: false, amount, day: '2026-03-20', endToEndId: endToEnd(id) },
    ...more,
  });

  it('go into one file each, which is as ISO 20022 has it', async () => {
    [advance, backFee, interest] = [
      await invoiceOf(market, 'advance'),
      await invoiceOf(market, 'back-fee'),
      await invoiceOf(market, 'late-interest'),
    ];
    payouts = [await released(advance.id), await released(backFee.id)];
    expect(payouts[0]).toMatchObject({ rail: 'bank', account: labelIban });
    const waiting = (): Promise<Payout[]> => operators[0]!.all<Payout>('/v1/payouts?waitsFor=to-file');
    expect((await waiting()).map(({ id }) => id).sort()).toEqual(payouts.map(({ id }) => id).sort());
    const file = await make();
    expect([await waiting(), await received()]).toEqual([
      [],
      ['received in-file 22000.00 ×2', 'received payable 39.45 ×1'],
    ]);
    expect(file).toMatchObject({ payouts: 2, total: { amount: '20900.00' }, ended: null });
    const text = await content(file);
    expect(await pain001Faults(text)).toEqual([]);
    expect(text).toContain('<Nm>Quiet Harbour Music Sohne</Nm>');
    expect(await outcome(operators[0]!, 'POST', '/v1/bank/payment-files', { accountId })).toBe(
      '409 payment-file-empty',
    );
    // It was never handed in: its payouts may be in another one, as the same payments.
    const path = `/v1/bank/payment-files/${file.id}`;
    expect(await operators[0]!.post(`${path}/withdrawal`, {})).toMatchObject({ ended: 'withdrawn' });
    expect(await outcome(operators[0]!, 'POST', `${path}/hand-in`, {})).toBe('409 payment-file-ended');
    expect(await outcome(operators[0]!, 'POST', '/v1/bank/payment-files', { accountId: randomUUID() })).toBe(
      '404 not-found',
    );
  });

  it('that somebody holds back go into no file, and keep one that has them from being handed in', async () => {
    const [one, two] = payouts;
    const hold = (client: ApiClient, { id }: Payout): Promise<string> =>
      outcome(client, 'POST', `/v1/payouts/${id}/hold`, { reason: 'Is it theirs?' });
    const letGo = (client: ApiClient, { id }: Payout): Promise<string> =>
      outcome(client, 'POST', `/v1/payouts/${id}/hold-release`, {});
    const end = (file: PaymentFile, how: string): Promise<string> =>
      outcome(operators[0]!, 'POST', `/v1/bank/payment-files/${file.id}/${how}`, {});
    expect(await hold(operators[0]!, one!)).toBe('201');
    const other = await make();
    expect(other).toMatchObject({ payouts: 1 });
    expect(await hold(people[0]!, two!)).toBe('201');
    expect(await received()).toEqual(['received on-hold 22000.00 ×2 !', 'received payable 39.45 ×1']);
    expect(await end(other, 'hand-in')).toBe('409 payment-file-held');
    expect(await operators[0]!.get(`/v1/bank/payment-files/${other.id}`)).toMatchObject({
      ...{ ended: null, rows: [{ payoutId: two!.id, state: 'approved', hold: 'Is it theirs?' }] },
    });
    expect(await end(other, 'withdrawal')).toBe('200');
    expect(await outcome(operators[0]!, 'POST', '/v1/bank/payment-files', { accountId })).toBe(
      '409 payment-file-empty',
    );
    expect([await letGo(operators[1]!, one!), await letGo(people[1]!, two!)]).toEqual(['201', '201']);
  });

  it('are confirmed by the bank’s booking, whether it comes before its answer or after', async () => {
    const file = await make();
    const original = await bank.take(await content(file));
    expect(original).toBe(file.messageId);
    expect(bank.asked.map(({ account }) => account)).toEqual([labelIban, labelIban]);
    const { rows } = await operators[0]!.get<PaymentFile>(`/v1/bank/payment-files/${file.id}`);
    const [one, two] = ['11400.00', '9500.00'].map((amount) => {
      const asked = bank.asked.find((payment) => payment.amount === amount)!;
      return rows.find(({ payoutId }) => endToEnd(payoutId) === asked.endToEndId)!.payoutId;
    });
    // The notification of the first is faster than the bank's word that it has the file, and names one that is none of ours.
    const early = bank.notify({
      ...{ messageId: 'N-1', id: 'N-1' },
      movements: [out(one!, '11400.00'), out(randomUUID(), '11400.00')],
    });
    expect(await taken(early)).toEqual({ 'not-ours': 1, 'payout-confirmed': 1 });
    expect(await payoutNow(one!)).toMatchObject({ state: 'confirmed' });
    expect(await payoutNow(two!)).toMatchObject({ state: 'approved' });
    const answer = bank.answer('A-1', { original: original, group: 'ACCP' });
    expect(await taken(answer)).toEqual({ known: 1, 'payout-sent': 1 });
    expect(await payoutNow(two!)).toMatchObject({ state: 'sent' });
    // Another amount: nothing moves, and a person looks at it.
    expect(await taken(bank.notify({ messageId: 'N-2', id: 'N-2', movements: [out(two!, '9500.01')] }))).toEqual({
      'payout-differs': 1,
    });
    expect(await payoutNow(two!)).toMatchObject({ state: 'sent', problem: 'the bank booked out another amount' });
    expect(await balances()).toMatchObject({ 'cash-in-transit': '-9500.00' });
    expect(await received()).toEqual(['in-transit bank-differs 9500.00 ×1 !', 'received payable 39.45 ×1']);
    await asBooked();
    // The statement counts more than a notification did.
    const movements = [out(one!, '11400.00'), out(two!, '9500.00')];
    expect(await taken(bank.state({ messageId: 'M-6', id: 'S-6', sequence: '6', movements }))).toEqual({
      ...{ known: 1, 'payout-confirmed': 1 },
    });
    expect(await payoutNow(two!)).toMatchObject({ state: 'confirmed', problem: null });
  });

  it('that the bank refuses or sends back are payable again, and the books are as if they had not been', async () => {
    const before = await balances();
    const refusedOne = await released(interest.id);
    // Where it goes is none of the provider's accounts: it is not asked about it.
    app.stripe!.faults.inject({ kind: 'rate-limited', path: '/v1/accounts', times: 1 });
    await app.app.get(SendPayout).execute({ payoutId: refusedOne.id });
    const file = await make();
    const original = await bank.take(await content(file));
    await operators[0]!.post(`/v1/bank/payment-files/${file.id}/hand-in`, {});
    expect(await payoutNow(refusedOne.id)).toMatchObject({ state: 'sent' });
    const late = { reason: 'Too late.' };
    expect(await outcome(operators[0]!, 'POST', `/v1/payouts/${refusedOne.id}/hold`, late)).toBe(
      '409 payout-not-holdable',
    );
    const answer = bank.answer('A-2', {
      original,
      group: 'PART',
      payments: [
        [endToEnd(refusedOne.id), 'RJCT', 'AC04'],
        [endToEnd(randomUUID()), 'RJCT'],
      ],
    });
    expect(await taken(answer)).toEqual({ 'not-ours': 1, 'payout-failed': 1 });
    expect(await payoutNow(refusedOne.id)).toMatchObject({ state: 'failed', problem: 'the bank refused it: AC04' });
    expect(await balances()).toEqual(before);
    const again = await released(interest.id);
    const second = await make();
    await bank.take(await content(second));
    // It comes back on the day on which it went, and the bank tells of that first.
    const amount = bank.asked.at(-1)!.amount;
    const back = { ...out(again.id, amount), credit: true, returned: 'AC04' };
    expect(await taken(bank.notify({ messageId: 'N-3', id: 'N-3', movements: [back] }))).toEqual({
      'payout-differs': 1,
    });
    const statement = bank.state({
      ...{ messageId: 'M-7', id: 'S-7', sequence: '7' },
      movements: [back, out(again.id, amount)],
    });
    expect(await taken(statement)).toMatchObject({ 'payout-returned': 1 });
    expect(await payoutNow(again.id)).toMatchObject({ state: 'failed', problem: 'the bank sent it back' });
    expect(await balances()).toEqual(before);
    expect(await received()).toEqual(['received payout-came-back 39.45 ×1 !']);
    await asBooked();
    const kinds = await sql(
      `SELECT kind, count(*)::int AS count FROM ledger_transactions WHERE kind LIKE 'payout-%' GROUP BY kind ORDER BY kind`,
    );
    expect(kinds).toEqual([
      { kind: 'payout-confirmed', count: 3 },
      { kind: 'payout-refused', count: 1 },
      { kind: 'payout-returned', count: 1 },
      { kind: 'payout-sent', count: 4 },
    ]);
  });

  it('that are in a file and to details replaced since end where the file is withdrawn', async () => {
    const last = await released(interest.id);
    const file = await make();
    const { approvalId } = await ask({ ...details, holder: 'Quiet Harbour II' });
    await people[1]!.post(`/v1/approvals/${approvalId}/decision`, { decision: 'approved' });
    expect(await payoutNow(last.id)).toMatchObject({ state: 'approved', waitsFor: 'in-file' });
    await operators[0]!.post(`/v1/bank/payment-files/${file.id}/withdrawal`, {});
    expect(await payoutNow(last.id)).toMatchObject({ state: 'failed', problem: 'the bank details were changed' });
    expect(await received()).toEqual(['received details-cooling 39.45 ×1']);
    await asBooked();
  });
});

describe('a file that is not as it must be', () => {
  const statement = (): string => {
    const { balance } = bank;
    const content = bank.state({ messageId: 'M-9', id: 'S-9', movements: [credit('1.00', { text: 'nothing' })] });
    bank.balance = balance;
    return content;
  };

  it('is refused whole, with its place', async () => {
    const good = statement();
    const doctype = good.replace('?>', '?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>');
    const deep = good.replace('<b:Ntry>', `<b:Ntry>${'<b:X>'.repeat(100)}${'</b:X>'.repeat(100)}`);
    expect(await refusal(good.slice(0, -60))).toBe('422 bank-file-unreadable xml-truncated');
    expect(await refusal(doctype)).toBe('422 bank-file-unreadable doctype-forbidden');
    expect(await refusal(good.replace('nothing', '&b;'))).toBe('422 bank-file-unreadable entity-forbidden');
    expect(await refusal(deep)).toBe('422 bank-file-unreadable too-deep');
    expect(await refusal(good.replace('camt.053', 'pacs.008'))).toBe('422 bank-file-unreadable');
    expect(await refusal('')).toMatch(/^4/);
    expect(await refusal(good.replace('>1.00<', '>2.00<'))).toBe('422 bank-file-unreadable balance-differs');
    expect(await refusal(good.replace('>1.00<', '>1.001<'))).toMatch('422 bank-file-unreadable amount-unknown');
    expect(await refusal(good.replaceAll(ourIban, labelIban))).toBe('422 bank-account-unknown bank-account-unknown');
    const answer = bank.answer('A-9', { original: 'NOBODYS', group: 'ACCP' });
    expect(await refusal(answer)).toBe('422 bank-account-unknown');
    expect(await operators[0]!.all('/v1/bank/files')).toHaveLength(13);
  });
});

async function sql(text: string): Promise<object[]> {
  const client = await app.superuser();
  try {
    return (await client.query<object>(text)).rows;
  } finally {
    await client.end();
  }
}

const queue = async (name: string): Promise<{ rows: { payload: Record<string, string> }[] }> => ({
  rows: (await sql(
    `SELECT j.payload FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = '${name}'`,
  )) as { payload: Record<string, string> }[],
});
