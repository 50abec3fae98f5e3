import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded';
import { folderInMemory, removeLeftovers } from './folder-in-memory';
import { announceServer, ownServer } from './server';
import { makeTemplate } from './template';

/** One throw-away server for the run, with a migrated template. A Jest that is killed takes it along (see Postmaster). */
export default async function globalSetup(): Promise<void> {
  await removeLeftovers();
  const directory = folderInMemory();
  await chmod(directory, 0o755);
  const server = await startEmbeddedPostgres({ directory, durable: false, quiet: true });
  ownServer({ server, directory });
  try {
    await makeTemplate(server);
  } catch (error) {
    await server.stop('immediate');
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  announceServer(server);
  // The programs that tests start, and they start a hundred, are compiled once.
  process.env['NODE_COMPILE_CACHE'] ??= join(directory, 'compiled');
}
