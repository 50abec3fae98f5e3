import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';

/** A new folder that is in memory where the machine has such a place: what is forced to disk a thousand times by laws needs no disk. To be removed by the caller. */
export const folderInMemory = (): string => mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'accordo-test-'));
