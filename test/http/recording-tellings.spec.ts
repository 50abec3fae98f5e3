import { tellingPage, type Telling } from '../../src/catalogue/duplicates/tellings.repository';
import { Database } from '../../src/platform/database/database';
import { startTestApp, type TestApp } from '../support/app';
import { type CatalogueCells, catalogueCsv, testIsrc } from '../support/catalogue';
import type { Party } from '../support/given';
import { outcome, refused } from '../support/market';

interface TellingAnswer {
  readonly isrc: string;
  readonly toldBy: string;
  readonly now: string;
  readonly differences: readonly { field: string; stays: unknown; other: unknown; becomes: unknown }[];
}

const imports = '/v1/catalogue/imports';
let app: TestApp;
let label: Party;
/** Sends the label's catalogue too, in its name. */
let distributor: Party;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  [label, distributor] = [await app.given.label(), await app.given.label('Distributor')];
  await label.as.post('/v1/delegations', { distributorId: distributor.organizationId, scopes: ['catalogue'] });
});
afterAll(() => app?.close());

const row = (number: number, more: CatalogueCells): CatalogueCells => ({
  ...{ isrc: testIsrc(number), title: 'Ice', artists: 'Ana', duration: '200', ...more },
});
const own = (...rows: CatalogueCells[]): Promise<unknown> => label.as.upload(imports, 'text/csv', catalogueCsv(rows));
async function theirs(...rows: CatalogueCells[]): Promise<void> {
  const headers = { 'accordo-on-behalf-of': label.organizationId };
  const file = { type: 'text/csv', content: catalogueCsv(rows) };
  expect((await distributor.as.request('POST', imports, { file, headers })).status).toBe(201);
}
const listed = (): Promise<TellingAnswer[]> => label.as.all<TellingAnswer>('/v1/recording-tellings');
const open = async (): Promise<string[]> => (await listed()).map(({ isrc, toldBy }) => `${isrc} ${toldBy}`);
const decisionOf = (number: number, { partyId: toldBy }: Party, more: object): object => ({
  ...{ isrc: testIsrc(number), toldBy, ...more },
});
const decide = (body: object): Promise<object> => label.as.post('/v1/telling-decisions', body);

describe('a recording that two senders tell differently', () => {
  it('is listed with what the earlier one told, and what it would become', async () => {
    await own(row(1, { genre: 'Pop' }), row(2, { title: 'Alike' }));
    await theirs(row(1, { title: 'ICE' }), row(2, { title: 'Alike' }));
    expect(await listed()).toEqual([
      {
        ...{ isrc: testIsrc(1), toldBy: label.partyId, now: distributor.partyId },
        replacedAt: '2026-01-05T09:00:00.000Z',
        differences: [
          {
            field: 'title',
            stays: { title: 'ICE', version: null },
            other: { title: 'Ice', version: null },
            becomes: { title: 'ICE', version: null },
          },
          { field: 'genre', stays: null, other: 'Pop', becomes: 'Pop' },
        ],
      },
    ]);
  });

  it('is told as a person decides, until either tells of it anew', async () => {
    const decision = await decide(decisionOf(1, label, { decision: 'accepted', take: ['title'] }));
    expect(decision).toMatchObject({
      decision: 'accepted',
      changes: {
        title: { before: { title: 'ICE', version: null }, after: { title: 'Ice', version: null } },
        genre: { before: null, after: 'Pop' },
      },
    });
    expect(await label.as.get(`/v1/recordings/${testIsrc(1)}`)).toMatchObject({ title: 'Ice', genre: 'Pop' });
    expect(await label.as.all('/v1/telling-decisions')).toEqual([decision]);
    expect(await open()).toEqual([]);
    await theirs(row(1, { title: 'ICE' }));
    expect(await open()).toEqual([`${testIsrc(1)} ${label.partyId}`]);
  });

  it('stays as it is where that was decided, whichever of the two tells the same again', async () => {
    expect(await decide(decisionOf(1, label, { decision: 'dismissed' }))).toMatchObject({ changes: null });
    expect(await open()).toEqual([]);
    await own(row(1, { genre: 'Pop' }));
    await theirs(row(1, { title: 'ICE' }));
    await own(row(1, { genre: 'Pop' }));
    expect(await open()).toEqual([]);
    await own(row(1, { genre: 'Rock' }));
    expect(await open()).toEqual([`${testIsrc(1)} ${distributor.partyId}`]);
  });

  it('is not asked about again where the earlier one came round', async () => {
    await own(row(3, { genre: 'Pop' }));
    await theirs(row(3, { genre: 'Rock' }));
    await own(row(3, { genre: 'Rock' }));
    await theirs(row(3, { genre: 'Rock' }));
    expect((await open()).filter((each) => each.startsWith(testIsrc(3)))).toEqual([]);
  });

  it('is decided once, and about what was told', async () => {
    const body = decisionOf(1, distributor, { decision: 'dismissed' });
    const [one, two] = await Promise.all([1, 2].map(() => outcome(label.as, 'POST', '/v1/telling-decisions', body)));
    expect([one, two].sort()).toEqual(['201', expect.stringMatching(/^409 (duplicate-state|idempotency-key-in-use)$/)]);
    const nothing = decisionOf(2, label, { decision: 'dismissed' });
    expect(await outcome(label.as, 'POST', '/v1/telling-decisions', nothing)).toBe('409 duplicate-state');
    const unknown = decisionOf(99, label, { decision: 'accepted' });
    expect(await outcome(label.as, 'POST', '/v1/telling-decisions', unknown)).toBe('422 recording-unknown');
    const taken = await refused(label.as, 'POST', '/v1/telling-decisions', { ...body, take: ['genre'] });
    expect([taken.code, taken.faults.map(({ pointer }) => pointer)]).toEqual(['request-invalid', ['/take']]);
  });

  it('is found page by page, however many are looked at for one', async () => {
    const rows = [11, 12, 13, 14].map((number) => row(number, {}));
    await own(...rows);
    await theirs(...rows.map((each) => ({ ...each, title: 'Fire' })));
    const all = await open();
    expect(all).toHaveLength(4);
    const { organizationId } = label;
    const found = await app.app.get(Database).asMemberOf(organizationId, async (tx) => {
      const seen: Telling[] = [];
      let after: string[] | undefined;
      do {
        const { tellings, last } = await tellingPage(tx, organizationId, { after, limit: 3, lookAt: 1 });
        seen.push(...tellings);
        after = last && [last.isrc, last.toldBy];
      } while (after !== undefined);
      return seen;
    });
    expect(found.map(({ isrc, toldBy }) => `${isrc} ${toldBy}`)).toEqual(all);
    const { next } = await label.as.get<{ next: string }>('/v1/recording-tellings?limit=3');
    expect(await label.as.get(`/v1/recording-tellings?cursor=${next}`)).toMatchObject({
      rows: [{ isrc: testIsrc(14) }],
      next: null,
    });
  });
});
