import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Database } from '../../src/platform/database/database';
import { PlacedFileChanged, PlacedFileForbidden, Places } from '../../src/platform/places/file-place';
import { inboxesToSee } from '../../src/usage/inbox/inboxes.repository';
import { startTestApp } from '../support/app';
import { blockReport } from '../support/block-report';
import { type Inbox, type Receipt, Scene, table, type Taken } from '../support/inboxes';

let folder: string;
let scene: Scene;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accordo-troubles-'));
  scene = await Scene.open(await startTestApp({ inbox: { url: pathToFileURL(folder).href, seconds: 3600 } }));
});
afterAll(async () => {
  await scene.app.close();
  await rm(folder, { recursive: true });
});

const inFolder = ({ id }: Inbox, name: string): string => join(folder, id, 'in', name);
const out = async ({ id }: Inbox): Promise<string[]> => (await readdir(join(folder, id, 'out'))).sort();
const receipt = async ({ id }: Inbox, name: string): Promise<Receipt> =>
  JSON.parse(await readFile(join(folder, id, 'out', `${name}.receipt.json`), 'utf8')) as Receipt;
async function put(inbox: Inbox, name: string, content: string, note: object | '' = ''): Promise<void> {
  await writeFile(inFolder(inbox, name), content);
  await writeFile(inFolder(inbox, `${name}.done`), note === '' ? '' : JSON.stringify(note));
}
const lastOf = async (inbox: Inbox): Promise<Taken> => (await scene.taken(inbox)).at(-1)!;

describe('files that are called alike', () => {
  it('are a report of each box, though they hold the same, and one each where their mark names one message', async () => {
    const content = table(scene.market.isrcs[0]!, '5');
    const other = await scene.app.given.label();
    const [mine, others] = [await scene.inbox(), await scene.inbox({ labelId: other.organizationId })];
    for (const inbox of [mine, others]) {
      await put(inbox, '2026-01.csv', content);
      await scene.look(inbox);
    }
    const told = [await receipt(mine, '2026-01.csv'), await receipt(others, '2026-01.csv')];
    expect(told.map(({ report }) => report)).toMatchObject([
      { labelId: scene.market.label.organizationId, messageId: `${mine.id} 2026-01 2026-01.csv` },
      { labelId: other.organizationId, messageId: `${others.id} 2026-01 2026-01.csv` },
    ]);
    for (const inbox of [mine, others]) {
      await put(inbox, 'named 2026-02.csv', content, { messageId: 'FEBRUARY' });
      await scene.look(inbox);
    }
    expect(await receipt(mine, 'named 2026-02.csv')).toMatchObject({ state: 'received' });
    expect(await receipt(others, 'named 2026-02.csv')).toMatchObject({
      state: 'refused',
      refusal: { code: 'message-id-reused' },
    });
    await put(mine, 'plays.csv', content, { month: '2026-03' });
    await scene.look(mine);
    const { reportId: march } = await lastOf(mine);
    await put(mine, 'plays.csv', content, { month: '2026-04' });
    await scene.look(mine);
    const april = await lastOf(mine);
    expect([april.state, april.reportId === march]).toEqual(['received', false]);
  });
});

describe('files that cannot be read', () => {
  it('are refused where they are kept from us, and take no turn of others where they change', async () => {
    const inbox = await scene.inbox();
    const content = table(scene.market.isrcs[1]!, '5');
    const { place } = scene.app.app.get(Places);
    const [read, incoming] = [place!.read.bind(place), place!.incoming.bind(place)];
    const reading = jest.spyOn(place!, 'read').mockImplementation(async function* (box, file) {
      if (file.name.startsWith('changing')) throw new PlacedFileChanged(file.name);
      if (file.name.startsWith('kept 2026-05.csv')) throw new PlacedFileForbidden(file.name);
      yield* read(box, file);
    });
    const listing = jest.spyOn(place!, 'incoming').mockImplementation(async function* (box) {
      const files = [];
      for await (const file of incoming(box)) files.push(file);
      yield* files.sort((one, other) => (one.name < other.name ? -1 : 1));
    });
    for (let count = 0; count < 101; count += 1) await put(inbox, `changing ${count} 2026-05.csv`, content);
    await put(inbox, 'kept 2026-05.csv', content);
    await put(inbox, 'sound 2026-05.csv', content);
    await scene.look(inbox);
    reading.mockRestore();
    listing.mockRestore();
    expect((await scene.taken(inbox)).map(({ name, state }) => [name, state])).toEqual([
      ['kept 2026-05.csv', 'refused'],
      ['sound 2026-05.csv', 'received'],
    ]);
    expect(await receipt(inbox, 'kept 2026-05.csv')).toMatchObject({
      state: 'refused',
      refusal: { code: 'request-invalid', faults: [{ pointer: '/file', code: 'file-forbidden' }] },
    });
  });
});

describe('answers', () => {
  const answered = async (inbox: Inbox): Promise<boolean[]> =>
    (await scene.taken(inbox)).map(({ answeredAt }) => answeredAt !== null);

  it('have names that a file system takes', async () => {
    const inbox = await scene.inbox();
    // The longest ending makes 255 bytes of the one and 257 of the other.
    const names = [113, 114].map((letters) => `${'ж'.repeat(letters)} 2026-06`) as [string, string];
    for (const name of names) await put(inbox, name, table(scene.market.isrcs[2]!, '5'));
    await scene.look(inbox);
    for (const { reportId } of await scene.taken(inbox)) await scene.readReport(reportId!);
    await scene.look(inbox);
    expect(await answered(inbox)).toEqual([true, true]);
    const acknowledged = (await out(inbox)).filter((name) => name.endsWith('.acknowledgement.json'));
    expect(acknowledged).toEqual([
      expect.stringMatching(/^unnamed-[0-9a-f]{16}\.acknowledgement\.json$/),
      `${names[0]}.acknowledgement.json`,
    ]);
  });

  it('come, whatever others cannot be put out', async () => {
    const inbox = await scene.inbox();
    const { place } = scene.app.app.get(Places);
    const write = place!.write.bind(place);
    const writing = jest
      .spyOn(place!, 'write')
      .mockImplementation((box, name, file) =>
        name.startsWith('stuck') ? Promise.reject(new Error('stuck')) : write(box, name, file),
      );
    for (let count = 0; count < 100; count += 1) await put(inbox, `stuck ${count}`, '');
    await expect(scene.look(inbox)).rejects.toThrow('stuck');
    expect((await scene.taken(inbox)).length).toBe(100);
    await put(inbox, 'well', '');
    await expect(scene.look(inbox)).rejects.toThrow('stuck');
    expect(await out(inbox)).toEqual(['well.receipt.json']);
    writing.mockRestore();
    await scene.look(inbox);
    expect((await out(inbox)).length).toBe(101);
    expect((await answered(inbox)).every(Boolean)).toBe(true);
  });

  it('say that a report never comes, of which not all files did, and the box rests', async () => {
    const { platform, label, isrcs } = scene.market;
    const inbox = await platform.as.post<Inbox>('/v1/usage-inboxes', { name: 'DSR' });
    const first = blockReport({
      ...{ messageId: 'BOX-OF-TWO', month: '2026-07', senderPartyId: platform.partyId },
      ...{ recipientPartyId: label.partyId, serviceName: 'Video', plays: { [isrcs[0]!]: 5 }, allPlays: 9 },
      part: { number: 1, of: 2, firstBlock: 1 },
    });
    await put(inbox, 'one.tsv', first);
    await scene.look(inbox);
    expect(await receipt(inbox, 'one.tsv')).toMatchObject({ state: 'received', refusal: null });
    await scene.look(inbox);
    expect(await answered(inbox)).toEqual([false]);
    const { report } = (await receipt(inbox, 'one.tsv')) as { report: { operationId: string } | null };
    await platform.as.post(`/v1/operations/${report!.operationId}/cancel`, {});
    await platform.as.post(`/v1/usage-inboxes/${inbox.id}/closing`, {});
    const seen = async (): Promise<boolean> =>
      (await scene.app.app.get(Database).asSystem(inboxesToSee)).some(({ id }) => id === inbox.id);
    expect(await seen()).toBe(true);
    await scene.look(inbox);
    expect(await receipt(inbox, 'one.tsv')).toMatchObject({
      state: 'refused',
      report: { files: 2 },
      refusal: { code: 'reading-cancelled' },
    });
    expect([await answered(inbox), await seen()]).toEqual([[true], false]);
  });
});
