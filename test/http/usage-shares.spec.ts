import { rateFiles } from '../../src/commands/rate-files';
import { OnShareChanged } from '../../src/catalogue';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv, plainRows } from '../support/catalogue';
import { outcome } from '../support/market';
import { TableDeal } from '../support/tables';
import { ReadAgain } from '../../src/usage/suspense/read-again';

interface Line {
  readonly line: number;
  readonly period: string;
  readonly isrc: string | null;
  readonly territory: string | null;
  readonly quantity: string;
  readonly controlledShare: string | null;
  readonly exact: string;
  readonly amount: string;
}
interface Report {
  readonly id: string;
  readonly state: string;
  readonly replaces: string | null;
  readonly readAgain: string | null;
  readonly rereadBecause: string | null;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-06-20T09:00:00Z' });
});
afterAll(() => app.close());

const [one, two] = ['ZZT012600001', 'ZZT012600002'] as const;

/** The label states its share of the first recording anew. */
const states = (deal: TableDeal, share: string, more: object = {}): Promise<{ recordings: number }> =>
  deal.label.post('/v1/rights-statements', {
    ...{ isrcs: [one], share, territories: { include: ['RU'] }, from: '2026-01-16', replaces: true },
    ...more,
  });

const sumsWithShares = async (deal: TableDeal, id: string): Promise<string[]> =>
  (
    await deal.label.all<{ isrc: string; territory: string; controlledShare: string; quantity: string }>(
      `/v1/usage-reports/${id}/sums`,
    )
  ).map(({ isrc, territory, controlledShare, quantity }) => [isrc, territory, controlledShare, quantity].join(' '));

/** What `accordo rate` comes to from a statement's inputs. */
async function made(deal: TableDeal, statementId: string): Promise<string> {
  const inputs = await deal.platform.get<Record<'terms' | 'usage' | 'context' | 'carried', unknown>>(
    `/v1/statements/${statementId}/inputs`,
  );
  const file = (name: keyof typeof inputs) => ({ name, text: JSON.stringify(inputs[name]) });
  const files = { terms: file('terms'), usage: file('usage'), context: file('context'), carried: file('carried') };
  return rateFiles(files).sha256;
}

const lineText = ({ period, isrc, territory, quantity, controlledShare, amount }: Line): string =>
  [period, isrc, territory, quantity, controlledShare, amount].join(' ');

describe('a label that controls a part of a recording', () => {
  it('earns its share of the day of use, and each line says so', async () => {
    const deal = await TableDeal.open(app);
    await states(deal, '0.6');
    const report = await deal.report([
      [one, 'RU', 100_000, 0, 15],
      [one, 'RU', 50_000, 0, 16],
      [one, 'KZ', 10_000, 0, 20],
      [two, 'RU', 30_000, 0, 20],
    ]);
    expect(await sumsWithShares(deal, report.id)).toEqual([
      `${one} KZ 1 10000`,
      `${one} RU 1 100000`,
      `${one} RU 0.6 50000`,
      `${two} RU 1 30000`,
    ]);
    // 100,000 × 0.002 = 200; 50,000 × 0.6 × 0.002 = 60; 20; 60.
    const lines = (await deal.close('2026-01')) as unknown as Line[];
    expect(lines.map(lineText)).toEqual([
      `2026-01 ${one} KZ 10000 1 20.00`,
      `2026-01 ${one} RU 100000 1 200.00`,
      `2026-01 ${one} RU 50000 0.6 60.00`,
      `2026-01 ${two} RU 30000 1 60.00`,
    ]);
  });

  it('has closed months corrected when it states another share of their days: reports are read again, and the next close books the difference', async () => {
    const deal = await TableDeal.open(app);
    const report = await deal.report([
      [one, 'RU', 100_000, 0, 15],
      [one, 'RU', 50_000, 0, 16],
    ]);
    expect(((await deal.close('2026-01')) as unknown as Line[]).map(lineText)).toEqual([
      `2026-01 ${one} RU 150000 1 300.00`,
    ]);
    await states(deal, '0.6');
    const waiting = await deal.label.get<Report>(`/v1/usage-reports/${report.id}`);
    expect(waiting).toMatchObject({ state: 'accepted', readAgain: 'share' });
    await deal.report([[two, 'RU', 1_000, 0, 3]], { month: '2026-02' });
    const agreement = deal.agreement.id;
    expect(await outcome(deal.label, 'POST', `/v1/agreements/${agreement}/closes`, { month: '2026-02' })).toBe(
      '409 period-not-closable',
    );
    await app.app.get(ReadAgain).execute({ reportId: report.id });
    const reports = await deal.label.all<Report>('/v1/usage-reports?month=2026-01');
    const again = reports.find(({ state }) => state === 'accepted')!;
    expect(again).toMatchObject({ replaces: report.id, rereadBecause: 'share' });
    expect(await sumsWithShares(deal, again.id)).toEqual([`${one} RU 1 100000`, `${one} RU 0.6 50000`]);
    expect(((await deal.close('2026-02')) as unknown as Line[]).map(lineText)).toEqual([
      `2026-02 ${two} RU 1000 1 2.00`,
      `2026-01 ${one} RU -50000 1 -100.00`,
      `2026-01 ${one} RU 50000 0.6 60.00`,
    ]);
    // Stated back as it was, January is worth what it was.
    await states(deal, '1');
    await app.app.get(ReadAgain).execute({ reportId: again.id });
    await app.app.get(ReadAgain).execute({
      reportId: (await deal.label.all<Report>('/v1/usage-reports?month=2026-02')).find(
        ({ state }) => state === 'accepted',
      )!.id,
    });
    await deal.report([[two, 'RU', 1_000, 0, 3]], { month: '2026-03' });
    const third = (await deal.close('2026-03')) as unknown as Line[];
    expect(third.map(lineText)).toContain(`2026-01 ${one} RU 50000 1 100.00`);
    expect(third.map(lineText)).toContain(`2026-01 ${one} RU -50000 0.6 -60.00`);
    // Anyone can make each statement again, to the byte.
    const statements = await deal.label.all<{ id: string; sha256: string; agreementId: string }>('/v1/statements');
    const own = statements.filter(({ agreementId }) => agreementId === agreement);
    expect(own).toHaveLength(3);
    for (const { id, sha256 } of own) expect(await made(deal, id)).toBe(sha256);
  });

  it('holds for differences to a report that was read before it was stated', async () => {
    const deal = await TableDeal.open(app);
    const first = await deal.report([
      [one, 'RU', 100, 0, 15],
      [one, 'RU', 50, 0, 20],
    ]);
    await states(deal, '0.6');
    const delta = await deal.report(
      [
        [one, 'RU', -10, 0, 15],
        [one, 'RU', 7, 0, 20],
      ],
      { replaces: first.id, as: 'delta' },
    );
    expect(await sumsWithShares(deal, delta.id)).toEqual([`${one} RU 1 90`, `${one} RU 0.6 57`]);
    const next = await deal.report([[one, 'RU', -7, 0, 20]], { replaces: delta.id, as: 'delta' });
    expect(await sumsWithShares(deal, next.id)).toEqual([`${one} RU 1 90`, `${one} RU 0.6 50`]);
    const { rows } = await deal.label.get<{ rows: { controlledShare: string; quantityDifference: string }[] }>(
      `/v1/usage-reports/${next.id}/difference`,
    );
    expect(rows).toMatchObject([{ controlledShare: '0.6', quantityDifference: '-7' }]);
  });

  it('leaves reports of other days alone', async () => {
    const deal = await TableDeal.open(app);
    const report = await deal.report([[one, 'RU', 100, 0, 31]]);
    await states(deal, '0.5', { from: '2026-02-01', until: '2026-03-01' });
    expect(await deal.label.get(`/v1/usage-reports/${report.id}`)).toMatchObject({ readAgain: null });
  });

  it('leaves reports alone where it states a share of what no agreement is of, or the same share again', async () => {
    const deal = await TableDeal.open(app);
    const report = await deal.report([[one, 'RU', 100, 0, 20]]);
    const waiting = async (): Promise<(string | null)[]> =>
      (await deal.label.all<Report>('/v1/usage-reports?month=2026-01'))
        .filter(({ state }) => state === 'accepted')
        .map(({ readAgain }) => readAgain);
    await states(deal, '0.5', { isrcs: ['ZZT012600004'] });
    expect(await waiting()).toEqual([null]);
    await states(deal, '0.5');
    expect(await waiting()).toEqual(['share']);
    await app.app.get(ReadAgain).execute({ reportId: report.id });
    await states(deal, '0.50');
    expect(await waiting()).toEqual([null]);
  });

  it('may license it', async () => {
    const deal = await TableDeal.open(app);
    await states(deal, '0.25', { from: '2019-01-01', territories: { worldwideExcept: [] }, isrcs: [one, two] });
    await expect(deal.market.concluded({ isrcs: [two] })).resolves.toMatchObject({ state: 'active' });
  });
});

describe('a statement that takes the place of another', () => {
  it('changes a share where another one held, or nothing was stated and it is below the whole', async () => {
    const { as, organizationId } = await app.given.label();
    await as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(plainRows(1)));
    const changes: string[] = [];
    app.app.get(OnShareChanged).register('zz-test', (_tx, { labelId, from, until }) => {
      if (labelId === organizationId) changes.push(`${from} ${until}`);
      return Promise.resolve();
    });
    /** Whether stating this changed a share. */
    const changed = async (share: string, from: string, until: string, include = ['RU', 'KZ']): Promise<boolean> => {
      const before = changes.length;
      const days = { from: `${from}-01`, until: `${until}-01` };
      const statement = { isrcs: [one], share, territories: { include }, ...days, replaces: true };
      await as.post('/v1/rights-statements', statement);
      return changes.length > before;
    };
    expect(await changed('1', '2020-01', '2021-01')).toBe(false);
    expect(await changed('0.5', '2019-01', '2020-01')).toBe(true);
    expect(await changed('0.50', '2019-01', '2020-01')).toBe(false);
    expect(await changed('0.5', '2019-03', '2019-04', ['RU'])).toBe(false);
    expect(await changed('0.5', '2018-01', '2019-02')).toBe(true);
    expect(await changed('0.5', '2018-06', '2019-02')).toBe(false);
    expect(await changed('0.5', '2018-06', '2019-02', ['RU', 'UZ'])).toBe(true);
    expect(await changed('1', '2017-01', '2018-01')).toBe(false);
    expect(await changed('1', '2020-02', '2022-01')).toBe(false);
    expect(await changed('1', '2019-06', '2019-07')).toBe(true);
  });

  it('holds for its places and days; what is left of the older one stands', async () => {
    const deal = await TableDeal.open(app);
    const rights = async (): Promise<string[]> =>
      (
        await deal.label.get<{
          rights: { share: string; territories: string[]; from: string; until: string | null }[];
        }>(`/v1/recordings/${one}`)
      ).rights
        .map(({ share, territories, from, until }) => `${share} ${territories.length} ${from} ${until}`)
        .sort();
    await states(deal, '0.6', { until: '2026-03-01' });
    const stated = [
      '1 1 2026-03-01 null',
      '1 249 2020-01-01 null',
      '0.6 1 2026-01-16 2026-03-01',
      '1 1 2020-01-01 2026-01-16',
    ];
    expect(await rights()).toEqual(stated.toSorted());
    await states(deal, '1', { until: '2026-03-01' });
    expect(await rights()).toEqual(stated.map((text) => text.replace('0.6', '1')).toSorted());
    expect(
      await outcome(deal.label, 'POST', '/v1/rights-statements', {
        ...{ isrcs: [one], share: '0.5', territories: { include: ['RU'] }, from: '2026-01-16' },
      }),
    ).toBe('409 rights-overlap');
  });
});
