import type { ApiRefusal } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { outcome } from '../support/market';
import { smallReport } from '../support/small-report';
import { ReadAgain } from '../../src/usage/suspense/read-again';
import { TableDeal, type TableLine, type TableReport } from '../support/tables';

interface Beside {
  readonly quantityBefore: string;
  readonly quantityAfter: string;
  readonly quantityDifference: string;
  readonly returnsDifference: string;
}
interface Row extends Beside {
  readonly isrc: string;
  readonly territory: string;
  readonly in: string;
}
interface Difference {
  readonly replaces: string;
  readonly replacesAs: string;
  readonly totals: Beside;
  readonly rows: readonly Row[];
  readonly next: string | null;
}

let app: TestApp;
let deal: TableDeal;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-06-20T09:00:00Z' });
  deal = await TableDeal.open(app);
});
afterAll(() => app.close());

const [one, two, three, four] = ['ZZT012600001', 'ZZT012600002', 'ZZT012600003', 'ZZT012600004'] as const;
const stranger = 'ZZX012600001';
const refusal = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'accepted',
    ({ status, code }: ApiRefusal) => `${status} ${code}`,
  );
const rowText = ({ isrc, territory, in: where, quantityBefore, quantityAfter, quantityDifference }: Row): string =>
  [isrc, territory, where, quantityBefore, quantityAfter, quantityDifference].join(' ');

const before: readonly TableLine[] = [
  [one, 'RU', 100, 3],
  [one, 'KZ', 50],
  [two, 'RU', 70],
  [three, 'BY', 5],
  [four, 'RU', 9],
  [stranger, 'RU', 8],
];
const changes: readonly TableLine[] = [
  [one, 'RU', -40, -3],
  [one, 'KZ', -50],
  [two, 'AM', 12],
  [four, 'RU', -4],
  [stranger, 'RU', 2],
];
const after: readonly TableLine[] = [
  [one, 'RU', 60],
  [two, 'RU', 70],
  [two, 'AM', 12],
  [three, 'BY', 5],
  [four, 'RU', 5],
  [stranger, 'RU', 10],
];

describe('a table of differences', () => {
  it('leads to what the whole table again leads to, and both parties see what changed', async () => {
    const first = await deal.report(before);
    const delta = await deal.report(changes, { replaces: first.id, as: 'delta' });
    expect(delta).toMatchObject({ state: 'accepted', replaces: first.id, replacesAs: 'delta', linesAccepted: '3' });
    expect(await deal.label.get(`/v1/usage-reports/${first.id}`)).toMatchObject({ state: 'superseded' });
    const path = `/v1/usage-reports/${delta.id}/difference`;
    const told = [`${one} RU both 100 60 -40`, `${one} KZ before 50 0 -50`, `${two} AM after 0 12 12`];
    for (const party of [deal.label, deal.platform]) {
      const found = await party.get<Difference>(path);
      expect([found.replaces, found.replacesAs, found.next]).toEqual([first.id, 'delta', null]);
      expect(found.rows.map(rowText).sort()).toEqual([...told].sort());
      expect(found.totals).toMatchObject({
        quantityBefore: '225',
        quantityAfter: '147',
        quantityDifference: '-78',
        returnsDifference: '-3',
      });
    }
    const held = await deal.label.all<{ reportId: string; isrc: string; quantity: string }>(
      `/v1/usage-reports/${delta.id}/unmatched`,
    );
    expect(held.map(({ reportId, isrc, quantity }) => [reportId === delta.id, isrc, quantity])).toEqual([
      [true, stranger, '2'],
      [false, four, '5'],
      [false, stranger, '8'],
    ]);
    const whole = await deal.report(after, { replaces: delta.id });
    expect(await deal.sums(whole)).toEqual(await deal.sums(delta));
    const same = await deal.platform.get<Difference>(`/v1/usage-reports/${whole.id}/difference`);
    expect([same.rows, same.replacesAs, same.totals.quantityDifference]).toEqual([[], 'full', '0']);
    const paged: string[] = [];
    for (let next = ''; ;) {
      const page = await deal.label.get<Difference>(`${path}?limit=1${next}`);
      expect(page.rows.length).toBeLessThanOrEqual(1);
      paged.push(...page.rows.map(rowText));
      if (page.next === null) break;
      next = `&cursor=${page.next}`;
    }
    expect(paged.sort()).toEqual([...told].sort());
    const { text, headers } = await deal.label.request('GET', `${path}?format=csv`);
    expect(headers.get('content-type')).toContain('text/csv');
    expect(text.trimEnd().split('\r\n')).toHaveLength(4);
    expect(text).toContain(`,${one},RU,OnDemandStream,AdvertisementSupportedModel,both,100,60,-40,3,0,-3,1,,,\r\n`);
  });

  it('speaks for the places of both, and no longer for what it leaves nothing of', async () => {
    const month = '2026-02';
    const first = await deal.report(
      [
        [one, 'RU', 10],
        [one, 'KZ', 4],
      ],
      { month },
    );
    await deal.report(
      [
        [one, 'KZ', -4],
        [two, 'BY', 6],
      ],
      { month, replaces: first.id, as: 'delta' },
    );
    expect(await deal.report([[two, 'KZ', 1]], { month })).toMatchObject({ state: 'accepted' });
    for (const territory of ['RU', 'BY']) {
      const rival = await deal.report([[three, territory, 1]], { month });
      expect(rival.refusal?.code).toBe('period-already-reported');
    }
  });

  it('is refused as a whole where more is taken away than there is, named by recording and place', async () => {
    const month = '2026-03';
    const first = await deal.report(
      [
        [one, 'RU', 10],
        [stranger, 'RU', 4],
      ],
      { month },
    );
    const wrong = await deal.report(
      [
        [one, 'RU', -11],
        [two, 'RU', 5],
        [stranger, 'RU', -5],
      ],
      {
        ...{ month, replaces: first.id, as: 'delta' },
      },
    );
    expect([wrong.state, wrong.refusal?.code]).toEqual(['refused', 'report-unreadable']);
    expect(
      wrong.refusal?.faults?.map(({ code, message }) => `${code} ${message.slice(0, message.indexOf(' in RU'))}`),
    ).toEqual([`sum-below-zero of ${one}`, `sum-below-zero of what is held of ${stranger}`]);
    expect(await deal.sums(first)).toEqual([`${one} RU 10-0`]);
    expect(await deal.label.get(`/v1/usage-reports/${first.id}`)).toMatchObject({ state: 'accepted' });
    expect(await outcome(deal.label, 'GET', `/v1/usage-reports/${wrong.id}/difference`)).toBe(
      '409 report-without-difference',
    );
    expect(await outcome(deal.label, 'GET', `/v1/usage-reports/${first.id}/difference`)).toBe(
      '409 report-without-difference',
    );
  });

  it('is taken only to a table, by a table', async () => {
    const month = '2026-04';
    const first = await deal.report([[one, 'RU', 10]], { month });
    expect(await refusal(deal.upload([[one, 'RU', 1]], { month, as: 'delta' }))).toBe('400 request-invalid');
    const file = await smallReport({
      ...{ messageId: 'DSR', month, senderPartyId: deal.market.platform.partyId, serviceName: 'Radio' },
      ...{ recipientPartyId: deal.market.label.partyId, plays: { [one]: 5 }, allPlays: 10 },
    });
    const type = 'text/tab-separated-values';
    const asDelta = `/v1/usage-reports?replaces=${first.id}&as=delta`;
    expect(await refusal(deal.platform.upload(asDelta, type, file))).toBe('409 delta-not-possible');
  });

  it('has what it changes read again where more is signed by then, and is read again together with it', async () => {
    const own = await TableDeal.open(app);
    const month = '2026-01';
    const first = await own.report(
      [
        [one, 'RU', 10],
        [four, 'RU', 3],
      ],
      { month },
    );
    const second = await own.report(
      [
        [four, 'RU', 2],
        [one, 'RU', -1],
      ],
      { month, replaces: first.id, as: 'delta' },
    );
    const later = await own.report(
      [
        [one, 'RU', 7],
        [four, 'RU', 5],
      ],
      { month: '2026-02' },
    );
    expect([await own.sums(second), await own.sums(later)]).toEqual([[`${one} RU 9-0`], [`${one} RU 7-0`]]);
    await own.market.concluded({ isrcs: [four], floor: '0.01' });
    // Not read again meanwhile: what it changes is.
    const changed = await own.report([[four, 'RU', -1]], { month: '2026-02', replaces: later.id, as: 'delta' });
    expect((await own.sums(changed)).sort()).toEqual([`${one} RU 7-0`, `${four} RU 4-0`]);
    await app.app.get(ReadAgain).execute({ reportId: second.id });
    const reports = await own.label.all<TableReport & { replaces: string; replacesAs: string }>(
      '/v1/usage-reports?month=2026-01',
    );
    const again = reports.find(({ replaces }) => replaces === second.id)!;
    expect([again.state, again.replacesAs]).toEqual(['accepted', 'full']);
    expect((await own.sums(again)).sort()).toEqual([`${one} RU 9-0`, `${four} RU 5-0`]);
    // By the name of what was sent, although it was read again.
    const third = await own.report([[four, 'RU', 1]], { month, replaces: second.id, as: 'delta' });
    expect([third.state, (await own.sums(third)).sort()]).toEqual(['accepted', [`${one} RU 9-0`, `${four} RU 6-0`]]);
    await app.app.get(ReadAgain).execute({ reportId: third.id });
    const held = await own.label.all(`/v1/usage-reports/${third.id}/unmatched`);
    expect(held).toEqual([]);
  });
});

describe('a report that cannot be read again', () => {
  it('keeps its month open until a whole one takes its place', async () => {
    const own = await TableDeal.open(app);
    const first = await own.report([
      [one, 'RU', 1000],
      [four, 'RU', 10],
    ]);
    // More comes back of what is held than was used: nobody minds before it is licensed.
    const delta = await own.report([[four, 'RU', 0, 20]], { replaces: first.id, as: 'delta' });
    expect(delta.state).toBe('accepted');
    await own.market.concluded({ isrcs: [four], floor: '0.01' });
    await app.app.get(ReadAgain).execute({ reportId: delta.id });
    const path = `/v1/usage-reports/${delta.id}`;
    expect(await own.label.get(path)).toMatchObject({ state: 'accepted', readAgain: 'agreement' });
    await expect(own.close('2026-01')).rejects.toThrow('period-not-closable');
    const again = await own.label.post<{ operationId: string }>(`${path}/readings`, {});
    await app.app.get(ReadAgain).execute({ reportId: delta.id });
    expect(await own.label.get(`/v1/operations/${again.operationId}`)).toMatchObject({
      state: 'failed',
      problem: { code: 'report-unreadable', faults: [{ code: 'sum-below-zero' }] },
    });
    const whole = await own.report(
      [
        [one, 'RU', 1000],
        [four, 'RU', 20, 10],
      ],
      { replaces: delta.id },
    );
    expect((await own.sums(whole)).sort()).toEqual([`${one} RU 1000-0`, `${four} RU 20-10`]);
    expect((await own.close('2026-01')).map(({ isrc, amount }) => `${isrc} ${amount}`)).toEqual([`${one} 2.00`]);
  });
});

describe('a report that is named by more than one correction at the same time', () => {
  it('is replaced by one of them', async () => {
    const other = await TableDeal.open(app);
    for (const month of ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05']) {
      const { id } = await other.report([[one, 'RU', 5]], { month });
      const rivals = ['KZ', 'BY', 'AM', 'AZ'].map((territory) =>
        refusal(other.upload([[one, territory, 5]], { month, replaces: id })),
      );
      expect((await Promise.all(rivals)).sort()).toEqual([...Array(3).fill('409 report-not-replaceable'), 'accepted']);
    }
  });
});

describe('a correction that names a territory', () => {
  it('replaces the one report of the month that speaks for it and for no other', async () => {
    const other = await TableDeal.open(app);
    const month = '2026-01';
    const ru = await other.report([[one, 'RU', 5]], { month });
    const both = await other.report(
      [
        [one, 'KZ', 6],
        [one, 'BY', 7],
      ],
      { month },
    );
    const better = await other.report([[one, 'RU', -2]], { month, replacesTerritory: 'RU', as: 'delta' });
    expect([better.replaces, await other.sums(better)]).toEqual([ru.id, [`${one} RU 3-0`]]);
    for (const replacesTerritory of ['KZ', 'AM']) {
      const sent = other.upload([[one, replacesTerritory, 1]], { month, replacesTerritory });
      expect(await refusal(sent)).toBe('409 report-not-replaceable');
    }
    for (const wrong of [{ replacesTerritory: 'XX' }, { replacesTerritory: 'KZ', replaces: both.id }]) {
      expect(await refusal(other.upload([[one, 'KZ', 1]], { month, ...wrong }))).toBe('400 request-invalid');
    }
  });
});

describe('a DSR file that replaces another one', () => {
  it('shows what it changed, as a table does', async () => {
    const month = '2026-01';
    const other = await TableDeal.open(app);
    const sent = async (messageId: string, plays: Record<string, number>, query = ''): Promise<string> => {
      const file = await smallReport({
        ...{ messageId, month, senderPartyId: other.market.platform.partyId, serviceName: 'Radio', plays },
        ...{ recipientPartyId: other.market.label.partyId, allPlays: 100 },
      });
      const path = `/v1/usage-reports${query}`;
      const { id } = await other.platform.upload<{ id: string }>(path, 'text/tab-separated-values', file);
      return (await other.read(id)).id;
    };
    const first = await sent('FIRST', { [one]: 5, [two]: 6 });
    const second = await sent('SECOND', { [two]: 7, [three]: 8 }, `?replaces=${first}`);
    const { rows } = await other.label.get<Difference>(`/v1/usage-reports/${second}/difference`);
    expect(rows.map(rowText)).toEqual([`${one} RU before 5 0 -5`, `${two} RU both 6 7 1`, `${three} RU after 0 8 8`]);
  });
});

describe('what a table cannot say', () => {
  it('is refused by name where units of a recording, or of a place, cannot be kept', async () => {
    const month = '2026-05';
    const most = 2n ** 63n - 1n;
    const recording = await deal.report(
      [
        [one, 'RU', most],
        [one, 'RU', 1],
      ],
      { month },
    );
    expect(recording.refusal?.faults).toMatchObject([
      { code: 'sum-out-of-range', message: expect.stringContaining(`the units of ${one} in RU`) },
    ]);
    const place = await deal.report(
      [
        [one, 'RU', most],
        [two, 'RU', 1],
      ],
      { month },
    );
    expect(place.refusal?.faults).toMatchObject([
      { code: 'sum-out-of-range', message: expect.stringContaining('the units of all recordings in RU') },
    ]);
    expect(await deal.report([[one, 'RU', most]], { month })).toMatchObject({ state: 'accepted' });
  });
});

describe('a month that is worth more than can be kept', () => {
  it('is not closed, and says so', async () => {
    const rich = await TableDeal.open(app);
    const most = 2n ** 63n - 1n;
    const lines = ['RU', 'KZ', 'BY', 'AM', 'AZ', 'KG'].map((territory): TableLine => [one, territory, most]);
    expect(await rich.report(lines)).toMatchObject({ state: 'accepted' });
    await expect(rich.close('2026-01')).rejects.toThrow(/is failed.*outside of what can be kept/);
  });
});

/** What both deals are told, in the end, about January and February. */
const told: readonly TableLine[] = [one, two, three, stranger].flatMap((isrc, at) =>
  ['RU', 'KZ', 'BY'].flatMap((territory, place) =>
    Array.from({ length: 4 }, (_, number): TableLine => [
      isrc,
      territory,
      100 * at + 10 * place + number,
      number % 2,
      1 + number,
    ]),
  ),
);

type Lines = Awaited<ReturnType<TableDeal['close']>>;

/** What was paid in all, by period and recording. */
function centsOf(lines: Lines): Record<string, number> {
  const cents: Record<string, number> = {};
  for (const { period, isrc, amount } of lines) {
    const key = `${period} ${isrc}`;
    cents[key] = (cents[key] ?? 0) + Math.round(Number(amount) * 100);
  }
  return cents;
}

describe('the same usage', () => {
  it('comes to the same sums and the same money shuffled, repeated, late, split, corrected by the whole and by differences', async () => {
    const [straight, crooked] = [await TableDeal.open(app), await TableDeal.open(app)];
    const whole = await straight.report(told);
    await straight.report([[one, 'RU', 5]], { month: '2026-02' });
    const paid = [...(await straight.close('2026-01')), ...(await straight.close('2026-02'))];

    const backwards = [...told].reverse();
    const of = (territory: string): TableLine[] => backwards.filter(([, where]) => where === territory);
    const ru = await crooked.report(of('RU'), { messageId: 'RU' });
    expect(await crooked.upload(of('RU'), { messageId: 'RU' })).toMatchObject({ id: ru.id });
    const few = await crooked.report(of('KZ').slice(2), { messageId: 'KZ' });
    const closed = await crooked.close('2026-01');
    // After the close: what was left out as differences, a territory that nobody had told of, and a correction of a correction.
    const kz = await crooked.report(of('KZ').slice(0, 2), { replaces: few.id, as: 'delta' });
    expect(await crooked.upload(of('KZ').slice(2), { messageId: 'KZ' })).toMatchObject({ id: few.id });
    const by = await crooked.report([...of('BY'), [one, 'BY', 1000]]);
    const byAgain = await crooked.report([[one, 'BY', -1000]], { replaces: by.id, as: 'delta' });
    await crooked.report([[one, 'RU', 5]], { month: '2026-02' });
    const second = await crooked.close('2026-02');

    const all = [await crooked.sums(ru), await crooked.sums(kz), await crooked.sums(byAgain)].flat();
    expect(all.sort()).toEqual((await straight.sums(whole)).sort());
    expect(centsOf([...closed, ...second])).toEqual(centsOf(paid));
    expect(second.some(({ period }) => period.startsWith('2026-01'))).toBe(true);
  });

  it('told by two lines of a table counts twice, and by two lines of one transaction of a DSR file once', async () => {
    const fresh = await TableDeal.open(app);
    const twice = await fresh.report([
      [one, 'RU', 7],
      [one, 'RU', 7],
    ]);
    expect([await fresh.sums(twice), twice.linesAccepted]).toEqual([[`${one} RU 14-0`], '2']);
    const file = await smallReport({
      ...{ messageId: 'TWICE', month: '2026-02', senderPartyId: fresh.market.platform.partyId, serviceName: 'Radio' },
      ...{ recipientPartyId: fresh.market.label.partyId, plays: { [one]: 7 }, allPlays: 10 },
    });
    const lines = file.split('\n');
    const line = lines.findIndex((text) => text.startsWith('SR08'));
    lines.splice(line, 0, lines[line]!);
    const again = lines.join('\n').replace(/^SRFO\t(\d+)/m, (_, count) => `SRFO\t${Number(count) + 1}`);
    const { id } = await fresh.platform.upload<{ id: string }>('/v1/usage-reports', 'text/tab-separated-values', again);
    const report = await fresh.read(id);
    expect([await fresh.sums(report), report.rejectedByCode]).toEqual([
      [`${one} RU 7-0`],
      { 'duplicate-sales-transaction': 1 },
    ]);
  });
});
