import { randomUUID } from 'node:crypto';
import { getLiving } from '../../src/agreements';
import type { Royalty } from '../../src/kernel';
import { Database } from '../../src/platform/database/database';
import type { ApiClient } from '../../src/sample/api-client';
import { eventsUntold } from '../../src/usage/events/event-sums';
import { ReadReport } from '../../src/usage/read-report';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, signatureBy } from '../support/market';
import { seeProved } from '../support/proved-statement';
import { closeMonth, reportUsage, type StatementLine } from '../support/reported-usage';
import { eventTerms, sendEvents, usageEvent } from '../support/usage-events';

let app: TestApp;
let market: Market;
let isrcs: readonly [string, string, string];
/** Each on a service of its own. */
const agreements = {} as Record<'radio' | 'video' | 'shop' | 'kiosk', AgreementAnswer>;
let kiosk: string;

beforeAll(async () => {
  app = await startTestApp({});
  market = await openMarket(app);
  isrcs = market.isrcs as typeof isrcs;
  const [radio, video] = market.serviceIds as [string, string];
  const service = async (name: string): Promise<string> =>
    (await market.platform.as.post<{ id: string }>('/v1/services', { name })).id;
  const shop = await service('Shop');
  kiosk = await service('Kiosk');
  const concluded = (on: string, more: object): Promise<AgreementAnswer> =>
    market.concluded({
      ...{ serviceIds: [on], until: '2026-07-01' },
      life: { advances: [], settlement: undefined, ...more },
    });
  agreements.radio = await concluded(radio, paying(runningOn));
  agreements.video = await concluded(video, {
    ...paying(dated('usageDate', '2026-02-15', ['0.01', '0.02']), { kind: 'percentage', rate: '0.5' }),
    ...eventTerms({ serviceIds: [video] }, ['OnDemandStream']),
    reserves: [reserve],
  });
  // What lines allocate of net revenue is what they brought.
  const half = { kind: 'percentage', rate: '0.5' };
  agreements.kiosk = await concluded(kiosk, {
    ...paying({ kind: 'perUnit', rate: '0.01' }, half),
    ...eventTerms({ serviceIds: [kiosk] }, ['PermanentDownload', 'OnDemandStream', 'UserMakeAvailableUserProvided']),
  });
  agreements.shop = await concluded(shop, paying(half, dated('reportDate', '2026-06-05', ['0.10', '0.20'])));
});
afterAll(() => app.close());

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  const [label, platform] = [await app.given.signIn(market.label), await app.given.signIn(market.platform)];
  market = { ...market, label: { ...market.label, as: label }, platform: { ...market.platform, as: platform } };
}

const paying = (streaming: unknown, downloads: unknown = { kind: 'perUnit', rate: '0.30' }) => ({
  royalties: [
    { id: 'streaming', grants: ['streaming'], royalty: streaming as Royalty },
    { id: 'downloads', grants: ['downloads'], royalty: downloads as Royalty },
  ],
});

/** A cent for each of the first thousand plays of the term, two for each further one. */
const runningOn = {
  ...{ kind: 'tiered', method: 'graduated', counter: 'term' },
  tiers: [
    { upTo: '1000', rate: '0.01', flat: '0' },
    { upTo: null, rate: '0.02', flat: '0' },
  ],
};

/** One rate before a day, another one from then on. */
const dated = (trigger: string, day: string, [before, after]: readonly [string, string]) => ({
  kind: 'escalation',
  trigger,
  steps: [
    { from: null, until: day, of: { kind: 'perUnit', rate: before } },
    { from: day, until: null, of: { kind: 'perUnit', rate: after } },
  ],
});

/** A fifth of the sales of downloads is held for a month. */
const reserve = {
  ...{ id: 'returns', clauses: ['downloads'], rate: '0.2', basis: 'sales' },
  release: [{ afterPeriods: 1, share: '1' }],
};

interface Closed {
  readonly id: string;
  readonly royalties: string;
  readonly lines: readonly StatementLine[];
  readonly clauseLines: string;
}

/** Closes a month, and sees that anybody who has its inputs or its bundle makes the same statement. */
async function closed(agreement: AgreementAnswer, month: string): Promise<Closed> {
  const { statement, lines } = await closeMonth(app, market, agreement.id, month);
  const clauseLines = await seeProved(market, statement);
  const { royalties } = await market.label.as.get<{ royalties: { amount: string } }>(`/v1/statements/${statement.id}`);
  return { id: statement.id, royalties: royalties.amount, lines, clauseLines };
}

const line = ({ period, clause, quantity, amount }: StatementLine): string =>
  `${period} ${clause} ${quantity} ${amount}`;

describe('a counter that runs through the term', () => {
  let agreement: AgreementAnswer;
  const report = (month: string, plays: number, replaces = '', isrc = isrcs[0]): Promise<string> =>
    reportUsage(app, market, { month, plays: { [isrc]: plays } }, replaces);
  const live = async (as: ApiClient, month: string): Promise<string> =>
    (await as.get<{ amount: string }>(`/v1/agreements/${agreement.id}/live?month=${month}`)).amount;

  it('goes on from month to month, and shows so while a month runs', async () => {
    agreement = agreements.radio;
    await moveTo('2026-03-02T09:00:00Z');
    const january = await report('2026-01', 600);
    await report('2026-02', 600);
    // 600 before it, of a month that is still open: 400 at one cent, 200 at two.
    expect(await live(market.platform.as, '2026-02')).toBe('8.00');
    expect((await closed(agreement, '2026-01')).royalties).toBe('6.00');
    const february = await closed(agreement, '2026-02');
    expect(february.royalties).toBe('8.00');
    expect(february.clauseLines).toContain('to date');

    // January was more: its own 14.00 instead of 6.00, and all of February at two cents, 12.00 instead of 8.00.
    await report('2026-01', 1_200, january);
    await moveTo('2026-04-02T09:00:00Z');
    await report('2026-03', 100);
    const march = await closed(agreement, '2026-03');
    expect(march.royalties).toBe('14.00');
    expect(march.lines.map(line)).toEqual([
      '2026-03 streaming 100 2.00',
      '2026-01 streaming 600 8.00',
      '2026-02 streaming 0 4.00',
    ]);
    const proof = await market.platform.as.get<Record<'counted' | 'corrected', { exact: string } | null>>(
      `/v1/statements/${march.id}/lines/3/proof`,
    );
    expect(JSON.stringify(proof)).toContain('to date');
  });

  it('is foreseen with what it has counted', async () => {
    const { foreseen } = await market.label.as.get<{ foreseen: { royalties: string }[] }>(
      `/v1/agreements/${agreement.id}/forecast?months=2`,
    );
    expect(foreseen.map(({ royalties }) => royalties)).toEqual(['2.00', '2.00']);
  });

  it('reads under an amendment what its clause counted before, recordings that have left included', async () => {
    const amendments = `/v1/agreements/${agreement.id}/amendments`;
    const body = { effectiveFrom: '2026-05-01', reason: 'One track leaves.', removeTracks: [isrcs[0]] };
    const { version, manifestHash } = await market.label.as.post<{ version: number; manifestHash: string }>(
      amendments,
      body,
    );
    for (const { as } of [market.platform, market.label]) {
      await as.post(`${amendments}/${version}/signatures`, await signatureBy(as, manifestHash));
    }
    await moveTo('2026-06-02T09:00:00Z');
    const april = await report('2026-04', 100);
    expect((await closed(agreement, '2026-04')).royalties).toBe('2.00');
    await report('2026-05', 50, '', isrcs[1]);
    await report('2026-04', 200, april);
    // May's own 1.00, and two for the hundred plays that April had more.
    expect((await closed(agreement, '2026-05')).royalties).toBe('3.00');
  });
});

/** Sends and reads a table of downloads. */
async function table(
  columns: object,
  lines: readonly string[],
  { month, replaces }: { month: string; replaces?: string },
): Promise<{ id: string; state: string; refusal: { faults: { code: string }[] } | null }> {
  const { platform, label, serviceIds } = market;
  const mapping = { delimiter: ',', columns, constants: { ...download, territory: 'RU' }, currency: 'USD' };
  const { currency: _, ...unsold } = mapping;
  const { id: mappingId } = await platform.as.post<{ id: string }>('/v1/usage-mappings', {
    name: 'Downloads',
    mapping: 'sales' in columns ? mapping : unsold,
  });
  const query = new URLSearchParams({
    ...{ mappingId, labelId: label.organizationId, serviceId: serviceIds[1]!, month, messageId: randomUUID() },
    ...(replaces === undefined ? {} : { replaces }),
  });
  const text = [Object.values(columns).join(','), ...lines, ''].join('\n');
  const { id } = await platform.as.upload<{ id: string }>(`/v1/usage-reports?${query.toString()}`, 'text/csv', text);
  await app.app.get(ReadReport).execute({ reportId: id });
  return platform.as.get(`/v1/usage-reports/${id}`);
}

const download = { use: 'PermanentDownload', model: 'PayAsYouGoModel' };

describe('what usage was sold for, and on which days it was used', () => {
  const columns = { isrc: 'ISRC', quantity: 'Sold', sales: 'Net' };
  let agreement: AgreementAnswer;
  let january: string;
  const play = (id: string, time: string, quantity: number) =>
    usageEvent(market, { id, time, quantity, serviceId: market.serviceIds[1]! });

  it('a report that does not tell what was sold is refused by name', async () => {
    agreement = agreements.video;
    const { state, refusal } = await table({ isrc: 'ISRC', quantity: 'Sold' }, [`${isrcs[0]},3`], { month: '2026-01' });
    expect([state, refusal?.faults.map(({ code }) => code)]).toEqual(['refused', ['sales-missing']]);
  });

  it('a part of the sales is held back before they are rated', async () => {
    january = (await table(columns, [`${isrcs[0]},2,20.00`, `${isrcs[0]},1,10`], { month: '2026-01' })).id;
    const { royalties, lines } = await closed(agreement, '2026-01');
    // 30.00 less 6.00.
    expect(royalties).toBe('12.00');
    expect(lines).toMatchObject([{ quantity: '3', sales: '30', amount: '12.00' }]);
  });

  it('sums are kept apart where another rate begins within the month, in the agreement’s zone', async () => {
    await sendEvents(market.platform.as, [
      play('a', '2026-02-10T12:00:00Z', 60),
      play('b', '2026-02-14T20:59:59Z', 40),
      // Midnight in Moscow.
      play('c', '2026-02-14T21:00:00Z', 100),
    ]);
    await table(columns, [`${isrcs[1]},1,10.00`], { month: '2026-02' });
    const february = await closed(agreement, '2026-02');
    expect(february.lines.map((one) => [line(one), (one as { usedOn?: string }).usedOn])).toEqual([
      ['2026-02 streaming 100 1.00', '2026-02-01'],
      ['2026-02 streaming 100 2.00', '2026-02-15'],
      // 10.00 less 2.00, and January's 6.00.
      ['2026-02 downloads 1 7.00', null],
    ]);
    const of = (number: number) => `/v1/statements/${february.id}/lines/${number}/proof`;
    const proof = await market.label.as.get<{ counted: { quantity: string; events: { units: string } } }>(of(1));
    expect([proof.counted.quantity, proof.counted.events.units]).toEqual(['100', '100']);
    const moved = await market.label.as.all<{ id: string; units: string }>(
      `/v1/statements/${february.id}/lines/1/events`,
    );
    expect(moved.map(({ id, units }) => `${id} ${units}`)).toEqual(['a 60', 'b 40']);
    const reported = await market.label.as.get<{ counted: { reports: { whole: boolean }[] } }>(of(3));
    expect(reported.counted.reports.map(({ whole }) => whole)).toEqual([true]);
  });

  it('a corrected month is rated again with what was held of it then, and with its days', async () => {
    await market.platform.as.post('/v1/usage-event-voids', {
      reason: 'Counted twice.',
      events: [{ source: '/players/1', id: 'b' }],
    });
    await table(columns, [`${isrcs[0]},3,40.00`], { month: '2026-01', replaces: january });
    await table(columns, [`${isrcs[1]},1,10.00`], { month: '2026-03' });
    const march = await closed(agreement, '2026-03');
    expect(march.lines.map(line)).toEqual([
      // As much is held as is released: half of 10.00. January: half of 34.00 instead of 24.00. February: forty plays at a cent less.
      '2026-03 downloads 1 5.00',
      '2026-01 downloads 0 5.00',
      '2026-02 streaming -40 -0.40',
    ]);
    expect(march.lines).toMatchObject([{ sales: '10' }, { sales: '10' }, { sales: null }]);
  });

  it('events tell what they were sold for, or are not taken', async () => {
    const sale = {
      serviceId: market.serviceIds[1]!,
      ...{ useType: 'PermanentDownload', commercialModel: 'PayAsYouGoModel' },
    };
    const [wrong] = (
      await sendEvents(market.platform.as, [usageEvent(market, { id: 'x', ...sale, sold: { amount: '1e3' } })])
    ).events;
    expect(wrong?.faults).toMatchObject([{ pointer: '/data/sold', code: 'field-money' }]);

    const serviceId = kiosk;
    const event = (of: string, sold?: object) =>
      usageEvent(market, { ...sale, serviceId, id: of, quantity: 2, ...(sold === undefined ? {} : { sold }) });
    const usd = (amount: string) => ({ amount, currency: 'USD' });
    const other = event('k4', { amount: '1', currency: 'EUR' });
    // Each by itself, and the id of one that was refused is not used up.
    const sent = [event('k1', usd('1.38')), event('k3'), other, event('k3', usd('0.62'))];
    const { events } = await sendEvents(market.platform.as, sent);
    expect(events.map(({ outcome, faults = [] }) => [outcome, ...faults.map(({ code }) => code)])).toEqual([
      ['accepted'],
      ['rejected', 'sales-missing'],
      ['rejected', 'sales-currency'],
      ['accepted'],
    ]);
    // As the close of a month names them whose terms began to pay by sales after its events came.
    const of = { month: '2026-01', position: 2n ** 62n, currency: 'EUR' };
    const sum = { isrc: isrcs[0], service: kiosk, territory: 'RU', use: download.use, model: download.model };
    const named = await app.app.get(Database).asSystem(async (tx) => {
      const living = await getLiving(tx, agreements.kiosk.id);
      return eventsUntold(tx, living, of, { ...sum, quantity: 4n, returns: 0n });
    });
    expect(named.map(({ id }) => id)).toEqual(['k1', 'k3']);
    // Said otherwise, it is another event.
    const [differs] = (await sendEvents(market.platform.as, [event('k1', usd('1.39'))])).events;
    expect(differs?.faults).toMatchObject([{ pointer: '/data/sold', code: 'field-differs' }]);
    const { royalties, lines } = await closed(agreements.kiosk, '2026-01');
    expect(royalties).toBe('1.00');
    expect(lines).toMatchObject([{ quantity: '4', sales: '2', amount: '1.00' }]);
  });
});

describe('the day of a report', () => {
  it('decides about the rate of what it tells; a correction keeps the day of what it corrects', async () => {
    const agreement = agreements.shop;
    const report = (month: string, units: number, replaces = ''): Promise<string> => {
      const plays = { [isrcs[0]]: 5, [isrcs[1]]: 5 };
      const downloads = { [isrcs[0]]: [units, 0] as const };
      return reportUsage(app, market, { month, plays, downloads, serviceName: 'Shop' }, replaces);
    };
    const january = await report('2026-01', 10);
    await moveTo('2026-06-06T09:00:00Z');
    await report('2026-02', 10);
    // Both brought 0.40 by plays, of which half; ten downloads at 0.10, and at 0.20.
    expect((await closed(agreement, '2026-01')).royalties).toBe('1.20');
    expect((await closed(agreement, '2026-02')).royalties).toBe('2.20');
    await report('2026-01', 20, january);
    await report('2026-03', 1);
    const march = await closed(agreement, '2026-03');
    expect(march.lines.map(line)).toEqual([
      '2026-03 streaming 5 0.10',
      '2026-03 streaming 5 0.10',
      '2026-03 downloads 1 0.20',
      '2026-01 downloads 10 1.00',
    ]);
    expect(march.lines.at(-1)).toMatchObject({ reportedOn: '2026-06-02' });
  });
});
