import { Command } from 'commander';
import { registerDsr } from './commands/dsr';
import { registerErn } from './commands/ern';
import { registerRate } from './commands/rate';
import { registerKeys } from './commands/keys';
import { registerMigrate } from './commands/migrate';
import { registerOpenApi } from './commands/openapi';
import { registerSample } from './commands/sample';
import { registerSetup } from './commands/setup';
import { registerTerms } from './commands/terms';
import { registerVerify } from './commands/verify';
import { readConfig } from './config';
import { fail, runUntilStopped } from './lifecycle';

const program = new Command('accordo')
  .description('A licensing marketplace between record labels and internet platforms.')
  .version('0.1.0');

program
  .command('start')
  .description('start everything on this machine, or on DATABASE_URL and DATABASE_OWNER_URL where they are set')
  .action(() =>
    runUntilStopped(async () => {
      const { start } = await import('./start.js');
      return start(process.env);
    }),
  );
program
  .command('api')
  .description('serve the API only (needs DATABASE_URL)')
  .action(() => serveOnly({ api: true, worker: false }));
program
  .command('worker')
  .description('work the job queue only (needs DATABASE_URL)')
  .action(() => serveOnly({ api: false, worker: true }));
registerSetup(program);
registerMigrate(program);
registerKeys(program);
registerOpenApi(program);
registerRate(program);
registerTerms(program);
registerVerify(program);
registerDsr(program);
registerErn(program);
registerSample(program);

/** The framework is loaded by those commands that need it: `accordo rate` should not wait for it. */
const serveOnly = (parts: { api: boolean; worker: boolean }): Promise<void> =>
  runUntilStopped(async () => {
    const config = readConfig(process.env);
    const { serve } = await import('./process.js');
    return serve(config, parts);
  });

// `accordo … | head` closes the pipe early: that is no failure.
process.stdout.on('error', ({ code }: { code?: string }) => process.exit(code === 'EPIPE' ? 0 : 1));
program.parseAsync().catch(fail);
