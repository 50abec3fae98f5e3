import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded';
import { memoryOrDisk, prefix } from './folder-in-memory';
import { announceServer, ownServer } from './server';
import { makeTemplate } from './template';

/** One throw-away server for the run, with a migrated template. A Jest that is killed takes it along (see Postmaster). */
export default async function globalSetup(): Promise<void> {
  const parent = memoryOrDisk();
  for (const folder of new Set([parent, tmpdir()])) await removeLeftovers(folder);
  const directory = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
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

/** Folders of runs that were killed more than an hour ago. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = join(parent, name);
    if (!name.startsWith(prefix)) continue;
    const found = await stat(folder).catch(() => undefined);
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    if (!found || found.uid !== process.getuid?.() || Date.now() - found.mtimeMs < 3_600_000 || isAlive(pid)) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
