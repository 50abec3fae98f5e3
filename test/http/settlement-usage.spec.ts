import type { Royalty } from '../../src/kernel';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, signatureBy } from '../support/market';
import { seeProved } from '../support/proved-statement';
import { closeMonth, reportUsage, type StatementLine } from '../support/reported-usage';

let app: TestApp;
let market: Market;
let isrcs: readonly [string, string, string];

beforeAll(async () => {
  app = await startTestApp({});
  market = await openMarket(app);
  isrcs = market.isrcs as typeof isrcs;
});
afterAll(() => app.close());

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  const [label, platform] = [await app.given.signIn(market.label), await app.given.signIn(market.platform)];
  market = { ...market, label: { ...market.label, as: label }, platform: { ...market.platform, as: platform } };
}

/** Radio's agreement, or Video's, with these royalties and nothing paid beforehand. */
const concluded = (service: 0 | 1, more: object): Promise<AgreementAnswer> =>
  market.concluded({
    serviceIds: [market.serviceIds[service]!],
    until: '2026-07-01',
    life: { advances: [], settlement: undefined, ...more },
  });

const paying = (streaming: unknown, downloads: unknown = { kind: 'perUnit', rate: '0.30' }) => ({
  royalties: [
    { id: 'streaming', grants: ['streaming'], royalty: streaming as Royalty },
    { id: 'downloads', grants: ['downloads'], royalty: downloads as Royalty },
  ],
});

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
  /** A cent for each of the first thousand plays of the term, two for each further one. */
  const royalty = {
    kind: 'tiered',
    method: 'graduated',
    counter: 'term',
    tiers: [
      { upTo: '1000', rate: '0.01', flat: '0' },
      { upTo: null, rate: '0.02', flat: '0' },
    ],
  };
  let agreement: AgreementAnswer;
  const report = (month: string, plays: number, replaces = '', isrc = isrcs[0]): Promise<string> =>
    reportUsage(app, market, { month, plays: { [isrc]: plays } }, replaces);
  const live = async (as: ApiClient, month: string): Promise<string> =>
    (await as.get<{ amount: string }>(`/v1/agreements/${agreement.id}/live?month=${month}`)).amount;

  it('goes on from month to month, and shows so while a month runs', async () => {
    agreement = await concluded(0, paying(royalty));
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
