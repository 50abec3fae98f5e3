import { join } from 'node:path';
import { mainDatabase, toDatabase } from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import type { Benchmark } from '../benchmark';
import { getRequest, load, type LoadResult } from '../clearance/load';
import { Child } from '../support/child';
import { median } from '../support/figures';
import { type Mix, mix, platformMix, yardstick } from './queries';
import type { SearchOrder, ServedCatalogue } from './search-once';

const runs = 3;
const clients = 20;

/** A catalogue of 100,000 recordings (`full`: a million), searched over HTTP by twenty clients that wait for nothing but their answers: each kind of query alone, then all in turns. */
export const searchBenchmark: Benchmark = async ({ full, belongings, say }) => {
  const folder = await belongings.folder('accordo-bench-');
  const server = await belongings.postgres({ directory: join(folder, 'postgres') });
  await migrate(server);
  const recordings = full ? 1_000_000 : 100_000;
  const order: SearchOrder = {
    folder,
    applicationUrl: toDatabase(server.applicationUrl, mainDatabase),
    ownerUrl: toDatabase(server.ownerUrl, mainDatabase),
    superuserUrl: toDatabase(server.superuserUrl, mainDatabase),
    recordings,
  };
  say(`making ${recordings} recordings ...`);
  const product = Child.start(belongings, join(__dirname, 'search-once.js'), order);
  const world = await product.answer<ServedCatalogue>();
  say(`made in ${world.madeInSeconds} s`);
  const milliseconds = full ? 10_000 : 3_000;
  const results: object[] = [];
  const all = requestsOf(mix, world.url, world.labelKey);
  const cases: (readonly [string, readonly Buffer[]])[] = [
    ...requestsOf(yardstick, world.url, world.labelKey),
    ...all,
    ...requestsOf(platformMix, world.url, world.platformKey),
    ['mix', interleaved(all.map(([, requests]) => requests))],
  ];
  for (const [name, requests] of cases) {
    const plan = { url: world.url, requests, connections: clients, milliseconds };
    await load({ ...plan, milliseconds: milliseconds / 5 });
    const measured: LoadResult[] = [];
    for (let run = 0; run < (name === 'mix' ? runs : 1); run += 1) measured.push(await load(plan));
    results.push(figuresOf(name, recordings, measured));
    say(JSON.stringify(results.at(-1)));
  }
  product.say('stop');
  await product.ended();
  return results;
};

const requestsOf = (queries: Mix, url: string, key: string): [string, Buffer[]][] =>
  Object.entries(queries).map(([name, paths]) => [name, paths.map((path) => getRequest(url, path, key))]);

/** One of each kind after the other. */
const interleaved = (kinds: readonly (readonly Buffer[])[]): Buffer[] =>
  kinds[0]!.flatMap((_, at) => kinds.map((requests) => requests[at]!));

function figuresOf(name: string, recordings: number, measured: readonly LoadResult[]): object {
  const middle = (figure: (result: LoadResult) => number): number => Math.round(median(measured.map(figure)) * 10) / 10;
  return {
    case: name,
    recordings,
    queriesPerSecond: middle(({ requestsPerSecond }) => requestsPerSecond),
    p50Milliseconds: middle(({ p50Milliseconds }) => p50Milliseconds),
    p95Milliseconds: middle(({ p95Milliseconds }) => p95Milliseconds),
    p99Milliseconds: middle(({ p99Milliseconds }) => p99Milliseconds),
  };
}
