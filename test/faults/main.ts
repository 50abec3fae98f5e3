import { parseArgs } from 'node:util';
import { dealUnderFaults, type FaultsOptions } from './deal';
import { dsrUnderFaults } from './dsr';
import { ernUnderFaults } from './ern';
import { eventsUnderFaults } from './events';
import { settlementUnderFaults } from './simulator/settlement';
import { usageUnderFaults } from './usage';

interface Run {
  readonly run: (options: FaultsOptions) => Promise<{ readonly ok: boolean }>;
  /** How many faults, or seeds, by default and with --full. */
  readonly points: { readonly usual: number; readonly full: number };
}

const runs: Readonly<Record<string, Run>> = {
  deal: { run: dealUnderFaults, points: { usual: 25, full: 200 } },
  events: { run: eventsUnderFaults, points: { usual: 25, full: 100 } },
  usage: { run: usageUnderFaults, points: { usual: 25, full: 100 } },
  settlement: { run: settlementUnderFaults, points: { usual: 50, full: 2000 } },
  ern: { run: ernUnderFaults, points: { usual: 1000, full: 100_000 } },
  dsr: { run: dsrUnderFaults, points: { usual: 1000, full: 100_000 } },
};

interface Wish {
  readonly run: Run['run'];
  readonly points: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Undefined when the command line asks for nothing that there is. */
function wish(): Wish | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: {
        full: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        points: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    const [name = ''] = positionals;
    const asked = Object.hasOwn(runs, name) && positionals.length === 1 ? runs[name] : undefined;
    if (asked === undefined) return undefined;
    const points = values.points ?? String(values.full ? asked.points.full : asked.points.usual);
    if (!/^\d{1,9}$/.test(values.seed) || !/^[1-9]\d{0,6}$/.test(points)) return undefined;
    return { run: asked.run, points: Number(points), seed: Number(values.seed), json: values.json };
  } catch {
    return undefined;
  }
}

/** `npm run -s faults -- NAME [--full] [--seed N] [--points N] [--json]`: exits 0 when everything held, else 1. */
async function main(): Promise<void> {
  const asked = wish();
  if (asked === undefined) {
    const names = Object.keys(runs).join(', ');
    process.stderr.write(`faults: usage: faults NAME [--full] [--seed N] [--points N] [--json]; names: ${names}\n`);
    process.exitCode = 2;
    return;
  }
  const { run, points, seed, json } = asked;
  const say = json ? () => undefined : (line: string) => void process.stdout.write(`${line}\n`);
  const result = await run({ points, seed, say });
  // A client that still waits for an answer has nothing to wait for now.
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(result.ok ? 0 : 1));
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : String(error);
  process.stderr.write(`faults: ${text}\n`);
  process.exitCode = 1;
});
