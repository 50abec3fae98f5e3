import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded';
import { announceServer, ownServer } from './server';
import { makeTemplate } from './template';

const prefix = 'accordo-test-';

/** One throw-away server for the run, with a migrated template. A Jest that is killed takes it along (see Postmaster). */
export default async function globalSetup(): Promise<void> {
  await removeLeftovers();
  const directory = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
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
}

/** Folders of runs that were killed more than an hour ago. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const folder = join(tmpdir(), name);
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
