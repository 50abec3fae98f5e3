import { setTimeout as wait } from 'node:timers/promises';
import type { ProcessParts } from '../../src/app';
import { SystemClock } from '../../src/platform/clock';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import type { TestApp } from '../support/app';
import { type FreshDatabase, freshDatabase } from '../support/database';
import { Given } from '../support/given';
import { type Market, openMarket, sign } from '../support/market';
import { Replica, sharedFolder } from '../support/replicas';

interface Answer {
  readonly licensed: boolean;
  readonly reason?: string;
}

let database: FreshDatabase;
let folder: Awaited<ReturnType<typeof sharedFolder>>;
let source: ReturnType<typeof applicationDataSource>;
let replicas: Replica[];
let given: Given;

/** Three API processes on one database. The first makes the keyring; all sign with it. */
beforeAll(async () => {
  [database, folder] = await Promise.all([freshDatabase(), sharedFolder()]);
  replicas = [await Replica.start(database, folder.path)];
  replicas.push(...(await Promise.all([1, 2].map(() => Replica.start(database, folder.path)))));
  source = await applicationDataSource(database.applicationUrl, 2).initialize();
  const parts = { database: new Database(source), clock: new SystemClock() };
  given = new Given(replicas[0]!.url, parts as unknown as ProcessParts);
}, 120_000);
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.kill()));
  await source.destroy();
  await database.drop();
  await folder.remove();
});

/** What a replica says about the market's first recordings, all questions in one batch. */
class Asker {
  private readonly clients;

  constructor(
    private readonly market: Market,
    key: string,
  ) {
    this.clients = replicas.map(({ url }) => new Given(url, undefined as never).client(key));
  }

  async ask(replica: number, isrcs: readonly string[]): Promise<Answer[]> {
    const common = { territory: 'RU', useType: 'OnDemandStream', commercialModel: 'AdvertisementSupportedModel' };
    const questions = isrcs.map((isrc) => ({
      serviceId: this.market.serviceIds[0],
      isrc,
      at: '2026-06-01T00:00:00Z',
      ...common,
    }));
    return (await this.clients[replica]!.post<{ answers: Answer[] }>('/v1/clearance', { questions })).answers;
  }
}

/** Asks each replica again and again while `task` runs, a breath apart so that they have time for signatures too; gives the number of answers. */
async function underLoad(
  asker: Asker,
  isrcs: readonly string[],
  alive: readonly number[],
  task: () => Promise<void>,
): Promise<number> {
  let going = true;
  let answers = 0;
  const busy = alive.map(async (replica) => {
    for (; going; await wait(20)) answers += (await asker.ask(replica, isrcs)).length;
  });
  const asked = task().finally(() => (going = false));
  // What went wrong is told when nobody asks any longer: its replicas are killed next.
  const failed = (await Promise.allSettled([asked, ...busy])).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return answers;
}

async function millisecondsUntil(what: () => Promise<boolean>): Promise<number> {
  const started = performance.now();
  while (!(await what())) {
    if (performance.now() - started > 10_000) throw new Error('not within ten seconds');
    await wait(10);
  }
  return performance.now() - started;
}

describe('three API processes under load', () => {
  it('see a signature within a second, and one that was killed has lost nothing', async () => {
    const market = await openMarket({ given } as unknown as TestApp, 5);
    const { key } = await market.platform.as.post<{ key: string }>('/v1/api-keys', {
      name: 'player',
      roles: ['usage'],
    });
    const asker = new Asker(market, key);
    const [first = '', last = '', ...others] = market.isrcs;
    const says = async (replica: number, isrc: string): Promise<boolean> =>
      (await asker.ask(replica, [isrc]))[0]!.licensed;
    await market.concluded({ isrcs: [first] });

    // Of three signatures the one in the middle: what a busy machine holds up once is nothing of ours.
    const delays: number[] = [];
    const answers = await underLoad(asker, Array<string>(50).fill(first), [0, 1, 2], async () => {
      for (const isrc of others) {
        const pending = await market.accepted({ isrcs: [isrc] });
        await sign(market.platform.as, pending);
        expect(await Promise.all([0, 1, 2].map((replica) => says(replica, isrc)))).toEqual([false, false, false]);
        await sign(market.label.as, pending);
        const each = [0, 1, 2].map((replica) => millisecondsUntil(() => says(replica, isrc)));
        delays.push(Math.max(...(await Promise.all(each))));
      }
    });
    expect(delays.length).toBe(3);
    expect(delays.toSorted((one, other) => one - other)[1]).toBeLessThan(1000);
    expect(Math.max(...delays)).toBeLessThan(5_000);
    expect(answers).toBeGreaterThan(1_000);

    const meanwhile = await underLoad(asker, [first, ...others], [0, 1], async () => {
      await replicas[2]!.kill();
      // What is signed while it is away it finds when it comes back.
      await market.concluded({ isrcs: [last] });
      await replicas[2]!.launch();
      expect(await asker.ask(2, market.isrcs)).toEqual(
        market.isrcs.map(() => expect.objectContaining({ licensed: true })),
      );
    });
    expect(meanwhile).toBeGreaterThan(10);
  }, 120_000);
});
