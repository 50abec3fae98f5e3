import { stdin } from 'node:process';
import type { Command } from 'commander';
import { migrationUrls, readConfig } from '../config';
import { DomainError } from '../platform/errors/domain-error';
import { randomBytes } from 'node:crypto';

/** `accordo setup`: makes the marketplace's operator and its first member. The password comes from standard input, or is made and shown once. */
export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description('make the first operator on a configured database')
    .requiredOption('--email <address>', 'the first member’s mail address')
    .requiredOption('--name <name>', 'the first member’s name')
    .option('--password-stdin', 'read the password from standard input instead of making one')
    .action(async ({ email, name, passwordStdin }: { email: string; name: string; passwordStdin?: boolean }) => {
      const config = readConfig({ DATA_FOLDER: '.accordo', ...process.env });
      const [{ openParts }, { setUpOperator }, { migrate }] = await Promise.all([
        import('../app.js'),
        import('../parties/index.js'),
        import('../platform/database/migrate.js'),
      ]);
      await migrate(migrationUrls(config));
      const parts = await openParts(config);
      try {
        const password = passwordStdin ? await readPassword() : randomBytes(18).toString('base64url');
        await setUpOperator(parts.database, parts.clock, { email, name, password });
        process.stdout.write(
          `Operator ${email} is set up.${passwordStdin ? '' : ` Password (shown once): ${password}`}\n`,
        );
      } finally {
        await parts.close();
      }
    });
}

async function readPassword(): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > 1024) break;
  }
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw new DomainError('configuration-invalid', 'no password on standard input');
  return password;
}
