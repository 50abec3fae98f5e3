import { randomUUID } from 'node:crypto';
import { KeepAgreement } from '../../src/agreements/keep-agreement';
import { rateFiles } from '../../src/commands/rate-files';
import { monthAfter } from '../../src/kernel';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type Market, openMarket, signatureBy } from '../support/market';
import { draftMonth } from '../support/reported-usage';
import { smallReport } from '../support/small-report';
import { ReadReport } from '../../src/usage/read-report';

/**
 * Two years of one agreement: two amendments, a suspension, a renewal, a termination with sell-off. Every month the platform reports the
 * same usage, and what clearance says, what is rated and what the statement says must agree with what the contract says, worked out
 * here by hand.
 */

let app: TestApp;
let market: Market;
let label: ApiClient;
let platform: ApiClient;
let id: string;

const life = {
  renewal: { months: 12, times: 1, noticeDays: 60 },
  termination: {
    notice: { by: 'either', days: 90 },
    breach: { cureDays: 20, suspension: 'at-once' },
    sellOff: { days: 45, grants: ['downloads'] },
  },
};

beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app, 3);
  const [first, second] = market.isrcs;
  const terms = { isrcs: [first!, second!], floor: '100', until: '2027-01-01', life };
  ({ id } = await market.concluded(terms));
});
afterAll(() => app.close());

const at = (rest: string): string => `/v1/agreements/${id}${rest}`;

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  [label, platform] = [await app.given.signIn(market.label), await app.given.signIn(market.platform)];
}

async function amend(body: object): Promise<void> {
  const { version, manifestHash } = await label.post<{ version: number; manifestHash: string }>(
    at('/amendments'),
    body,
  );
  for (const party of [platform, label])
    await party.post(at(`/amendments/${version}/signatures`), await signatureBy(party, manifestHash));
}

/** What happens on the way, by the instant of it. The calendar is asked every time. */
const happens: readonly (readonly [instant: string, what: () => Promise<unknown>])[] = [
  [
    '2026-03-10T09:00:00Z',
    async () => {
      const { body: terms } = await label.request<{ royalties: Record<string, unknown>[] }>('GET', at('/terms'));
      const [downloads, streaming] = [...terms.royalties].sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
      const royalty = { kind: 'floor', amount: '100', of: { kind: 'perUnit', rate: '0.003' } };
      const royalties = [{ ...streaming, royalty }, downloads];
      await amend({ effectiveFrom: '2026-04-01', reason: 'A better rate.', terms: { ...terms, royalties } });
    },
  ],
  [
    '2026-06-20T09:00:00Z',
    () =>
      amend({
        effectiveFrom: '2026-07-01',
        reason: 'One track leaves, another joins.',
        removeTracks: [market.isrcs[1]],
        addTracks: [market.isrcs[2]],
      }),
  ],
  // Midnight in Moscow, so that September lies in the suspension whole.
  [
    '2026-08-31T21:00:00Z',
    async () => {
      const what = 'The report of July has not been delivered.';
      const { openBreaches } = await label.post<{ openBreaches: number[] }>(at('/breaches'), { what });
      await label.post(at(`/breaches/${openBreaches[0]}/suspension`), {});
    },
  ],
  [
    '2026-09-30T21:00:00Z',
    async () => {
      const { openBreaches } = await label.get<{ openBreaches: number[] }>(at('/life'));
      await label.post(at(`/breaches/${openBreaches[0]}/cure`), {});
    },
  ],
  // Sixty days before the end nobody has said no.
  ['2026-11-03T09:00:00Z', () => Promise.resolve()],
  ['2027-05-10T09:00:00Z', () => platform.post(at('/notices'), { kind: 'termination', until: '2027-08-15' })],
  ['2027-08-15T09:00:00Z', () => Promise.resolve()],
];

interface Expected {
  /** Places of the tracks that may be streamed in the middle of the month. */
  readonly streamed: readonly number[];
  /** Tracks whose reported lines count: those licensed on the first of the month, under which lines are reported. */
  readonly counted: readonly number[];
  readonly rate: string;
  readonly downloads: readonly number[];
  readonly version: number;
}

/** What the contract says of a month, by hand. */
function expectedOf(month: string): Expected {
  const version = month < '2026-04' ? 1 : month < '2026-07' ? 2 : 3;
  const tracks = version === 3 ? [0, 2] : [0, 1];
  const rate = version === 1 ? '0.002' : '0.003';
  if (month === '2026-09') return { streamed: [], counted: [], rate, downloads: [], version };
  if (month === '2027-08') return { streamed: [], counted: tracks, rate, downloads: tracks, version };
  if (month === '2027-09') return { streamed: [], counted: [], rate, downloads: tracks, version };
  return { streamed: tracks, counted: tracks, rate, downloads: tracks, version };
}

const plays = [1_000_000, 500_000, 250_000];
const sold = [100, 50, 25];

/** In cents: plays × rate, never below the floor while streaming is licensed at all; 0.36 a download. */
function royaltiesOf(month: string): number {
  const { counted, rate, downloads } = expectedOf(month);
  const thousandths = Number(rate) * 1000;
  const streaming = (counted.reduce((sum, track) => sum + plays[track]!, 0) * thousandths) / 10;
  const floor = month === '2027-09' ? 0 : 10_000;
  return Math.max(streaming, floor) + downloads.reduce((sum, track) => sum + sold[track]! * 36, 0);
}

interface Statement {
  readonly id: string;
  readonly month: string;
  readonly sha256: string;
  readonly royalties: { readonly amount: string };
}

/** Reports the month, has it read and closed, and gives its statement. */
async function settled(month: string, more: { plays?: number; replaces?: string } = {}): Promise<void> {
  const usage = Object.fromEntries(market.isrcs.map((isrc, track) => [isrc, plays[track]! + (more.plays ?? 0)]));
  const downloads = Object.fromEntries(market.isrcs.map((isrc, track) => [isrc, [sold[track]!, 0] as const]));
  const file = await smallReport({
    messageId: randomUUID(),
    month,
    senderPartyId: market.platform.partyId,
    recipientPartyId: market.label.partyId,
    serviceName: 'Radio',
    plays: usage,
    downloads,
    allPlays: 10_000_000,
  });
  const query = more.replaces === undefined ? '' : `?replaces=${more.replaces}`;
  const { id: reportId } = await platform.upload<{ id: string }>(
    `/v1/usage-reports${query}`,
    'text/tab-separated-values',
    file,
  );
  await app.app.get(ReadReport).execute({ reportId });
  reports.set(month, reportId);
}

const reports = new Map<string, string>();

async function closed(month: string): Promise<Statement> {
  const statement = await draftMonth(app, { ...market.label, as: label }, id, month);
  return label.get(`/v1/statements/${await app.given.issued(market.label, statement)}`);
}

/** The statement's hash as an outsider works it out from the inputs. */
async function workedOut({ id: statement }: Statement): Promise<string> {
  const inputs = await platform.get<Record<string, object>>(`/v1/statements/${statement}/inputs`);
  const file = (name: string) => ({ name, text: JSON.stringify(inputs[name]) });
  const [terms, usage, context, carried] = ['terms', 'usage', 'context', 'carried'].map(file);
  return rateFiles({ terms: terms!, usage: usage!, context: context!, carried: carried! }).sha256;
}

async function clearedTracks(instant: string, use: { useType: string; commercialModel: string }): Promise<number[]> {
  const questions = market.isrcs.map((isrc) => ({
    serviceId: market.serviceIds[0],
    isrc,
    territory: 'RU',
    at: instant,
    ...use,
  }));
  const { answers } = await platform.post<{ answers: { licensed: boolean }[] }>('/v1/clearance', { questions });
  return answers.flatMap(({ licensed }, track) => (licensed ? [track] : []));
}

const streams = { useType: 'OnDemandStream', commercialModel: 'AdvertisementSupportedModel' };
const downloads = { useType: 'PermanentDownload', commercialModel: 'PayAsYouGoModel' };
const months = Array.from({ length: 21 }, (_, place) => monthAfter('2026-01', place));

const stated: Statement[] = [];

describe('two years of an agreement', () => {
  it.each(months)('%s: clearance, rating and statement say what the contract says', async (month) => {
    const next = monthAfter(month, 1);
    for (const [instant, what] of happens.filter(([when]) => when >= `${month}-01` && when < `${next}-01`)) {
      await moveTo(instant);
      await what();
      await app.app.get(KeepAgreement).execute({ agreementId: id });
    }
    // Before anything of the next month happens: time only goes on.
    await moveTo(`${next}-02T09:00:00Z`);
    const expected = expectedOf(month);
    const middle = `${month}-20T12:00:00Z`;
    expect(await clearedTracks(middle, streams)).toEqual(expected.streamed);
    expect(await clearedTracks(middle, downloads)).toEqual(expected.downloads);
    expect(await label.get(at(`/in-force?on=${month}-20`))).toMatchObject({ version: expected.version });

    await settled(month);
    // June is corrected in July, after the amendment that took a track away: it is rated under the terms of June.
    if (month === '2026-07') await settled('2026-06', { plays: 1000, replaces: reports.get('2026-06')! });
    const statement = await closed(month);
    const correction = month === '2026-07' ? 2 * 1000 * 0.3 : 0;
    expect(statement.royalties.amount).toBe(((royaltiesOf(month) + correction) / 100).toFixed(2));
    expect(await workedOut(statement)).toBe(statement.sha256);
    stated.push(statement);
  });

  it('states nothing that cannot be worked out again in the end, whatever was signed and happened since', async () => {
    expect(stated).toHaveLength(months.length);
    for (const statement of stated)
      expect([statement.month, await workedOut(statement)]).toEqual([statement.month, statement.sha256]);
  });

  it('ends with what was sold off, and every fact stands', async () => {
    expect(await label.get(at(''))).toMatchObject({
      state: 'terminated',
      version: 3,
      inForce: { from: '2026-01-01', until: '2027-09-29' },
    });
    const { facts } = await label.get<{ facts: { kind: string }[] }>(at('/life'));
    expect(facts.map(({ kind }) => kind)).toEqual([
      ...['activated', 'breach-notified', 'suspended', 'breach-cured', 'resumed', 'renewed'],
      ...['notice-given', 'terminated'],
    ]);
    await expect(label.post(at('/closes'), { month: '2027-10' })).rejects.toThrow('period-not-closable');
  });
});
