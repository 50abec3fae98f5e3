import { type Command, Option } from 'commander';
import { type Escapes } from '../ddex';
import { checkFiles } from './dsr-check';
import { readRecords } from './dsr-read';
import { writeRecords } from './dsr-write';

const MISSPELT = 2;

const escapes = (): Option =>
  new Option('--escapes <form>', 'how the sender escapes pipes and backslashes')
    .choices(['published', 'one-backslash'])
    .default('published');

/** Registers `accordo dsr`: usage reports in the DDEX flat-file format, from their files alone. */
export function registerDsr(program: Command): void {
  const dsr = program
    .command('dsr')
    .description('check, read and write usage reports (DDEX DSR), without a server')
    // A script must not take a command that was misspelt for a report with faults.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISSPELT));
  const streams = { output: process.stdout, errors: process.stderr };
  dsr
    .command('check')
    .description('tell what is in report files, and everything that is wrong with them')
    .argument(
      '<files...>',
      'reports, packed (gzip) or not; - is standard input. Files of one report are checked together',
    )
    .option('--json', 'print one object a file, a line each')
    .addOption(escapes())
    .action(async (files: string[], asked: { json?: boolean; escapes: Escapes }) => {
      process.exitCode = await checkFiles(files, asked, streams);
    });
  dsr
    .command('read')
    .description(
      'print the records of a report as JSON Lines, cells by name; the footer, which is counted, is left out',
    )
    .argument('<file>', 'a report, packed (gzip) or not; - is standard input')
    .addOption(escapes())
    .action(async (file: string, asked: { escapes: Escapes }) => {
      process.exitCode = await readRecords(file, asked, streams);
    });
  dsr
    .command('write')
    .description('write a report from records as JSON Lines, with the footer counted')
    .argument('[file]', 'the records; standard input without it', '-')
    .option('-o, --output <file>', 'the report, which is there only when it has no errors')
    .action(async (file: string, asked: { output?: string }) => {
      process.exitCode = await writeRecords(file, asked, streams);
    });
}
