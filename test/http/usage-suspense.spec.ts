import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { Jobs } from '../../src/platform/jobs/jobs';
import { MatchHeldEvents } from '../../src/usage/events/match-held-events';
import { ReadReport } from '../../src/usage/read-report';
import { ReadAgain } from '../../src/usage/suspense/read-again';
import { startTestApp, type TestApp } from '../support/app';
import { type CatalogueCells, catalogueCsv } from '../support/catalogue';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { closeMonth, reportUsage } from '../support/reported-usage';
import type { SmallReport } from '../support/small-report';
import { TableDeal } from '../support/tables';
import { eventTerms, sendEvents, usageEvent } from '../support/usage-events';

interface Report {
  readonly id: string;
  readonly state: string;
  readonly messageId: string;
  readonly fileSha256: string;
  readonly replaces: string | null;
  readonly rereadBecause: string | null;
  readonly readAgain: string | null;
  readonly confirmedAt: string | null;
  readonly rejectedByCode: Readonly<Record<string, number>>;
}
interface Suspense {
  readonly rows: readonly {
    readonly reportId: string;
    readonly isrc: string;
    readonly useType: string;
    readonly reason: string;
    readonly lines: string;
    readonly quantity: string;
    readonly returns: string;
    readonly firstLine: string;
    readonly reportedTitle: string | null;
    readonly estimate: Readonly<Record<string, string | null>>;
    readonly suggestions: readonly { readonly isrc: string; readonly title: string; readonly why: string }[];
  }[];
  readonly next: string | null;
  readonly leftOut: string;
}
interface Resolution {
  readonly id: string;
  readonly state: string;
  readonly months: readonly string[] | null;
  readonly withdrawalAskedBy: string | null;
}
/** No worker runs: each test decides when a job does. */
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-03-05T09:00:00Z' });
});
afterAll(() => app?.close());

const resolutionsPath = '/v1/usage-suspense/resolutions';

/** A label and a platform, whose Radio reports by DSR files; 0.002 a play, 0.36 a download. */
class Deal {
  private constructor(
    readonly market: Market,
    readonly agreement: AgreementAnswer,
  ) {}

  static async of(): Promise<Deal> {
    const market = await openMarket(app, 3);
    return new Deal(market, await market.concluded({ floor: '0.01' }));
  }

  /** A market without an agreement, or with some of its own. */
  static among(market: Market, agreement = {} as AgreementAnswer): Deal {
    return new Deal(market, agreement);
  }

  /** The first track with its 0 written as O. */
  get typo(): string {
    return this.market.isrcs[0]!.replace('0', 'O');
  }

  report(changes: Partial<SmallReport> & Pick<SmallReport, 'plays'>, replaces?: string): Promise<string> {
    return reportUsage(app, this.market, changes, replaces);
  }

  show(id: string): Promise<Report> {
    return this.market.label.as.get(`/v1/usage-reports/${id}`);
  }

  reports(): Promise<Report[]> {
    return this.market.label.as.all('/v1/usage-reports');
  }

  suspense(query = '', who: 'label' | 'platform' = 'label'): Promise<Suspense> {
    return this.market[who].as.get(`/v1/usage-suspense${query}`);
  }

  async propose(by: 'label' | 'platform', resolution: object = {}): Promise<Resolution> {
    const { market } = this;
    const { rows } = await market[by].as.post<{ rows: Resolution[] }>(resolutionsPath, {
      counterpartyId: market[by === 'label' ? 'platform' : 'label'].organizationId,
      resolutions: [
        { reportedIsrc: this.typo, isrc: market.isrcs[0], reason: 'A zero was typed as an O.', ...resolution },
      ],
    });
    return rows[0]!;
  }

  async decide(by: 'label' | 'platform', decision: string, ...ids: string[]): Promise<Resolution> {
    const body = { ids, decision };
    const { rows } = await this.market[by].as.post<{ rows: Resolution[] }>(`${resolutionsPath}/decisions`, body);
    return rows[0]!;
  }

  /** Works the job of every report that is to be read again. Gives the report that speaks for each afterwards. */
  async readAgain(): Promise<void> {
    for (const { id, readAgain } of await this.reports()) {
      if (readAgain !== null) await app.app.get(ReadAgain).execute({ reportId: id });
    }
  }

  async live(month = '2026-01'): Promise<Report> {
    const reports = await this.market.label.as.all<Report>(`/v1/usage-reports?month=${month}`);
    const live = reports.filter(({ state }) => state === 'accepted');
    expect(live).toHaveLength(1);
    return live[0]!;
  }

  async close(month: string): Promise<string[]> {
    const { lines } = await closeMonth(app, this.market, this.agreement.id, month);
    return lines
      .filter(({ isrc }) => isrc !== null)
      .map(({ period, isrc, quantity, amount }) => `${period} ${isrc} ${quantity} ${amount}`);
  }
}

describe('use in suspense', () => {
  it('is listed for both parties, added up, with what it may be worth and what it may be', async () => {
    const deal = await Deal.of();
    const [first] = deal.market.isrcs as [string];
    const id = await deal.report({
      plays: { [first]: 1000, [deal.typo]: 1200, QMAAA2600001: 5 },
      downloads: { [deal.typo]: [10, 4] },
    });
    const seen = await deal.suspense();
    expect(seen.rows).toMatchObject([
      { reportId: id, isrc: 'QMAAA2600001', quantity: '5', suggestions: [], estimate: { amount: '0.01' } },
      {
        isrc: deal.typo,
        reason: 'unknown-recording',
        useType: 'OnDemandStream',
        lines: '1',
        quantity: '1200',
        estimate: { basis: 'rate', why: null, perUnit: '0.002', amount: '2.40', currency: 'USD', clause: 'streaming' },
        suggestions: [{ isrc: first, title: 'Track 1', why: 'look-alike' }],
      },
      { isrc: deal.typo, useType: 'PermanentDownload', quantity: '10', returns: '4', estimate: { amount: '2.16' } },
    ]);
    expect(await deal.suspense('', 'platform')).toEqual(seen);
    const raw = await deal.market.label.as.all<{ line: string; isrc: string }>(`/v1/usage-reports/${id}/unmatched`);
    expect(seen.rows[1]!.firstLine).toBe(raw.find(({ isrc }) => isrc === deal.typo)!.line);

    const some = async (query: string): Promise<number> => (await deal.suspense(query)).rows.length;
    expect(await some('?month=2026-01&reason=unknown-recording')).toBe(3);
    expect(await some('?month=2026-02')).toBe(0);
    expect(await some('?reason=expired')).toBe(0);
    expect(await some(`?serviceId=${deal.market.serviceIds[1]}`)).toBe(0);
    expect(await some(`?platformId=${deal.market.platform.organizationId}`)).toBe(3);
    expect(await some(`?labelId=${randomUUID()}`)).toBe(0);
    const page = await deal.suspense('?limit=2');
    const rest = await deal.suspense(`?limit=2&cursor=${page.next}`);
    expect([...page.rows, ...rest.rows]).toEqual(seen.rows);
    expect(rest.next).toBeNull();

    const { text } = await deal.market.label.as.request('GET', '/v1/usage-suspense?format=csv');
    const [header, ...lines] = text.trimEnd().split('\r\n');
    expect(header!.split(',')).toHaveLength(lines[1]!.split(',').length);
    expect(lines[1]).toContain(`,${deal.typo},RU,OnDemandStream,`);
    expect(lines[1]!.endsWith(`,2.40,USD,${first},look-alike`)).toBe(true);
  });

  it('may be the recording that the report calls by its names', async () => {
    const deal = await Deal.of();
    const [, second] = deal.market.isrcs as [string, string];
    await deal.report({
      plays: { [deal.typo]: 1, QMAAA2600001: 5, QMAAA2600002: 6 },
      names: {
        [deal.typo]: ['Track 1', 'Somebody'],
        QMAAA2600001: ['TRACK 2! (feat. Another)', 'somebody'],
        QMAAA2600002: ['Track 2', 'Somebody Else'],
      },
    });
    const { rows } = await deal.suspense();
    const seen = rows.map(({ isrc, reportedTitle, suggestions }) => ({ isrc, title: reportedTitle, suggestions }));
    expect(seen).toMatchObject([
      {
        isrc: 'QMAAA2600001',
        title: 'TRACK 2! (feat. Another)',
        suggestions: [{ isrc: second, title: 'Track 2', artists: ['Somebody'], why: 'same-title-and-artist' }],
      },
      { isrc: 'QMAAA2600002', title: 'Track 2', suggestions: [] },
      { isrc: deal.typo, suggestions: [{ isrc: deal.market.isrcs[0], why: 'look-alike' }] },
    ]);
  });

  it('may be a licensed version of what was reported, which the label alone is told', async () => {
    const market = await openMarket(app, 3);
    const [licensed, live] = market.isrcs as [string, string];
    const cells = (isrc: string, version: string): CatalogueCells => ({
      ...{ isrc, version, title: 'The same', artists: 'Somebody' },
    });
    const rows = [cells(licensed, 'Album'), cells(live, 'Live')];
    await market.label.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(rows));
    const deal = Deal.among(market, await market.concluded({ isrcs: [licensed], floor: '0.01' }));
    await deal.report({ plays: { [live]: 9 } });
    const suggested = async (who: 'label' | 'platform'): Promise<object[]> => [
      ...(await deal.suspense('', who)).rows[0]!.suggestions,
    ];
    expect(await suggested('label')).toMatchObject([{ isrc: licensed, version: 'Album', why: 'other-version' }]);
    // One digit apart they are as well: that the platform may see.
    expect(await suggested('platform')).toMatchObject([{ isrc: licensed, why: 'one-character' }]);
  });

  it('is worth what a unit came to in the last closed month where no rate is told', async () => {
    const market = await openMarket(app, 3);
    const share = { kind: 'revenueShare', share: '0.5', base: 'netMusicAdvertisingRevenue', by: 'plays' };
    const royalties = market
      .terms()
      .royalties.map((clause) => (clause.id === 'streaming' ? { ...clause, royalty: share } : clause));
    const deal = Deal.among(market, await market.concluded({ life: { royalties } }));
    await deal.report({ plays: { [market.isrcs[0]!]: 1000, [deal.typo]: 1200 }, allPlays: 10_000 });
    const estimate = async (): Promise<object> => (await deal.suspense()).rows[0]!.estimate;
    expect(await estimate()).toMatchObject({ basis: null, why: 'no-rate', amount: null });

    const [line] = await deal.close('2026-01');
    const amount = Number(line!.split(' ')[3]);
    expect(amount).toBeGreaterThan(1);
    expect(await estimate()).toMatchObject({
      ...{ basis: 'average', month: '2026-01', clause: 'streaming', currency: 'USD' },
      amount: (amount * 1.2).toFixed(2),
    });
  });
});

describe('a resolution', () => {
  it('lets the next close pay what was held, once the other party has accepted it', async () => {
    const deal = await Deal.of();
    const [first, second] = deal.market.isrcs as [string, string];
    const id = await deal.report({ plays: { [first]: 1000, [second]: 10, [deal.typo]: 1200 } });
    const { id: resolution, state } = await deal.propose('platform');
    expect(state).toBe('proposed');
    await deal.readAgain();
    expect((await deal.live()).id).toBe(id);

    expect(await deal.decide('label', 'accepted', resolution)).toMatchObject({ state: 'accepted' });
    expect(await deal.show(id)).toMatchObject({ state: 'accepted', readAgain: 'resolution' });
    const path = `/v1/agreements/${deal.agreement.id}/closes`;
    expect(await outcome(deal.market.label.as, 'POST', path, { month: '2026-01' })).toBe('409 period-not-closable');
    await deal.readAgain();

    const old = await deal.show(id);
    const live = await deal.live();
    expect(old).toMatchObject({ state: 'superseded', readAgain: null });
    expect(live).toMatchObject({
      replaces: id,
      rereadBecause: 'resolution',
      messageId: old.messageId,
      fileSha256: old.fileSha256,
      rejectedByCode: {},
    });
    expect((await deal.suspense()).rows).toEqual([]);
    expect(await deal.close('2026-01')).toEqual([`2026-01 ${first} 2200 4.40`, `2026-01 ${second} 10 0.02`]);
    // What was reported is still there: in the report before, and in the file.
    expect(await deal.market.label.as.all(`/v1/usage-reports/${id}/unmatched`)).toMatchObject([{ isrc: deal.typo }]);

    // Asked again nothing changes, and nothing is made.
    const asked = await deal.market.label.as.post<{ operationId: string; because: string }>(
      `/v1/usage-reports/${live.id}/readings`,
      {},
    );
    const twice = await deal.market.platform.as.post(`/v1/usage-reports/${live.id}/readings`, {});
    expect([asked.because, twice]).toEqual(['asked', { ...asked, reportId: live.id }]);
    await deal.readAgain();
    expect(await deal.market.label.as.get(`/v1/operations/${asked.operationId}`)).toMatchObject({
      state: 'done',
      result: { reportId: live.id },
    });
    expect(await deal.live()).toMatchObject({ id: live.id, confirmedAt: '2026-03-05T09:00:00.000Z' });
    expect(await deal.reports()).toHaveLength(2);
    expect(await outcome(deal.market.label.as, 'POST', `/v1/usage-reports/${id}/readings`, {})).toBe(
      '409 report-not-replaceable',
    );
  });

  it('gives a closed month the difference', async () => {
    const deal = await Deal.of();
    const [first] = deal.market.isrcs as [string];
    await deal.report({ plays: { [first]: 1000, [deal.typo]: 1200 } });
    expect(await deal.close('2026-01')).toEqual([`2026-01 ${first} 1000 2.00`]);
    const { id } = await deal.propose('label');
    await deal.decide('platform', 'accepted', id);
    await deal.readAgain();
    await deal.report({ month: '2026-02', plays: { [first]: 500 } });
    expect(await deal.close('2026-02')).toEqual([`2026-02 ${first} 500 1.00`, `2026-01 ${first} 1200 2.40`]);
  });

  it('changes nothing while it waits, when it is declined, or withdrawn', async () => {
    const deal = await Deal.of();
    const id = await deal.report({ plays: { [deal.typo]: 1200 } });
    const declined = await deal.propose('platform');
    const withdrawn = await deal.propose('platform');
    const decide = (by: 'label' | 'platform', decision: string, ...ids: string[]): Promise<string> =>
      outcome(deal.market[by].as, 'POST', `${resolutionsPath}/decisions`, { ids, decision });
    expect(await decide('platform', 'accepted', declined.id)).toBe('409 usage-resolution-state');
    expect(await decide('label', 'withdrawn', declined.id)).toBe('409 usage-resolution-state');
    expect(await deal.decide('label', 'declined', declined.id)).toMatchObject({ state: 'declined' });
    expect(await deal.decide('platform', 'withdrawn', withdrawn.id)).toMatchObject({ state: 'withdrawn' });
    // All or none.
    const third = await deal.propose('platform');
    for (const over of [declined, withdrawn]) {
      expect(await decide('label', 'accepted', third.id, over.id)).toBe('409 usage-resolution-state');
    }
    expect(await decide('label', 'accepted', third.id, randomUUID())).toBe('404 not-found');
    expect(await deal.show(id)).toMatchObject({ state: 'accepted', readAgain: null });
    expect(await deal.market.label.as.all(`${resolutionsPath}?state=proposed`)).toMatchObject([{ id: third.id }]);
    expect(await deal.market.platform.as.all(resolutionsPath)).toHaveLength(3);
  });

  it('is taken back by both parties, and then what it let count is held again', async () => {
    const deal = await Deal.of();
    await deal.report({ plays: { [deal.typo]: 1200 } });
    const { id } = await deal.propose('platform', { serviceId: deal.market.serviceIds[0], months: ['2026-01'] });
    await deal.decide('label', 'accepted', id);
    await deal.readAgain();
    expect((await deal.suspense()).rows).toEqual([]);
    const { organizationId } = deal.market.platform;
    expect(await deal.decide('platform', 'withdrawn', id)).toMatchObject({
      state: 'accepted',
      months: ['2026-01'],
      withdrawalAskedBy: organizationId,
    });
    const again = { ids: [id], decision: 'withdrawn' };
    expect(await outcome(deal.market.platform.as, 'POST', `${resolutionsPath}/decisions`, again)).toBe(
      '409 usage-resolution-state',
    );
    expect(await deal.live()).toMatchObject({ readAgain: null });
    expect(await deal.decide('label', 'withdrawn', id)).toMatchObject({ state: 'withdrawn' });
    await deal.readAgain();
    expect((await deal.suspense()).rows).toMatchObject([{ isrc: deal.typo, quantity: '1200' }]);
    expect(await deal.reports()).toHaveLength(3);
  });

  it('speaks of its months and service alone', async () => {
    const deal = await Deal.of();
    await deal.report({ plays: { [deal.typo]: 1200 } });
    for (const other of [{ months: ['2026-02'] }, { serviceId: deal.market.serviceIds[1] }]) {
      const { id } = await deal.propose('label', other);
      await deal.decide('platform', 'accepted', id);
    }
    expect(await deal.live()).toMatchObject({ readAgain: null });
    await deal.market.label.as.post(`/v1/usage-reports/${(await deal.live()).id}/readings`, {});
    await deal.readAgain();
    expect((await deal.suspense()).rows).toHaveLength(1);
  });

  it('lets held events count for the recording that they are of, and what is void of them is taken from it', async () => {
    const market = await openMarket(app, 3);
    const life = eventTerms(market, ['OnDemandStream']);
    const deal = Deal.among(market, await market.concluded({ floor: '0.01', life }));
    const of = (month: string): string => `${month}-10T12:00:00Z`;
    await sendEvents(market.platform.as, [
      usageEvent(market, { id: 'right', quantity: 3 }),
      usageEvent(market, { id: 'wrong', isrc: deal.typo, quantity: 5 }),
      usageEvent(market, { id: 'void', isrc: deal.typo, quantity: 7 }),
      usageEvent(market, { id: 'other month', isrc: deal.typo, time: of('2026-02'), quantity: 11 }),
    ]);
    const { id } = await deal.propose('label', { months: ['2026-01'] });
    const count = (): Promise<void> => app.app.get(MatchHeldEvents).execute({ agreementId: deal.agreement.id });
    await count();
    const counted = async (): Promise<string[]> => {
      const path = `/v1/agreements/${deal.agreement.id}/live?month=2026-01`;
      const { rows } = await market.label.as.get<{ rows: { isrc: string; quantity: string }[] }>(path);
      return rows.map(({ isrc, quantity }) => `${isrc} ${quantity}`);
    };
    expect(await counted()).toEqual([`${market.isrcs[0]} 3`]);
    await deal.decide('platform', 'accepted', id);
    await count();
    await count();
    expect(await counted()).toEqual([`${market.isrcs[0]} 15`]);
    const events = await market.platform.as.all<{ id: string; isrc: string; resolvedTo: string | null; held: string }>(
      '/v1/usage-events',
    );
    expect(events.map((event) => [event.id, event.isrc, event.resolvedTo, event.held])).toEqual([
      ['other month', deal.typo, null, 'unknown-recording'],
      ['right', market.isrcs[0], null, null],
      ['void', deal.typo, market.isrcs[0], null],
      ['wrong', deal.typo, market.isrcs[0], null],
    ]);
    await market.platform.as.post('/v1/usage-event-voids', {
      reason: 'Counted by mistake.',
      events: [{ source: '/players/1', id: 'void' }],
    });
    expect(await counted()).toEqual([`${market.isrcs[0]} 8`]);
  });

  it('is refused with all that is wrong with it', async () => {
    const deal = await Deal.of();
    const [first, second] = deal.market.isrcs as [string, string];
    const reason = 'Because.';
    const body = {
      counterpartyId: deal.market.label.organizationId,
      resolutions: [
        { reportedIsrc: second, isrc: 'QMAAA2600001', reason },
        { reportedIsrc: deal.typo, isrc: first, reason, serviceId: randomUUID() },
        { reportedIsrc: 'QMAAA2600009', isrc: first, reason },
        { reportedIsrc: 'QMAAA2600009', isrc: second, reason },
      ],
    };
    const { status, code, faults } = await refused(deal.market.platform.as, 'POST', resolutionsPath, body);
    expect([status, code, faults.map((fault) => `${fault.pointer} ${fault.code}`)]).toEqual([
      422,
      'usage-resolution-invalid',
      [
        '/resolutions/0/isrc isrc-not-agreed',
        '/resolutions/0/reportedIsrc isrc-agreed',
        '/resolutions/1/serviceId service-unknown',
        '/resolutions/3/reportedIsrc resolution-repeated',
      ],
    ]);
  });

  it('is decided by four eyes, whatever the program does: the database says so', async () => {
    const deal = await Deal.of();
    const { id } = await deal.propose('platform');
    const client = await app.superuser();
    try {
      const accept = (organization: string): Promise<unknown> =>
        client.query(
          `INSERT INTO usage_resolution_facts (resolution_id, label_id, platform_id, proposed_by, kind, organization_id, made_by, at)
           SELECT id, label_id, platform_id, proposed_by, 'accepted', $2, 'somebody', now() FROM usage_resolutions WHERE id = $1`,
          [id, organization],
        );
      await expect(accept(deal.market.platform.organizationId)).rejects.toThrow(/four_eyes/);
      await accept(deal.market.label.organizationId);
      await expect(accept(deal.market.label.organizationId)).rejects.toThrow(/usage_resolution_facts/);
    } finally {
      await client.end();
    }
  });
});

describe('reading again', () => {
  it('comes by itself when an agreement for past months is concluded', async () => {
    const market = await openMarket(app, 4);
    const [first, second, third, unused] = market.isrcs as [string, string, string, string];
    await market.concluded({ isrcs: [first], floor: '0.01' });
    const deal = Deal.among(market);
    const id = await deal.report({ plays: { [first]: 1000, [second]: 300, [third]: 7 } });
    const early = await deal.report({ month: '2025-12', plays: { [second]: 1 } });
    expect((await deal.suspense('?month=2026-01')).rows).toMatchObject([
      { isrc: second, reason: 'no-agreement', estimate: { amount: '0.60' } },
      { isrc: third },
    ]);
    app.clock.moveTo(new Date('2026-03-05T09:10:00Z'));
    const agreement = await market.concluded({ isrcs: [second], floor: '0.01' });
    expect(await deal.show(id)).toMatchObject({ readAgain: 'agreement' });
    // Before the first month of its terms nothing can change.
    expect(await deal.show(early)).toMatchObject({ readAgain: null });
    await deal.readAgain();
    expect(await deal.live()).toMatchObject({ replaces: id, rereadBecause: 'agreement' });
    expect(await Deal.among(market, agreement).close('2026-01')).toEqual([`2026-01 ${second} 300 0.60`]);
    expect((await deal.suspense('?month=2026-01')).rows).toMatchObject([{ isrc: third }]);

    // One that covers nothing of what was reported changes nothing, and nothing is made; still the report is known to be read under it.
    const live = await deal.live();
    app.clock.moveTo(new Date('2026-03-05T09:11:00Z'));
    const idle = await market.concluded({ isrcs: [unused], floor: '0.01' });
    await deal.readAgain();
    expect(await deal.live()).toMatchObject({ id: live.id, readAgain: null, confirmedAt: '2026-03-05T09:11:00.000Z' });
    expect(await Deal.among(market, idle).close('2026-01')).toEqual([]);
  });

  it('reads tables as well, packed or not, and does once what it is told twice', async () => {
    const deal = await Deal.of();
    const { market } = deal;
    const { id: mappingId } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', {
      name: 'Plain',
      mapping: {
        delimiter: ',',
        columns: { isrc: 'isrc', quantity: 'plays' },
        constants: { territory: 'KZ', use: 'OnDemandStream', model: 'AdvertisementSupportedModel' },
      },
    });
    const query = new URLSearchParams({
      ...{ mappingId, labelId: market.label.organizationId, serviceId: market.serviceIds[0]! },
      ...{ month: '2026-01', messageId: randomUUID() },
    });
    const table = gzipSync(`isrc,plays\n${deal.typo},1200\n${market.isrcs[1]},30\n`);
    const path = `/v1/usage-reports?${query.toString()}`;
    const { id } = await market.platform.as.upload<{ id: string }>(path, 'application/gzip', table);
    await app.app.get(ReadReport).execute({ reportId: id });
    const { id: resolution } = await deal.propose('label');
    await deal.decide('platform', 'accepted', resolution);
    const again = app.app.get(ReadAgain);
    // The second finds nothing to do, or is told that the first was faster: then the queue has it try once more.
    await Promise.allSettled([again.execute({ reportId: id }), again.execute({ reportId: id })]);
    await again.execute({ reportId: id });
    const live = await deal.live();
    expect(live).toMatchObject({ replaces: id, rereadBecause: 'resolution' });
    const sums = await market.label.as.all<{ isrc: string; quantity: string }>(`/v1/usage-reports/${live.id}/sums`);
    expect(sums.map(({ isrc, quantity }) => `${isrc} ${quantity}`)).toEqual([
      `${market.isrcs[0]} 1200`,
      `${market.isrcs[1]} 30`,
    ]);
    expect(await deal.reports()).toHaveLength(2);
    // The same message sent again is answered as it was the first time.
    expect(await market.platform.as.upload(path, 'application/gzip', table)).toMatchObject({ id });
  });

  it('gives way to what the sender puts in place, which may name the report that it sent', async () => {
    const deal = await Deal.of();
    const [first] = deal.market.isrcs as [string];
    const sent = await deal.report({ plays: { [deal.typo]: 1200 } });
    const { id } = await deal.propose('platform');
    await deal.decide('label', 'accepted', id);
    await deal.readAgain();
    const reread = await deal.live();
    expect(reread.replaces).toBe(sent);
    const better = await deal.report({ plays: { [first]: 1300 } }, sent);
    expect(await deal.live()).toMatchObject({ id: better, replaces: reread.id });

    // One that waits when the sender is faster is not read again.
    await deal.market.label.as.post(`/v1/usage-reports/${better}/readings`, {});
    const last = await deal.report({ plays: { [first]: 1400 } }, better);
    await app.app.get(ReadAgain).execute({ reportId: better });
    expect(await deal.live()).toMatchObject({ id: last });
    expect(await deal.show(better)).toMatchObject({ state: 'superseded', readAgain: null });
  });
});

describe('a report that is to be read again while a correction of it waits', () => {
  it('is read again after all where the correction is refused or cancelled, and its month is not closed before', async () => {
    for (const how of ['refused', 'cancelled']) {
      const own = await TableDeal.open(app);
      const [one] = own.market.isrcs as [string];
      const deal = Deal.among(own.market, own.agreement);
      const { id } = await own.report([[deal.typo, 'RU', 10]]);
      const resolution = await deal.propose('platform');
      await deal.decide('label', 'accepted', resolution.id);
      const wrong = await own.upload([[one, 'RU', -15]], { replaces: id, as: 'delta' });
      await deal.readAgain();
      expect([how, (await deal.show(id)).readAgain]).toEqual([how, 'resolution']);
      if (how === 'refused') expect((await own.read(wrong.id)).refusal?.code).toBe('report-unreadable');
      else {
        const { operationId } = await own.platform.get<{ operationId: string }>(`/v1/usage-reports/${wrong.id}`);
        await own.platform.post(`/v1/operations/${operationId}/cancel`, {});
      }
      await expect(own.close('2026-01')).rejects.toThrow('period-not-closable');
      await deal.readAgain();
      const live = await deal.live();
      expect([live.replaces, await own.sums(live)]).toEqual([id, [`${one} RU 10-0`]]);
      expect((await own.close('2026-01')).map(({ isrc, amount }) => `${isrc} ${amount}`)).toEqual([`${one} 0.02`]);
    }
  });

  it('is over where the correction is accepted, for it was read under what holds by then', async () => {
    const own = await TableDeal.open(app);
    const [one] = own.market.isrcs as [string];
    const deal = Deal.among(own.market, own.agreement);
    const { id } = await own.report([[deal.typo, 'RU', 10]]);
    const resolution = await deal.propose('platform');
    await deal.decide('label', 'accepted', resolution.id);
    const { operationId } = await own.label.post<{ operationId: string }>(`/v1/usage-reports/${id}/readings`, {});
    const better = await own.report([[deal.typo, 'RU', 12]], { replaces: id });
    expect(await own.sums(better)).toEqual([`${one} RU 12-0`]);
    expect((await deal.show(id)).readAgain).toBeNull();
    expect(await own.platform.get(`/v1/operations/${operationId}`)).toMatchObject({
      state: 'done',
      result: { reportId: better.id },
    });
  });
});

describe('unlicensed use', () => {
  it('is listed for the label by recording and service, and tells what else it licenses itself', async () => {
    const market = await openMarket(app, 3);
    const [first, second, third] = market.isrcs as [string, string, string];
    const [radio, video] = market.serviceIds as [string, string];
    await market.concluded({ isrcs: [first], serviceIds: [radio], floor: '0.01' });
    await market.concluded({ isrcs: [second], serviceIds: [video], floor: '0.01' });
    const deal = Deal.among(market);
    await deal.report({
      plays: { [first]: 1000, [second]: 300, [third]: 700, QMAAA2600001: 5 },
      downloads: { [second]: [2, 1] },
    });
    const { rows, leftOut } = await market.label.as.get<{ rows: object[]; leftOut: string }>(
      '/v1/usage-unlicensed?month=2026-01',
    );
    expect(rows).toEqual([
      {
        ...{ isrc: third, title: 'Track 3', platformId: market.platform.organizationId, serviceId: radio, lines: '1' },
        ...{ quantity: '700', returns: '0', reasons: { 'no-agreement': '700' }, licensedElsewhere: false },
        ...{ estimates: [{ amount: '1.40', currency: 'USD' }], unestimated: '0' },
      },
      {
        ...{ isrc: second, title: 'Track 2', platformId: market.platform.organizationId, serviceId: radio, lines: '2' },
        ...{ quantity: '302', returns: '1', reasons: { 'no-agreement': '301' }, licensedElsewhere: true },
        ...{ estimates: [{ amount: '0.96', currency: 'USD' }], unestimated: '0' },
      },
    ]);
    expect(leftOut).toBe('0');
    const page = await market.label.as.get<{ rows: object[]; next: string }>(
      '/v1/usage-unlicensed?month=2026-01&limit=1',
    );
    const rest = `/v1/usage-unlicensed?month=2026-01&limit=1&cursor=${page.next}`;
    expect([page.rows, await market.label.as.get(rest)]).toEqual([
      [rows[0]],
      { rows: [rows[1]], next: null, leftOut: '0' },
    ]);
    expect(await market.label.as.all(`/v1/usage-unlicensed?month=2026-01&serviceId=${video}`)).toEqual([]);
    expect(await outcome(market.platform.as, 'GET', '/v1/usage-unlicensed?month=2026-01')).toBe('403 forbidden');
  });
});

describe('the queue', () => {
  it('works what is to be read again', async () => {
    const deal = await Deal.of();
    const id = await deal.report({ plays: { [deal.typo]: 1200 } });
    const resolution = await deal.propose('platform');
    await deal.decide('label', 'accepted', resolution.id);
    const jobs = app.app.get(Jobs);
    await jobs.start(app.databaseUrls.applicationUrl, app.parts.storage);
    try {
      for (let attempt = 0; attempt < 200 && (await deal.show(id)).readAgain !== null; attempt += 1) await sleep(50);
    } finally {
      await jobs.stop();
    }
    expect(await deal.live()).toMatchObject({ replaces: id, rereadBecause: 'resolution' });
  });
});
