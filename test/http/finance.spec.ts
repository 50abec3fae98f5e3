import { readFileSync } from 'node:fs';
import type { ApiClient } from '../../src/sample/api-client';
import { InvoiceHeld } from '../../src/settlement/invoices/invoice-held';
import { SendInvoice } from '../../src/settlement/invoices/send-invoice';
import { SendPayout } from '../../src/settlement/payouts/send-payout';
import { startTestApp, type TestApp } from '../support/app';
import { openMarket, refused } from '../support/market';
import { root } from '../support/repository';
import { expectMoneyAsBooked, moneyTold } from '../support/money-standing';
import { reportUsage } from '../support/reported-usage';
import { type Amount, type Invoice, TaxedDeal as Deal } from '../support/taxed-deal';

let app: TestApp;
let operator: ApiClient;
let colleague: ApiClient;
/** A German label, a Russian platform: 25 % is withheld, and VAT is the platform's to pay. */
let deal: Deal;

const table = JSON.parse(readFileSync(`${root}/examples/tax-table.json`, 'utf8')) as { rules: object[] };

beforeAll(async () => {
  app = await startTestApp({ at: '2026-02-02T09:00:00Z', rail: true });
  operator = await app.given.operator();
  const password = 'xk2!9-fjord';
  const second = { name: 'Second', email: 'second-operator@accordo.example', password, roles: ['finance'] };
  await operator.post('/v1/members', second);
  colleague = await app.given.signIn(second);
  await operator.post('/v1/commission-schedules', { rate: '0.05', from: '2025-01-01', until: '2026-02-03' });
  deal = await Deal.made(app, {
    taxes: { withholding: 'deducted', vat: 'reverse-charge' },
    advances: [{ id: 'start', amount: '1000.00', due: 'signature', recoupableFrom: 'all' }],
    settlement: {
      backFee: { amount: '500.00', due: 'signature' },
      ...{ claims: [], releasesUseBefore: '2026-01-01', effect: 'signature' },
    },
  });
  await seated(deal, { label: 'DE', platform: 'RU' });
});
afterAll(() => app?.close());

async function sql<Row extends object>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  const superuser = await app.superuser();
  return (await superuser.query<Row>(text, [...parameters]).finally(() => superuser.end())).rows;
}

async function seated({ market }: Deal, countries: Record<'label' | 'platform', string>): Promise<void> {
  for (const who of ['label', 'platform'] as const) {
    await sql('UPDATE organizations SET country = $2 WHERE id = $1', [market[who].organizationId, countries[who]]);
  }
}

/** What waits to be tried again: "all", or an agreement's id. */
const tried = async (): Promise<string[]> =>
  (await sql<{ key: string }>(`SELECT key FROM graphile_worker.jobs WHERE key LIKE 'invoice-held %'`)).map(({ key }) =>
    key.slice('invoice-held '.length),
  );
const nothingTried = () =>
  sql(`SELECT graphile_worker.remove_job(key) FROM graphile_worker.jobs WHERE key LIKE 'invoice-held %'`);

const invoiceHeld = () => app.app.get(InvoiceHeld).execute({ agreementId: deal.agreement.id });

interface TaxTable {
  readonly id: string;
  readonly number: number;
  readonly state: string;
  readonly approvalId: string;
}
interface TaxAnswer {
  readonly table: number | null;
  readonly vat: { treatment: string; cases: { rate: string; source: string }[] } | null;
  readonly withholding: {
    cases: { rate: string; when: string | null; certificate: string | null; grossUp: string }[];
  } | null;
  readonly missing: { pointer: string; message: string }[];
}

const rule = (client: ApiClient, query: string): Promise<TaxAnswer> => client.get(`/v1/tax-rules?${query}`);

describe('the tax table', () => {
  let proposed: TaxTable;

  it('is taken whole, by the operator, and refused with all faults', async () => {
    const wrong = {
      ...table,
      rules: [
        { ...table.rules[0], sellers: ['ZZ', 'QQ'] },
        { ...table.rules[0], from: '2026-02-30' },
      ],
    };
    const { code, faults } = await refused(operator, 'POST', '/v1/tax-tables', wrong);
    expect([code, faults.map(({ pointer }) => pointer)]).toEqual([
      'request-invalid',
      ['/rules/0/sellers', '/rules/1/from'],
    ]);
    expect(await refused(deal.label, 'POST', '/v1/tax-tables', table)).toMatchObject({ code: 'forbidden' });
    proposed = await operator.post<TaxTable>('/v1/tax-tables', table);
    expect(proposed).toMatchObject({ state: 'proposed', number: expect.any(Number) as number });
  });

  it('holds for nothing and is shown to nobody before a second person has approved it', async () => {
    expect(await deal.label.all('/v1/tax-tables')).toEqual([]);
    const asked = await rule(deal.label, 'seller=DE&buyer=RU&supply=royalty&on=2026-02-02');
    expect([asked.table, asked.vat, asked.missing.map(({ pointer }) => pointer)]).toEqual([
      null,
      null,
      ['/vat', '/withholding'],
    ]);
    const decision = `/v1/approvals/${proposed.approvalId}/decision`;
    const alone = await refused(operator, 'POST', decision, { decision: 'approved' });
    expect(alone.code).toBe('approval-needs-second-person');
    // Whoever signs in the same moment has its invoice looked at again itself.
    expect(await tried()).toEqual([deal.agreement.id]);
    await nothingTried();
    await colleague.post(decision, { decision: 'approved' });
    expect(await tried()).toEqual(['all']);
    await app.app.get(InvoiceHeld).execute({});
    expect(await tried()).toContain(deal.agreement.id);
    expect(await deal.label.all('/v1/tax-tables')).toMatchObject([{ state: 'approved', approvalId: null }]);
  });

  it('answers with law and article, what has to be there, and what is not known', async () => {
    const {
      table: number,
      vat,
      withholding,
      missing,
    } = await rule(deal.platform, 'seller=GB&buyer=DE&supply=royalty&on=2026-11-29');
    expect([number, vat?.treatment, vat?.cases[0]?.rate, missing]).toEqual([
      proposed.number,
      'reverse-charge',
      '0.07',
      [],
    ]);
    expect(vat?.cases[0]?.source).toContain('§ 13b(2) no. 1');
    expect(withholding?.cases.map(({ rate, certificate, grossUp }) => [rate, certificate, grossUp])).toEqual([
      ['0.15825', null, '633/3367'],
      ['0', 'certificate of exemption of the Bundeszentralamt für Steuern', '0'],
    ]);
    const open = await rule(deal.platform, 'seller=GB&buyer=DE&supply=back-fee&on=2026-11-29');
    expect(open.missing.map(({ message }) => message)).toEqual([
      expect.stringContaining('pays for a licence') as string,
      expect.stringContaining('makes good a damage') as string,
    ]);
    const elsewhere = await rule(deal.platform, 'seller=KZ&buyer=DE&supply=royalty&on=2026-11-29');
    expect(elsewhere.missing[0]!.message).toContain(`table ${proposed.number} has no rule`);
    const nonsense = await refused(
      deal.platform,
      'GET',
      '/v1/tax-rules?seller=ZZ&buyer=QQ&supply=royalty&on=2026-02-30',
    );
    expect(nonsense.faults.map(({ pointer }) => pointer)).toEqual(['/seller', '/buyer', '/on']);
  });

  // 25 % of 1,000.00 are withheld; nobody knows what becomes of the 500.00 for past use.
  it('invoices what was held for a rate, and holds on to what it does not know, by name', async () => {
    await invoiceHeld();
    expect((await deal.invoices()).map(({ source, amount }) => `${source} ${amount.amount}`)).toEqual(['start 750.00']);
    const { rows } = await deal.platform.get<{ rows: { source: string; missing: { message: string }[] }[] }>(
      deal.at('held-invoices'),
    );
    expect(rows.map(({ source, missing }) => [source, missing.length])).toEqual([['back-fee', 2]]);
    expect(rows[0]!.missing[1]!.message).toContain(
      `of back-fee, tax table ${proposed.number} says: it does not know whether the fee`,
    );
    const uses = await deal.label.all<{
      kind: string;
      rate: string;
      agreedNumber: null;
      taxRuleId: string;
      formula: string;
    }>(deal.at('rate-uses'));
    expect(uses.map(({ kind, rate, agreedNumber, taxRuleId }) => [kind, rate, agreedNumber, taxRuleId.length])).toEqual(
      [
        ['vat', '0.22', null, 36],
        ['withholding', '0.25', null, 36],
      ],
    );
    expect(uses[1]!.formula).toBe(`withholding 0.25 since 2025-01-01 (tax table ${proposed.number})`);
  });

  it('steps back for what the parties say, and warns where that differs', async () => {
    type Taxes = Record<'vat' | 'withholding', { rate: string; by: string; table: { says: string; differs: boolean } }>;
    const inForce = (): Promise<Taxes> => deal.label.get(`${deal.at('tax-rates/in-force')}?day=2026-01-31`);
    expect(await inForce()).toMatchObject({ vat: { by: 'table', rate: '0.22', table: { differs: false } } });
    const stated = await deal.platform.post<{ number: number }>(deal.at('tax-rates'), {
      ...{ tax: 'withholding', rate: '0.15', source: 'A treaty', from: '2026-01-01' },
    });
    // Somebody holds it to be otherwise: until that is answered nobody may be sure.
    expect(await refused(deal.label, 'GET', `${deal.at('tax-rates/in-force')}?day=2026-01-31`)).toMatchObject({
      ...{ code: 'rates-missing', faults: [{ pointer: '/taxes/withholding' }] },
    });
    await deal.label.post(deal.at(`tax-rates/${stated.number}/objection`), { reason: 'It is suspended.' });
    expect(await inForce()).toMatchObject({ withholding: { by: 'table', rate: '0.25' } });
    await deal.agree('withholding', '0.2', 'A ruling', '2026-01-01');
    expect(await inForce()).toMatchObject({
      withholding: {
        by: 'parties',
        rate: '0.2',
        table: { differs: true, says: expect.stringContaining('0.25') as string },
      },
    });
  });

  it('gives way to its next version, and a version that is rejected changes nothing', async () => {
    const next = await operator.post<TaxTable>('/v1/tax-tables', {
      ...table,
      name: 'Next',
      rules: table.rules.slice(0, 1),
    });
    await colleague.post(`/v1/approvals/${next.approvalId}/decision`, { decision: 'rejected' });
    const asked = () => rule(operator, 'seller=DE&buyer=RU&supply=royalty&on=2026-02-02');
    expect(await asked()).toMatchObject({ table: proposed.number, missing: [] });
    expect((await operator.all<TaxTable>('/v1/tax-tables')).map(({ state }) => state)).toEqual([
      'approved',
      'rejected',
    ]);
    const last = await operator.post<TaxTable>('/v1/tax-tables', { ...table, name: 'Last' });
    await colleague.post(`/v1/approvals/${last.approvalId}/decision`, { decision: 'approved' });
    expect(await asked()).toMatchObject({ table: last.number, missing: [] });
  });
});

const told = moneyTold;
const expectBooks = (): Promise<void> => expectMoneyAsBooked(deal.label, deal.agreement.id);

describe('where money stands', () => {
  let invoice: Invoice;
  const payOut = (id: string) =>
    deal.label.post<{ id: string; approvalId: string; commission: Amount }>('/v1/payouts', { invoiceIds: [id] });

  it('says what is owed and why, to either party, and equals the books at every step', async () => {
    expect(await told(deal.label)).toEqual(['owed not-due 750.00 ×1', 'owed rate-missing 500.00 ×1 !']);
    expect(await told(deal.platform)).toEqual(await told(deal.label));
    await expectBooks();
    // 1,600.00 of January recoup the 1,000.00; of 600.00 the parties' 20 % are withheld.
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 1_600 } });
    await deal.close();
    expect(await told(deal.label)).toEqual(['owed not-due 1230.00 ×2', 'owed rate-missing 500.00 ×1 !']);
    await expectBooks();
  });

  it('follows a payment to the bank, telling what is to be done next', async () => {
    invoice = (await deal.invoices()).find(({ source }) => source === 'start')!;
    await app.app.get(SendInvoice).execute({ invoiceId: invoice.id });
    await deal.paid((await deal.label.get<Invoice>(`/v1/invoices/${invoice.id}`)).externalId!);
    const owed = ['owed not-due 480.00 ×1', 'owed rate-missing 500.00 ×1 !'];
    expect(await told(deal.label)).toEqual([...owed, 'received no-payment-account 750.00 ×1 !']);
    await expectBooks();
    await deal.label.post('/v1/payment-accounts', {});
    expect(await told(deal.label)).toEqual([...owed, 'received payable 750.00 ×1']);
    const { id, approvalId } = await payOut(invoice.id);
    expect(await told(deal.label)).toEqual([...owed, 'received to-approve 750.00 ×1']);
    await expectBooks();
    const second = await app.given.second(deal.market.label);
    await second.post(`/v1/approvals/${approvalId}/decision`, { decision: 'approved' });
    expect(await told(deal.label)).toEqual([...owed, 'received to-send 750.00 ×1']);
    app.stripe!.faults.inject({
      kind: 'timeout-after-work',
      method: 'POST',
      path: '/v1/transfers$',
      times: 1,
      delayMs: 20,
    });
    await expect(app.app.get(SendPayout).execute({ payoutId: id })).rejects.toThrow();
    expect(await told(deal.label)).toEqual([...owed, 'received outcome-unknown 750.00 ×1 !']);
    await app.app.get(SendPayout).execute({ payoutId: id });
    expect(await told(deal.label)).toEqual(['in-transit at-the-bank 712.50 ×1', ...owed]);
    await expectBooks();
    // What it has paid is none of the platform's matter any more; the operator holds it.
    expect(await told(deal.platform)).toEqual(owed);
    expect(await told(operator)).toEqual(['in-transit at-the-bank 712.50 ×1', ...owed]);
  });

  it('lists each piece once, page by page, with what whoever asks can do', async () => {
    type Piece = Record<'place' | 'purpose' | 'whatToDo', string>;
    const pieces: Piece[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: { rows: Piece[]; next: string | null } = await deal.label.get(`/v1/money/pieces?limit=1${next}`);
      pieces.push(...page.rows);
      next = page.next && `&cursor=${page.next}`;
    }
    expect(pieces.map(({ place, purpose }) => `${place} ${purpose}`).sort()).toEqual([
      'in-transit advance',
      'owed back-fee',
      'owed royalties',
    ]);
    const stuck = await deal.platform.all<Piece>('/v1/money/pieces?stuck=true');
    expect(stuck.map(({ whatToDo }) => whatToDo)).toEqual([expect.stringContaining('held-invoices') as string]);
    expect(await deal.label.all('/v1/money/pieces?reason=payable&stuck=true')).toEqual([]);
    await sql(
      `INSERT INTO stripe_events (id, type, payload, received_at, processed_at, outcome) VALUES ('evt_odd', 'invoice.paid', '{}', $1, $1, 'amount differs')`,
      [app.clock.now()],
    );
    expect(await operator.all('/v1/money/pieces?place=unmatched')).toMatchObject([
      { reason: 'event-unfit', amount: null, source: 'amount differs', subject: 'evt_odd', stuck: true },
    ]);
    expect(await deal.label.all('/v1/money/pieces?place=unmatched')).toEqual([]);
    await sql(`DELETE FROM stripe_events WHERE id = 'evt_odd'`);
  });

  it('foresees what comes in by due days and by what runs', async () => {
    type Cash = { rows: { from: string; invoiced: Amount; accrued: Amount }[]; missing: object[]; next: string | null };
    const cash = (query: string): Promise<Cash> => deal.platform.get(`/v1/money/forecast${query}`);
    const shown = ({ rows }: Cash): string[] =>
      rows.map(({ from, invoiced, accrued }) => `${from} ${invoiced.amount} ${accrued.amount}`);
    const weekly = await cash('');
    expect([weekly.missing, weekly.next]).toEqual([[], null]);
    expect(shown(weekly)).toEqual(['2026-03-02 480.00 0.00', 'unknown 500.00 0.00']);
    expect(shown(await cash('?by=month'))).toEqual(['2026-03-01 480.00 0.00', 'unknown 500.00 0.00']);
  });

  it('takes of the label’s money what it accepted: the schedule before goes on until it accepts the next', async () => {
    const next = { rate: '0.1', from: '2026-02-03', until: '2026-06-01' };
    const { id } = await operator.post<{ id: string }>('/v1/commission-schedules', next);
    await operator.post('/v1/commission-schedules', { rate: '0.02', from: '2026-06-01' });
    app.clock.moveTo(new Date('2026-03-20T09:00:00Z'));
    deal = await deal.signedIn();
    expect(await told(deal.label)).toEqual([
      'in-transit at-the-bank 712.50 ×1',
      'owed overdue 480.00 ×1 !',
      'owed rate-missing 500.00 ×1 !',
    ]);
    const royalties = (await deal.invoices()).find(({ source }) => source === '2026-01')!;
    await app.app.get(SendInvoice).execute({ invoiceId: royalties.id });
    await deal.paid((await deal.label.get<Invoice>(`/v1/invoices/${royalties.id}`)).externalId!);
    const before = await payOut(royalties.id);
    expect(before.commission.amount).toBe('24.00');
    const second = await app.given.second(deal.market.label);
    await second.post(`/v1/approvals/${before.approvalId}/decision`, { decision: 'rejected' });
    expect(await refused(deal.platform, 'POST', `/v1/commission-schedules/${id}/acceptance`, {})).toMatchObject({
      code: 'forbidden',
    });
    const accepted = await deal.label.post<{ acceptedAt: string }>(`/v1/commission-schedules/${id}/acceptance`, {});
    app.clock.moveTo(new Date('2026-03-20T09:01:00Z'));
    expect(await deal.label.post(`/v1/commission-schedules/${id}/acceptance`, {})).toEqual(accepted);
    expect((await payOut(royalties.id)).commission.amount).toBe('48.00');
    await expectBooks();
    // 100 plays of February are paid once they are stated.
    await reportUsage(app, deal.market, { month: '2026-02', plays: { [deal.market.isrcs[0]!]: 100 } });
    const { rows } = await deal.label.get<{ rows: { from: string; accrued: Amount }[] }>('/v1/money/forecast?by=month');
    expect(rows.filter(({ from }) => from !== 'unknown').map(({ from, accrued }) => [from, accrued.amount])).toEqual([
      ['2026-04-01', '100.00'],
    ]);
  });

  it('foresees the rest where a close would be refused, and says why', async () => {
    // As where a contract came to be whose currency is another one than that of a report of before.
    await sql(`UPDATE usage_contexts SET currency = 'EUR'`);
    expect(await deal.platform.get('/v1/money/forecast')).toMatchObject({
      rows: [{ from: 'unknown' }],
      missing: [{ agreementId: deal.agreement.id, faults: [{ pointer: '/2026-02', code: 'period-not-closable' }] }],
    });
  });
});

describe('a label that comes later', () => {
  let own: Deal;

  it('accepts no commission whose end has passed; its first signature accepts what is in force beside what is to come', async () => {
    type Schedule = Record<'id' | 'rate' | 'acceptedAt', string | null>;
    await app.given.operatorSignedIn();
    const market = await openMarket(app, 3);
    const label = market.label.as;
    const schedules = async () => (await label.get<{ rows: Schedule[] }>('/v1/commission-schedules')).rows;
    const accepted = async () =>
      (await schedules()).flatMap(({ rate, acceptedAt }) => (acceptedAt === null ? [] : [rate]));
    const [ended, , future] = await schedules();
    const path = (one: Schedule): string => `/v1/commission-schedules/${one.id}/acceptance`;
    expect(await refused(label, 'POST', path(ended!), {})).toMatchObject({ status: 409, code: 'commission-ended' });
    await label.post(path(future!), {});
    const taxes = { withholding: 'deducted', vat: 'added' };
    const advances = [{ id: 'start', amount: '1000.00', due: 'signature', recoupableFrom: 'all' }];
    own = await Deal.made(app, { taxes, advances }, market);
    expect(await accepted()).toEqual(['0.1', '0.02']);
    // Whoever had accepted it in time may say so again.
    expect(await deal.label.post(path(ended!), {})).toMatchObject({ rate: '0.05' });
  });

  // The terms add VAT, and by law the platform declares it: 1,000.00 without any.
  it('is taxed by the table once nobody’s word waits, and its invoice says who declares the tax', async () => {
    await seated(own, { label: 'DE', platform: 'GB' });
    await own.agree('withholding', '0', 'The convention, article 12');
    const state = (by: ApiClient, rate: string) =>
      by.post<{ number: number }>(own.at('tax-rates'), { tax: 'vat', rate, source: 'Mine', from: '2026-01-01' });
    const object = (by: ApiClient, { number }: { number: number }) =>
      by.post(own.at(`tax-rates/${number}/objection`), { reason: 'It is not.' });
    const [first, second] = [await state(own.label, '0.19'), await state(own.platform, '0')];
    await object(own.label, second);
    const inForce = `${own.at('tax-rates/in-force')}?day=2026-03-20`;
    const { faults } = await refused(own.platform, 'GET', inForce);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining(`number ${first.number} of the label waits for the platform`) as string,
    ]);
    await nothingTried();
    await object(own.platform, first);
    expect(await tried()).toEqual([own.agreement.id]);
    await app.app.get(InvoiceHeld).execute({ agreementId: own.agreement.id });
    expect((await own.invoices()).map(({ amount, vat }) => [amount.amount, vat.amount])).toEqual([['1000.00', '0.00']]);
    expect(
      await sql('SELECT vat_category, vat_percent FROM invoice_papers WHERE agreement_id = $1', [own.agreement.id]),
    ).toEqual([{ vat_category: 'AE', vat_percent: '0' }]);
  });
});
