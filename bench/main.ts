import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark';
import { clearanceBenchmark } from './clearance/clearance';
import { ernBenchmark } from './ern/ern';
import { eventsBenchmark } from './events/events';
import { importsBenchmark } from './imports/imports';
import { rateBenchmark } from './rate/rate';
import { searchBenchmark } from './search/search';
import { settleBenchmark } from './settle/settle';
import { withBelongings } from './support/belongings';
import { table } from './support/figures';
import { usageBenchmark } from './usage/usage';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  clearance: clearanceBenchmark,
  ern: ernBenchmark,
  events: eventsBenchmark,
  imports: importsBenchmark,
  rate: rateBenchmark,
  search: searchBenchmark,
  settle: settleBenchmark,
  usage: usageBenchmark,
};

interface Wish {
  readonly benchmark: Benchmark;
  readonly full: boolean;
  readonly json: boolean;
}

/** Undefined when the command line asks for nothing that there is. */
function wish(): Wish | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { full: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [name = ''] = positionals;
    const benchmark = Object.hasOwn(benchmarks, name) && positionals.length === 1 ? benchmarks[name] : undefined;
    return benchmark && { benchmark, ...values };
  } catch {
    return undefined;
  }
}

/** `npm run -s bench -- NAME [--full] [--json]`: with --json one JSON array on standard output and nothing else. */
async function main(): Promise<void> {
  const asked = wish();
  if (asked === undefined) {
    process.stderr.write(`bench: usage: bench NAME [--full] [--json]; names: ${Object.keys(benchmarks).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const { benchmark, full, json } = asked;
  const say = json ? () => undefined : (line: string) => void process.stderr.write(`${line}\n`);
  const results = await withBelongings((belongings) => benchmark({ full, belongings, say }));
  process.stdout.write(`${json ? JSON.stringify(results) : table(results)}\n`);
}

main().catch((error: unknown) => {
  // A missing tool (PostgreSQL, /proc) is said in one line; with DEBUG set the stack follows.
  const text = error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : String(error);
  process.stderr.write(`bench: ${text}\n`);
  process.exitCode = 1;
});
