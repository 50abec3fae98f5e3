import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/repository';
import type { MoneyFaultsResult } from './money-run';

const program = join(root, 'dist', 'test', 'faults', 'main.js');

describe('the deal while processes die', () => {
  it('loses nothing, doubles nothing and keeps the ledger in balance', async () => {
    // Real processes run what was compiled: `npm test` builds first.
    expect(existsSync(program)).toBe(true);
    const order = [program, 'deal', '--points', '5', '--seed', '7', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, order, { timeout: 110_000, killSignal: 'SIGTERM' });
    const { failpoints, convergedSeconds, payable, paid, ...result } = JSON.parse(stdout) as MoneyFaultsResult;
    expect(result).toEqual({
      name: 'deal',
      seed: 7,
      points: 5,
      lost: 0,
      duplicated: 0,
      ledgerSum: { USD: '0.00' },
      ok: true,
    });
    expect(convergedSeconds).toBeLessThan(30);
    expect(BigInt(paid)).toBe(BigInt(payable));
    expect(BigInt(paid)).toBeGreaterThan(0n);
    // Which points are come to hangs on the machine; that none of a few is would be strange.
    expect(Object.keys(failpoints)).not.toEqual([]);
  }, 120_000);

  it('names what there is when asked for something else', async () => {
    const failure = await promisify(execFile)(process.execPath, [program, 'nothing']).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 2, stderr: expect.stringContaining('names: deal, events'), stdout: '' });
  });
});
