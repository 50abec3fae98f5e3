import { parseArgs } from 'node:util';
import { dealUnderFaults, type FaultsOptions, type FaultsResult } from './deal';

const runs: Readonly<Record<string, (options: FaultsOptions) => Promise<FaultsResult>>> = { deal: dealUnderFaults };

interface Wish {
  readonly run: (options: FaultsOptions) => Promise<FaultsResult>;
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
    const run = Object.hasOwn(runs, name) && positionals.length === 1 ? runs[name] : undefined;
    const points = values.points ?? (values.full ? '200' : '25');
    if (run === undefined || !/^\d{1,9}$/.test(values.seed) || !/^[1-9]\d{0,3}$/.test(points)) return undefined;
    return { run, points: Number(points), seed: Number(values.seed), json: values.json };
  } catch {
    return undefined;
  }
}

/** `npm run -s faults -- NAME [--full] [--seed N] [--points N] [--json]`: exits 0 when nothing was lost or doubled, else 1. */
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
