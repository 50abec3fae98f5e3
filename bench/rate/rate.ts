import { join } from 'node:path';
import { Client } from 'pg';
import type { Benchmark } from '../benchmark';
import type { Belongings } from '../support/belongings';
import { Child } from '../support/child';
import { median } from '../support/figures';
import { PeakMemory } from '../support/peak-memory';
import type { CloseOrder } from './close-once';
import { checkAgreement, type Outcome } from './outcome';
import { ratePlan } from './plan';
import { writeSums } from './sums-file';
import { prepareYardstick, rateInSql } from './yardstick';

const runs = 3;
const parts = { quarter: 1, half: 2, whole: 4 } as const;

/** From usage sums to every recording's cents, beside the same arithmetic in PostgreSQL. */
export const rateBenchmark: Benchmark = async ({ full, belongings, say }) => {
  const whole = full ? 1_000_000 : 100_000;
  const folder = await belongings.folder('accordo-bench-');
  const server = await belongings.postgres({ directory: join(folder, 'postgres') });
  const client = new Client({ connectionString: server.superuserUrl });
  await client.connect();
  belongings.add(() => client.end());
  const measured: Measured[] = [];
  for (const [name, quarters] of Object.entries(parts)) {
    const order = { count: (whole / 4) * quarters, sumsFile: join(folder, `${name}.tsv`) };
    say(`${name}: making ${order.count} sums ...`);
    const plan = ratePlan(order.count);
    await writeSums(order.sumsFile, plan.sums());
    await prepareYardstick(client, plan, order.sumsFile);
    measured.push({ name, rows: order.count, ...(await measure(order, { belongings, client, say })) });
  }
  return measured.map((one) => figuresOf(one, measured[0]!));
};

interface Measured {
  readonly name: string;
  readonly rows: number;
  readonly ours: number;
  readonly sql: number;
  readonly peakMegabytes: number;
}

interface Surroundings {
  readonly belongings: Belongings;
  readonly client: Client;
  readonly say: (line: string) => void;
}

async function measure(
  order: CloseOrder,
  { belongings, client, say }: Surroundings,
): Promise<Omit<Measured, 'name' | 'rows'>> {
  const results: { ours: number; sql: number; peakMegabytes: number }[] = [];
  for (let number = 1; number <= runs; number += 1) {
    const ours = await closeOnce(order, belongings);
    const sql = await rateInSql(client);
    checkAgreement(ours.outcome, sql.outcome);
    say(`  run ${number}: ${Math.round(ours.milliseconds)} ms; SQL ${Math.round(sql.milliseconds)} ms`);
    results.push({ ours: ours.milliseconds, sql: sql.milliseconds, peakMegabytes: ours.peakMegabytes });
  }
  return {
    ours: median(results.map(({ ours }) => ours)),
    sql: median(results.map(({ sql }) => sql)),
    peakMegabytes: Math.round(median(results.map(({ peakMegabytes }) => peakMegabytes))),
  };
}

/** In a process of its own, so that its peak is that of one close; hashing its lines for the comparison comes after. */
async function closeOnce(
  order: CloseOrder,
  belongings: Belongings,
): Promise<{ milliseconds: number; peakMegabytes: number; outcome: Outcome }> {
  const child = Child.start(belongings, join(__dirname, 'close-once.js'), order);
  await child.answer();
  const memory = new PeakMemory(child.pid);
  child.say('go');
  const { milliseconds } = await child.answer<{ milliseconds: number }>();
  const peakMegabytes = memory.stop();
  child.say('compare');
  const outcome = await child.answer<Outcome>();
  await child.ended();
  return { milliseconds, peakMegabytes, outcome };
}

function figuresOf({ name, rows, ours, sql, peakMegabytes }: Measured, first: Measured): object {
  const slope = Math.log(ours / first.ours) / Math.log(rows / first.rows);
  return {
    case: name,
    rows,
    rowsPerSecond: Math.round((rows * 1000) / ours),
    sqlRowsPerSecond: Math.round((rows * 1000) / sql),
    ratioToSql: Math.round((sql / ours) * 1000) / 1000,
    peakMegabytes,
    // Time grows like the number of rows to this power; the smallest size has nothing to be compared with.
    slope: rows === first.rows ? null : Math.round(slope * 100) / 100,
  };
}
