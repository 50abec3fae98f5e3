import { rateFiles } from '../../src/commands/rate-files';
import type { ApiClient } from '../../src/sample/api-client';
import { WatchDeadlines } from '../../src/settlement/timetable/watch-deadlines';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome } from '../support/market';
import { closeMonth, draftMonth, reportUsage } from '../support/reported-usage';

interface Step {
  readonly due: string;
  readonly done: string | null;
  readonly state: string;
  readonly daysLate: number;
}

interface Month {
  readonly month: string;
  readonly report: Step | null;
  readonly draft: Step;
  readonly statement: Step;
  readonly payment: Step | null;
}

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let stranger: ApiClient;

/** No worker runs: each test decides when the calendar is looked at. */
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  market = await openMarket(app, 1);
  const life = { advances: [], settlement: undefined };
  agreement = await market.concluded({ rate: '1', floor: '0', until: '2026-06-01', life });
  const { key } = await (
    await app.given.label()
  ).as.post<{ key: string }>('/v1/api-keys', { name: 'reading', roles: ['reader'] });
  stranger = app.given.client(key);
});
afterAll(() => app?.close());

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  for (const party of [market.label, market.platform]) Object.assign(party, { as: await app.given.signIn(party) });
}

const months = async (by = market.label.as, query = ''): Promise<readonly Month[]> =>
  (await by.get<{ months: Month[] }>(`/v1/agreements/${agreement.id}/timetable${query}`)).months;
const overdue = async (by = market.platform.as, query = ''): Promise<string[]> =>
  (await by.all<{ kind: string; month: string | null; due: string; daysLate: number }>(`/v1/overdue${query}`)).map(
    ({ kind, month, due, daysLate }) => `${kind} ${month} ${due} ${daysLate}`,
  );
const look = () => app.app.get(WatchDeadlines).execute({ agreementId: agreement.id });

/** "period.report-overdue 2026-01", of news that somebody is late. */
async function told(): Promise<string[]> {
  const superuser = await app.superuser();
  const { rows } = await superuser.query<{ news: string }>(
    `SELECT topic || ' ' || coalesce(payload->>'month', payload->>'due') AS news FROM outbox
      WHERE topic LIKE '%overdue' AND organization_id = $1 ORDER BY position`,
    [market.platform.organizationId],
  );
  await superuser.end();
  return rows.map(({ news }) => news);
}

describe('the timetable of an agreement', () => {
  it('lies ahead from the first day on', async () => {
    const all = await months();
    expect(all.map(({ month }) => month)).toEqual(['2026-01', '2026-02', '2026-03', '2026-04', '2026-05']);
    expect(all[0]).toMatchObject({
      report: { from: '2026-02-01', due: '2026-02-15', done: null, state: 'upcoming', daysLate: 0 },
      draft: { state: 'upcoming' },
      statement: { due: '2026-03-02', state: 'upcoming' },
      payment: null,
    });
    expect(await months(market.platform.as, '?overdue=true')).toEqual([]);
    expect((await stranger.request('GET', `/v1/agreements/${agreement.id}/timetable`)).status).toBe(404);
  });

  it('shows a report that does not come, which both parties are told once', async () => {
    // The last day is over in Moscow.
    await moveTo('2026-02-15T21:00:00Z');
    await Promise.all([look(), look(), look()]);
    await look();
    expect(await told()).toEqual(['period.report-overdue 2026-01']);
    expect(await overdue()).toEqual(['report 2026-01 2026-02-15 1']);
    expect(await overdue(market.label.as, '?kind=invoice')).toEqual([]);
    expect(await overdue(stranger)).toEqual([]);
    expect(await months(market.platform.as, '?overdue=true')).toMatchObject([
      { month: '2026-01', report: { state: 'overdue', daysLate: 1 } },
    ]);
    await reportUsage(app, market, { plays: { [market.isrcs[0]!]: 100 } });
    expect(await overdue()).toEqual([]);
    expect((await months())[0]!.report).toMatchObject({ state: 'done', done: '2026-02-16', daysLate: 1 });
  });

  it('shows a draft to the label alone, and a statement that is late to both', async () => {
    await moveTo('2026-03-02T21:00:00Z');
    const draft = await draftMonth(app, market.label, agreement.id, '2026-01');
    expect((await months())[0]!.draft).toMatchObject({ state: 'done', done: '2026-03-03' });
    expect((await months(market.platform.as))[0]!.draft).toMatchObject({ state: 'overdue', done: null });
    await look();
    expect((await told()).slice(1)).toEqual(['statement.overdue 2026-01']);
    expect(await overdue()).toEqual(['statement 2026-01 2026-03-02 1']);
    await app.given.issued(market.label, draft);
    expect(await overdue()).toEqual([]);
    expect((await months(market.platform.as))[0]).toMatchObject({
      statement: { state: 'done', done: '2026-03-03', daysLate: 1 },
      payment: { due: '2026-04-02', state: 'due' },
    });
  });

  it('shows an invoice that is not paid', async () => {
    await moveTo('2026-04-02T21:00:00Z');
    const [invoice] = await market.label.as.all<{ id: string }>('/v1/invoices');
    const watch = () => app.app.get(WatchDeadlines).invoice({ invoiceId: invoice!.id });
    await Promise.all([watch(), watch()]);
    expect((await told()).slice(2)).toEqual(['invoice.overdue 2026-04-02']);
    expect(await overdue(market.label.as, '?kind=invoice')).toEqual(['invoice null 2026-04-02 1']);
    expect((await months())[0]!.payment).toMatchObject({ state: 'overdue', daysLate: 1 });
  });

  it('wakes by itself on the day after what is due next', async () => {
    await look();
    const superuser = await app.superuser();
    const { rows } = await superuser.query<{ key: string; days: number }>(
      `SELECT key, round(extract(epoch FROM run_at - now()) / 86400)::int AS days FROM graphile_worker.jobs WHERE key = $1`,
      [`watch-deadlines ${agreement.id}`],
    );
    await superuser.end();
    // February's report was due on 15 March and its statement on the 30th; March's report is due on 15 April.
    expect(rows).toEqual([{ key: `watch-deadlines ${agreement.id}`, days: 13 }]);
    expect((await told()).slice(3)).toEqual(['period.report-overdue 2026-02', 'statement.overdue 2026-02']);
  });
});

describe('a month that is closed in time', () => {
  it('is in no list of what is overdue', async () => {
    const before = await overdue(market.label.as);
    await reportUsage(app, market, { month: '2026-02', plays: { [market.isrcs[0]!]: 10 } });
    await closeMonth(app, market, agreement.id, '2026-02');
    expect(before.filter((row) => row.includes('2026-02'))).toHaveLength(2);
    expect((await overdue(market.label.as)).filter((row) => row.includes('2026-02'))).toEqual([]);
  });
});

describe('a month whose report does not come', () => {
  const closes = (): string => `/v1/agreements/${agreement.id}/closes`;
  const estimated = { month: '2026-03', estimate: true };

  it('is estimated once that is overdue, by the usage of the month before', async () => {
    const early = await market.label.as.request<{ detail: string }>('POST', closes(), { body: estimated });
    expect(early.body.detail).toBe('its report is not overdue: it is due on 2026-04-15');
    await moveTo('2026-04-15T21:00:00Z');
    expect(await outcome(market.label.as, 'POST', closes(), { month: '2026-03' })).toBe('409 period-not-closable');
    const draft = await draftMonth(app, market.label, agreement.id, '2026-03', { estimate: true });
    await app.given.issued(market.label, draft);
    const statement = await market.platform.as.get<{ sha256: string }>(`/v1/statements/${draft}`);
    expect(statement).toMatchObject({ estimatedFrom: '2026-02', royalties: { amount: '10.00' } });
    expect(await market.platform.as.all(`/v1/statements/${draft}/lines`)).toMatchObject([{ estimated: true }]);
    const paper = await market.platform.as.request('GET', `/v1/statements/${draft}/document?format=json`);
    expect(paper.text).toContain('"estimatedFrom":"2026-02"');
    const inputs = await market.platform.as.get<Record<string, object>>(`/v1/statements/${draft}/inputs`);
    const [terms, usage, context, carried] = ['terms', 'usage', 'context', 'carried'].map((name) => ({
      name,
      text: JSON.stringify(inputs[name]),
    }));
    expect(rateFiles({ terms: terms!, usage: usage!, context: context!, carried: carried! }).sha256).toBe(
      statement.sha256,
    );
  });

  it('is still overdue, and corrected by the statement after its report', async () => {
    expect((await overdue()).filter((row) => row.startsWith('report'))).toEqual([]);
    await look();
    expect((await overdue()).filter((row) => row.startsWith('report'))).toEqual(['report 2026-03 2026-04-15 1']);
    // April is closed while March's report is still missing: the estimate stands.
    await moveTo('2026-05-03T09:00:00Z');
    await reportUsage(app, market, { month: '2026-04', plays: { [market.isrcs[0]!]: 5 } });
    const april = await closeMonth(app, market, agreement.id, '2026-04');
    expect(april.lines.map(({ period, amount }) => `${period} ${amount}`)).toEqual(['2026-04 5.00']);

    await reportUsage(app, market, { month: '2026-03', plays: { [market.isrcs[0]!]: 17 } });
    await moveTo('2026-06-03T09:00:00Z');
    await reportUsage(app, market, { month: '2026-05', plays: { [market.isrcs[0]!]: 1 } });
    const may = await closeMonth(app, market, agreement.id, '2026-05');
    expect(may.lines.map(({ period, amount }) => `${period} ${amount}`)).toEqual(['2026-05 1.00', '2026-03 7.00']);
  });
});
