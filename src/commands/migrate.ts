import type { Command } from 'commander';
import { migrationUrls, readConfig } from '../config';

/** `accordo migrate`: brings a configured database up to date; repeating it changes nothing. */
export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description('apply all migrations to DATABASE_OWNER_URL and grant the role of DATABASE_URL')
    .action(async () => {
      const { migrate } = await import('../platform/database/migrate.js');
      await migrate(migrationUrls(readConfig({ DATA_FOLDER: '.accordo', ...process.env })));
    });
}
