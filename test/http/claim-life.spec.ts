import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type Market, openMarket, outcome, refused } from '../support/market';

interface Claim {
  readonly id: string;
  readonly state: string;
  readonly history: readonly { readonly kind: string; readonly details: object }[];
}

let app: TestApp;
let market: Market;
let label: ApiClient;
let platform: ApiClient;
beforeAll(async () => {
  app = await startTestApp();
});
beforeEach(async () => {
  app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
  market = await openMarket(app, 2);
  [label, platform] = [market.label.as, market.platform.as];
});
afterAll(() => app.close());

let number = 0;
const claimBody = (seenOn: string): object => ({
  platformId: market.platform.organizationId,
  reference: `CLAIM-${(number += 1)}`,
  uses: [{ isrc: market.isrcs[0], url: 'https://video.example/1', seenOn }],
});
const record = (): Promise<Claim> => label.post('/v1/claims', claimBody('2025-11-03'));
const at = (id: string, rest: string): string => `/v1/claims/${id}/${rest}`;

describe('a claim', () => {
  it('is withdrawn by the label, with the court’s confirmation', async () => {
    const { id } = await record();
    const confirmation = { court: 'Arbitration Court', caseNumber: 'A56-1/2025', confirmedOn: '2026-01-04' };
    const withdrawn = await label.post<Claim>(at(id, 'withdrawal'), { reason: 'Settled out of court.', confirmation });
    expect(withdrawn).toMatchObject({
      state: 'withdrawn',
      history: [{ kind: 'withdrawn', details: { confirmation } }],
    });
    expect(await platform.get(`/v1/claims/${id}`)).toEqual(withdrawn);
    expect(await outcome(label, 'POST', at(id, 'withdrawal'), { reason: 'Again.' })).toBe('409 claim-state');
    expect(await outcome(label, 'POST', at(id, 'reopening'), { reason: 'Again.' })).toBe('409 claim-state');
    expect(await outcome(platform, 'POST', at(id, 'withdrawal'), { reason: 'Please.' })).toBe('403 forbidden');
    const none = { ...confirmation, confirmedOn: '2026-02-30' };
    const { faults } = await refused(label, 'POST', at(id, 'withdrawal'), { reason: 'Bad.', confirmation: none });
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/confirmation/confirmedOn']);
  });

  it('that is settled releases past use, and is taken up again only after a breach', async () => {
    const { id } = await record();
    const life = { termination: { breach: { cureDays: 10, suspension: 'never' } } };
    const agreement = await market.concluded({ claims: [id], life });
    const released = { agreementId: agreement.id, releasesUseBefore: '2026-01-01', revokedAt: null };
    for (const party of [label, platform])
      expect(await party.get('/v1/use-releases')).toMatchObject({ rows: [released] });
    const { code, faults } = await refused(label, 'POST', '/v1/claims', claimBody('2025-12-31'));
    expect([code, faults.map(({ pointer }) => pointer)]).toEqual(['use-released', ['/uses/0/seenOn']]);
    expect(await outcome(label, 'POST', '/v1/claims', claimBody('2026-01-02'))).toBe('201');

    expect(await outcome(label, 'POST', at(id, 'reopening'), { reason: 'Not paid.' })).toBe('409 breach-missing');
    await label.post(`/v1/agreements/${agreement.id}/breaches`, { what: 'The advance has not been paid.' });
    expect(await outcome(label, 'POST', at(id, 'reopening'), { reason: 'Not paid.' })).toBe('409 breach-missing');
    app.clock.moveTo(new Date('2026-01-16T09:00:00Z'));
    label = await app.given.signIn(market.label);
    const reopened = await label.post<Claim>(at(id, 'reopening'), { reason: 'Not paid.' });
    expect(reopened).toMatchObject({ state: 'reopened' });
    expect(reopened.history.map(({ kind }) => kind)).toEqual(['settled', 'reopened']);
    expect(await label.get('/v1/use-releases')).toMatchObject({ rows: [{ revokedAt: '2026-01-16T09:00:00.000Z' }] });
    expect(await outcome(label, 'POST', '/v1/claims', claimBody('2025-12-31'))).toBe('201');
  });

  it('moves as the table says, whoever writes', async () => {
    const { id } = await record();
    const superuser = await app.superuser();
    try {
      const move = superuser.query(`UPDATE claims SET state = 'reopened' WHERE id = $1`, [id]);
      await expect(move).rejects.toMatchObject({ code: '23000' });
    } finally {
      await superuser.end();
    }
  });
});
