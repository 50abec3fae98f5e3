import type { Client } from 'pg';
import type { ApiClient } from '../../src/sample/api-client';
import { territoryNumber } from '../../src/kernel';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import { catalogueCsv, plainRows, testIsrc } from '../support/catalogue';
import { type Market, type NegotiationAnswer, openMarket, outcome, refused, sign } from '../support/market';

interface Breach {
  readonly id: string;
  readonly agreementId: string;
  readonly figure: string;
}
interface RightsCheck {
  readonly disclosed: boolean;
  readonly tracks: number;
  readonly rows: readonly {
    readonly isrc: string;
    readonly problems: readonly {
      readonly reason: string;
      readonly uses: readonly string[];
      readonly territories: object;
    }[];
  }[];
  readonly next: string | null;
}
interface RevisionAnswer {
  readonly number: number;
  readonly terms: { readonly repertoire: { readonly isrcs: readonly string[] } };
}

let app: TestApp;
let superuser: Client;
beforeAll(async () => {
  app = await startTestApp();
  superuser = await app.superuser();
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const at = (id: string, rest = ''): string => `/v1/negotiations/${id}${rest}`;
const promise = { compares: ['rate-per-unit', 'floor', 'advance'], from: '2026-01-01', until: '2028-01-01' };
const byLabel = { id: 'no-better-platform', bound: 'label', against: 'other-platforms', ...promise };
const byPlatform = { id: 'no-better-label', bound: 'platform', against: 'other-labels', ...promise };

type Terms = ReturnType<Market['terms']> & { readonly mostFavoured?: readonly object[] };

/** The label of one market and the platform of another, with terms between them. */
function across(label: Market, platform: Market): { offered: (changes?: object) => object; terms: Market['terms'] } {
  const between = { platformId: platform.platform.organizationId, serviceIds: platform.serviceIds };
  const terms: Market['terms'] = (changes = {}) => label.terms({ ...between, ...changes });
  const offered = (changes = {}): object => ({
    counterpartyId: platform.platform.organizationId,
    terms: terms(),
    ...changes,
  });
  return { offered, terms };
}

/** An agreement on these terms, signed by both. */
async function concluded({ label, platform }: Pick<Market, 'label' | 'platform'>, terms: Terms): Promise<string> {
  const body = { counterpartyId: platform.organizationId, terms };
  const { id } = await label.as.post<{ id: string }>('/v1/negotiations', body);
  const { agreementId } = await platform.as.post<NegotiationAnswer>(at(id, '/acceptance'), { revision: 1 });
  const agreement = await label.as.get<{ id: string; termsHash: string }>(`/v1/agreements/${agreementId}`);
  await sign(platform.as, agreement as never);
  await sign(label.as, agreement as never);
  return agreement.id;
}

const acknowledgements = async (subjectId: string): Promise<{ organization: string; details: object }[]> =>
  (
    await superuser.query<{ organization: string; details: object }>(
      `SELECT organization_id AS organization, details FROM audit_entries
        WHERE action = 'negotiation.breaches-acknowledged' AND subject_id = $1 ORDER BY position`,
      [subjectId],
    )
  ).rows;

/** The ids that a refusal says may be acknowledged. */
const unacknowledged = (faults: readonly { pointer: string }[]): string[] =>
  faults.map(({ pointer }) => pointer.replace('/acknowledgeBreaches/', ''));

describe('a label that promised that no other platform gets better terms', () => {
  let first: Market;
  let second: Market;
  let agreementId: string;
  beforeAll(async () => {
    [first, second] = [await openMarket(app), await openMarket(app)];
    agreementId = await concluded(first, { ...first.terms(), mostFavoured: [byLabel] });
  });

  it('is refused a better offer, told its own agreement, clause and by how much', async () => {
    const { offered, terms } = across(first, second);
    const better = terms({ rate: '0.0015', floor: '3000.00' });
    const refusal = await refused(first.label.as, 'POST', '/v1/negotiations', offered({ terms: better }));
    expect([refusal.status, refusal.code]).toEqual([409, 'most-favoured-breach']);
    expect(refusal.faults.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `most-favoured-breach: clause 24.1 "no-better-platform" of your agreement ${agreementId} promises a floor of 4000 at least; here it is 3000, better by 1000 USD`,
      `most-favoured-breach: clause 24.1 "no-better-platform" of your agreement ${agreementId} promises a rate-per-unit of 0.002 at least; here it is 0.0015, better by 0.0005 USD`,
    ]);
    const equal = await outcome(first.label.as, 'POST', '/v1/negotiations', offered());
    expect(equal).toBe('201');
  });

  it('may offer it all the same, knowing exactly which promises it breaks, and its audit trail says so', async () => {
    const { offered, terms } = across(first, second);
    const better = terms({ rate: '0.0015', floor: '3000.00' });
    const ask = (changes: object) => refused(first.label.as, 'POST', '/v1/negotiations', offered(changes));
    const [one, two] = unacknowledged((await ask({ terms: better })).faults) as [string, string];
    expect(unacknowledged((await ask({ terms: better, acknowledgeBreaches: [two] })).faults)).toEqual([one]);
    // Whoever acknowledged a breach has not acknowledged a worse one.
    const worse = terms({ rate: '0.0015', floor: '2000.00' });
    expect((await ask({ terms: worse, acknowledgeBreaches: [one, two] })).faults).toHaveLength(1);
    const negotiation = await first.label.as.post<{ id: string }>(
      '/v1/negotiations',
      offered({ terms: better, acknowledgeBreaches: [one, two] }),
    );
    const common = { agreementId, clause: 'no-better-platform', end: 'least' };
    expect(await acknowledgements(negotiation.id)).toEqual([
      {
        organization: first.label.organizationId,
        details: {
          revision: 1,
          breaches: [
            { id: one, ...common, figure: 'floor', promised: '4000', offered: '3000', difference: '1000' },
            { id: two, ...common, figure: 'rate-per-unit', promised: '0.002', offered: '0.0015', difference: '0.0005' },
          ],
        },
      },
    ]);
    const { breaches } = await first.label.as.get<{ breaches: Breach[] }>(
      at(negotiation.id, '/revisions/1/most-favoured'),
    );
    expect(breaches.map(({ id, figure }) => `${figure} ${id}`)).toEqual([`floor ${one}`, `rate-per-unit ${two}`]);
    expect(breaches[0]).toMatchObject({ agreementId, number: '24.1', currency: 'USD', difference: '1000' });
    expect(await second.platform.as.get(at(negotiation.id, '/revisions/1/most-favoured'))).toEqual({ breaches: [] });
  });

  it('is checked when it revises and when it accepts; the platform that asks is not', async () => {
    const { offered, terms } = across(first, second);
    const { id } = await first.label.as.post<{ id: string }>('/v1/negotiations', offered());
    const better = { terms: terms({ rate: '0.0015' }), basedOn: 1 };
    expect(await outcome(first.label.as, 'POST', at(id, '/revisions'), better)).toBe('409 most-favoured-breach');
    expect(await outcome(second.platform.as, 'POST', at(id, '/revisions'), better)).toBe('201');
    const accepted = await refused(first.label.as, 'POST', at(id, '/acceptance'), { revision: 2 });
    expect(accepted.code).toBe('most-favoured-breach');
    const acknowledgeBreaches = unacknowledged(accepted.faults);
    expect(await outcome(first.label.as, 'POST', at(id, '/acceptance'), { revision: 2, acknowledgeBreaches })).toBe(
      '200',
    );
    expect((await acknowledgements(id)).map(({ organization }) => organization)).toEqual([first.label.organizationId]);
  });

  it('owes the platform that has the promise no such promise: they may agree on less between them', async () => {
    expect(await first.negotiation({ rate: '0.0010' })).toMatchObject({ state: 'open' });
  });

  it('is bound by what is concluded, and not by what waits for signatures', async () => {
    const [own, other] = [await openMarket(app), await openMarket(app)];
    const body = { counterpartyId: own.platform.organizationId, terms: { ...own.terms(), mostFavoured: [byLabel] } };
    const { id } = await own.label.as.post<{ id: string }>('/v1/negotiations', body);
    await own.platform.as.post(at(id, '/acceptance'), { revision: 1 });
    const { offered, terms } = across(own, other);
    const better = offered({ terms: terms({ rate: '0.0015' }) });
    expect(await outcome(own.label.as, 'POST', '/v1/negotiations', better)).toBe('201');
  });

  it('is refused ids that are none', async () => {
    const { offered } = across(first, second);
    for (const acknowledgeBreaches of [['yes'], [], 'all', [1]]) {
      expect(await outcome(first.label.as, 'POST', '/v1/negotiations', offered({ acknowledgeBreaches }))).toBe(
        '400 request-invalid',
      );
    }
  });
});

describe('a platform that promised that no other label gets better terms', () => {
  it('is checked when it offers and when it accepts; the label that asks is not', async () => {
    const [first, second] = [await openMarket(app), await openMarket(app)];
    await concluded(first, { ...first.terms(), mostFavoured: [byPlatform] });
    const { offered, terms } = across(second, first);
    const dearer = terms({ rate: '0.0030' });
    const { id } = await second.label.as.post<{ id: string }>('/v1/negotiations', offered({ terms: dearer }));
    const accepted = await refused(first.platform.as, 'POST', at(id, '/acceptance'), { revision: 1 });
    expect([accepted.status, accepted.code, accepted.faults.length]).toEqual([409, 'most-favoured-breach', 1]);
    expect(accepted.faults[0]?.message).toContain('here it is 0.003, better by 0.001 USD');
    expect(await second.label.as.get(at(id, '/revisions/1/most-favoured'))).toEqual({ breaches: [] });
    const own = { counterpartyId: second.label.organizationId, terms: dearer };
    expect(await outcome(first.platform.as, 'POST', '/v1/negotiations', own)).toBe('409 most-favoured-breach');
    const acknowledgeBreaches = unacknowledged(accepted.faults);
    expect(await outcome(first.platform.as, 'POST', '/v1/negotiations', { ...own, acknowledgeBreaches })).toBe('201');
    expect(await outcome(first.platform.as, 'POST', at(id, '/acceptance'), { revision: 1, acknowledgeBreaches })).toBe(
      '200',
    );
    expect(await acknowledgements(id)).toHaveLength(1);
  });
});

describe('the other party', () => {
  /** Sends what a promise elsewhere forbids, and again with the acknowledgements that it needs. */
  async function insisting<Answer>(client: ApiClient, path: string, body: object): Promise<Answer> {
    const { code, faults } = await refused(client, 'POST', path, body);
    expect(code).toBe('most-favoured-breach');
    return client.post<Answer>(path, { ...body, acknowledgeBreaches: unacknowledged(faults) });
  }

  /** Everything that a platform is told from an offer to an acceptance, ids and hashes blotted out. */
  async function told(mostFavoured?: readonly object[]): Promise<string[]> {
    const [first, second] = [await openMarket(app), await openMarket(app)];
    await concluded(first, { ...first.terms(), ...(mostFavoured && { mostFavoured }) });
    const { offered, terms: between } = across(first, second);
    // One service: two would stand in the order of their random ids.
    const serviceIds = second.serviceIds.slice(0, 1);
    const terms = (rate: string): object => between({ rate, serviceIds });
    const [label, platform] = [first.label.as, second.platform.as];
    const send = <Answer>(path: string, body: object): Promise<Answer> =>
      mostFavoured ? insisting(label, path, body) : label.post(path, body);
    const { id } = await send<{ id: string }>('/v1/negotiations', offered({ terms: terms('0.0015') }));
    const answers: string[] = [];
    const hear = async (method: string, path: string, body?: object): Promise<void> => {
      const { status, headers, text } = await platform.request(method, path, body ? { body } : {});
      const kept = [...headers].filter(([name]) => !['date', 'keep-alive'].includes(name));
      answers.push([method, status, JSON.stringify(kept), text].join(' '));
    };
    const everything = async (number: number): Promise<void> => {
      const revision = `/revisions/${number}`;
      for (const path of ['', '/revisions', revision, `${revision}/most-favoured`, `${revision}/rights-check`])
        await hear('GET', at(id, path));
    };
    await everything(1);
    await hear('POST', at(id, '/revisions'), { terms: terms('0.0012'), basedOn: 1 });
    await everything(2);
    await hear('GET', at(id, '/revisions/2/difference?from=1'));
    await send(at(id, '/acceptance'), { revision: 2 });
    await everything(2);
    await topicsAbout(platform, id, 3);
    const { rows } = await platform.get<{ rows: { topic: string; subjectId: string; payload: object }[] }>(
      '/v1/events?limit=1000',
    );
    answers.push(...rows.map((event) => JSON.stringify({ ...event, cursor: '', position: '' })));
    const ids = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}/g;
    return answers.map((answer) => answer.replaceAll(ids, '…'));
  }

  it('is told the same, byte for byte, whether or not a promise elsewhere is broken', async () => {
    const [without, broken] = [await told(), await told([byLabel])];
    expect(broken).toEqual(without);
    expect(broken.length).toBeGreaterThan(20);
    expect(broken.join('\n')).not.toMatch(/acknowledge|no-better-platform|"breaches":\[[^\]]/);
  });
});

describe('the rights check', () => {
  const story = { include: ['AM', 'AZ', 'BY', 'KG', 'KZ', 'MD', 'RU', 'TJ', 'UZ'] };
  const uses = ['OnDemandStream', 'PermanentDownload', 'UserMakeAvailableUserProvided'];

  /** A market in which the label states half of the second track, and the third not in two countries. */
  async function doubtful(): Promise<{ market: Market; id: string; tracks: readonly string[] }> {
    const market = await alone();
    const { isrcs, label } = market;
    const { id } = await market.negotiation();
    await superuser.query(
      `UPDATE recording_rights x SET share = 0.5 FROM recordings r
        WHERE r.id = x.recording_id AND r.isrc = $2 AND x.owner_id = $1`,
      [label.organizationId, isrcs[1]],
    );
    await superuser.query(
      `UPDATE recording_rights x SET territories = x.territories - ARRAY[$3::int, $4::int] FROM recordings r
        WHERE r.id = x.recording_id AND r.isrc = $2 AND x.owner_id = $1`,
      [label.organizationId, isrcs[2], territoryNumber('RU'), territoryNumber('KZ')],
    );
    return { market, id, tracks: isrcs };
  }

  /** A market whose tracks no other market has. */
  async function alone(): Promise<Market> {
    taken += 10;
    const market = await openMarket(app, 1);
    const isrcs = [1, 2, 3].map((track) => testIsrc(taken + track));
    await market.label.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(plainRows(3, taken + 1)));
    const statement = { isrcs, share: '1', territories: { worldwideExcept: [] }, from: '2020-01-01' };
    await market.label.as.post('/v1/rights-statements', statement);
    const terms: Market['terms'] = (changes) => market.terms({ isrcs, ...changes });
    const negotiation: Market['negotiation'] = (changes) =>
      market.label.as.post('/v1/negotiations', {
        counterpartyId: market.platform.organizationId,
        terms: terms(changes),
      });
    return { ...market, isrcs, terms, negotiation };
  }
  let taken = 5000;

  const check = (client: ApiClient, id: string, number = 1, query = ''): Promise<RightsCheck> =>
    client.get(at(id, `/revisions/${number}/rights-check${query}`));

  it('shows the label where it states nothing, a part, or the same as another', async () => {
    const { market, id, tracks } = await doubtful();
    const rival = await app.given.label();
    const csv = catalogueCsv([{ isrc: tracks[0]!, title: 'Track', artists: 'Somebody' }]);
    await rival.as.upload('/v1/catalogue/imports', 'text/csv', csv);
    await rival.as.post('/v1/rights-statements', {
      isrcs: [tracks[0]],
      share: '0.25',
      territories: { include: ['BY', 'US'] },
      from: '2027-06-01',
    });
    const { rows: conflicts } = await market.label.as.get<{ rows: { id: string }[] }>('/v1/rights-conflicts');
    expect(await check(market.label.as, id)).toEqual({
      disclosed: true,
      tracks: 3,
      rows: [
        {
          isrc: tracks[0],
          problems: [{ reason: 'conflicting', uses, territories: { include: ['BY'] } }],
          conflictId: conflicts[0]!.id,
        },
        { isrc: tracks[1], problems: [{ reason: 'shared', uses, territories: story }] },
        { isrc: tracks[2], problems: [{ reason: 'not-controlled', uses, territories: { include: ['KZ', 'RU'] } }] },
      ],
      next: null,
    });
    // What another label states does not stand in the way of an acceptance, and the platform hears nothing of it.
    expect((await check(market.platform.as, id)).rows.map(({ isrc }) => isrc)).toEqual(tracks.slice(1));
  });

  it('is paged, and counts the whole', async () => {
    const { market, id, tracks } = await doubtful();
    const first = await check(market.label.as, id, 1, '?limit=1');
    expect([first.tracks, first.rows.map(({ isrc }) => isrc)]).toEqual([2, [tracks[1]]]);
    const second = await check(market.label.as, id, 1, `?limit=1&cursor=${first.next}`);
    expect([second.tracks, second.rows.map(({ isrc }) => isrc), second.next]).toEqual([2, [tracks[2]], null]);
    expect(await outcome(market.label.as, 'GET', at(id, '/revisions/1/rights-check?cursor=x'))).toBe(
      '400 request-invalid',
    );
  });

  it('groups territories by the uses that are licensed there', async () => {
    const market = await alone();
    const terms = market.terms({ isrcs: [...market.isrcs], territories: story });
    const [streaming, downloads] = terms.grants as [object, object];
    const grants = [streaming, { ...downloads, territories: { include: ['RU', 'GE'] } }];
    const body = {
      counterpartyId: market.label.organizationId,
      terms: { ...terms, grants, repertoire: { kind: 'list', isrcs: ['ZZZ992699999'] } },
    };
    const { id } = await market.platform.as.post<{ id: string }>('/v1/negotiations', body);
    const problem = { reason: 'not-controlled' };
    expect((await check(market.label.as, id)).rows).toEqual([
      {
        isrc: 'ZZZ992699999',
        problems: expect.arrayContaining([
          { ...problem, uses: ['PermanentDownload'], territories: { include: ['GE'] } },
          { ...problem, uses, territories: { include: ['RU'] } },
          {
            ...problem,
            uses: ['OnDemandStream', 'UserMakeAvailableUserProvided'],
            territories: { include: story.include.filter((code) => code !== 'RU') },
          },
        ]) as object[],
      },
    ]);
  });

  it('shows the platform what it could not accept, and what it would license a part of', async () => {
    const { market, id, tracks } = await doubtful();
    const seen = await check(market.platform.as, id);
    expect(seen.disclosed).toBe(true);
    expect(seen.rows.map(({ isrc, problems }) => [isrc, problems.map(({ reason }) => reason)])).toEqual([
      [tracks[1], ['shared']],
      [tracks[2], ['not-controlled']],
    ]);
  });

  it('tells the platform nothing of a label’s catalogue by its own proposals, before and after the label answers', async () => {
    const { market, id } = await doubtful();
    const guess = market.terms({ isrcs: ['ZZZ992699999', ...market.isrcs] });
    await market.platform.as.post(at(id, '/revisions'), { terms: guess, basedOn: 1 });
    const silence = { disclosed: false, tracks: 0, rows: [], next: null };
    expect(await check(market.platform.as, id, 2)).toEqual(silence);
    expect((await check(market.label.as, id, 2)).tracks).toBe(3);
    expect(await outcome(market.platform.as, 'POST', at(id, '/revisions/2/strike'), {})).toBe('409 nothing-to-strike');
    const answer = await market.label.as.post<RevisionAnswer>(at(id, '/revisions/2/strike'), {});
    expect([answer.number, answer.terms.repertoire.isrcs]).toEqual([3, [market.isrcs[0]]]);
    expect(await check(market.platform.as, id, 2)).toEqual(silence);
    expect(await check(market.platform.as, id, 3)).toEqual({ ...silence, disclosed: true });
  });

  it('lets either party strike what it sees, in a revision of its own that the other accepts', async () => {
    const { market, id, tracks } = await doubtful();
    const { label, platform } = market;
    expect(await outcome(platform.as, 'POST', at(id, '/acceptance'), { revision: 1 })).toBe('422 track-not-controlled');
    const struck = await platform.as.post<RevisionAnswer & { proposedBy: string; message: string }>(
      at(id, '/revisions/1/strike'),
      { message: 'Without these.' },
    );
    expect(struck).toMatchObject({ number: 2, proposedBy: platform.organizationId, message: 'Without these.' });
    expect(struck.terms.repertoire.isrcs).toEqual([tracks[0]]);
    expect(await outcome(label.as, 'POST', at(id, '/revisions/1/strike'), {})).toBe('409 offer-revised');
    expect(await outcome(label.as, 'POST', at(id, '/revisions/2/strike'), {})).toBe('409 nothing-to-strike');
    expect(await outcome(label.as, 'POST', at(id, '/acceptance'), { revision: 2 })).toBe('200');
    expect(await outcome(label.as, 'POST', at(id, '/revisions/2/strike'), {})).toBe('409 negotiation-closed');
  });

  it('strikes for some reasons only, where asked: what is left is checked as any revision', async () => {
    const { market, id } = await doubtful();
    const strike = (reasons: readonly string[]) =>
      outcome(market.label.as, 'POST', at(id, '/revisions/1/strike'), { reasons });
    expect(await strike(['conflicting'])).toBe('409 nothing-to-strike');
    expect(await strike(['shared'])).toBe('422 track-not-controlled');
    expect(await strike(['shared', 'not-controlled'])).toBe('201');
    expect(await strike(['mood'])).toBe('400 request-invalid');
  });

  it('strikes no negotiation empty', async () => {
    const { market, id } = await doubtful();
    await superuser.query(`UPDATE recording_rights SET share = 0.5 WHERE owner_id = $1`, [market.label.organizationId]);
    expect(await outcome(market.label.as, 'POST', at(id, '/revisions/1/strike'), {})).toBe('422 terms-invalid');
  });
});

describe('who may ask', () => {
  it('a stranger finds nothing, and a member without the role strikes nothing', async () => {
    const market = await openMarket(app, 1);
    const { id } = await market.negotiation();
    for (const stranger of [await app.given.label(), await app.given.platform()]) {
      for (const path of ['/revisions/1/most-favoured', '/revisions/1/rights-check'])
        expect(await outcome(stranger.as, 'GET', at(id, path))).toBe('404 not-found');
      expect(await outcome(stranger.as, 'POST', at(id, '/revisions/1/strike'), {})).toBe('404 not-found');
    }
    const reader = await app.given.colleague(market.label, ['reader']);
    expect(await outcome(reader, 'POST', at(id, '/revisions/1/strike'), {})).toBe('403 forbidden');
    expect(await outcome(reader, 'GET', at(id, '/revisions/1/rights-check'))).toBe('200');
    expect(await outcome(market.label.as, 'GET', at(id, '/revisions/2/rights-check'))).toBe('404 not-found');
    expect(await outcome(market.label.as, 'POST', at(id, '/revisions/0/strike'), {})).toBe('400 request-invalid');
  });
});
