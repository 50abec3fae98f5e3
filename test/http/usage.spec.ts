import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { Client } from 'pg';
import { useModelCode } from '../../src/kernel';
import type { ApiClient, ApiRefusal } from '../../src/sample/api-client';
import { ReadReport } from '../../src/usage/read-report';
import { startTestApp, type TestApp } from '../support/app';
import { type Market, openMarket, outcome } from '../support/market';
import { smallReport, type SmallReport } from '../support/small-report';

const type = 'text/tab-separated-values';

interface Receipt {
  readonly id: string;
  readonly operationId: string;
  readonly fileSha256: string;
}

interface Sum {
  readonly isrc: string;
  readonly useType: string;
  readonly commercialModel: string;
  readonly quantity: string;
  readonly returns: string;
}

interface Report extends Receipt {
  readonly state: string;
  readonly linesAccepted: string;
  readonly linesRejected: string;
  readonly rejectedByCode: Record<string, number>;
  readonly refusal: { readonly code: string; readonly faults: readonly { readonly code: string }[] } | null;
}

/** No worker runs here: each test decides when, and how often, a report is read. */
describe('usage reports', () => {
  let app: TestApp;
  let market: Market;
  let database: Client;
  let number = 0;

  beforeAll(async () => {
    app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
    market = await openMarket(app, 4);
    await market.concluded({ isrcs: market.isrcs.slice(0, 3) });
    database = await app.superuser();
  });
  afterAll(async () => {
    await database.end();
    await app.close();
  });

  const platform = (): ApiClient => market.platform.as;
  const file = (changes: Partial<SmallReport> = {}): Promise<string> =>
    smallReport({
      messageId: `M${(number += 1)}`,
      month: '2026-01',
      senderPartyId: market.platform.partyId,
      recipientPartyId: market.label.partyId,
      serviceName: 'Radio',
      plays: { [market.isrcs[0]!]: 100, [market.isrcs[1]!]: 50 },
      downloads: { [market.isrcs[0]!]: [7, 2] },
      allPlays: 10_000,
      ...changes,
    });
  const upload = (content: string, query = ''): Promise<Receipt> =>
    platform().upload(`/v1/usage-reports${query}`, type, content);
  const refusal = async (content: string, query = ''): Promise<string> =>
    upload(content, query).then(
      () => 'accepted',
      (error: ApiRefusal) => `${error.status} ${error.code}`,
    );
  const read = (reportId: string): Promise<void> => app.app.get(ReadReport).execute({ reportId });
  const report = (id: string, client = platform()): Promise<Report> => client.get(`/v1/usage-reports/${id}`);
  const sums = async (id: string): Promise<Record<string, string>> => {
    const all: [string, string][] = [];
    for (const agreement of await platform().all<{ id: string }>('/v1/agreements')) {
      const path = `/v1/usage-reports/${id}/sums?agreementId=${agreement.id}`;
      for (const { isrc, useType, commercialModel, quantity, returns } of await platform().all<Sum>(path)) {
        all.push([`${isrc} ${useModelCode(useType, commercialModel)}`, `${quantity}-${returns}`]);
      }
    }
    return Object.fromEntries(all);
  };
  const months = [
    '2026-02',
    '2026-03',
    '2026-04',
    '2026-05',
    '2026-06',
    '2026-07',
    '2026-08',
    '2026-09',
    '2026-10',
    '2026-11',
    '2026-12',
    '2027-01',
    '2027-02',
  ];
  const nextMonth = (): string => months.shift()!;

  it('are kept as evidence, read once and added up exactly', async () => {
    const content = await file();
    const receipt = await upload(content);
    expect(receipt.fileSha256).toBe(createHash('sha256').update(content).digest('hex'));
    await Promise.all([read(receipt.id), read(receipt.id), read(receipt.id)]);
    expect(await report(receipt.id)).toMatchObject({
      state: 'accepted',
      linesAccepted: '3',
      linesRejected: '0',
      rejectedByCode: {},
    });
    expect(Object.values(await sums(receipt.id)).sort()).toEqual(['100-0', '50-0', '7-2']);
    expect(await platform().get(`/v1/operations/${receipt.operationId}`)).toMatchObject({ state: 'done' });
    for (const party of [market.label, market.platform]) {
      const { text, headers } = await party.as.request<string>('GET', `/v1/usage-reports/${receipt.id}/file`);
      expect(text).toBe(content);
      expect(headers.get('content-disposition')).toContain('attachment');
    }
  });

  it('of many lines are read by threads, with the same result', async () => {
    const month = nextMonth();
    const lines = (await file({ month })).split('\n').slice(0, -1);
    const first = lines.findIndex((line) => line.startsWith('SR08\t'));
    const count = 80_000;
    const many = Array.from({ length: count }, (_, at) => {
      const own = lines[first]!.replace(/^SR08\t[^\t]+/, `SR08\tmany-${at}`).replace(/\t100\t0\t100\t/, '\t7\t0\t7\t');
      const dated = at % 1000 === 999 ? own.replaceAll(`\t${month}-`, '\t2025-01-') : own;
      return dated.replaceAll(market.isrcs[0]!, market.isrcs[at % 4]!);
    });
    const content = [
      ...lines.slice(0, first),
      ...many,
      lines.at(-1)!.replace(/\t\d+/, `\t${first + count + 1}`),
      '',
    ].join('\n');
    expect(content.length).toBeGreaterThan(8 * 1024 * 1024);
    const { id } = await upload(content);
    await read(id);
    expect(await report(id)).toMatchObject({
      state: 'accepted',
      linesAccepted: '60000',
      linesRejected: '20000',
      rejectedByCode: { 'date-outside-period': 80, 'no-agreement': 19_920 },
    });
    expect(Object.values(await sums(id))).toEqual(['140000-0', '140000-0', '140000-0']);
  });

  it('answer a repeated message the same, and refuse its id for another file', async () => {
    const month = nextMonth();
    const content = await file({ messageId: 'same', month });
    const first = await upload(content);
    expect(await upload(content)).toEqual(first);
    await read(first.id);
    expect(await upload(content)).toEqual(first);
    expect(await refusal(await file({ messageId: 'same', month, allPlays: 10_001 }))).toBe('409 message-id-reused');
  });

  it('let only one live report speak for a period, also when two come at once', async () => {
    const month = nextMonth();
    const outcomes = await Promise.all([0, 1, 2, 3].map(async () => refusal(await file({ month }))));
    expect(outcomes.sort()).toEqual([
      '409 period-already-reported',
      '409 period-already-reported',
      '409 period-already-reported',
      'accepted',
    ]);
  });

  it('are replaced as a whole: the old sums stay, the new ones count', async () => {
    const month = nextMonth();
    const first = await upload(await file({ month }));
    expect(await refusal(await file({ month }), `?replaces=${first.id}`)).toBe('409 report-not-replaceable');
    await read(first.id);
    const second = await upload(await file({ month, plays: { [market.isrcs[0]!]: 120 } }), `?replaces=${first.id}`);
    expect(await refusal(await file({ month }), `?replaces=${first.id}`)).toBe('409 report-not-replaceable');
    expect((await report(first.id)).state).toBe('accepted');
    await read(second.id);
    expect([(await report(first.id)).state, (await report(second.id)).state]).toEqual(['superseded', 'accepted']);
    expect(Object.keys(await sums(first.id))).toHaveLength(3);
    expect(Object.values(await sums(second.id)).sort()).toEqual(['120-0', '7-2']);
    const { rows } = await database.query<{ report_id: string }>(
      'SELECT DISTINCT report_id FROM usage_contexts WHERE live AND report_id = ANY($1)',
      [[first.id, second.id]],
    );
    expect(rows).toEqual([{ report_id: second.id }]);
    expect(await refusal(await file({ month: nextMonth() }), `?replaces=${second.id}`)).toBe(
      '409 report-not-replaceable',
    );
  });

  it('hold what no agreement covers, with the reason, and list every fault with its place', async () => {
    const unlicensed = market.isrcs[3]!;
    const content = await file({
      month: nextMonth(),
      plays: { [market.isrcs[0]!]: 10, [unlicensed]: 5, ZZZ992600001: 3 },
    });
    const broken = content.replace(/^(SR08\tS1-1(?:\t[^\t]*){24}\t)10\t/m, '$11.5\t');
    expect(broken).not.toBe(content);
    const { id } = await upload(broken);
    await read(id);
    expect(await report(id)).toMatchObject({
      state: 'accepted',
      linesAccepted: '1',
      linesRejected: '3',
      rejectedByCode: { 'cell-not-whole': 1, 'no-agreement': 1, 'unknown-recording': 1 },
    });
    const unmatched = await market.label.as.all<{ isrc: string; reason: string; quantity: string }>(
      `/v1/usage-reports/${id}/unmatched`,
    );
    expect(unmatched.map(({ isrc, reason, quantity }) => `${isrc} ${reason} ${quantity}`).sort()).toEqual(
      [`${unlicensed} no-agreement 5`, 'ZZZ992600001 unknown-recording 3'].sort(),
    );
    const faults = await market.label.as.all<{
      code: string;
      cell: number;
      cellName: string;
      value: string;
      severity: string;
    }>(`/v1/usage-reports/${id}/faults`);
    expect(faults.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({ code: 'cell-not-whole', cell: 27, cellName: 'TotalUsages', value: '1.5' }),
    ]);
  });

  it('end as refused when they cannot be used, and free their period', async () => {
    const month = nextMonth();
    const content = await file({ month });
    const { id, operationId } = await upload(content.replace(/^SRFO\t\d+/m, 'SRFO\t99'));
    await read(id);
    const refused = await report(id);
    expect(refused).toMatchObject({ state: 'refused', refusal: { code: 'report-unreadable' } });
    expect(refused.refusal!.faults.map(({ code }) => code)).toContain('line-count-mismatch');
    expect(await platform().get(`/v1/operations/${operationId}`)).toMatchObject({
      state: 'failed',
      problem: { code: 'report-unreadable' },
    });
    expect(await sums(id)).toEqual({});
    expect(await refusal(await file({ month }))).toBe('accepted');
  });

  it('refuse counts that add up to more than can be kept', async () => {
    const [first, second] = market.isrcs as [string, string];
    const content = (await file({ month: nextMonth(), plays: { [first]: 111, [second]: 222 } }))
      .replace(/\t(111|222)(?=\t)/g, '\t9223372036854775807')
      .replaceAll(second, first);
    const { id } = await upload(content);
    await read(id);
    const refused = await report(id);
    expect(refused).toMatchObject({ state: 'refused', refusal: { code: 'report-unreadable' } });
    expect(refused.refusal!.faults.map(({ code }) => code)).toEqual(['sum-out-of-range']);
  });

  it.each([
    ['another sender', { senderPartyId: 'PADPIDA2014111801Y' }, '422 report-party-unknown'],
    ['a label nobody knows', { recipientPartyId: 'PADPIDA2014111801Y' }, '422 report-party-unknown'],
    ['a service that is not the sender’s', { serviceName: 'Telegraph' }, '422 report-party-unknown'],
  ])('refuse %s', async (_, changes, expected) => {
    expect(await refusal(await file({ month: '2027-06', ...changes }))).toBe(expected);
  });

  it.each([
    ['no report at all', () => 'hello\tworld\n'],
    ['nothing', () => '\n'],
    ['half a month', (text: string) => text.replaceAll('2027-07-31', '2027-07-15')],
    ['a territory that is none', (text: string) => text.replaceAll('\tRU\t', '\tWorldwide\t')],
    ['a currency that was not agreed', (text: string) => text.replace(/\tUSD(?=\t)/g, '\tEUR')],
  ])('refuse %s before it becomes evidence', async (_, change) => {
    const before = await database.query('SELECT count(*) FROM usage_reports');
    expect(await refusal(change(await file({ month: '2027-07' })))).toBe('422 report-unreadable');
    expect((await database.query('SELECT count(*) FROM usage_reports')).rows).toEqual(before.rows);
  });

  it('refuse other content types, and leave no half-received file', async () => {
    const answer = await platform().request<{ code: string }>('POST', '/v1/usage-reports', {
      file: { type: 'text/csv', content: 'a,b\n' },
    });
    expect([answer.status, answer.body.code]).toEqual([415, 'content-type-unsupported']);
    expect(readdirSync(`${app.parts.storage.folder}/incoming`)).toEqual([]);
  });

  it('are nobody else’s business', async () => {
    const { id } = await upload(await file({ month: nextMonth() }));
    const stranger = await app.given.platform();
    for (const path of ['', '/faults', '/unmatched', '/file']) {
      expect(await outcome(stranger.as, 'GET', `/v1/usage-reports/${id}${path}`)).toBe('404 not-found');
    }
    expect(await stranger.as.all('/v1/usage-reports')).toEqual([]);
    expect(await outcome(market.label.as, 'POST', '/v1/usage-reports', {})).toBe('403 forbidden');
    expect((await market.label.as.all<Report>('/v1/usage-reports?month=2026-01')).length).toBe(1);
  });
});
