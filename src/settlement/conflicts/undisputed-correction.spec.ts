import type { CorrectedMonth } from '../statements/rate-close';
import type { Loss } from './losses';
import { undisputedCorrection } from './undisputed-correction';

const loss: Loss = {
  ...{
    conflictId: 'c',
    period: '2026-01',
    isrc: 'ZZC012600001',
    territory: 643,
    from: '2026-01-01',
    until: '2026-02-01',
  },
  ...{ share: 600_000, undisputed: 500_000, weight: 1n },
};
const usd = (minor: bigint): { minor: bigint; currency: string } => ({ minor, currency: 'USD' });

/** January as it was booked, as it is now, and what of that nobody disputes, in dollars. */
function correction(booked: bigint, now: bigint, undisputed: bigint): CorrectedMonth {
  const delta = (now - booked) * 100n;
  const clauses = [
    { clause: 'downloads', exact: '-1', amount: '-1.00' },
    { clause: 'streaming', exact: '1', amount: `${now - booked + 1n}.00` },
  ];
  return {
    ...{ month: '2026-01', live: { reportIds: [], eventPosition: null } },
    ...{ before: usd(booked * 100n), rerated: usd(now * 100n) },
    restatement: { period: '2026-01', booked: `${booked}.00`, rerated: `${now}.00`, delta: usd(delta), clauses },
    undisputed: { total: undisputed * 100n, losses: [loss] },
  };
}

describe('a correction of a month in dispute', () => {
  it.each([
    // booked, now, undisputed, held: due now, beyond it, and the share that was paid by then
    [500n, 600n, 500n, 0n, 0n, 100n, 500_000],
    [600n, 660n, 550n, 100n, 50n, 10n, 500_000],
    // More was paid than is undisputed: of what is held only that above it may be due.
    [600n, 660n, 550n, 0n, 0n, 60n, 545_455],
    [650n, 660n, 550n, 0n, 0n, 10n, 590_910],
  ])('of %d to %d, %d undisputed and %d held, adds %d', (booked, now, undisputed, held, due, beyond, share) => {
    const { corrected, excess, losses } = undisputedCorrection(correction(booked, now, undisputed), held * 100n);
    expect([corrected.restatement.delta.minor, excess]).toEqual([due * 100n, beyond * 100n]);
    expect(corrected.restatement.clauses.map(({ amount }) => amount)).toEqual(['-1.00', `${due + 1n}.00`]);
    expect(losses).toEqual([{ ...loss, undisputed: share }]);
  });

  it('is due as it is where it takes off, or where what is held leaves room for it', () => {
    for (const [now, held] of [
      [590n, 0n],
      [640n, 100n],
    ] as const) {
      const asked = correction(600n, now, 550n);
      expect(undisputedCorrection(asked, held * 100n)).toEqual({ corrected: asked, excess: 0n, losses: [] });
    }
  });
});
