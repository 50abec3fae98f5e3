import type { ApiClient } from '../../src/sample/api-client';
import { PostDues } from '../../src/settlement/invoices/post-dues';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { seeProved } from '../support/proved-statement';
import { closeMonth, draftMonth, reportUsage } from '../support/reported-usage';

interface Invoice {
  readonly purpose: string;
  readonly amount: { readonly amount: string };
  readonly dueOn: string;
}
interface Fact {
  readonly number: number;
}

const money = {
  royalties: [
    { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.01' } },
    { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
  ],
  settlement: undefined,
  figures: [{ id: 'channels', unit: 'count', per: 'agreement', definition: 'channels on the air' }],
  advances: [
    { id: 'start', amount: '100.00', due: 'signature', recoupableFrom: 'all' },
    {
      id: 'spring',
      amount: '300.00',
      due: [
        { on: '2026-02-10', amount: '200.00' },
        { on: '2026-04-10', amount: '100.00' },
      ],
      recoupableFrom: ['streaming'],
    },
    { id: 'more', amount: '50.00', due: 'signature', recoupableFrom: 'all', option: true },
    {
      id: 'launch',
      amount: '40.00',
      due: [{ on: '2026-05-05', amount: '40.00' }],
      recoupableFrom: 'all',
      recoup: { from: '2026-05-01', until: '2026-06-01', carryOver: false },
    },
  ],
  guarantees: [{ id: 'monthly', per: 'period', amount: '10.00', prorated: false, topUpRecoups: false }],
  minimumFees: [
    {
      id: 'stations',
      figure: 'channels',
      rate: '10.00',
      years: [{ from: '2026-01-01', until: '2026-07-01', dueOn: '2026-01-20' }],
    },
  ],
  inKindCredits: [
    {
      id: 'ads',
      kind: 'advertising space',
      carryOver: false,
      intervals: [{ from: '2026-01-01', until: '2026-07-01', amount: '500.00' }],
    },
  ],
  recoupment: { negative: 'carried-forward', expenses: 'before-recoupment' },
  reserves: [
    {
      id: 'returns',
      clauses: ['downloads'],
      rate: '0.5',
      basis: 'royalties',
      release: [{ afterPeriods: 1, share: '1' }],
    },
  ],
  payment: { dueDays: 30, minimumPayout: '30.00' },
};

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let label: ApiClient;
let platform: ApiClient;

beforeAll(async () => {
  app = await startTestApp({});
  market = await openMarket(app);
  agreement = await market.concluded({ until: '2026-07-01', life: money });
  await moveTo('2026-01-12T09:00:00Z');
  await postDues();
  await moveTo('2026-02-03T09:00:00Z');
});
afterAll(() => app.close());

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  [label, platform] = [await app.given.signIn(market.label), await app.given.signIn(market.platform)];
}

const at = (rest: string): string => `/v1/agreements/${agreement.id}/${rest}`;
const parties = () => ({
  ...market,
  label: { ...market.label, as: label },
  platform: { ...market.platform, as: platform },
});

async function balances(): Promise<Record<string, string>> {
  const { rows } = await label.get<{ rows: { account: string; balance: { amount: string } }[] }>(at('balances'));
  return Object.fromEntries(
    rows.flatMap(({ account, balance }) => (/[1-9]/.test(balance.amount) ? [[account, balance.amount]] : [])),
  );
}

const invoices = async (): Promise<string[]> =>
  (await label.all<Invoice>('/v1/invoices'))
    .map(({ purpose, amount, dueOn }) => `${purpose} ${amount.amount} by ${dueOn}`)
    .sort();

interface Stated {
  readonly royalties: string;
  readonly recouped: string;
  readonly payable: string;
}

/** Reports and closes a month, and sees that anybody who has its inputs, or its bundle, makes the same statement. */
async function month(name: string, plays: number): Promise<Stated> {
  await report(name, plays);
  return closed(name);
}

async function closed(name: string): Promise<Stated> {
  const { statement } = await closeMonth(app, parties(), agreement.id, name);
  await seeProved(parties(), statement);
  const stated = await label.get<Record<keyof Stated, { amount: string }>>(`/v1/statements/${statement.id}`);
  return { royalties: stated.royalties.amount, recouped: stated.recouped.amount, payable: stated.payable.amount };
}

async function report(name: string, plays: number, downloads = 0): Promise<void> {
  const [isrc = ''] = market.isrcs;
  await reportUsage(app, parties(), {
    month: name,
    plays: { [isrc]: plays },
    ...(downloads === 0 ? {} : { downloads: { [isrc]: [downloads, 0] } }),
  });
}

const state = (as: ApiClient, fact: object): Promise<Fact> => as.post<Fact>(at('period-facts'), fact);
const postDues = (): Promise<void> => app.app.get(PostDues).execute({ agreementId: agreement.id });

describe('facts of a month', () => {
  it('are each party’s own to state, in their clauses and units, all faults at once', async () => {
    const figure = { kind: 'figure', month: '2026-01', subject: 'channels', value: '3' };
    expect(await outcome(label, 'POST', at('period-facts'), figure)).toBe('403 forbidden');
    const credit = { kind: 'credit', month: '2026-01', subject: 'ads', value: '20.00' };
    expect(await outcome(platform, 'POST', at('period-facts'), credit)).toBe('403 forbidden');
    const wrong = { kind: 'figure', month: '2026-09', subject: 'viewers', value: '1' };
    expect((await refused(platform, 'POST', at('period-facts'), wrong)).faults).toEqual([
      { pointer: '/month', code: 'field-month', message: '2026-09 is not a month of the term' },
    ]);
    const unknown = { ...wrong, month: '2026-01', serviceId: market.serviceIds[0], value: '-1' };
    const { status, faults } = await refused(platform, 'POST', at('period-facts'), unknown);
    expect([status, ...faults.map(({ pointer, code }) => `${pointer} ${code}`)]).toEqual([
      400,
      '/subject period-fact-unknown',
      '/serviceId service-unknown',
      '/value period-fact-value',
    ]);
    const cents = { kind: 'expenses', month: '2026-01', value: '1.005' };
    expect((await refused(platform, 'POST', at('period-facts'), cents)).faults).toMatchObject([
      { pointer: '/value', message: 'must be an amount of USD' },
    ]);
  });

  it('are needed: a fee by a count waits for the count', async () => {
    await report('2026-01', 20_000, 100);
    const draft = draftMonth(app, parties().label, agreement.id, '2026-01');
    await expect(draft).rejects.toThrow(/period-not-closable.*\/context\/figures\/channels/);
  });
});

describe('six months of all money clauses', () => {
  it('January: expenses first, then the fee and the advance, and half of the downloads is held', async () => {
    await state(platform, { kind: 'figure', month: '2026-01', subject: 'channels', value: '7' });
    await state(platform, { kind: 'figure', month: '2026-01', subject: 'channels', value: '3' });
    await state(label, { kind: 'credit', month: '2026-01', subject: 'ads', value: '120.00' });
    await state(platform, { kind: 'expenses', month: '2026-01', value: '99.00' });
    const { number } = await state(platform, { kind: 'expenses', month: '2026-01', value: '10.00' });
    const confirmation = at(`period-facts/${number}/confirmation`);
    expect(await outcome(platform, 'POST', confirmation)).toBe('403 forbidden');
    await label.post(confirmation, {});
    expect(await outcome(label, 'POST', confirmation)).toBe('409 period-fact-state');
    expect(await outcome(label, 'POST', at('period-facts/1/confirmation'))).toBe('409 period-fact-state');

    // An instalment of 200.00 is invoiced already. 200.00 + 36.00 earned, 10.00 expenses, 30.00 fee and 100.00 advance recouped, 18.00 held: 78.00.
    expect(await closed('2026-01')).toEqual({ royalties: '236.00', recouped: '130.00', payable: '78.00' });
    expect(await balances()).toEqual({
      'label-payable': '-408.00',
      'label-reserve': '-18.00',
      'platform-receivable': '408.00',
      'platform-reserve': '18.00',
    });
    expect(
      await outcome(platform, 'POST', at('period-facts'), { kind: 'expenses', month: '2026-01', value: '1' }),
    ).toBe('409 period-already-closed');
  });

  it('February: an instalment joins, the guarantee tops up, and too little to pay waits', async () => {
    await moveTo('2026-02-20T09:00:00Z');
    const exercise = at('advance-options/more/exercise');
    expect(await outcome(label, 'POST', exercise)).toBe('403 forbidden');
    expect(await outcome(platform, 'POST', at('advance-options/start/exercise'))).toBe('404 not-found');
    await platform.post(exercise, {});
    expect(await outcome(platform, 'POST', exercise)).toBe('409 period-fact-state');
    await postDues();
    await postDues();
    await moveTo('2026-03-02T09:00:00Z');
    // 0.01 recoups spring; 9.99 are topped up and 18.00 released: 27.99 are less than 30.00.
    expect(await month('2026-02', 1)).toEqual({ royalties: '0.01', recouped: '0.01', payable: '0.00' });
    expect(await balances()).toMatchObject({
      'guarantee-shortfall': '9.99',
      'guarantee-top-up': '-9.99',
      'label-waiting': '-27.99',
      'platform-waiting': '27.99',
      'royalties-prepaid': '-249.99',
      'unrecouped-advance': '249.99',
    });
  });

  it('March and April: named royalties recoup their advance, and what waited is paid', async () => {
    await moveTo('2026-04-02T09:00:00Z');
    expect(await month('2026-03', 10_000)).toEqual({ royalties: '100.00', recouped: '100.00', payable: '0.00' });
    await moveTo('2026-05-02T09:00:00Z');
    // Open: spring 99.99 + 100.00, and the option's 50.00.
    expect(await month('2026-04', 30_000)).toEqual({ royalties: '300.00', recouped: '249.99', payable: '78.00' });
    expect(await balances()).not.toHaveProperty('unrecouped-advance');
    expect(await balances()).not.toHaveProperty('label-waiting');
  });

  it('May: what its own month does not earn lapses, and is breakage', async () => {
    await postDues();
    await moveTo('2026-06-02T09:00:00Z');
    expect(await month('2026-05', 1_000)).toEqual({ royalties: '10.00', recouped: '10.00', payable: '0.00' });
    expect(await balances()).toEqual({
      breakage: '-30.00',
      'guarantee-shortfall': '9.99',
      'guarantee-top-up': '-9.99',
      'label-payable': '-676.00',
      'lapsed-prepayment': '30.00',
      'platform-receivable': '676.00',
    });
  });

  it('everything was invoiced once: at signature, ahead of its day, when it was known, and with its month', async () => {
    expect(await invoices()).toEqual([
      'advance 100.00 by 2026-02-04',
      'advance 100.00 by 2026-04-10',
      'advance 200.00 by 2026-02-10',
      'advance 40.00 by 2026-05-05',
      'advance 50.00 by 2026-03-22',
      'minimum-fee 30.00 by 2026-03-05',
      'royalties 78.00 by 2026-03-05',
      'royalties 78.00 by 2026-06-01',
    ]);
  });
});

describe('how the money stands', () => {
  it('is told by month, agreement and party, with what is late', async () => {
    const rows = (by: string, more = '') => label.all<Record<string, unknown>>(`/v1/money?by=${by}${more}`);
    const amount = (of: string) => ({ amount: of, currency: 'USD' });
    const whole = {
      stated: amount('156.00'),
      invoiced: amount('676.00'),
      paid: amount('0.00'),
      open: amount('676.00'),
    };
    expect(await rows('agreement')).toMatchObject([{ key: agreement.id, ...whole, overdue: amount('676.00') }]);
    expect(await rows('platform')).toMatchObject([{ key: market.platform.organizationId, ...whole }]);
    expect(await rows('label')).toMatchObject([{ key: market.label.organizationId, ...whole }]);
    const first = await label.get<{ rows: object[]; next: string }>('/v1/money?by=month&limit=2');
    const rest = await label.get<{ rows: { key: string }[] }>(`/v1/money?by=month&limit=2&cursor=${first.next}`);
    expect(rest.rows.map(({ key }) => key)).toEqual(['2026-03', '2026-04']);
    const months = await rows('month');
    expect(months.map(({ key, invoiced }) => [key, invoiced])).toEqual([
      // The advance at signature, an instalment ahead of its day, and the statement's own.
      ['2026-01', amount('378.00')],
      ['2026-02', amount('80.00')],
      ['2026-03', amount('0.00')],
      ['2026-04', amount('178.00')],
      ['2026-05', amount('40.00')],
    ]);
    expect((await rows('month', '&from=2026-02&until=2026-03')).map(({ key }) => key)).toEqual(['2026-02']);
  });

  it('is foreseen by the rules of the close: June is used as May was, and ends the term', async () => {
    const forecast = await platform.get<Record<string, unknown>>(at('forecast?months=3'));
    expect(forecast).toMatchObject({
      accrued: { month: '2026-06', royalties: '0.00' },
      basedOn: '2026-05',
      foreseen: [{ month: '2026-06', royalties: '10.00', recouped: '0.00', unrecouped: '0.00', payable: '10.00' }],
      missing: [],
    });
    expect((forecast['closed'] as { unrecouped: string }[]).map(({ unrecouped }) => unrecouped)).toEqual([
      '0.00',
      '249.99',
      '149.99',
      '0.00',
      '0.00',
    ]);
  });
});

describe('the last month', () => {
  it('is told nothing more while its draft waits, or the platform could keep it from being issued', async () => {
    await moveTo('2026-07-02T09:00:00Z');
    await report('2026-06', 1_000);
    const draft = await draftMonth(app, parties().label, agreement.id, '2026-06');
    const again = { kind: 'figure', month: '2026-06', subject: 'channels', value: '4' };
    expect(await outcome(platform, 'POST', at('period-facts'), again)).toBe('409 period-fact-state');
    await app.given.issued(parties().label, draft);
    expect(await outcome(platform, 'POST', at('period-facts'), again)).toBe('409 period-already-closed');
  });
});
