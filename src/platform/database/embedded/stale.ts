import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './errors';
import { allGone, backendsIn, isRunning, postmasterOf, signal } from './processes';

const patience: readonly [NodeJS.Signals, number][] = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 10_000],
  ['SIGKILL', 10_000],
];

/**
 * Clears the way for a start: refuses if the process that started the cluster's server still runs, stops a server that outlived it,
 * and removes a pid file whose pid now belongs to a stranger (PostgreSQL would take any live process of this user for itself).
 */
export async function clearTheWay(dataDirectory: string, launcher: number | undefined): Promise<void> {
  const postmaster = postmasterOf(dataDirectory);
  if (postmaster && postmaster.parent === launcher) {
    throw new EmbeddedPostgresError(
      `the database in ${dataDirectory} is in use by process ${launcher}: stop that one first`,
    );
  }
  const pids = [...new Set([...(postmaster ? [postmaster.pid] : []), ...backendsIn(dataDirectory)])];
  await endAll(postmaster?.pid, pids);
  await removeForeignPidFile(dataDirectory);
}

async function endAll(postmaster: number | undefined, pids: number[]): Promise<void> {
  for (const [name, milliseconds] of patience) {
    // Only the postmaster ends the others in order; they are signalled themselves where it is gone, or at the very end.
    const targets = postmaster && name !== 'SIGKILL' ? [postmaster] : pids;
    for (const pid of targets) if (isRunning(pid)) signal(pid, name);
    if (await allGone(pids, milliseconds)) return;
  }
  throw new EmbeddedPostgresError(`an earlier PostgreSQL (process ${pids.join(', ')}) does not end`);
}

/** No server of this cluster runs at this point. A pid that still exists is a stranger's, or a dead process nobody has collected. */
async function removeForeignPidFile(dataDirectory: string): Promise<void> {
  const file = join(dataDirectory, 'postmaster.pid');
  const pid = await readFile(file, 'utf8').then(
    (text) => Number.parseInt(text, 10),
    () => undefined,
  );
  if (pid && existsSync(`/proc/${pid}`)) await rm(file, { force: true });
}
