import { dirname, resolve } from 'node:path';
import { type Command } from 'commander';
import { FileFaults, faultText, FilesRefused, openFile, type TextFile } from './file-faults';
import { rateFiles } from './rate-files';
import { type RateFiles } from './rate-inputs';
import { rateJson } from './rate-json';

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
    .requiredOption('--context <file>', 'the period, its figures and facts, and other periods that it needs, JSON')
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
    const result = rateFiles(openFiles(options));
    output.write(options.json ? `${rateJson(result)}\n` : result.lines);
    return 0;
  } catch (error) {
    if (!(error instanceof FilesRefused)) throw error;
    for (const fault of error.faults) faults.write(`${faultText(fault)}\n`);
    return 1;
  }
}

/** Throws FilesRefused with every file that cannot be read. */
function openFiles({ terms, usage, context, carried }: RateOptions): RateFiles {
  const missing = new FileFaults();
  const open = (path: string): TextFile => missing.collect(() => openFile(path)) ?? { name: path, text: '' };
  const files = {
    terms: open(terms),
    usage: open(usage),
    context: open(context),
    ...(carried === undefined ? {} : { carried: open(carried) }),
  };
  missing.refuse();
  return { ...files, openUsage: (name) => openFile(resolve(dirname(context), name)) };
}
