import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome, refused, signatureBy } from '../support/market';
import { seeProved } from '../support/proved-statement';
import { closeMonth, draftMonth, reportUsage } from '../support/reported-usage';

let app: TestApp;
let market: Market;
/** Of a pool that begins later: songs name films from the beginning, films name songs from March on. */
let later: { market: Market; songs: AgreementAnswer; films: AgreementAnswer };
let first: { market: Market; radio: AgreementAnswer; video: AgreementAnswer };
let label: ApiClient;
let platform: ApiClient;
/** Radio, of which nothing was paid beforehand, and Video with an advance of 1,000.00: each of the pool of the other. A play earns 1.00. */
let radio: AgreementAnswer;
let video: AgreementAnswer;

const pooled = (...pooledWith: string[]): object => ({
  recoupment: { negative: 'carried-forward', expenses: 'none', ...(pooledWith.length > 0 && { pooledWith }) },
});
const parts = (service: 0 | 1, life: object) => ({
  ...{ serviceIds: [market.serviceIds[service]!], rate: '1', floor: '0' },
  life: { advances: [], settlement: undefined, ...life },
});
const advances = [{ id: 'advance', amount: '1000.00', due: 'signature', recoupableFrom: 'all' }];
const filmParts = (...pooledWith: string[]) => ({
  ...parts(1, { ...pooled(...pooledWith), advances }),
  from: '2026-02-01',
});

beforeAll(async () => {
  app = await startTestApp({});
  market = await openMarket(app, 2);
  const films = await market.concluded(filmParts());
  const songs = await market.concluded({ ...parts(0, pooled(films.id)), from: '2026-02-01' });
  later = { market, songs, films };
  market = await openMarket(app, 2);
  [label, platform] = [market.label.as, market.platform.as];
});
afterAll(() => app.close());

async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  [label, platform] = [await app.given.signIn(market.label), await app.given.signIn(market.platform)];
  market = { ...market, label: { ...market.label, as: label }, platform: { ...market.platform, as: platform } };
}

async function report(month: string, plays: { radio: number; video: number }): Promise<void> {
  const isrc = market.isrcs[0]!;
  await reportUsage(app, market, { month, plays: { [isrc]: plays.radio } });
  await reportUsage(app, market, { month, serviceName: 'Video', plays: { [isrc]: plays.video } });
}

const amendment = { reason: 'Both are taken together.', effectiveFrom: '2026-01-01' };

/** Proposed by the label and signed by both: the outcome of the last signature. What is refused is given up. */
async function amended(
  { id }: AgreementAnswer,
  effectiveFrom: string,
  changes: Parameters<Market['terms']>[0],
): Promise<string> {
  const path = `/v1/agreements/${id}/amendments`;
  const body = { ...amendment, effectiveFrom, terms: market.terms(changes) };
  const { version, manifestHash } = await label.post<{ version: number; manifestHash: string }>(path, body);
  const signatures = `${path}/${version}/signatures`;
  await platform.post(signatures, await signatureBy(platform, manifestHash));
  const signed = await outcome(label, 'POST', signatures, await signatureBy(label, manifestHash));
  if (signed !== '201') await label.post(`${path}/${version}/end`, {});
  return signed;
}

interface Stated {
  readonly id: string;
  readonly payable: { readonly amount: string };
  readonly recouped: { readonly amount: string };
}

/** Closes a month, and sees that anybody who has its inputs, or its bundle, makes the same statement. */
async function closed({ id }: AgreementAnswer, month: string): Promise<Stated> {
  const { statement } = await closeMonth(app, market, id, month);
  await seeProved(market, statement);
  return label.get<Stated>(`/v1/statements/${statement.id}`);
}

async function balances({ id }: AgreementAnswer): Promise<Record<string, string>> {
  const { rows } = await label.get<{ rows: { account: string; balance: { amount: string } }[] }>(
    `/v1/agreements/${id}/balances`,
  );
  return Object.fromEntries(
    rows.flatMap(({ account, balance }) => (/[1-9]/.test(balance.amount) ? [[account, balance.amount]] : [])),
  );
}

async function steps(statementId: string): Promise<string[]> {
  const json = (await platform.download(`/v1/statements/${statementId}/document?format=json`))!.toString();
  const { statement } = JSON.parse(json) as { statement: { clauseLines: Record<string, string>[] } };
  return statement.clauseLines.flatMap(({ step, id, formula }) => (step === 'pool' ? [`${id}: ${formula}`] : []));
}

describe('a pool of agreements', () => {
  it('is of signed agreements of the same parties, and of an amendment where one is older', async () => {
    radio = await market.concluded(parts(0, pooled()));
    const stranger = {
      counterpartyId: market.platform.organizationId,
      terms: market.terms(parts(1, pooled(randomUUID()))),
    };
    expect(await refused(label, 'POST', '/v1/negotiations', stranger)).toMatchObject({
      ...{ code: 'terms-not-operable', faults: [{ pointer: '/terms/recoupment/pooledWith/0' }] },
    });
    video = await market.concluded(parts(1, { ...pooled(radio.id), advances }));
    const itself = { ...amendment, terms: market.terms(parts(0, pooled(radio.id))) };
    expect(await refused(label, 'POST', `/v1/agreements/${radio.id}/amendments`, itself)).toMatchObject({
      code: 'terms-not-operable',
    });
    expect(await amended(radio, '2026-01-01', parts(0, pooled(video.id)))).toBe('201');
  });

  // 1,000.00 and 400.00 are earned, 1,000.00 are open: 400.00 are payable of both together.
  it('recoups each agreement from what the others have left, and outdates their drafts', async () => {
    await moveTo('2026-02-02T09:00:00Z');
    await report('2026-01', { radio: 1_000, video: 400 });
    const early = await draftMonth(app, market.label, video.id, '2026-01');
    const lent = await closed(radio, '2026-01');
    expect(lent).toMatchObject({ payable: { amount: '0.00' }, recouped: { amount: '0.00' } });
    expect(await steps(lent.id)).toEqual([`${video.id}: 1000.00 recoups another agreement of the pool`]);
    expect(await balances(radio)).toEqual({ 'lent-to-pool': '1000.00', 'pool-recoupment': '-1000.00' });

    const { approvalId } = await label.get<{ approvalId: string }>(`/v1/statements/${early}`);
    const second = await app.given.second(market.label);
    const decision = `/v1/approvals/${approvalId}/decision`;
    expect(await outcome(second, 'POST', decision, { decision: 'approved' })).toBe('409 statement-outdated');
    const received = await closed(video, '2026-01');
    expect(received).toMatchObject({ payable: { amount: '400.00' }, recouped: { amount: '1000.00' } });
    expect(await steps(received.id)).toEqual([
      `${radio.id}: 1000.00 of another agreement of the pool recoups this one`,
    ]);
    expect(await balances(video)).toEqual({
      'borrowed-from-pool': '-1000.00',
      'label-payable': '-1400.00',
      'platform-receivable': '1400.00',
      'pool-recoupment': '1000.00',
    });
  });

  it('takes what was lent once, and closes of the pool that meet wait for one another', async () => {
    await moveTo('2026-03-02T09:00:00Z');
    await report('2026-02', { radio: 30, video: 20 });
    const both = [radio, video, radio, video, video, radio];
    const drafts = await Promise.all(both.map(({ id }) => draftMonth(app, market.label, id, '2026-02')));
    expect(new Set(drafts).size).toBe(2);
    expect(await closed(radio, '2026-02')).toMatchObject({ payable: { amount: '30.00' } });
    expect(await closed(video, '2026-02')).toMatchObject({
      payable: { amount: '20.00' },
      recouped: { amount: '0.00' },
    });
    // What others of the pool will earn nobody foresees.
    const forecast = await label.get<object>(`/v1/agreements/${radio.id}/forecast?months=1`);
    expect(forecast).toMatchObject({ foreseen: [{ month: '2026-03', royalties: '30.00' }] });
  });

  it('is foreseen, others of the pool left aside', async () => {
    const { foreseen, missing } = await label.get<{ foreseen: object[]; missing: object[] }>(
      `/v1/agreements/${video.id}/forecast?months=1`,
    );
    expect([foreseen, missing]).toMatchObject([[{ month: '2026-03', royalties: '20.00', payable: '20.00' }], []]);
  });
});

describe('a pool that an amendment begins', () => {
  // 50.00 of February are payable; 30.00 of March recoup.
  it('lends nothing to a month whose terms do not name the lender', async () => {
    first = { market, radio, video };
    ({ market, songs: radio, films: video } = later);
    await moveTo('2026-03-03T09:00:00Z');
    expect(await amended(video, '2026-03-01', filmParts(radio.id))).toBe('201');
    await report('2026-02', { radio: 50, video: 10 });
    expect(await closed(radio, '2026-02')).toMatchObject({ payable: { amount: '50.00' } });
    expect(await closed(video, '2026-02')).toMatchObject({ recouped: { amount: '10.00' } });
  });

  it('keeps the lender in the pool of the month that takes what it lent, and of no later one', async () => {
    await moveTo('2026-04-02T09:00:00Z');
    await report('2026-03', { radio: 30, video: 20 });
    expect(await closed(radio, '2026-03')).toMatchObject({ payable: { amount: '0.00' } });
    expect(await amended(video, '2026-03-01', filmParts())).toBe('422 amendment-not-possible');
    expect(await amended(video, '2026-04-01', filmParts())).toBe('201');
    expect(await closed(video, '2026-03')).toMatchObject({ recouped: { amount: '50.00' } });
  });
});

describe('what is held for a rate', () => {
  // No bank has published here: the bonus is held, and 40.00 of Radio would recoup it.
  it('recoups nothing in a pool either: a close that would lend to it is refused', async () => {
    ({ market, radio, video } = first);
    await moveTo('2026-04-02T10:00:00Z');
    const bonus = { ...advances[0], id: 'bonus' };
    const exchange = { payIn: 'EUR', source: 'ecb', rateOf: 'statement' };
    const changes = parts(1, { ...pooled(radio.id), exchange, advances: [...advances, bonus] });
    expect(await amended(video, '2026-03-01', changes)).toBe('201');
    await report('2026-03', { radio: 40, video: 0 });
    await expect(draftMonth(app, market.label, radio.id, '2026-03')).rejects.toThrow(
      'ecb has published no rate from USD into EUR for 2026-04-02',
    );
  });
});
