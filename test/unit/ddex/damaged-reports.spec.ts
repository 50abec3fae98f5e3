import { seededRandom } from '../../../src/sandbox/stripe/seeded-random';
import { damagedReports } from '../../faults/dsr';
import { judge } from '../../faults/dsr-judge';
import { anyReport, textOf } from '../../support/dsr-reports';

describe('damaged reports', () => {
  it('never stop the reader, and each fault has its place', async () => {
    const result = await damagedReports({ points: 1000, seed: 20260101, say: () => undefined });
    expect(result).toMatchObject({ failures: [], ok: true, points: 1000 });
  });

  it('are judged: a fault that was not found is told', async () => {
    const bytes = Buffer.from(textOf(anyReport(seededRandom(1))).text);
    const damaged = { bytes, what: 'nothing', expected: 'line-count-mismatch' as const };
    expect(await judge(damaged, seededRandom(1))).toEqual(['line-count-mismatch was not found']);
    expect(await judge({ ...damaged, expected: null }, seededRandom(1))).toEqual([]);
  });
});
