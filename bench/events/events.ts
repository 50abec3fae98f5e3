import { join } from 'node:path';
import { Client } from 'pg';
import { createDatabase, toDatabase } from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import type { Benchmark } from '../benchmark';
import type { Belongings } from '../support/belongings';
import { Child } from '../support/child';
import { median, quantile } from '../support/figures';
import type { BareOrder } from './bare-insert';
import type { EventPlan } from './plan';
import type { Sent, SendOrder } from './send-events';
import type { ServedEvents, ServeOrder } from './serve-events';

const runs = 5;
const connections = 2;
const tracks = 2_000;
/** Events a request; 0 is a stream, which the bare script matches by batches of 1,000. */
const cases = { 'batch-1000': 1_000, 'batch-100': 100, stream: 0 } as const;

/** Through HTTP, checked, matched, added up and on disk, beside a script that only inserts what it has. */
export const eventsBenchmark: Benchmark = async ({ full, belongings, say }) => {
  const events = full ? 500_000 : 50_000;
  const folder = await belongings.folder('accordo-bench-');
  const server = await belongings.postgres({ directory: join(folder, 'postgres') });
  const superuser = new Client({ connectionString: server.superuserUrl });
  await superuser.connect();
  belongings.add(() => superuser.end());
  await createDatabase(superuser, 'world');
  const order: ServeOrder = {
    folder: join(folder, 'files'),
    applicationUrl: toDatabase(server.applicationUrl, 'world'),
    ownerUrl: toDatabase(server.ownerUrl, 'world'),
    tracks,
  };
  await migrate(order);
  const product = Child.start(belongings, join(__dirname, 'serve-events.js'), order);
  const served = await product.answer<ServedEvents>();
  const bench = new EventsBench(belongings, served, toDatabase(server.superuserUrl, 'world'), superuser);
  const results: object[] = [];
  for (const name of Object.keys(cases) as (keyof typeof cases)[]) {
    say(`${name}: ${events} events ...`);
    results.push(await bench.measure(name, events, say));
  }
  product.say('end');
  await product.ended();
  return results;
};

interface Run {
  readonly sent: Sent;
  readonly bareMilliseconds: number;
}

class EventsBench {
  constructor(
    private readonly belongings: Belongings,
    private readonly served: ServedEvents,
    private readonly databaseUrl: string,
    private readonly superuser: Client,
  ) {}

  async measure(name: keyof typeof cases, events: number, say: (line: string) => void): Promise<object> {
    const batch = cases[name];
    const results: Run[] = [];
    // The first run warms both sides up and does not count.
    for (let number = 0; number <= runs; number += 1) {
      const size = number === 0 ? Math.min(events, 20_000) : events;
      const run = await this.run({ name, run: `${name} ${number}`, batch, events: size });
      say(`  run ${number}: ${Math.round(run.sent.milliseconds)} ms; bare ${Math.round(run.bareMilliseconds)} ms`);
      if (number > 0) results.push(run);
    }
    const perSecond = (milliseconds: (run: Run) => number): number =>
      Math.round((events * 1000) / median(results.map(milliseconds)));
    const eventsPerSecond = perSecond(({ sent }) => sent.milliseconds);
    const bareEventsPerSecond = perSecond(({ bareMilliseconds }) => bareMilliseconds);
    return {
      case: name,
      events,
      eventsPerSecond,
      bareEventsPerSecond,
      // Of each run with its own yardstick, for the machine may be busy in between.
      ratioToBare:
        Math.round(median(results.map(({ sent, bareMilliseconds }) => bareMilliseconds / sent.milliseconds)) * 1000) /
        1000,
      p99Milliseconds:
        batch === 0 ? null : Math.round(median(results.map(({ sent }) => quantile(sent.latencies, 0.99))) * 10) / 10,
    };
  }

  private async run(wish: { name: string; run: string; batch: number; events: number }): Promise<Run> {
    const { serviceIds, isrcs } = this.served;
    const plan: EventPlan = { run: wish.run, serviceIds, isrcs };
    const { batch, events } = wish;
    const before = await this.kept();
    const sent = await this.timed<Sent>('send-events.js', {
      ...this.served,
      plan,
      events,
      batch,
      connections,
    } satisfies SendOrder);
    const kept = (await this.kept()) - before;
    if (sent.accepted !== events || kept !== 2 * events)
      throw new Error(`${wish.run}: ${sent.accepted} of ${events} events were accepted, ${kept / 2} kept and added up`);
    const { milliseconds: bareMilliseconds } = await this.timed<{ milliseconds: number }>('bare-insert.js', {
      url: this.databaseUrl,
      plan,
      events,
      batch: batch === 0 ? 1_000 : batch,
      connections,
    } satisfies BareOrder);
    return { sent, bareMilliseconds };
  }

  private async timed<Answer>(script: string, order: object): Promise<Answer> {
    const child = Child.start(this.belongings, join(__dirname, script), order);
    await child.answer();
    await this.superuser.query('CHECKPOINT');
    child.say('go');
    const answer = await child.answer<Answer>();
    await child.ended();
    return answer;
  }

  /** Events that are there and units in their sums, together: a fast answer that kept less is no figure. */
  private async kept(): Promise<number> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ kept: string }>(
        `SELECT (SELECT count(*) FROM usage_events) +
                (SELECT coalesce(sum(quantity), 0) FROM usage_event_sums, unnest(quantities) AS quantity) AS kept`,
      );
      return Number(rows[0]!.kept);
    } finally {
      await client.end();
    }
  }
}
