import { Command } from 'commander';
import { registerRate } from './commands/rate';
import { registerKeys } from './commands/keys';
import { registerMigrate } from './commands/migrate';
import { registerOpenApi } from './commands/openapi';
import { registerSample } from './commands/sample';
import { registerSetup } from './commands/setup';
import { readConfig } from './config';
import { fail, runUntilStopped, serve } from './process';
import { start } from './start';

const program = new Command('accordo')
  .description('A licensing marketplace between record labels and internet platforms.')
  .version('0.1.0');

program
  .command('start')
  .description('start everything on this machine, or on DATABASE_URL and DATABASE_OWNER_URL where they are set')
  .action(() => runUntilStopped(() => start(process.env)));
program
  .command('api')
  .description('serve the API only (needs DATABASE_URL)')
  .action(() => runUntilStopped(() => serve(readConfig(process.env), { api: true, worker: false })));
program
  .command('worker')
  .description('work the job queue only (needs DATABASE_URL)')
  .action(() => runUntilStopped(() => serve(readConfig(process.env), { api: false, worker: true })));
registerSetup(program);
registerMigrate(program);
registerKeys(program);
registerOpenApi(program);
registerRate(program);
registerSample(program);

program.parseAsync().catch(fail);
