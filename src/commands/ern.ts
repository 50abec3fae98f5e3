import { type Command } from 'commander';
import { checkMessages } from './ern-check';

const MISSPELT = 2;

/** Registers `accordo ern`: release notifications in DDEX's XML, from their files alone. */
export function registerErn(program: Command): void {
  const ern = program
    .command('ern')
    .description('check release notifications (DDEX ERN), without a server')
    // A script must not take a command that was misspelt for a message with errors.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISSPELT));
  ern
    .command('check')
    .description('tell what is in messages, and everything that is wrong with them')
    .argument('<files...>', 'messages, packed (gzip) or not; - is standard input')
    .option('--json', 'print one object a file, a line each')
    .action(async (files: string[], asked: { json?: boolean }) => {
      process.exitCode = await checkMessages(files, asked, process.stdout);
    });
}
