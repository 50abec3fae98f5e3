import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { createDatabase, type EmbeddedPostgres, toDatabase } from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import type { Benchmark } from '../benchmark';
import type { Belongings } from '../support/belongings';
import { Child } from '../support/child';
import { median } from '../support/figures';
import { PeakMemory } from '../support/peak-memory';
import { type Sums, type UsageCase } from './plan';
import type { ReadOrder } from './read-once';
import type { Received, ReceiveOrder } from './receive-once';
import { copyAlone, prepareYardstick, rateBySql } from './yardsticks';

const runs = 3;

/** From stored bytes to committed sums, beside what PostgreSQL alone needs for the same rows. */
export const usageBenchmark: Benchmark = async ({ full, belongings, say }) => {
  const lines = full ? 10_000_000 : 1_000_000;
  const folder = await belongings.folder('accordo-bench-');
  const server = await belongings.postgres({ directory: join(folder, 'postgres') });
  const measured = new Map<string, Measured>();
  const measure = async (usageCase: UsageCase, count: number): Promise<Measured> => {
    const name = `${usageCase}_${count}`;
    say(`${usageCase}: making the world and ${count} lines ...`);
    const bench = new CaseBench({ belongings, server, folder: join(folder, name), name, usageCase, lines: count });
    const result = await bench.measure(say);
    await bench.remove();
    measured.set(name, result);
    return result;
  };
  const sizes = [lines / 4, lines / 2, lines];
  for (const count of sizes) await measure('cold', count);
  const cold = measured.get(`cold_${lines}`)!;
  const hot = await measure('hot', lines);
  const gz = await measure('gz', lines);
  // A line of all cells is five times as long: as many as make the same bytes.
  const srb = await measure('srb', lines / 5);
  return [
    cold,
    hot,
    { ...gz, slowerThanPlain: rounded(cold.linesPerSecond / gz.linesPerSecond - 1) },
    srb,
    { case: 'slope', ...slopeOf(sizes.map((count) => measured.get(`cold_${count}`)!)) },
  ];
};

interface Measured {
  readonly case: UsageCase;
  readonly lines: number;
  readonly linesPerSecond: number;
  readonly copyLinesPerSecond: number;
  readonly ratioToCopy: number;
  readonly copyAndSqlLinesPerSecond: number;
  readonly ratioToCopyAndSql: number;
  readonly peakMegabytes: number;
}

/** Time grows like the number of lines to this power, from the smallest size to the largest; 1 is linear. */
function slopeOf(results: readonly Measured[]): object {
  const seconds = results.map(({ lines, linesPerSecond }) => lines / linesPerSecond);
  const [least = 1, most = 1] = [seconds[0], seconds.at(-1)];
  return { lines: results.at(-1)?.lines, slope: rounded(Math.log2(most / least) / (results.length - 1)) };
}

const rounded = (figure: number): number => Math.round(figure * 1000) / 1000;

interface CaseParts {
  readonly belongings: Belongings;
  readonly server: EmbeddedPostgres;
  readonly folder: string;
  readonly name: string;
  readonly usageCase: UsageCase;
  readonly lines: number;
}

interface Run {
  readonly product: number;
  readonly copy: number;
  readonly copyAndSql: number;
  readonly peakMegabytes: number;
}

/** One case: its world is made once, and each run works on a copy of it. */
class CaseBench {
  private expected: Sums | undefined;

  constructor(private readonly parts: CaseParts) {}

  /** Files and databases of a case, before the next one needs the room. */
  async remove(): Promise<void> {
    const { folder, name } = this.parts;
    for (const database of [this.world, yardstickOf(name)]) {
      await this.onServer((client) => client.query(`DROP DATABASE ${database} WITH (FORCE)`));
    }
    for (const path of [folder, `${folder}.report`, this.rowsFile]) await rm(path, { recursive: true, force: true });
  }

  async measure(say: (line: string) => void): Promise<Measured> {
    const { usageCase, lines } = this.parts;
    const reportId = await this.makeWorld();
    const results: Run[] = [];
    for (let number = 1; number <= runs; number += 1) {
      const run = await this.run(reportId, number);
      say(
        `  run ${number}: ${Math.round(run.product)} ms; COPY ${Math.round(run.copy)} ms; COPY and SQL ${Math.round(run.copyAndSql)} ms`,
      );
      results.push(run);
    }
    const perSecond = (figure: (run: Run) => number): number =>
      Math.round((lines * 1000) / median(results.map(figure)));
    const linesPerSecond = perSecond(({ product }) => product);
    const copyLinesPerSecond = perSecond(({ copy }) => copy);
    const copyAndSqlLinesPerSecond = perSecond(({ copyAndSql }) => copyAndSql);
    return {
      case: usageCase,
      lines,
      linesPerSecond,
      copyLinesPerSecond,
      ratioToCopy: rounded(linesPerSecond / copyLinesPerSecond),
      copyAndSqlLinesPerSecond,
      ratioToCopyAndSql: rounded(linesPerSecond / copyAndSqlLinesPerSecond),
      peakMegabytes: Math.round(median(results.map(({ peakMegabytes }) => peakMegabytes))),
    };
  }

  private get world(): string {
    return `world_${this.parts.name}`;
  }

  private get rowsFile(): string {
    return `${this.parts.folder}-rows.tsv`;
  }

  private order(database: string): { folder: string; applicationUrl: string; ownerUrl: string } {
    const { server, folder } = this.parts;
    return {
      folder,
      applicationUrl: toDatabase(server.applicationUrl, database),
      ownerUrl: toDatabase(server.ownerUrl, database),
    };
  }

  private async makeWorld(): Promise<string> {
    const { belongings, usageCase, lines, folder, name } = this.parts;
    await this.onServer((client) => createDatabase(client, this.world));
    const order: ReceiveOrder = {
      ...this.order(this.world),
      usageCase,
      lines,
      reportFile: `${folder}.report`,
      rowsFile: this.rowsFile,
    };
    await migrate(order);
    const child = Child.start(belongings, join(__dirname, 'receive-once.js'), order);
    const { reportId, expected } = await child.answer<Received>();
    this.expected = expected;
    await child.ended();
    await this.onServer((client) => createDatabase(client, yardstickOf(name)));
    await this.onYardstick((client) => prepareYardstick(client, usageCase, lines));
    return reportId;
  }

  private async run(reportId: string, number: number): Promise<Run> {
    const copy = `${this.world}_${number}`;
    await this.onServer((client) => createDatabase(client, copy, { template: this.world }));
    const { milliseconds, peakMegabytes } = await this.read({ ...this.order(copy), reportId });
    this.check('the product', await this.onServer(bookedSums, copy));
    await this.onServer((client) => client.query(`DROP DATABASE ${copy} WITH (FORCE)`));
    const yardstick = await this.onYardstick(async (client) => {
      await client.query('CHECKPOINT');
      const copyTime = await copyAlone(client, this.parts.usageCase, this.rowsFile);
      return { copyTime, rated: await rateBySql(client, this.parts.usageCase) };
    });
    this.check('COPY and SQL', yardstick.rated.sums);
    return {
      product: milliseconds,
      copy: yardstick.copyTime,
      copyAndSql: yardstick.copyTime + yardstick.rated.milliseconds,
      peakMegabytes,
    };
  }

  private async read(order: ReadOrder): Promise<{ milliseconds: number; peakMegabytes: number }> {
    const child = Child.start(this.parts.belongings, join(__dirname, 'read-once.js'), order);
    await child.answer();
    // The dirt of making the copy is not the product's.
    await this.onServer((client) => client.query('CHECKPOINT'));
    const memory = new PeakMemory(child.pid);
    child.say('go');
    const { milliseconds } = await child.answer<{ milliseconds: number }>();
    const peakMegabytes = memory.stop();
    await child.ended();
    return { milliseconds, peakMegabytes };
  }

  /** A fast wrong answer is no figure. */
  private check(who: string, sums: Sums): void {
    const { usageCase } = this.parts;
    const { expected } = this;
    if (JSON.stringify(sums) !== JSON.stringify(expected)) {
      throw new Error(`${usageCase}: ${who} added up ${JSON.stringify(sums)}, right is ${JSON.stringify(expected)}`);
    }
  }

  private onYardstick<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    return this.onServer(work, yardstickOf(this.parts.name));
  }

  private async onServer<Result>(work: (client: Client) => Promise<Result>, database?: string): Promise<Result> {
    const { superuserUrl } = this.parts.server;
    const client = new Client({
      connectionString: database === undefined ? superuserUrl : toDatabase(superuserUrl, database),
    });
    await client.connect();
    return work(client).finally(() => client.end());
  }
}

const yardstickOf = (name: string): string => `yardstick_${name}`;

async function bookedSums(client: Client): Promise<Sums> {
  const { rows } = await client.query<Sums>(
    'SELECT sum(sums)::text AS sums, sum(quantity)::text AS quantity, sum(returns)::text AS returns FROM usage_totals',
  );
  return rows[0]!;
}
