import { parseArgs } from 'node:util';
import { dealUnderFaults } from './deal';
import { dsrUnderFaults } from './dsr';
import { ernUnderFaults } from './ern';
import { eventsUnderFaults } from './events';
import type { FaultsOptions } from './run';
import { paymentsUnderFaults, paymentTrialNames, settlementUnderFaults, trialNames } from './trials/all-trials';
import { usageUnderFaults } from './usage';

interface Run {
  readonly run: (options: FaultsOptions) => Promise<{ readonly ok: boolean }>;
  /** How many faults by default and with --full. */
  readonly points: { readonly usual: number; readonly full: number };
  /** What it consists of, each of a size of its own: `--points` is of one of them. */
  readonly parts?: readonly string[];
}

const runs: Readonly<Record<string, Run>> = {
  deal: { run: dealUnderFaults, points: { usual: 25, full: 200 } },
  events: { run: eventsUnderFaults, points: { usual: 25, full: 100 } },
  usage: { run: usageUnderFaults, points: { usual: 25, full: 100 } },
  settlement: { run: settlementUnderFaults, points: { usual: 0, full: 0 }, parts: trialNames },
  payments: { run: paymentsUnderFaults, points: { usual: 0, full: 0 }, parts: paymentTrialNames },
  ern: { run: ernUnderFaults, points: { usual: 1000, full: 100_000 } },
  dsr: { run: dsrUnderFaults, points: { usual: 1000, full: 100_000 } },
};

interface Wish {
  readonly run: Run['run'];
  readonly points: number;
  readonly seed: number;
  readonly json: boolean;
  readonly only: readonly string[];
  readonly size: NonNullable<FaultsOptions['size']>;
}

/** Undefined when the command line asks for nothing that there is. */
function wish(): Wish | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: {
        full: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        points: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    const [name = ''] = positionals;
    const asked = Object.hasOwn(runs, name) && positionals.length === 1 ? runs[name] : undefined;
    if (asked === undefined) return undefined;
    const { parts = [] } = asked;
    const only = values.only?.split(',') ?? [...parts];
    if (only.some((name) => !parts.includes(name)) || (values.points !== undefined && only.length > 1))
      return undefined;
    const usual = asked.points[values.full ? 'full' : 'usual'];
    if (!/^\d{1,9}$/.test(values.seed) || !/^[1-9]\d{0,6}$/.test(values.points ?? '1')) return undefined;
    const points = values.points === undefined ? usual : Number(values.points);
    const size = values.points === undefined ? (values.full ? 'full' : 'usual') : points;
    return { run: asked.run, points, seed: Number(values.seed), json: values.json, only, size };
  } catch {
    return undefined;
  }
}

/** `npm run -s faults -- NAME [--full] [--only PARTS] [--seed N] [--points N] [--json]`: exits 0 when everything held, else 1. */
async function main(): Promise<void> {
  const asked = wish();
  if (asked === undefined) {
    const names = Object.keys(runs).join(', ');
    const usage = 'faults NAME [--full] [--only PART,PART] [--seed N] [--points N] [--json]';
    process.stderr.write(
      `faults: usage: ${usage}; names: ${names}; parts of settlement: ${trialNames.join(', ')}; of payments: ${paymentTrialNames.join(', ')}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const { run, points, seed, json, only, size } = asked;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const result = await run({ points, seed, say: json ? () => undefined : print, only, size, print });
  // A client that still waits for an answer has nothing to wait for now.
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(result.ok ? 0 : 1));
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : String(error);
  process.stderr.write(`faults: ${text}\n`);
  process.exitCode = 1;
});
