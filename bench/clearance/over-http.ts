import { join } from 'node:path';
import { mainDatabase, toDatabase } from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import type { Belongings } from '../support/belongings';
import { Child } from '../support/child';
import { median } from '../support/figures';
import { caseOf, type ClearanceCase, rounded } from './case';
import type { FastifyOrder } from './fastify-once';
import { load, postRequest } from './load';
import type { ServedWorld, ServerOrder } from './server-once';

const path = '/v1/clearance';
const rounds = 5;

interface HttpOptions {
  readonly belongings: Belongings;
  readonly full: boolean;
  readonly say: (line: string) => void;
}

/** One question a request beside bare Fastify, a thousand a request, and a thousand with receipts; the generator runs here, on the other core. */
export async function httpCases({ belongings, full, say }: HttpOptions): Promise<ClearanceCase[]> {
  const folder = await belongings.folder('accordo-bench-');
  const postgres = await belongings.postgres({ directory: join(folder, 'postgres') });
  await migrate(postgres);
  const order: ServerOrder = {
    folder,
    applicationUrl: toDatabase(postgres.applicationUrl, mainDatabase),
    ownerUrl: toDatabase(postgres.ownerUrl, mainDatabase),
    tracks: 1000,
  };
  const product = Child.start(belongings, join(__dirname, 'server-once.js'), order);
  const world = await product.answer<ServedWorld>();
  const fastify = Child.start(belongings, join(__dirname, 'fastify-once.js'), {
    answer: await oneAnswer(world),
  } satisfies FastifyOrder);
  const { url: fastifyUrl } = await fastify.answer<{ url: string }>();
  const milliseconds = full ? 6_000 : 2_000;
  say('http: single questions, and bare Fastify ...');
  const single = await singleCase(world, fastifyUrl, milliseconds);
  say('http: batches of a thousand ...');
  const batch = await batches(world, milliseconds, {});
  const receipts = await batches(world, milliseconds, { receipts: true });
  product.say('stop');
  fastify.say('stop');
  await Promise.all([product.ended(), fastify.ended()]);
  return [
    single,
    caseOf('http, batches of 1,000', { batchAnswersPerSecond: rounded(batch) }),
    caseOf('http, batches of 1,000 with receipts', { receiptAnswersPerSecond: rounded(receipts) }),
  ];
}

const question = ({ serviceId }: ServedWorld, isrc: string): object => ({
  serviceId,
  isrc,
  territory: 'RU',
  useType: 'OnDemandStream',
  commercialModel: 'AdvertisementSupportedModel',
});

const singleBody = (world: ServedWorld, isrc: string): string => JSON.stringify({ questions: [question(world, isrc)] });

async function oneAnswer(world: ServedWorld): Promise<string> {
  const response = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' },
    body: singleBody(world, world.isrcs[0]!),
  });
  const text = await response.text();
  if (!text.includes('"licensed":true')) throw new Error(`the world licenses nothing: ${text}`);
  return text;
}

async function singleCase(world: ServedWorld, fastifyUrl: string, milliseconds: number): Promise<ClearanceCase> {
  const requestsTo = (url: string): Buffer[] =>
    world.isrcs.map((isrc) => postRequest(url, path, singleBody(world, isrc), world.key));
  const [own, bare] = [requestsTo(world.url), requestsTo(fastifyUrl)];
  const common = { connections: 64, milliseconds };
  const fastest = async (url: string, requests: readonly Buffer[]): Promise<number> =>
    (await load({ ...common, url, requests })).requestsPerSecond;
  // Both are warm before either is measured: the product is the larger program, and is compiled as it runs.
  for (let round = 0; round < 3; round += 1) {
    await fastest(world.url, own);
    await fastest(fastifyUrl, bare);
  }
  const measured: { ours: number; fastify: number; p99: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const ours = await fastest(world.url, own);
    const fastify = await fastest(fastifyUrl, bare);
    const half = await load({ ...common, url: world.url, requests: own, requestsPerSecond: ours / 2 });
    measured.push({ ours, fastify, p99: half.p99Milliseconds });
  }
  return caseOf('http, single', {
    decisionsPerSecond: rounded(median(measured.map(({ ours }) => ours))),
    httpRatioToFastify: rounded(median(measured.map(({ ours, fastify }) => ours / fastify)), 3),
    p99Milliseconds: rounded(median(measured.map(({ p99 }) => p99)), 2),
    yardstick: 'bare Fastify, a constant answer of the same size',
    yardstickPerSecond: rounded(median(measured.map(({ fastify }) => fastify))),
  });
}

/** Answers a second of requests with a question about each of a thousand recordings. */
async function batches(world: ServedWorld, milliseconds: number, more: object): Promise<number> {
  const body = JSON.stringify({ questions: world.isrcs.map((isrc) => question(world, isrc)), ...more });
  const plan = {
    url: world.url,
    requests: [postRequest(world.url, path, body, world.key)],
    connections: 4,
    milliseconds,
  };
  await load(plan);
  const results: number[] = [];
  for (let round = 0; round < rounds; round += 1) results.push((await load(plan)).requestsPerSecond);
  return median(results) * world.isrcs.length;
}
