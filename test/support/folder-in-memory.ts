import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** What a run of the whole suite is far from filling: where there is less, or memory is short, the disk takes it. */
const enough = 4 * 1024 ** 3;

/** Begins the names of our folders, so that a later run finds what a killed one left behind. */
export const prefix = 'accordo-test-';

/** Where folders can be that need not outlive the run: in memory where the machine has such a place, for what is forced to disk a thousand times needs no disk. */
export function memoryOrDisk(): string {
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return Math.min(bavail * bsize, process.availableMemory()) < enough ? tmpdir() : memory;
}

/** A new folder there, to be removed by the caller. */
export const folderInMemory = (): string => mkdtempSync(join(memoryOrDisk(), `${prefix}${process.pid}-`));
