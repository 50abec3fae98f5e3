import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/repository';
import type { FaultsResult } from './run';

describe('events that come in while processes die', () => {
  it('are there once if they were answered, and their sums with them', async () => {
    const order = [join(root, 'dist', 'test', 'faults', 'main.js'), 'events', '--points', '5', '--seed', '3', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, order, { timeout: 110_000, killSignal: 'SIGTERM' });
    const result = JSON.parse(stdout) as FaultsResult;
    expect(result).toEqual({ name: 'events', seed: 3, points: 5, lost: 0, duplicated: 0, ledgerSum: {}, ok: true });
  }, 120_000);
});
