import { mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Client } from 'pg';
import { Places } from '../../src/platform/places/file-place';
import { WatchInboxes } from '../../src/usage/inbox/watch-inboxes';
import { startTestApp } from '../support/app';
import { type Box, type Inbox, type Receipt, Scene, table, type Taken } from '../support/inboxes';
import { outcome, refused } from '../support/market';
import { S3Double } from '../support/s3-double';
import { smallReport } from '../support/small-report';

const jsonIn = async <Value>(box: Box, name: string): Promise<Value> => JSON.parse(await box.read(name)) as Value;

describe('an inbox', () => {
  let folder: string;
  let scene: Scene;
  let superuser: Client;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'accordo-inbox-'));
    const app = await startTestApp({ inbox: { url: pathToFileURL(folder).href, seconds: 3600 } });
    scene = await Scene.open(app);
    superuser = await app.superuser();
  });
  afterAll(async () => {
    await superuser.end();
    await scene.app.close();
    await rm(folder, { recursive: true });
  });

  const boxOf = ({ id }: Inbox): Box => ({
    put: (name, content) => writeFile(join(folder, id, 'in', name), content),
    out: async () => (await readdir(join(folder, id, 'out'))).sort(),
    read: (name) => readFile(join(folder, id, 'out', name), 'utf8'),
  });
  const opened = async (): Promise<{ inbox: Inbox; box: Box }> => {
    const inbox = await scene.inbox();
    return { inbox, box: boxOf(inbox) };
  };

  it('takes a file once its mark is there, and once only, and puts out what became of it', async () => {
    const { inbox, box } = await opened();
    expect(inbox.address).toBe(`${inbox.id}/in`);
    const name = 'plays 2026-01.csv';
    await box.put(name, table(scene.market.isrcs[0]!, '5', 'many'));
    await scene.look(inbox);
    expect(await scene.taken(inbox)).toEqual([]);
    await box.put(`${name}.done`, '');
    await scene.look(inbox);
    const [taken] = await scene.taken(inbox);
    expect(taken).toMatchObject({ name, state: 'received', refusal: null, answeredAt: null });
    expect(await box.out()).toEqual([`${name}.receipt.json`]);
    const receipt = await jsonIn<Receipt>(box, `${name}.receipt.json`);
    expect(receipt).toMatchObject({
      file: name,
      state: 'received',
      refusal: null,
      report: { id: taken!.reportId, messageId: `${inbox.id} 2026-01 ${name}`, month: '2026-01' },
    });
    await scene.look(inbox);
    await scene.readReport(taken!.reportId!);
    await scene.look(inbox);
    expect(await box.out()).toEqual([`${name}.acknowledgement.json`, `${name}.faulty.csv`, `${name}.receipt.json`]);
    const answer = await scene.market.label.as.get<object>(`/v1/usage-reports/${taken!.reportId}/acknowledgement`);
    expect(await jsonIn(box, `${name}.acknowledgement.json`)).toEqual({ ...answer, refusal: null });
    expect((await box.read(`${name}.faulty.csv`)).split('\n')[1]).toContain('many,cell-not-whole');
    const reports = await scene.reports();
    await scene.look(inbox);
    expect([await scene.reports(), (await scene.taken(inbox)).length]).toEqual([reports, 1]);
    expect((await scene.taken(inbox))[0]!.answeredAt).not.toBeNull();
    expect((await readdir(join(folder, inbox.id, 'in'))).sort()).toEqual([name, `${name}.done`]);
    const { rows } = await superuser.query(
      `SELECT actor_kind, actor_id FROM audit_entries WHERE action = 'usage-report.received' AND subject_id = $1`,
      [taken!.reportId],
    );
    expect(rows).toEqual([{ actor_kind: 'system', actor_id: 'usage-inbox' }]);
  });

  it('takes what was put down anew for another file: the same content is the same report, another one is refused', async () => {
    const { inbox, box } = await opened();
    const isrc = scene.market.isrcs[0]!;
    const put = async (content: string): Promise<Taken> => {
      await box.put('2026-02.csv', content);
      await box.put('2026-02.csv.done', '');
      await scene.look(inbox);
      return (await scene.taken(inbox)).at(-1)!;
    };
    const first = await put(table(isrc, '5'));
    const again = await put(table(isrc, '5'));
    expect([again.state, again.reportId]).toEqual(['received', first.reportId]);
    const other = await put(table(isrc, '6'));
    expect(other).toMatchObject({ state: 'refused', reportId: null, refusal: { code: 'message-id-reused' } });
    expect(await jsonIn<Receipt>(box, '2026-02.csv.receipt.json')).toMatchObject({
      state: 'refused',
      report: null,
      refusal: { code: 'message-id-reused' },
    });
    expect((await scene.taken(inbox)).length).toBe(3);
  });

  it('hears from the mark what the name does not say', async () => {
    const { inbox, box } = await opened();
    const isrc = scene.market.isrcs[1]!;
    await box.put('march', table(isrc, '5'));
    await box.put('march.done', '{"month": "2026-03", "messageId": "MARCH"}\n');
    await scene.look(inbox);
    const [first] = await scene.taken(inbox);
    await scene.readReport(first!.reportId!);
    await box.put('more', table(isrc, '2', '-1'));
    await box.put('more.done', JSON.stringify({ month: '2026-03', replaces: first!.reportId, as: 'delta' }));
    await scene.look(inbox);
    const second = (await scene.taken(inbox)).find(({ name }) => name === 'more')!;
    await scene.readReport(second.reportId!);
    const { rows } = await scene.market.label.as.get<{ rows: object[] }>(`/v1/usage-reports/${second.reportId}/sums`);
    expect(rows).toMatchObject([{ isrc, quantity: '6' }]);
    const wrong: Record<string, [mark: string, faults: string]> = {
      'a 2026-04.csv': ['no JSON', ' field-json'],
      'b 2026-04.csv': ['[1]', ' field-json'],
      'c 2026-04.csv': [
        '{"month": "April", "pages": 3, "as": "all"}',
        '/as field-in /month field-matches /pages field-unknown',
      ],
      'd 2026-04.csv': ['{"as": "delta"}', '/replaces field-required'],
      'e April.csv': ['', '/month field-required'],
      'f 2026-13.csv': ['', '/month field-required'],
      'g 2026-04.csv': ['{"replaces": "00000000-0000-4000-8000-000000000000"}', ''],
      'h 2026-04.csv': [' '.repeat(5_000), ''],
    };
    for (const [name, [mark]] of Object.entries(wrong)) {
      await box.put(name, table(isrc, '1'));
      await box.put(`${name}.done`, mark);
    }
    await scene.look(inbox);
    const refusals = Object.fromEntries(
      (await scene.taken(inbox))
        .filter(({ state }) => state === 'refused')
        .map(({ name, refusal }) => [
          name,
          [
            refusal!.code,
            (refusal!.faults ?? [])
              .map((fault) => `${fault.pointer} ${fault.code}`)
              .sort()
              .join(' '),
          ],
        ]),
    );
    expect(refusals).toEqual(
      Object.fromEntries(
        Object.entries(wrong).map(([name, [, faults]]) => [
          name,
          [
            name.startsWith('g')
              ? 'report-not-replaceable'
              : name.startsWith('h')
                ? 'body-too-large'
                : 'request-invalid',
            faults,
          ],
        ]),
      ),
    );
  });

  it('refuses by name what is no file, has no name, or is too large, and reads nothing of it', async () => {
    const { inbox, box } = await opened();
    const place = (name: string): string => join(folder, inbox.id, 'in', name);
    const isrc = scene.market.isrcs[0]!;
    await writeFile(join(folder, 'secret'), 'keyring');
    await symlink(join(folder, 'secret'), place('link 2026-05.csv'));
    await symlink('../../../../etc', place('folder 2026-05'));
    await box.put('marked 2026-05.csv', table(isrc, '1'));
    await symlink(join(folder, 'secret'), place('marked 2026-05.csv.done'));
    await box.put('giant 2026-05.csv', '');
    await truncate(place('giant 2026-05.csv'), 2 * 1024 ** 3 + 1);
    await box.put('new\nline 2026-05.csv', table(isrc, '1'));
    await box.put('$(rm) 2026-05.csv', table(isrc, '1'));
    await box.put('.2026-05.csv.k3Xq', table(isrc, '1'));
    for (const name of [
      'link 2026-05.csv',
      'folder 2026-05',
      'giant 2026-05.csv',
      'new\nline 2026-05.csv',
      '$(rm) 2026-05.csv',
      '.2026-05.csv.k3Xq',
      'none',
    ]) {
      await box.put(`${name}.done`, '');
    }
    await scene.look(inbox);
    const refusals = Object.fromEntries(
      (await scene.taken(inbox)).map(({ name, refusal }) => [name, refusal?.faults?.[0]?.code ?? refusal?.code]),
    );
    expect(refusals).toEqual({
      'link 2026-05.csv': 'file-not-regular',
      'folder 2026-05': 'file-not-regular',
      'marked 2026-05.csv': 'file-not-regular',
      'giant 2026-05.csv': 'body-too-large',
      'new\nline 2026-05.csv': 'file-name-unfit',
      '$(rm) 2026-05.csv': 'file-name-unfit',
    });
    const out = await box.out();
    expect(out.length).toBe(6);
    expect(out.filter((name) => name.startsWith('unnamed-')).length).toBe(2);
    expect(await Promise.all(out.map((name) => box.read(name)))).not.toContain(expect.stringContaining('keyring'));
    for (const name of out) expect(await jsonIn<Receipt>(box, name)).toMatchObject({ state: 'refused' });
  });

  it('refuses what a report sent by HTTP would be refused for, and goes on with the others', async () => {
    const { inbox, box } = await opened();
    const isrc = scene.market.isrcs[0]!;
    await box.put('a 2026-06.csv', 'title,plays\nx,1');
    await box.put('b 2026-06.csv', table(isrc, '1'));
    for (const name of ['a', 'b']) await box.put(`${name} 2026-06.csv.done`, '');
    await scene.look(inbox);
    const taken = await scene.taken(inbox);
    expect(taken.map(({ name, state, refusal }) => [name, state, refusal?.code, refusal?.faults?.[0]?.code])).toEqual([
      ['a 2026-06.csv', 'refused', 'report-unreadable', 'column-missing'],
      ['b 2026-06.csv', 'received', undefined, undefined],
    ]);
    const organization = [scene.market.platform.organizationId];
    await superuser.query(
      `UPDATE organizations SET state = 'registered', verified_at = NULL WHERE id = $1`,
      organization,
    );
    await box.put('c 2026-07.csv', table(isrc, '1'));
    await box.put('c 2026-07.csv.done', '');
    await scene.look(inbox);
    await superuser.query(
      `UPDATE organizations SET state = 'verified', verified_at = now() WHERE id = $1`,
      organization,
    );
    expect((await scene.taken(inbox)).at(-1)).toMatchObject({
      state: 'refused',
      refusal: { code: 'organization-not-verified' },
    });
  });

  it('takes DSR files that say themselves what they are', async () => {
    const inbox = await scene.market.platform.as.post<Inbox>('/v1/usage-inboxes', { name: 'DSR' });
    const box = boxOf(inbox);
    const { label, platform, isrcs } = scene.market;
    const report = await smallReport({
      ...{ messageId: 'BOX-1', month: '2026-08', senderPartyId: platform.partyId, recipientPartyId: label.partyId },
      ...{ serviceName: 'Video', plays: { [isrcs[0]!]: 7 }, allPlays: 100 },
    });
    await box.put('DSR.tsv', report);
    await box.put('DSR.tsv.done', '');
    await scene.look(inbox);
    expect(await scene.taken(inbox)).toMatchObject([{ state: 'received', refusal: null }]);
    expect(await jsonIn<Receipt>(box, 'DSR.tsv.receipt.json')).toMatchObject({
      report: { messageId: 'BOX-1', month: '2026-08' },
    });
  });

  it('loses nothing and doubles nothing where a worker dies, and where two look at once', async () => {
    const { inbox, box } = await opened();
    const isrc = scene.market.isrcs[2]!;
    const before = await scene.reports();
    for (const month of ['2026-01', '2026-02', '2026-03', '2026-04']) {
      await box.put(`${month}.csv`, table(isrc, '5'));
      // Periods that others speak for already would be refused when they are read; here they are only received.
      await box.put(`${month}.csv.done`, JSON.stringify({ messageId: `TWO ${month}` }));
    }
    const { place } = scene.app.app.get(Places);
    const write = jest
      .spyOn(place!, 'write')
      .mockRejectedValue(new Error('the worker is killed before it puts anything out'));
    await expect(scene.look(inbox)).rejects.toThrow('killed');
    write.mockRestore();
    expect((await scene.taken(inbox)).length).toBe(4);
    expect(await box.out()).toEqual([]);
    await Promise.all([scene.look(inbox), scene.look(inbox), scene.look(inbox)]);
    expect(await box.out()).toEqual(
      ['2026-01', '2026-02', '2026-03', '2026-04'].map((month) => `${month}.csv.receipt.json`),
    );
    await box.put('2026-05.csv', table(isrc, '5'));
    await box.put('2026-05.csv.done', '');
    await Promise.all([scene.look(inbox), scene.look(inbox), scene.look(inbox)]);
    await scene.look(inbox);
    expect((await scene.taken(inbox)).filter(({ state }) => state === 'received').length).toBe(5);
    expect(await scene.reports()).toBe(before + 5);
  });

  it('does not take what is written on while it is read, and takes it when it is whole', async () => {
    const { inbox, box } = await opened();
    const { place } = scene.app.app.get(Places);
    const isrc = scene.market.isrcs[0]!;
    await box.put('2026-09.csv', table(isrc, '5'));
    await box.put('2026-09.csv.done', '');
    const read = place!.read.bind(place);
    const spied = jest.spyOn(place!, 'read').mockImplementation(async function* (...asked) {
      for await (const piece of read(...asked)) {
        yield piece;
        if (asked[1].name === '2026-09.csv') await box.put('2026-09.csv', table(isrc, '5', '6'));
      }
    });
    await scene.look(inbox);
    expect(await scene.taken(inbox)).toEqual([]);
    spied.mockRestore();
    await scene.look(inbox);
    const [taken] = await scene.taken(inbox);
    const { headers } = await scene.market.platform.as.request('GET', `/v1/usage-reports/${taken!.reportId}/file`);
    expect(headers.get('content-length')).toBe(String(table(isrc, '5', '6').length));
  });

  it('is its sender’s alone, is closed for good, and still answers what it took', async () => {
    const { inbox, box } = await opened();
    const { platform, label } = scene.market;
    const path = `/v1/usage-inboxes/${inbox.id}`;
    const other = await scene.app.given.platform();
    for (const [method, of] of [
      ['GET', path],
      ['GET', `${path}/files`],
      ['POST', `${path}/closing`],
    ] as const) {
      expect(await outcome(other.as, method, of)).toBe('404 not-found');
    }
    expect(await outcome(label.as, 'GET', path)).toBe('403 forbidden');
    expect(await other.as.all('/v1/usage-inboxes')).toEqual([]);
    await box.put('2026-10.csv', table(scene.market.isrcs[0]!, '5'));
    await box.put('2026-10.csv.done', '');
    await scene.look(inbox);
    const closed = await platform.as.post<Inbox>(`${path}/closing`, {});
    expect(closed.closedAt).not.toBeNull();
    expect(await platform.as.post(`${path}/closing`, {})).toEqual(closed);
    expect(await platform.as.get(path)).toEqual(closed);
    await box.put('2026-11.csv', table(scene.market.isrcs[0]!, '5'));
    await box.put('2026-11.csv.done', '');
    const [taken] = await scene.taken(inbox);
    await scene.readReport(taken!.reportId!);
    await scene.look(inbox);
    expect((await scene.taken(inbox)).length).toBe(1);
    expect(await box.out()).toEqual(['2026-10.csv.acknowledgement.json', '2026-10.csv.receipt.json']);
  });

  it('is opened with all that it needs, or refused', async () => {
    const { platform, label } = scene.market;
    const half = await refused(platform.as, 'POST', '/v1/usage-inboxes', { name: 'Half', mappingId: scene.mappingId });
    expect([half.status, half.faults.map(({ pointer }) => pointer)]).toEqual([400, ['/labelId', '/serviceId']]);
    const whole = {
      name: 'Box',
      mappingId: scene.mappingId,
      labelId: label.organizationId,
      serviceId: scene.market.serviceIds[0]!,
    };
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(await outcome(platform.as, 'POST', '/v1/usage-inboxes', { ...whole, mappingId: unknown })).toBe(
      '404 not-found',
    );
    expect(await outcome(platform.as, 'POST', '/v1/usage-inboxes', { ...whole, labelId: unknown })).toBe(
      '422 report-party-unknown',
    );
    expect(await outcome(platform.as, 'POST', '/v1/usage-inboxes', { ...whole, serviceId: unknown })).toBe(
      '422 report-party-unknown',
    );
    const busy = await scene.app.given.platform();
    for (let count = 0; count < 50; count += 1) await busy.as.post('/v1/usage-inboxes', { name: `Box ${count}` });
    expect(await outcome(busy.as, 'POST', '/v1/usage-inboxes', { name: 'One more' })).toBe('409 limit-reached');
    const places = scene.app.app.get(Places) as { place: unknown };
    const { place } = places;
    places.place = undefined;
    expect(await outcome(platform.as, 'POST', '/v1/usage-inboxes', { name: 'Nowhere' })).toBe(
      '503 inbox-not-configured',
    );
    places.place = place;
  });
});

describe('an inbox on S3', () => {
  let double: S3Double;
  let scene: Scene;
  beforeAll(async () => {
    double = new S3Double('usage');
    const s3 = await double.start();
    scene = await Scene.open(await startTestApp({ worker: true, inbox: { url: 's3://usage/from', s3, seconds: 1 } }));
  });
  afterAll(async () => {
    await scene.app.close();
    await double.close();
  });

  const prefix = ({ id }: Inbox): string => `from/${id}`;
  const out = (inbox: Inbox): string[] =>
    [...double.objects.keys()]
      .filter((key) => key.startsWith(`${prefix(inbox)}/out/`))
      .map((key) => key.slice(prefix(inbox).length + 5))
      .sort();

  it('is looked into by the workers, and answers there, through a storage that stumbles', async () => {
    const inbox = await scene.inbox();
    expect(inbox.address).toBe(`s3://usage/${prefix(inbox)}/in/`);
    const isrc = scene.market.isrcs[0]!;
    double.put(`${prefix(inbox)}/in/2026-01.csv`, table(isrc, '5', 'x'));
    double.put(`${prefix(inbox)}/in/2026-01.csv.done`, '');
    double.put(`${prefix(inbox)}/in/2026-02.csv`, table(isrc, '5'));
    double.troubles.push(
      { for: /list-type/, what: 'SlowDown' },
      { for: /2026-01\.csv$/, what: 'half' },
      { for: /^PUT/, what: 'reset' },
    );
    const watch = scene.app.app.get(WatchInboxes);
    watch.start(1);
    try {
      for (let turn = 0; turn < 300 && !out(inbox).includes('2026-01.csv.acknowledgement.json'); turn += 1)
        await wait(100);
    } finally {
      await watch.stop();
    }
    expect(double.troubles).toEqual([]);
    expect(out(inbox)).toEqual([
      '2026-01.csv.acknowledgement.json',
      '2026-01.csv.faulty.csv',
      '2026-01.csv.receipt.json',
    ]);
    expect(await scene.taken(inbox)).toMatchObject([{ name: '2026-01.csv', state: 'received' }]);
    expect(await scene.reports()).toBe(1);
  }, 60_000);

  it('fails where the storage forbids, takes nothing, and takes it at the next look', async () => {
    const inbox = await scene.inbox();
    double.put(`${prefix(inbox)}/in/2026-03.csv`, table(scene.market.isrcs[0]!, '5'));
    double.put(`${prefix(inbox)}/in/2026-03.csv.done`, '');
    double.troubles.push({ for: /2026-03\.csv$/, what: 'AccessDenied' });
    await expect(scene.look(inbox)).rejects.toThrow('403 AccessDenied');
    expect(await scene.taken(inbox)).toEqual([]);
    await scene.look(inbox);
    expect(await scene.taken(inbox)).toMatchObject([{ state: 'received' }]);
  });
});
