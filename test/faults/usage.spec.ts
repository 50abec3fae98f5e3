import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/repository';
import type { UsageFaultsResult } from './usage';

describe('usage that comes in, is read, posted and rated while processes die', () => {
  it('counts exactly once if it was acknowledged, and is paid for', async () => {
    const order = [join(root, 'dist', 'test', 'faults', 'main.js'), 'usage', '--points', '4', '--seed', '3', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, order, { timeout: 110_000, killSignal: 'SIGTERM' });
    const { phases, ...result } = JSON.parse(stdout) as UsageFaultsResult;
    expect(result).toEqual({
      ...{ name: 'usage', seed: 3, points: 4, lost: 0, duplicated: 0 },
      ...{ ledgerSum: { USD: '0' }, ok: true },
    });
    expect(Object.values(phases).reduce((sum, kills) => sum + kills, 0)).toBe(4);
  }, 120_000);
});
