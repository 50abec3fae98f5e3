import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running process, from /proc. */
interface Running {
  pid: number;
  parent: number;
  argv: string[];
}

function running(pid: number): Running | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (/^State:\s+Z/m.test(status)) return undefined;
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return { pid, parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), argv };
  } catch {
    return undefined;
  }
}

function allRunning(): Running[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => running(Number(pid)) ?? []);
}

/**
 * The postmaster of a cluster, known by its command line: a pid alone proves nothing, since pids are used again.
 * The command line can be read even where a container forbids looking at another user's process.
 */
export function postmasterOf(dataDirectory: string): Running | undefined {
  return allRunning().find(({ argv }) => isPostmaster(argv, dataDirectory));
}

function isPostmaster(argv: string[], dataDirectory: string): boolean {
  return basename(argv[0] ?? '') === 'postgres' && argv[argv.indexOf('-D') + 1] === dataDirectory;
}

/** Server processes that outlived their postmaster: PostgreSQL works in its data directory. */
export function backendsIn(dataDirectory: string): number[] {
  return allRunning().flatMap(({ pid, argv }) => {
    if (!argv[0]?.includes('postgres')) return [];
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === dataDirectory ? [pid] : [];
    } catch {
      return [];
    }
  });
}

export function childrenOf(parent: number): number[] {
  return allRunning().flatMap((each) => (each.parent === parent ? [each.pid] : []));
}

export function isRunning(pid: number): boolean {
  return running(pid) !== undefined;
}

/** Sends a signal; a process that is already gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until all are gone; false when some are still there after the time given. */
export async function allGone(pids: number[], milliseconds: number): Promise<boolean> {
  for (let waited = 0; pids.some(isRunning); waited += 20) {
    if (waited >= milliseconds) return false;
    await sleep(20);
  }
  return true;
}
