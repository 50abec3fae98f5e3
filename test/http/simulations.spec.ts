import { randomUUID } from 'node:crypto';
import { canonicalText, sha256Hex } from '../../src/kernel';
import { SimulationJob } from '../../src/offers/simulations/simulation-job';
import { ReadReport } from '../../src/usage/read-report';
import { storyTerms } from '../../src/sample/terms';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import { type Market, openMarket, outcome, refused } from '../support/market';
import { smallReport, type SmallReport } from '../support/small-report';
import { untilDone } from '../support/world';

interface Amounts {
  readonly royalties: string;
  readonly recouped: string;
  readonly payable: string;
}
interface Run {
  readonly id: string;
  readonly state: string;
  readonly shared: boolean;
  readonly operationId: string | null;
  readonly requestedBy: string;
  readonly resultHash: string;
  readonly result: {
    readonly inputs: {
      readonly months: readonly string[];
      readonly monthsWithoutReport: readonly string[];
      readonly sums: number;
      readonly usageSha256: string | null;
      readonly reports: readonly { id: string; fileSha256: string; month: string }[];
      readonly placedOn: readonly { isrc: string; service: string; territory: string; use: string; model: string }[];
    };
    readonly revisions: readonly {
      readonly revision: number;
      readonly termsHash: string;
      readonly movedBy: number;
      readonly refusal: readonly { pointer: string; code: string }[] | null;
      readonly notLicensed: readonly { reason: string; units: string }[];
      readonly periods: readonly (Amounts & {
        period: string;
        usageOf: readonly string[];
        clauses: readonly { clause: string; quantity: string; amount: string; winner: { kind: string } }[];
      })[];
      readonly totals: Amounts | null;
    }[];
    readonly differences: readonly {
      readonly revision: number;
      readonly against: number;
      readonly periods: readonly (Amounts & { usageOf: readonly string[] })[];
      readonly totals: Amounts;
    }[];
  };
}

let app: TestApp;
let market: Market;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-04-02T09:00:00Z', worker: true });
  market = await openMarket(app, 4);
});
afterAll(() => app.close());

const terms = (revision: 1 | 2, changes: object = {}, isrcs = market.isrcs, of = market): object => ({
  ...storyTerms(
    {
      label: { id: of.label.organizationId, name: 'The label' },
      platform: { id: of.platform.organizationId, name: 'The platform' },
      services: of.serviceIds.map((id, place) => ({ id, name: `Service ${place + 1}` })),
      claims: [],
    },
    revision,
    isrcs,
  ),
  ...changes,
});

/** A negotiation with the story's two revisions, and more of the label's where given. */
async function negotiation(more: readonly object[] = [], of = market): Promise<string> {
  const { label, platform } = of;
  const { id } = await label.as.post<{ id: string }>('/v1/negotiations', {
    counterpartyId: platform.organizationId,
    terms: terms(1, {}, of.isrcs, of),
  });
  const revisions = [terms(2, {}, of.isrcs, of), ...more];
  for (const [place, one] of revisions.entries()) {
    await label.as.post(`/v1/negotiations/${id}/revisions`, { basedOn: place + 1, terms: one });
  }
  return id;
}

/** A revision whose terms cannot be settled here: none is proposed any more, those of before are there still. */
async function olderRevision(negotiationId: string, json: object): Promise<void> {
  const text = canonicalText(json);
  const superuser = await app.superuser();
  await superuser.query('SET session_replication_role = replica');
  await superuser.query(
    `WITH revised AS (UPDATE negotiations SET latest_revision = latest_revision + 1 WHERE id = $1 RETURNING *)
     INSERT INTO revisions (negotiation_id, number, label_id, platform_id, proposed_by, terms, terms_hash, proposed_at, expires_at)
     SELECT id, latest_revision, label_id, platform_id, label_id, $2, $3, opened_at, opened_at + interval '90 days' FROM revised`,
    [negotiationId, text, sha256Hex(text)],
  );
  await superuser.end();
}

const at = (id: string): string => `/v1/negotiations/${id}/simulations`;
const shown = (id: string, client: ApiClient = market.label.as): Promise<Run> => client.get(`/v1/simulations/${id}`);

async function run(
  id: string,
  basis: object,
  { revisions = [1, 2], shared = false }: { revisions?: number[]; shared?: boolean } = {},
): Promise<Run> {
  const { id: runId } = await market.label.as.post<{ id: string }>(at(id), { revisions, basis, shared });
  return shown(runId);
}

/** The story's quarter in small sums: the same as in the kernel's own test. */
const months = [
  { month: '2026-01', plays: '3120000', downloads: ['1000', '50'], allPlays: '8000000', revenue: '16000.00' },
  { month: '2026-02', plays: '1500000', downloads: ['500', '20'], allPlays: '6000000', revenue: '12000.00' },
  { month: '2026-03', plays: '2000000', downloads: ['600', '100'], allPlays: '9000000', revenue: '90000.00' },
];
const forecast = () => ({
  kind: 'forecast',
  from: '2026-01',
  months: 3,
  monthly: months.map(({ plays, downloads: [units, returns], allPlays, revenue }) => ({
    plays,
    downloads: [{ units, returns }],
    allPlays,
    netMusicAdvertisingRevenue: revenue,
  })),
});

const amounts = ({ royalties, recouped, payable }: Amounts): string[] => [royalties, recouped, payable];

/**
 * By hand. Revision 1: 3.12 million × 0.0025 = 7,800 against 0.30 × 16,000 × 3.12 / 8 = 1,872; 1.5 million × 0.0025 = 3,750 above the floor of
 * 3,000; 0.30 × 90,000 × 2 / 9 = 6,000 against 5,000. Downloads at 0.36 in both: 950, 480 and 500. The advance of 12,000 is recouped first.
 */
const revision1 = [
  ['8142.00', '8142.00', '0.00'],
  ['3922.80', '3858.00', '64.80'],
  ['6180.00', '0.00', '6180.00'],
];
const revision2 = [
  ['6582.00', '6582.00', '0.00'],
  ['4172.80', '4172.80', '0.00'],
  ['5180.00', '1245.20', '3934.80'],
];

function expectTheStory({ result }: Run): void {
  expect(result.revisions.map(({ periods }) => periods.map(amounts))).toEqual([revision1, revision2]);
  expect(result.revisions.map(({ totals }) => totals && amounts(totals))).toEqual([
    ['18244.80', '12000.00', '6244.80'],
    ['15934.80', '12000.00', '3934.80'],
  ]);
  const [difference] = result.differences;
  expect(difference).toMatchObject({ revision: 2, against: 1 });
  expect(difference!.periods.map(amounts)).toEqual([
    ['-1560.00', '-1560.00', '0.00'],
    ['250.00', '314.80', '-64.80'],
    ['-1000.00', '1245.20', '-2245.20'],
  ]);
  expect(amounts(difference!.totals)).toEqual(['-2310.00', '0.00', '-2310.00']);
}

describe('the story’s two revisions', () => {
  it('pay what a calculator says, on a forecast', async () => {
    const id = await negotiation();
    const told = await run(id, forecast());
    expectTheStory(told);
    expect(told.result.revisions.map(({ periods }) => periods.map(({ clauses }) => clauses[0]!.winner.kind))).toEqual([
      ['perUnit', 'perUnit', 'revenueShare'],
      ['perUnit', 'floor', 'revenueShare'],
    ]);
  });

  it('on the same usage as rows, and as a file', async () => {
    const id = await negotiation();
    const [first, second] = market.serviceIds;
    const rows = months.flatMap(({ month, plays, downloads: [quantity, returns] }) => {
      const place = { month, isrc: market.isrcs[0]!, territory: 'RU' };
      const streams = { ...place, use: 'OnDemandStream', model: 'AdvertisementSupportedModel', returns: '0' };
      const rest = String(BigInt(plays) - 500_000n);
      return [
        { ...streams, service: first!, quantity: '500000' },
        { ...streams, service: second!, isrc: market.isrcs[1]!, quantity: rest },
        { ...place, service: first!, use: 'PermanentDownload', model: 'PayAsYouGoModel', quantity, returns },
      ];
    });
    const figures = months.map(({ month, allPlays, revenue }) => ({
      month,
      services: [
        { service: first, allPlays, netMusicAdvertisingRevenue: revenue },
        { service: second, allPlays: '0', netMusicAdvertisingRevenue: '0' },
      ],
    }));
    const inline = await run(id, { kind: 'file', rows, figures });
    expectTheStory(inline);
    expect(inline.result.inputs).toMatchObject({
      months: ['2026-01', '2026-02', '2026-03'],
      sums: 9,
      usageSha256: sha256Hex(canonicalText(rows)),
    });
    const columns = ['returns', 'month', 'isrc', 'service', 'territory', 'use', 'model', 'quantity'] as const;
    const text = [columns.join(','), ...rows.map((row) => columns.map((name) => row[name]).join(','))].join('\n');
    const { id: fileId, ...file } = await market.label.as.upload<{ id: string; fileSha256: string }>(
      `/v1/negotiations/${id}/simulation-files`,
      'text/csv',
      text,
    );
    expect(file).toMatchObject({ rows: 9, months: ['2026-01', '2026-02', '2026-03'], fileSha256: sha256Hex(text) });
    const uploaded = await run(id, { kind: 'file', fileId, figures });
    expectTheStory(uploaded);
    expect(uploaded.result.inputs.usageSha256).toBe(file.fileSha256);
    // The file is its owner's: the other party cannot run anything on it.
    const body = { revisions: [1], basis: { kind: 'file', fileId, figures }, shared: false };
    expect(await outcome(market.platform.as, 'POST', at(id), body)).toBe('404 not-found');
    expect(await outcome(market.label.as, 'POST', at(await negotiation()), body)).toBe('404 not-found');
  });

  it('as a table for a spreadsheet, in which nothing is a formula', async () => {
    const named = terms(2, {
      royalties: [
        { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', name: '=1+1', rate: '0.0020' } },
        { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
      ],
    });
    const { id, resultHash } = await run(await negotiation([named]), forecast(), { revisions: [1, 2, 3] });
    const { text, headers } = await market.label.as.request<string>('GET', `/v1/simulations/${id}?format=csv`);
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    expect(headers.get('content-disposition')).toContain(`simulation-${id}.csv`);
    const asked = { headers: { accept: 'text/csv' } };
    expect((await market.label.as.request<string>('GET', `/v1/simulations/${id}`, asked)).text).toBe(text);
    const lines = text.split('\r\n');
    expect(lines[0]).toBe('line,revision,period,usageOf,clause,item,quantity,formula,exact,amount,currency');
    expect(lines).toEqual(
      expect.arrayContaining([
        'clause,1,2026-01,2026-01,streaming,perUnit,3120000,3120000 × 0.0025 = 7800,7800,7800.00,USD',
        "clause,3,2026-01,2026-01,streaming,'=1+1,3120000,3120000 × 0.002 = 6240,6240,6240.00,USD",
        'period,2,2026-03,2026-03,,payable,,,,3934.80,USD',
        'total,2,,,,royalties,,,,15934.80,USD',
        'difference,2 less 1,,2026-01,,royalties,,,,-1560.00,USD',
        'difference-total,2 less 1,,,,payable,,,,-2310.00,USD',
        `input,,,,,result hash,,${resultHash},,,`,
      ]),
    );
    expect(text).not.toMatch(/(^|,)=/m);
  });
});

describe('a run', () => {
  it('is its owner’s until it is shared; then both see the very same, and nobody else', async () => {
    const id = await negotiation();
    const { label, platform } = market;
    const foreign = await openMarket(app, 1);
    const operator = await app.given.operator();
    const mine = await run(id, forecast());
    expect(await outcome(platform.as, 'GET', `/v1/simulations/${mine.id}`)).toBe('404 not-found');
    expect(await outcome(platform.as, 'POST', `/v1/simulations/${mine.id}/sharing`, {})).toBe('404 not-found');
    expect(await platform.as.all(at(id))).toEqual([]);

    const summary = await label.as.post<Run>(`/v1/simulations/${mine.id}/sharing`, {});
    expect(summary).toMatchObject({ id: mine.id, shared: true, resultHash: mine.resultHash });
    const both = await Promise.all([label, platform].map(({ as }) => as.request('GET', `/v1/simulations/${mine.id}`)));
    expect(both[1]!.text).toBe(both[0]!.text);
    expect(both[0]!.body).toMatchObject({ ...mine, shared: true, sharedAt: expect.any(String) as string });
    expect(sha256Hex(canonicalText(mine.result))).toBe(mine.resultHash);
    expect(await platform.as.all(at(id))).toEqual([summary]);
    expect(await platform.as.post(`/v1/simulations/${mine.id}/sharing`, {})).toEqual(summary);

    const atOnce = await run(id, forecast(), { shared: true });
    expect((await platform.as.all<Run>(at(id))).map((one) => one.id).sort()).toEqual([mine.id, atOnce.id].sort());
    for (const client of [foreign.label.as, foreign.platform.as]) {
      expect(await outcome(client, 'GET', `/v1/simulations/${mine.id}`)).toBe('404 not-found');
      expect(await outcome(client, 'GET', at(id))).toBe('404 not-found');
      expect(await outcome(client, 'POST', at(id), { revisions: [1], basis: forecast(), shared: true })).toBe(
        '404 not-found',
      );
    }
    expect(await outcome(operator, 'GET', `/v1/simulations/${mine.id}`)).toBe('403 forbidden');
  });

  it('names what it stands on: revisions with their terms, parameters, rules, who and when', async () => {
    const id = await negotiation();
    const told = await run(id, forecast());
    expect(told).toMatchObject({
      negotiationId: id,
      ownerId: market.label.organizationId,
      requestedBy: `member:${market.label.memberId}`,
      requestedAt: '2026-04-02T09:00:00.000Z',
      revisions: [1, 2],
      basis: { kind: 'forecast', from: '2026-01', months: 3, growthPerMonth: '0' },
      result: { ranAt: '2026-04-02T09:00:00.000Z' },
    });
    for (const { revision, termsHash } of told.result.revisions) {
      expect(await market.label.as.get(`/v1/negotiations/${id}/revisions/${revision}`)).toMatchObject({ termsHash });
    }
    expect(told.result.revisions).toMatchObject([{ rules: 'accordo-rating/1' }, { rules: 'accordo-rating/1' }]);
  });

  it('is told to its owner, and to both once it is shared', async () => {
    const id = await negotiation();
    const { id: runId } = await run(id, forecast());
    const { label, platform } = market;
    expect(await topicsAbout(label.as, runId, 1)).toEqual(['simulation.finished']);
    await label.as.post(`/v1/simulations/${runId}/sharing`, {});
    expect(await topicsAbout(label.as, runId, 2)).toEqual(['simulation.finished', 'simulation.shared']);
    // Read after all of the label's is out: only what was shared.
    expect(await topicsAbout(platform.as, runId, 1)).toEqual(['simulation.shared']);
  });

  it('cannot be changed afterwards, whoever tries', async () => {
    const { id } = await run(await negotiation(), forecast(), { shared: true });
    const superuser = await app.superuser();
    for (const change of [`result = '{}'`, `revisions = '{1}'`, 'shared = false, shared_at = NULL', `basis = '{}'`]) {
      await expect(superuser.query(`UPDATE simulations SET ${change} WHERE id = $1`, [id])).rejects.toThrow('refused');
    }
    await expect(superuser.query('DELETE FROM simulations WHERE id = $1', [id])).rejects.toThrow('refused');
    await superuser.end();
  });

  it('goes on where one revision is refused, and tells why', async () => {
    const subscribers = { id: 'subscribers', unit: 'count', per: 'service', definition: 'paying subscribers' };
    const perHead = terms(2, {
      figures: [subscribers],
      royalties: [
        {
          id: 'streaming',
          grants: ['streaming'],
          royalty: { kind: 'perSubscriber', rate: '0.10', subscribers: 'subscribers' },
        },
        { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
      ],
    });
    const id = await negotiation();
    await olderRevision(id, perHead);
    const told = await run(id, forecast(), { revisions: [3, 2] });
    expect(told.result.revisions[0]).toMatchObject({ revision: 3, periods: [], totals: null });
    expect(told.result.revisions[0]!.refusal).toContainEqual(
      expect.objectContaining({ pointer: '/periods/2026-01/context/services', code: 'context-missing' }),
    );
    expect(told.result.revisions[1]!.periods.map(amounts)).toEqual(revision2);
    expect(told.result.differences).toMatchObject([{ revision: 2, against: 3, currency: null, totals: null }]);
    // 2,000 subscribers, 2,100 and 2,205 in the months after: × 0.10, and 36.00 for 100 downloads.
    const growing = await run(
      id,
      {
        kind: 'forecast',
        from: '2026-01',
        months: 3,
        growthPerMonth: '0.05',
        monthly: [{ downloads: '100', subscribers: '2000' }],
      },
      { revisions: [3] },
    );
    expect(growing.result.revisions[0]!.periods.map(({ royalties }) => royalties)).toEqual([
      '236.00',
      // 105 downloads: 37.80
      '247.80',
      // 110 downloads: 110.25 are exact, the rest is carried. 39.60
      '260.10',
    ]);
  });
});

describe('usage that a revision does not license', () => {
  it('is left out, counted and told', async () => {
    const fewer = terms(2, {}, market.isrcs.slice(0, 2));
    const id = await negotiation([fewer]);
    const use = { use: 'OnDemandStream', model: 'AdvertisementSupportedModel', returns: '0' };
    const row = { month: '2026-01', service: market.serviceIds[0], territory: 'RU', ...use };
    const services = market.serviceIds.map((service) => ({
      service,
      allPlays: '10000000',
      netMusicAdvertisingRevenue: '0',
    }));
    const { result } = await run(
      id,
      {
        kind: 'file',
        rows: [
          { ...row, isrc: market.isrcs[0], quantity: '2000000' },
          { ...row, isrc: market.isrcs[3], quantity: '1000000' },
          { ...row, isrc: market.isrcs[0], territory: 'DE', quantity: '70' },
          { ...row, isrc: market.isrcs[0], use: 'UseAsRingtone', quantity: '5' },
        ],
        figures: [{ month: '2026-01', services }],
      },
      { revisions: [2, 3] },
    );
    const elsewhere = [
      { reason: 'territory-not-granted', sums: 1, quantity: '70', returns: '0', units: '70' },
      { reason: 'use-not-granted', sums: 1, quantity: '5', returns: '0', units: '5' },
    ];
    expect(result.revisions.map(({ notLicensed, totals }) => [totals?.royalties, notLicensed])).toEqual([
      ['6000.00', elsewhere],
      [
        '4000.00',
        [{ reason: 'no-agreement', sums: 1, quantity: '1000000', returns: '0', units: '1000000' }, ...elsewhere],
      ],
    ]);
  });

  it('of a forecast too: what is planned for a place stays there', async () => {
    const id = await negotiation();
    const planned = { ...forecast().monthly[0], plays: [{ units: '100' }, { units: '40', territory: 'DE' }] };
    const { result } = await run(id, { ...forecast(), months: 1, monthly: [planned] });
    const place = { isrc: market.isrcs[0], model: 'AdvertisementSupportedModel', use: 'OnDemandStream' };
    expect(result.inputs.placedOn).toHaveLength(3);
    expect(result.inputs.placedOn.slice(0, 2)).toMatchObject([
      { ...place, territory: 'AM' },
      { ...place, territory: 'DE' },
    ]);
    expect(result.revisions.map(({ notLicensed }) => notLicensed.map(({ reason, units }) => [reason, units]))).toEqual([
      [['territory-not-granted', '40']],
      [['territory-not-granted', '40']],
    ]);
  });
});

describe('reported usage', () => {
  let reporting: Market;
  const hashes: string[] = [];

  async function report(
    more: Partial<SmallReport> & Pick<SmallReport, 'month' | 'plays'>,
    of = reporting,
  ): Promise<void> {
    const text = await smallReport({
      messageId: randomUUID(),
      senderPartyId: of.platform.partyId,
      recipientPartyId: of.label.partyId,
      serviceName: 'Radio',
      allPlays: 10_000_000,
      ...more,
    });
    const { id } = await of.platform.as.upload<{ id: string }>('/v1/usage-reports', 'text/tab-separated-values', text);
    await app.app.get(ReadReport).execute({ reportId: id });
    hashes.push(sha256Hex(text));
  }

  beforeAll(async () => {
    reporting = await openMarket(app, 4);
    const [a, b, c, d] = reporting.isrcs as [string, string, string, string];
    // Two agreements that have a recording in common, and a third recording that neither licenses.
    for (const isrcs of [
      [a, b],
      [b, c],
    ])
      await reporting.concluded({ isrcs });
    await report({ month: '2026-01', plays: { [a]: 1_000_000, [b]: 400_000, [c]: 300_000, [d]: 200_000 } });
    await report({ month: '2026-01', plays: { [a]: 100_000 }, serviceName: 'Video', downloads: { [b]: [9, 2] } });
    await report({ month: '2026-03', plays: { [b]: 2_500_000 } });
  });

  const simulated = async (
    id: string,
    basis: object,
    revisions = [1, 2],
    client = reporting.label.as,
  ): Promise<Run> => {
    const { id: runId } = await client.post<{ id: string }>(at(id), { revisions, basis, shared: false });
    return shown(runId, client);
  };

  it('is that of all agreements, every line once, and what was held counts under terms that license it', async () => {
    const [a, b, c] = reporting.isrcs as [string, string, string];
    const id = await negotiation([terms(2, {}, [a, b, c], reporting)], reporting);
    const { result } = await simulated(id, { kind: 'reported' }, [2, 3]);
    expect(result.inputs).toMatchObject({ months: ['2026-01', '2026-03'], monthsWithoutReport: ['2026-02'] });
    expect(result.inputs.reports.map(({ month }) => month)).toEqual(['2026-01', '2026-01', '2026-03']);
    expect(result.inputs.reports.map(({ fileSha256 }) => fileSha256).sort()).toEqual([...hashes].sort());
    // 2,000,000 plays with the recording of no agreement, 1,800,000 without it; 7 downloads: 2.52.
    expect(result.revisions.map(({ periods }) => periods.map(({ period, royalties }) => [period, royalties]))).toEqual([
      [
        ['2026-01', '4002.52'],
        ['2026-03', '5000.00'],
      ],
      [
        ['2026-01', '4002.52'],
        ['2026-03', '5000.00'],
      ],
    ]);
    expect(result.revisions.map(({ periods }) => periods[0]!.clauses[0]!.quantity)).toEqual(['2000000', '1800000']);
    expect(result.revisions.map(({ notLicensed }) => notLicensed.map(({ reason, units }) => [reason, units]))).toEqual([
      [],
      [['no-agreement', '200000']],
    ]);
  });

  it('is looked at as that of the term’s first months where the term comes later', async () => {
    const term = { from: '2027-01-01', until: '2028-01-01' };
    const id = await negotiation([terms(2, { term }, reporting.isrcs, reporting)], reporting);
    const { result } = await simulated(
      id,
      { kind: 'reported', from: '2026-01', until: '2026-04' },
      [2, 3],
      reporting.platform.as,
    );
    const [now, later] = result.revisions;
    expect([now!.movedBy, later!.movedBy]).toEqual([0, 12]);
    expect(later!.periods.map(({ period, usageOf }) => [period, ...usageOf])).toEqual([
      ['2027-01', '2026-01'],
      ['2027-03', '2026-03'],
    ]);
    expect(later!.totals).toEqual(now!.totals);
    expect(result.differences[0]!.periods.map(amounts)).toEqual([
      ['0.00', '0.00', '0.00'],
      ['0.00', '0.00', '0.00'],
    ]);
  });

  it('before any agreement is usage as well', async () => {
    const fresh = await openMarket(app, 1);
    await report({ month: '2026-02', plays: { [fresh.isrcs[0]!]: 3_000_000 } }, fresh);
    const id = await negotiation([], fresh);
    const { result } = await simulated(id, { kind: 'reported', months: 2 }, [1, 2], fresh.label.as);
    expect(result.revisions.map(({ totals }) => totals?.royalties)).toEqual(['7500.00', '6000.00']);
  });

  it('that nobody reported is refused: usage-not-reported', async () => {
    const id = await negotiation();
    for (const basis of [{ kind: 'reported' }, { kind: 'reported', from: '2025-01', until: '2025-04' }]) {
      const body = { revisions: [1], basis, shared: false };
      expect(await outcome(market.label.as, 'POST', at(id), body)).toBe('422 usage-not-reported');
    }
  });
});

describe('a large run', () => {
  it('is answered at once with an operation, and kept like any other', async () => {
    const id = await negotiation([terms(2)]);
    const line = `2026-01,${market.isrcs[0]},${market.serviceIds[0]},RU,PermanentDownload,PayAsYouGoModel,1,0`;
    const header = 'month,isrc,service,territory,use,model,quantity,returns';
    const file = (rows: number) => `${header}\n${`${line}\n`.repeat(rows)}`;
    const path = `/v1/negotiations/${id}/simulation-files`;
    const one = await market.label.as.request<{ code: string; faults: object[] }>('POST', path, {
      file: { type: 'text/csv', content: file(100_001) },
    });
    expect([one.status, one.body.code]).toEqual([422, 'simulation-file-invalid']);
    expect(one.body.faults).toMatchObject([{ pointer: '/lines/100002', code: 'usage-rows' }]);
    const { id: fileId } = await market.label.as.upload<{ id: string }>(path, 'text/csv', file(100_000));
    const services = market.serviceIds.map((service) => ({ service, allPlays: '1', netMusicAdvertisingRevenue: '0' }));
    const basis = { kind: 'file', fileId, figures: [{ month: '2026-01', services }] };
    const answer = await market.label.as.request<Run>('POST', at(id), {
      body: { revisions: [1, 2, 3], basis, shared: true },
    });
    expect([answer.status, answer.body.state, answer.body.resultHash]).toEqual([202, 'waiting', null]);
    expect(await untilDone(market.label.as, answer.body.operationId!)).toEqual({ simulationId: answer.body.id });
    expect(await outcome(market.platform.as, 'GET', `/v1/operations/${answer.body.operationId}`)).toBe('404 not-found');
    const done = await shown(answer.body.id, market.platform.as);
    expect(done).toMatchObject({ state: 'done', shared: true });
    await app.app.get(SimulationJob).execute({ simulationId: done.id });
    expect(await shown(done.id, market.platform.as)).toEqual(done);
    // 100,000 downloads at 0.36, and the floors of 3,000 and 4,000.
    expect(done.result.revisions.map(({ totals }) => totals?.royalties)).toEqual(['39000.00', '40000.00', '40000.00']);
  }, 60_000);

  it('simulation-too-large: when a counter would rate the same months over and over', async () => {
    const counted = terms(2, {
      royalties: [
        {
          id: 'streaming',
          grants: ['streaming', 'downloads'],
          royalty: {
            kind: 'tiered',
            counter: 'term',
            method: 'graduated',
            tiers: [{ upTo: null, rate: '0.001', flat: '0' }],
          },
        },
      ],
    });
    const id = await negotiation();
    for (let count = 1; count <= 2; count += 1) await olderRevision(id, counted);
    const rows = Array.from({ length: 99_000 }, (_, index) => {
      const month = `${2026 + Math.floor((index % 24) / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
      return `${month},${market.isrcs[0]},${market.serviceIds[0]},RU,PermanentDownload,PayAsYouGoModel,1,0`;
    });
    const { id: fileId } = await market.label.as.upload<{ id: string }>(
      `/v1/negotiations/${id}/simulation-files`,
      'text/csv',
      `month,isrc,service,territory,use,model,quantity,returns\n${rows.join('\n')}`,
    );
    const body = { revisions: [3, 4], basis: { kind: 'file', fileId }, shared: false };
    expect(await outcome(market.label.as, 'POST', at(id), body)).toBe('422 simulation-too-large');
  }, 60_000);
});

describe('what is sent is refused with its place', () => {
  let id: string;
  beforeAll(async () => {
    id = await negotiation();
  });
  const ask = (basis: object, revisions: unknown = [1]) =>
    refused(market.label.as, 'POST', at(id), { revisions, basis, shared: false });

  it('simulation-file-invalid: every fault at once, with its line', async () => {
    const service = market.serviceIds[0]!;
    const good = `2026-01,${market.isrcs[0]},${service},RU,OnDemandStream,AdvertisementSupportedModel,10,0`;
    const header = 'month,isrc,service,territory,use,model,quantity,returns';
    const send = async (content: string): Promise<string[]> => {
      const { status, body } = await market.label.as.request<{
        code: string;
        faults: { pointer: string; code: string }[];
      }>('POST', `/v1/negotiations/${id}/simulation-files`, { file: { type: 'text/csv', content } });
      expect([status, body.code]).toEqual([422, 'simulation-file-invalid']);
      return body.faults.map(({ pointer, code }) => `${pointer} ${code}`);
    };
    expect(
      await send(
        [
          header,
          good,
          good.replace('2026-01', '2026-13').replace(',10,', ',-1,'),
          '',
          good.replace('RU', 'XX').replace('OnDemandStream', 'Listen'),
          good
            .replace(market.isrcs[0]!, 'nothing')
            .replace(service, 'radio')
            .replace('AdvertisementSupportedModel', 'Free'),
          good.replace(',10,0', ',1.5,x'),
        ].join('\n'),
      ),
    ).toEqual([
      '/lines/3/month usage-cell',
      '/lines/3/quantity usage-cell',
      '/lines/5/territory usage-cell',
      '/lines/5/use usage-cell',
      '/lines/6/isrc usage-cell',
      '/lines/6/service usage-cell',
      '/lines/6/model usage-cell',
      '/lines/7/quantity usage-cell',
      '/lines/7/returns usage-cell',
    ]);
    expect(await send(`month,isrc,isrc,territory,use,model,quantity\n${good}`)).toEqual(
      ['/lines/1/isrc usage-header', '/lines/1/service usage-header'].map((text) =>
        text.replace(/\/(isrc|service) /, ' '),
      ),
    );
    expect(await send(header)).toEqual(['/lines usage-csv']);
    expect(await send('')).toEqual(['/lines usage-csv']);
    expect(await send(`${header}\n${good}\n"2026-01,broken`)).toEqual(['/lines/3 usage-csv']);
    expect(await send(`${header}\n${good}\n2026-01,short`)).toEqual(['/lines/3 usage-csv']);
    expect(await send(`${header}\n${good.replace(service, randomUUID())}`)).toEqual(['/lines service-differs']);
    const months = Array.from(
      { length: 37 },
      (_, at) => `${2026 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`,
    );
    expect(await send([header, ...months.map((month) => good.replace('2026-01', month))].join('\n'))).toEqual([
      '/lines usage-months',
    ]);
    expect(await outcome(market.label.as, 'POST', `/v1/negotiations/${id}/simulation-files`, {})).toBe(
      '415 content-type-unsupported',
    );
    const large = await market.label.as
      .request<{ code: string }>('POST', `/v1/negotiations/${id}/simulation-files`, {
        file: { type: 'text/csv', content: 'x'.repeat(10 * 1024 * 1024 + 1) },
      })
      .catch(() => undefined);
    // The connection may be closed before all of it is sent.
    if (large !== undefined) expect([large.status, large.body.code]).toEqual([413, 'body-too-large']);
  });

  it.each<[object, string[]]>([
    [{}, ['/basis/kind']],
    [{ kind: 'guess' }, ['/basis/kind']],
    [{ kind: 'reported', months: 0 }, ['/basis/months']],
    [{ kind: 'reported', months: 37 }, ['/basis/months']],
    [{ kind: 'reported', from: '2026-01' }, ['/basis']],
    [{ kind: 'reported', from: '2026-03', until: '2026-03', months: 1 }, ['/basis/months', '/basis/until']],
    [{ kind: 'reported', surprise: 1 }, ['/basis/surprise']],
    [{ kind: 'file' }, ['/basis']],
    [
      { kind: 'file', fileId: 'none', figures: [{ month: '2026-01', services: [{ service: 1 }] }] },
      ['/basis/fileId', '/basis/figures/0/services/0/service'],
    ],
    [{ kind: 'file', rows: [] }, ['/basis/rows']],
    [
      { kind: 'file', rows: [{ quantity: 1 }] },
      ['isrc', 'month', 'model', 'quantity', 'service', 'territory', 'use'].map((name) => `/basis/rows/0/${name}`),
    ],
    [
      { kind: 'forecast', from: '2026-1', months: 1.5, monthly: [] },
      ['/basis/from', '/basis/monthly', '/basis/months'],
    ],
    [
      { kind: 'forecast', from: '2026-01', months: 1, monthly: [{ allPlays: 5 }, null] },
      ['/basis/monthly', '/basis/monthly/0', '/basis/monthly/0/allPlays', '/basis/monthly/1', '/basis/monthly/1'],
    ],
    [
      {
        kind: 'forecast',
        from: '2026-01',
        months: 2,
        growthPerMonth: '-1',
        monthly: [{ plays: '-1', figures: { 'no id': '1' } }],
      },
      ['/basis/growthPerMonth', '/basis/monthly/0/figures/no id', '/basis/monthly/0/plays'],
    ],
    [
      {
        kind: 'forecast',
        from: '2026-01',
        months: 2,
        growthPerMonth: '0.0000001',
        monthly: [{ downloads: [{ units: '1', returns: '2', use: 'Listen' }] }],
      },
      ['/basis/growthPerMonth', '/basis/monthly/0/downloads/0/returns', '/basis/monthly/0/downloads/0/use'],
    ],
  ])('simulation-basis-invalid: %j', async (basis, pointers) => {
    const { status, code, faults } = await ask(basis);
    expect([status, code]).toEqual([422, 'simulation-basis-invalid']);
    expect(faults.map(({ pointer }) => pointer).sort()).toEqual([...pointers].sort());
  });

  it('simulation-basis-invalid: for services of another platform', async () => {
    const service = randomUUID();
    const row = {
      month: '2026-01',
      isrc: market.isrcs[0],
      territory: 'RU',
      use: 'Stream',
      model: 'Unknown',
      quantity: '1',
    };
    expect((await ask({ kind: 'file', rows: [{ ...row, service }] })).faults).toMatchObject([
      { pointer: '/basis/rows/0/service', code: 'service-differs' },
    ]);
    const monthly = [{ plays: [{ service, units: '1' }], services: [{ service }] }];
    expect(
      (await ask({ kind: 'forecast', from: '2026-01', months: 1, monthly })).faults.map(({ pointer }) => pointer),
    ).toEqual(['/basis/monthly/0/plays/0/service', '/basis/monthly/0/services/0/service']);
  });

  it('revisions that are none, or too many, or the same twice', async () => {
    for (const revisions of [[], [0], [1, 1], ['1'], Array.from({ length: 11 }, (_, at) => at + 1), 1]) {
      expect(await ask(forecast(), revisions)).toMatchObject({ status: 400, code: 'request-invalid' });
    }
    expect(await ask(forecast(), [1, 3])).toMatchObject({ status: 404, code: 'not-found' });
  });
});
