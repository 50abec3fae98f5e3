import { seededRandom } from '../../../src/sandbox/stripe/seeded-random';
import { sampleReleaseMessage } from '../../../src/sample/release-message';
import { damagedMessages } from '../../faults/ern';
import { readLaborious, refuseHostile } from '../../faults/ern-hostile';
import { judgeMessage } from '../../faults/ern-judge';
import { ErnOracle } from '../../support/ern-oracle';

/** Beside other tests on the same cores; `faults ern` holds the times themselves. */
const slower = 8;

describe('damaged release notifications', () => {
  it('are read as another parser reads them, or refused with code and place', async () => {
    const result = await damagedMessages({ points: 1000, seed: 20260101, say: () => undefined });
    expect(result).toMatchObject({ failures: [], ok: true, points: 1000 });
    // Neither is everything refused, nor nothing.
    for (const count of Object.values(result.outcomes)) expect(count).toBeGreaterThan(100);
  });

  it('are judged: what the other parser does not read is told', async () => {
    const oracle = await ErnOracle.load();
    const bytes = Buffer.from(sampleReleaseMessage(1));
    const judge = (message: Buffer) => judgeMessage({ bytes: message, what: '' }, seededRandom(1), oracle);
    expect(await judge(bytes)).toEqual({ outcome: 'read', complaints: [] });
    const other = {
      parsed: (_: Buffer, work: Parameters<ErnOracle['parsed']>[1]) =>
        oracle.parsed(Buffer.from(sampleReleaseMessage(2)), work),
    };
    const { complaints } = await judgeMessage({ bytes, what: '' }, seededRandom(1), other as unknown as ErnOracle);
    expect(complaints).toEqual([expect.stringContaining('/messageId is read as "SAMPLE-RELEASE-1"')]);
  });
});

describe('hostile release notifications', () => {
  it('are each refused by a code, at once and without much memory', async () => {
    expect(await refuseHostile(slower)).toEqual([]);
  });

  it('are each read in good time where they are as large as may be, and not refused', async () => {
    expect(await readLaborious(slower)).toEqual([]);
  });
});
