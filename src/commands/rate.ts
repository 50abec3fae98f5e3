import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command } from 'commander';
import { rateFiles, rateJson } from './rate-files';
import { faultText, RateFaults, type TextFile } from './rate-inputs';

interface RateOptions {
  readonly terms: string;
  readonly usage: string;
  readonly context: string;
  readonly carried?: string;
  readonly json?: boolean;
}

/** Registers `accordo rate`: the canonical clause lines of one period on standard output, from files alone. */
export function registerRate(program: Command): void {
  program
    .command('rate')
    .description('rate one period of usage under signed terms, without a server')
    .requiredOption('--terms <file>', 'the terms, JSON')
    .requiredOption('--usage <file>', 'usage sums of the period, CSV or JSON')
    .requiredOption('--context <file>', 'the period, its revenue and all plays, and what it restates, JSON')
    .option('--carried <file>', 'balances carried from the period before, JSON; absent for the first period')
    .option('--json', 'print one JSON object instead of the lines')
    .action((options: RateOptions) => {
      process.exitCode = runRate(options, process.stdout, process.stderr);
    });
}

/** Returns the exit code: 0, or 1 when the files are at fault, which is told on `faults`, a line each. */
export function runRate(
  options: RateOptions,
  output: { write(text: string): unknown },
  faults: { write(text: string): unknown },
): number {
  try {
    const result = rateFiles({
      terms: open(options.terms),
      usage: open(options.usage),
      context: open(options.context),
      ...(options.carried === undefined ? {} : { carried: open(options.carried) }),
      openUsage: (name) => open(resolve(dirname(options.context), name)),
    });
    output.write(options.json ? `${rateJson(result)}\n` : result.lines);
    return 0;
  } catch (error) {
    if (!(error instanceof RateFaults)) throw error;
    for (const fault of error.faults) faults.write(`${faultText(fault)}\n`);
    return 1;
  }
}

function open(path: string): TextFile {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch {
    throw new RateFaults([{ file: path, place: '', code: 'file-unreadable', message: 'cannot be read' }]);
  }
}
