import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { startTestApp } from '../support/app';
import { type Inbox, type Receipt, Scene, table } from '../support/inboxes';
import { killed, launched } from '../support/processes';

const months = Array.from(
  { length: 30 },
  (_, at) => `${2022 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`,
);
const kills = 3;

describe('workers that are killed while they take files', () => {
  let folder: string;
  let scene: Scene;
  let inbox: Inbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'accordo-killed-'));
    scene = await Scene.open(await startTestApp({ inbox: { url: pathToFileURL(folder).href, seconds: 3600 } }));
    inbox = await scene.inbox();
  });
  afterAll(async () => {
    await Promise.all(workers.map(killed));
    await scene.app.close();
    await rm(folder, { recursive: true });
  });

  const workers: ChildProcess[] = [];

  function work(): ChildProcess {
    const { databaseUrls, parts } = scene.app;
    const worker = launched('worker', {
      DATABASE_URL: databaseUrls.applicationUrl,
      DATA_FOLDER: dirname(parts.storage.folder),
      INBOX_URL: pathToFileURL(folder).href,
      INBOX_SECONDS: '1',
      LOG_LEVEL: 'silent',
    });
    workers.push(worker);
    return worker;
  }

  const out = async (): Promise<string[]> =>
    (await readdir(join(folder, inbox.id, 'out'))).filter((name) => !name.startsWith('.'));
  const acknowledged = async (): Promise<number> =>
    (await out()).filter((name) => name.endsWith('.acknowledgement.json')).length;

  it('make of every file one report, and answer each', async () => {
    const isrc = scene.market.isrcs[0]!;
    for (const [at, month] of months.entries()) {
      const path = join(folder, inbox.id, 'in', `${month}.csv`);
      await writeFile(path, table(isrc, String(at + 1), 'x'));
      await writeFile(`${path}.done`, '');
    }
    const left: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const pair = [work(), work()];
      const before = (await out()).length;
      // Killed in the middle of what they do, at another place each time.
      for (let turn = 0; turn < 2_000 && (await out()).length <= before + kill; turn += 1) await wait(10);
      left.push(months.length - (await acknowledged()));
      for (const worker of pair) await killed(worker);
    }
    expect(left.filter((count) => count > 0).length).toBeGreaterThanOrEqual(3);
    work();
    for (let turn = 0; turn < 900 && (await acknowledged()) < months.length; turn += 1) await wait(100);
    const reports = await scene.market.platform.as.all<{ month: string; messageId: string; state: string }>(
      '/v1/usage-reports',
    );
    expect(reports.map(({ month, messageId, state }) => `${month} ${messageId} ${state}`).sort()).toEqual(
      months.map((month) => `${month} ${inbox.id} ${month} ${month}.csv accepted`),
    );
    const taken = await scene.taken(inbox);
    expect(taken.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(
      months.map((month) => `${month}.csv received`),
    );
    expect((await out()).sort()).toEqual(
      months.flatMap((month) =>
        ['acknowledgement.json', 'faulty.csv', 'receipt.json'].map((ending) => `${month}.csv.${ending}`),
      ),
    );
    for (const [at, month] of months.entries()) {
      const { report } = JSON.parse(
        await readFile(join(folder, inbox.id, 'out', `${month}.csv.receipt.json`), 'utf8'),
      ) as Receipt;
      const { rows } = await scene.market.label.as.get<{ rows: object[] }>(`/v1/usage-reports/${report!.id}/unmatched`);
      expect(rows).toMatchObject([{ isrc, quantity: String(at + 1) }]);
    }
  }, 180_000);
});
