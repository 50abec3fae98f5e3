import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { createDatabase, toDatabase } from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import { ApiClient } from '../../src/sample/api-client';
import type { Benchmark } from '../benchmark';
import { Child } from '../support/child';
import { median, millisecondsOf } from '../support/figures';
import { PeakMemory } from '../support/peak-memory';
import { sumsEach } from './plan';
import type { Settled, SettleOrder } from './settle-once';

const runs = 3;

/** From sums to issued statements, a statement's lines as a file, and postings, each beside what PostgreSQL alone needs for the same rows. */
export const settleBenchmark: Benchmark = async ({ full, belongings, say }) => {
  const folder = await belongings.folder('accordo-bench-');
  const server = await belongings.postgres({ directory: join(folder, 'postgres') });
  const superuser = new Client({ connectionString: server.superuserUrl });
  await superuser.connect();
  await createDatabase(superuser, 'world');
  await superuser.end();
  const order: SettleOrder = {
    folder: join(folder, 'files'),
    applicationUrl: toDatabase(server.applicationUrl, 'world'),
    ownerUrl: toDatabase(server.ownerUrl, 'world'),
    superuserUrl: toDatabase(server.superuserUrl, 'world'),
    agreements: full ? 1_000 : 100,
    transactions: full ? 100_000 : 10_000,
    lines: full ? 1_000_000 : 100_000,
  };
  await migrate(order);
  say(`${order.agreements} agreements with ${sumsEach} sums a month ...`);
  const product = Child.start(belongings, join(__dirname, 'settle-once.js'), order);
  await product.answer();
  say('closing three months of each ...');
  const peak = new PeakMemory(product.pid);
  const settled = await product.answer<Settled>();
  const peakMegabytes = peak.stop();
  say(`a statement of ${order.lines} lines as CSV ...`);
  const csv = await measureCsv(settled, order);
  product.say('end');
  await product.ended();
  return [closes(settled, order, peakMegabytes), csv, postings(settled, order)];
};

function closes({ closes: all }: Settled, { agreements }: SettleOrder, peakMegabytes: number): object {
  const [quarter = 1, half = 1, whole = 1] = [0, 1, 2].map((mark) => median(all.map((of) => of[mark] ?? 0)));
  const rate = (share: number, milliseconds: number): number =>
    Math.round((agreements * share * sumsEach * 1000) / milliseconds);
  return {
    case: 'close',
    rows: agreements * sumsEach,
    rowsPerSecond: rate(1, whole),
    atHalf: rate(0.5, half),
    atQuarter: rate(0.25, quarter),
    yardstickRowsPerSecond: null,
    ratio: null,
    slope: rounded(Math.log2(whole / quarter) / 2),
    peakMegabytes,
  };
}

const rounded = (figure: number): number => Math.round(figure * 1000) / 1000;

const beside = (name: string, rows: number, { ours, bare }: { ours: number; bare: number }): object => ({
  case: name,
  rows,
  rowsPerSecond: Math.round((rows * 1000) / ours),
  atHalf: null,
  atQuarter: null,
  yardstickRowsPerSecond: Math.round((rows * 1000) / bare),
  ratio: rounded(bare / ours),
  slope: null,
  peakMegabytes: null,
});

function postings({ postings: all }: Settled, { transactions }: SettleOrder): object {
  const [ours, bare] = [median(all.map((one) => one.ours)), median(all.map((one) => one.bare))];
  return beside('postings', transactions * 4, { ours, bare });
}

async function measureCsv({ url, key, statementId }: Settled, { lines, superuserUrl }: SettleOrder): Promise<object> {
  const label = new ApiClient(url, key);
  const superuser = new Client({ connectionString: superuserUrl });
  await superuser.connect();
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    let found = 0;
    ours.push(
      await millisecondsOf(async () => {
        for await (const chunk of label.stream(`/v1/statements/${statementId}/document?format=csv`))
          found += newlinesIn(chunk);
      }),
    );
    if (found !== lines + 1) throw new Error(`${found} lines came instead of ${lines + 1}`);
    bare.push(await millisecondsOf(() => copyOut(superuser, statementId)));
  }
  await superuser.end();
  return beside('csv', lines, { ours: median(ours), bare: median(bare) });
}

/** The same rows as PostgreSQL writes them by itself. */
async function copyOut(superuser: Client, statementId: string): Promise<void> {
  const rows = `COPY (SELECT line, period, clause, isrc, service_id, territory, use_model, quantity, returns, exact, amount_minor,
                             controlled_share, sales, used_on, reported_on
                        FROM statement_lines WHERE (agreement_id, month) = (SELECT agreement_id, month FROM statements WHERE id = '${statementId}')
                       ORDER BY line) TO STDOUT (FORMAT csv)`;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await pipeline(superuser.query(copyTo(rows)), nowhere);
}

function newlinesIn(chunk: Uint8Array): number {
  let found = 0;
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) found += 1;
  return found;
}
