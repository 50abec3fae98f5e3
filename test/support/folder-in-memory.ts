import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** What a run of the whole suite is far from filling: where there is less, or memory is short, the disk takes it. */
const enough = 4 * 1024 ** 3;
const prefix = 'accordo-test-';

/** Where folders can be that need not outlive the run: in memory where the machine has such a place, for what is forced to disk a thousand times needs no disk. */
function memoryOrDisk(): string {
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return Math.min(bavail * bsize, process.availableMemory()) < enough ? tmpdir() : memory;
}

/** A new folder there, to be removed by the caller. */
export const folderInMemory = (): string => mkdtempSync(join(memoryOrDisk(), `${prefix}${process.pid}-`));

/** Removes what runs left in either place that were killed more than an hour ago. */
export async function removeLeftovers(): Promise<void> {
  for (const parent of [memory, tmpdir()].filter((folder) => existsSync(folder))) {
    for (const name of await readdir(parent)) {
      const folder = join(parent, name);
      if (!name.startsWith(prefix)) continue;
      const found = await stat(folder).catch(() => undefined);
      const pid = Number(name.slice(prefix.length).split('-')[0]);
      if (!found || found.uid !== process.getuid?.() || Date.now() - found.mtimeMs < 3_600_000 || isAlive(pid))
        continue;
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
