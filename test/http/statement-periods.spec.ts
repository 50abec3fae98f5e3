import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rateFiles } from '../../src/commands/rate-files';
import { verifyStatementFiles } from '../../src/commands/verify-statements';
import type { ApiClient } from '../../src/sample/api-client';
import { WatchDeadlines } from '../../src/settlement/timetable/watch-deadlines';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { seeProved } from '../support/proved-statement';
import { closeMonth, draftMonth, reportUsage, type StatementLine } from '../support/reported-usage';
import { eventTerms, sendEvents, usageEvent } from '../support/usage-events';

interface Stated {
  readonly id: string;
  readonly sha256: string;
  readonly month: string;
  readonly period: string;
  readonly estimatedFrom: string | null;
  readonly royalties: { readonly amount: string };
  readonly recouped: { readonly amount: string };
  readonly payable: { readonly amount: string };
}

/** A deal by quarters of which none begins or ends with the term: February to July. */
const quarterly = {
  reportingPeriod: 'quarter',
  royalties: [
    { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.01' } },
    { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
  ],
  settlement: undefined,
  advances: [{ id: 'start', amount: '30.00', due: 'signature', recoupableFrom: 'all' }],
  figures: [{ id: 'channels', unit: 'count', per: 'agreement', definition: 'channels on the air' }],
  guarantees: [{ id: 'least', per: 'period', amount: '90.00', prorated: true, topUpRecoups: false }],
  audit: { yearsBetweenNotices: 1, fullYearsBack: 2 },
};

/** A tenth of the first ten dollars of streaming in the term, a fifth of the rest; half of what downloads are sold for, and half of that is held for a quarter. */
const bySales = {
  royalties: [
    {
      ...{ id: 'streaming', grants: ['streaming'] },
      royalty: {
        ...{ kind: 'tiered', method: 'graduated', counter: 'term', measure: 'sales' },
        tiers: [
          { upTo: '10', rate: '0.1', flat: '0' },
          { upTo: null, rate: '0.2', flat: '0' },
        ],
      },
    },
    { id: 'downloads', grants: ['downloads'], royalty: { kind: 'percentage', rate: '0.5' } },
  ],
  reserves: [
    {
      ...{ id: 'returns', clauses: ['downloads'], rate: '0.5', basis: 'sales' },
      release: [{ afterPeriods: 1, share: '1' }],
    },
  ],
};

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
/** Another label's and platform's, where events are money. */
let own: Market;
let metered: AgreementAnswer;
/** A third pair's, where sales count, through the term. */
let shop: Market;
let sold: AgreementAnswer;
let folder: string;
const bundles: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accordo-periods-'));
  app = await startTestApp({ at: '2026-01-20T09:00:00Z' });
  market = await openMarket(app, 1);
  agreement = await market.concluded({ from: '2026-02-01', until: '2026-08-01', life: quarterly });
  own = await openMarket(app, 1);
  const uses = ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'];
  const { royalties, reportingPeriod, settlement } = quarterly;
  const life = { ...{ royalties, reportingPeriod, settlement, advances: [] }, ...eventTerms(own, uses) };
  metered = await own.concluded({ from: '2026-01-01', until: '2027-01-01', life });
  shop = await openMarket(app, 1);
  const selling = { reportingPeriod, settlement, advances: [], ...bySales, ...eventTerms(shop, uses.slice(0, 2)) };
  sold = await shop.concluded({ from: '2026-01-01', until: '2027-01-01', life: selling });
});
afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true });
});

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  for (const party of [market, own, shop].flatMap(({ label, platform }) => [label, platform])) {
    Object.assign(party, { as: await app.given.signIn(party) });
  }
}

const at = (rest: string): string => `/v1/agreements/${agreement.id}/${rest}`;
const report = (month: string, plays: number, downloads = 0): Promise<string> =>
  reportUsage(app, market, {
    ...{ month, plays: { [market.isrcs[0]!]: plays } },
    ...(downloads === 0 ? {} : { downloads: { [market.isrcs[0]!]: [downloads, 0] } }),
  });

/** Closes a period, and sees that whoever has the inputs, or all bundles so far, makes the same of it. */
async function closed(month: string, how?: { estimate: boolean }): Promise<Stated> {
  const id = await app.given.issued(market.label, await draftMonth(app, market.label, agreement.id, month, how));
  const statement = await market.platform.as.get<Stated>(`/v1/statements/${id}`);
  const inputs = await market.platform.as.get<Record<string, object>>(`/v1/statements/${id}/inputs`);
  const file = (name: string) => ({ name, text: JSON.stringify(inputs[name]) });
  const files = { terms: file('terms'), usage: file('usage'), context: file('context'), carried: file('carried') };
  expect(rateFiles(files).sha256).toBe(statement.sha256);
  bundles.push(join(folder, `${month}.ndjson`));
  await writeFile(bundles.at(-1)!, (await market.label.as.download(`/v1/statements/${id}/bundle`))!);
  expect(await verified()).toEqual({ code: 0, faults: [] });
  return statement;
}

async function verified(): Promise<{ code: number; faults: readonly object[] }> {
  const keys = join(folder, 'keys.json');
  await writeFile(keys, (await market.label.as.request('GET', '/.well-known/jwks.json')).text);
  let told = '';
  const output = { write: (text: string) => (told += text) };
  const code = await verifyStatementFiles(bundles, { keys, json: true }, { output, errors: output });
  return { code, faults: (JSON.parse(told) as { faults: object[] }).faults };
}

const amounts = ({ royalties, recouped, payable }: Stated): string[] =>
  [royalties, recouped, payable].map(({ amount }) => amount);

const linesOf = async ({ id }: Stated): Promise<string[]> =>
  (await market.platform.as.all<StatementLine>(`/v1/statements/${id}/lines`)).map(
    ({ period, clause, quantity, amount }) => `${period} ${clause} ${quantity} ${amount}`,
  );

/** The months of the reports that its first line stands on. */
async function monthsCounted({ id }: Stated): Promise<string[]> {
  const path = `/v1/statements/${id}/lines/1/proof`;
  const { counted } = await market.platform.as.get<{ counted: { reports: { month: string }[] } }>(path);
  return counted.reports.map(({ month }) => month).sort();
}

const detailOf = async (month: string): Promise<string | undefined> =>
  (await market.label.as.request<{ detail?: string }>('POST', at('closes'), { body: { month } })).body.detail;

describe('an agreement by quarters', () => {
  it('has quarters in its timetable, and takes no month of them for one', async () => {
    const { months } = await market.label.as.get<{ months: object[] }>(at('timetable'));
    expect(months).toMatchObject([
      { month: '2026-01', period: '2026-Q1', report: { from: '2026-04-01', due: '2026-04-15' } },
      { month: '2026-04', period: '2026-Q2' },
      { month: '2026-07', period: '2026-Q3', statement: { due: '2026-10-30' } },
    ]);
    const faultOf = async (as: ApiClient, path: string, body: object) =>
      (await refused(as, 'POST', at(path), body)).faults;
    const notFirst = [
      { pointer: '/month', code: 'field-month', message: '2026-02 is not the first month of a quarter: 2026-01 is' },
    ];
    const { platform, label } = market;
    const fact = { kind: 'figure', month: '2026-02', subject: 'channels', value: '3' };
    expect(await faultOf(platform.as, 'period-facts', fact)).toEqual(notFirst);
    const dispute = { month: '2026-02', serviceId: market.serviceIds[0], reason: 'too few' };
    expect(await faultOf(label.as, 'usage-disputes', dispute)).toEqual(notFirst);
    expect(await faultOf(label.as, 'audits', { from: '2026-02', until: '2026-07' })).toMatchObject([
      { pointer: '/from', message: 'is not the first month of a quarter: 2026-01 is' },
    ]);
    expect(await faultOf(label.as, 'closes', { month: '2026-02' })).toEqual([]);
    expect(await detailOf('2026-02')).toBe('2026-02 is not the first month of a quarter: 2026-01 is');
  });

  it('is closed once a quarter, over the sums of its months inside the term', async () => {
    // The month before the term is some other agreement's.
    await report('2026-01', 7_000);
    await report('2026-02', 2_000);
    await moveTo('2026-03-31T09:00:00Z');
    expect(await detailOf('2026-01')).toBe('2026-Q1 has not ended in Europe/Moscow');
    await moveTo('2026-04-02T09:00:00Z');
    expect(await detailOf('2026-01')).toBe('no usage is reported for 2026-03');
    await report('2026-03', 3_000, 10);
    expect(await detailOf('2026-04')).toBe('2026-Q2 has not ended in Europe/Moscow');
    const live = await market.platform.as.get<object>(at('live?month=2026-03'));
    expect(live).toMatchObject({ month: '2026-01', period: '2026-Q1', amount: '53.60' });

    const statement = await closed('2026-01');
    expect(statement).toMatchObject({ month: '2026-01', period: '2026-Q1', estimatedFrom: null });
    // 5,000 × 0.01 + 10 × 0.36 = 53.60, of which 30.00 recoup. Of 90.00 the term has 59 days of 90: 59.00, so 5.40 are topped up.
    expect(amounts(statement)).toEqual(['53.60', '30.00', '29.00']);
    expect(await linesOf(statement)).toEqual(['2026-Q1 streaming 5000 50.00', '2026-Q1 downloads 10 3.60']);
    expect(await monthsCounted(statement)).toEqual(['2026-02', '2026-03']);
    const { rows } = await market.label.as.get<{ rows: { effectiveOn: string; kind: string }[] }>(at('ledger'));
    expect(rows.filter(({ kind }) => kind === 'royalties-earned').map(({ effectiveOn }) => effectiveOn)).toEqual([
      '2026-03-31',
    ]);
    expect(await outcome(market.label.as, 'POST', at('closes'), { month: '2026-01' })).toBe(
      '409 period-already-closed',
    );
  });

  it('says the quarter in every format, and foresees quarters', async () => {
    const [{ id } = { id: '' }] = await market.label.as.all<Stated>('/v1/statements');
    const file = (format: string) =>
      market.platform.as.request('GET', `/v1/statements/${id}/document?format=${format}`);
    const csv = await file('csv');
    expect(csv.headers.get('content-disposition')).toContain(`statement-2026-Q1-${id}.csv`);
    expect(csv.text.split('\r\n')[1]).toMatch(/^1,2026-Q1,streaming,/);
    expect((await file('json')).text).toContain('"month":"2026-Q1"');
    const head = (await file('tsv')).text.split('\n')[0]!;
    expect(head).toContain('2026-01-01\t2026-03-31');
    const { status } = await file('pdf');
    expect(status).toBe(200);
    const forecast = await market.label.as.get<object>(at('forecast?months=2'));
    expect(forecast).toMatchObject({
      closed: [{ month: '2026-01', period: '2026-Q1', royalties: '53.60', unrecouped: '0.00' }],
      accrued: { month: '2026-04', royalties: '0.00' },
      basedOn: '2026-01',
      // Used as the first quarter was; July has 31 of 92 days of the guarantee, which is met.
      foreseen: [
        { month: '2026-04', period: '2026-Q2', royalties: '53.60', payable: '90.00' },
        { month: '2026-07', period: '2026-Q3', royalties: '53.60', payable: '53.60' },
      ],
    });
  });

  it('is late by each month that is not reported, and estimated as a whole', async () => {
    await report('2026-04', 1_000);
    await report('2026-05', 1_000);
    await moveTo('2026-07-16T09:00:00Z');
    await app.app.get(WatchDeadlines).execute({ agreementId: agreement.id });
    const overdue = () => market.label.as.all<{ kind: string; month: string }>('/v1/overdue?kind=report');
    expect(await overdue()).toMatchObject([{ kind: 'report', month: '2026-06', due: '2026-07-15', daysLate: 1 }]);
    expect(await detailOf('2026-04')).toBe('no usage is reported for 2026-06');
    const statement = await closed('2026-04', { estimate: true });
    expect(statement).toMatchObject({ period: '2026-Q2', estimatedFrom: '2026-Q1' });
    // The whole of the first quarter stands in; all 91 days are in the term: 90.00 − 53.60 are topped up.
    expect(amounts(statement)).toEqual(['53.60', '0.00', '90.00']);
    await report('2026-06', 4_000);
    expect(await overdue()).toEqual([]);
  });

  it('is corrected by the statement after the last report, and ends in the middle of a quarter', async () => {
    await report('2026-07', 10_000);
    await moveTo('2026-10-02T09:00:00Z');
    // Nor does the month after the term count.
    await report('2026-08', 7_000);
    const statement = await closed('2026-07');
    expect(await monthsCounted(statement)).toEqual(['2026-07']);
    expect(await linesOf(statement)).toEqual([
      '2026-Q3 streaming 10000 100.00',
      '2026-Q2 streaming 1000 10.00',
      '2026-Q2 downloads -10 -3.60',
    ]);
    // 60.00 instead of 53.60 are earned, and of the top-up of 36.40 as much is taken back: 100.00 + 6.40 − 6.40.
    expect(amounts(statement)).toEqual(['106.40', '0.00', '100.00']);
    const proof = await market.platform.as.get<{ counted: { reports: { month: string }[] } }>(
      `/v1/statements/${statement.id}/lines/2/proof`,
    );
    expect(proof).toMatchObject({
      line: { period: '2026-Q2' },
      corrects: { period: '2026-Q2', booked: '53.60', rerated: '60.00', delta: '6.40' },
      counted: { quantity: '6000' },
    });
    expect(proof.counted.reports.map(({ month }) => month).sort()).toEqual(['2026-04', '2026-05', '2026-06']);
    const next = await market.label.as.get<{ accrued: object | null }>(at('forecast'));
    expect(next).toMatchObject({ accrued: null, foreseen: [] });
  });
});

describe('a quarter that is metered', () => {
  const used = (rest: string): string => `/v1/agreements/${metered.id}/${rest}`;
  const event = (id: string, day: string, quantity: number) =>
    usageEvent(own, { id, quantity, time: `${day}T12:00:00Z` });
  const closing = async (month: string) => (await closeMonth(app, own, metered.id, month)) as unknown as ClosedQuarter;

  it('counts the events of its months together, whichever batch they came in', async () => {
    await sendEvents(own.platform.as, [
      event('january', '2026-01-10', 1_000),
      event('february', '2026-02-10', 2_000),
      event('march', '2026-03-10', 3_000),
    ]);
    const [isrc = ''] = own.isrcs;
    await reportUsage(app, own, { month: '2026-01', plays: { [isrc]: 1_000 } });
    await reportUsage(app, own, { month: '2026-02', plays: { [isrc]: 1_500 } });
    const [serviceId] = own.serviceIds;
    const both = await own.label.as.get<object>(used(`reconciliation?month=2026-02&serviceId=${serviceId}`));
    expect(both).toMatchObject({ totals: { reported: '2500', metered: '6000', differing: '1' } });
    const dispute = { month: '2026-01', serviceId, reason: 'The reports say less.' };
    expect(await own.platform.as.post(used('usage-disputes'), dispute)).toMatchObject({ month: '2026-01' });

    // 6,000 × 0.01; by the lower count 25.00.
    const { statement, lines } = await closing('2026-01');
    expect([statement.payable.amount, statement.held.amount]).toEqual(['60.00', '35.00']);
    expect(lines.map(({ quantity }) => quantity)).toEqual(['6000']);
    const moved = await own.platform.as.all<{ id: string; units: string }>(
      `/v1/statements/${statement.id}/lines/1/events`,
    );
    expect(moved.map(({ id, units }) => `${id} ${units}`).sort()).toEqual([
      'february 2000',
      'january 1000',
      'march 3000',
    ]);
    const proof = await own.label.as.get<object>(`/v1/statements/${statement.id}/lines/1/proof`);
    expect(proof).toMatchObject({ counted: { quantity: '6000', events: { units: '6000' } } });
  });

  it('is corrected by what comes late in any of its months', async () => {
    await sendEvents(own.platform.as, [event('late', '2026-02-11', 500), event('april', '2026-04-01', 100)]);
    const { statement, lines } = await closing('2026-04');
    expect(lines.map(({ period, quantity, amount }) => `${period} ${quantity} ${amount}`)).toEqual([
      '2026-Q2 100 1.00',
      '2026-Q1 500 5.00',
    ]);
    expect(statement.payable.amount).toBe('6.00');
  });
});

describe('a quarter that is paid by sales, through the term', () => {
  const used = (rest: string): string => `/v1/agreements/${sold.id}/${rest}`;
  const event = (id: string, day: string, [quantity, amount]: readonly [number, string]) =>
    usageEvent(shop, { id, quantity, time: `${day}T12:00:00Z`, sold: { amount, currency: 'USD' } });
  const reportOf = (month: string, downloads: number): Promise<string> => {
    const [isrc = ''] = shop.isrcs;
    // A line of downloads brings 0.20.
    const lines = downloads === 0 ? {} : { downloads: { [isrc]: [downloads, 0] as const } };
    return reportUsage(app, shop, { month, plays: { [isrc]: 1 }, ...lines });
  };
  const closing = async (month: string) => {
    const { statement, lines } = await closeMonth(app, shop, sold.id, month);
    const clauseLines = await seeProved(shop, statement);
    return { id: statement.id, clauseLines, lines: lines as (StatementLine & { sales: string | null })[] };
  };
  const line = ({ period, clause, quantity, sales, amount }: StatementLine & { sales: string | null }): string =>
    `${period} ${clause} ${quantity} ${sales} ${amount}`;

  it('adds up what its months were sold for, by events and by reports', async () => {
    await sendEvents(shop.platform.as, [
      event('january', '2026-01-10', [600, '6.00']),
      event('february', '2026-02-10', [600, '6.00']),
    ]);
    for (const month of ['2026-01', '2026-02', '2026-03']) await reportOf(month, 1);
    // 10.00 at a tenth and 2.00 at a fifth; half of 0.60 less 0.30.
    expect((await closing('2026-01')).lines.map(line)).toEqual([
      '2026-Q1 streaming 1200 12 1.40',
      '2026-Q1 downloads 3 0.6 0.15',
    ]);
  });

  it('goes on from quarter to quarter, and corrects one by what was held of it', async () => {
    await sendEvents(shop.platform.as, [
      event('late', '2026-02-11', [300, '5.00']),
      event('april', '2026-04-10', [100, '1.00']),
    ]);
    for (const month of ['2026-04', '2026-05', '2026-06']) await reportOf(month, month === '2026-04' ? 1 : 0);
    const live = await shop.platform.as.get<object>(used('live?month=2026-05'));
    expect(live).toMatchObject({ period: '2026-Q2', amount: '0.40' });
    const second = await closing('2026-04');
    expect(second.lines.map(line)).toEqual([
      '2026-Q2 streaming 100 1 0.20',
      // 0.20 less 0.10, and 0.30 of the first quarter.
      '2026-Q2 downloads 1 0.2 0.20',
      '2026-Q1 streaming 300 5 1.00',
    ]);
    expect(second.clauseLines).toContain('to date');
    const proof = await shop.label.as.get<object>(`/v1/statements/${second.id}/lines/3/proof`);
    expect(proof).toMatchObject({
      counted: { quantity: '1500', events: { units: '1500' } },
      corrected: { quantity: '1200', events: { units: '1200' } },
    });
    const moved = await shop.platform.as.all<{ id: string }>(`/v1/statements/${second.id}/lines/3/events`);
    expect(moved.map(({ id }) => id)).toEqual(['february', 'january', 'late']);
    // Used as the second quarter was: 0.20, and half of 0.20.
    const forecast = await shop.label.as.get<object>(used('forecast?months=1'));
    expect(forecast).toMatchObject({ foreseen: [{ period: '2026-Q3', royalties: '0.30' }] });
  });
});

interface ClosedQuarter {
  readonly statement: Stated & { readonly held: { readonly amount: string } };
  readonly lines: readonly StatementLine[];
}
