import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StoryFigures } from '../../demo/figures';

const demo = join(__dirname, '..', '..', 'dist', 'demo', 'main.js');

/** The terms of docs/story.md in cents and ratios; nothing here comes from the kernel. */
const perPlayTenthsOfCents = 2n; // 0.0020 USD
const floorCents = 400_000n;
const perDownloadCents = 36n;
const advanceCents = 1_200_000n;
const backFeeCents = 1_000_000n;

const cents = (amount: string): bigint => {
  expect(amount).toMatch(/^-?\d+\.\d{2}$/);
  return BigInt(amount.replace('.', ''));
};

/** numerator / denominator cents, half up. */
const rounded = (numerator: bigint, denominator: bigint): bigint => (2n * numerator + denominator) / (2n * denominator);

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

describe('the demo', () => {
  let figures: StoryFigures;
  let stdout: string;

  beforeAll(async () => {
    expect(existsSync(demo)).toBe(true);
    ({ stdout } = await promisify(execFile)(process.execPath, [demo, '--json'], {
      maxBuffer: 10_000_000,
      timeout: 110_000,
    }));
    figures = JSON.parse(stdout) as StoryFigures;
  }, 120_000);

  it('prints one line of JSON and nothing else', () => {
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(figures.seconds).toBeGreaterThan(0);
  });

  it('licenses 500 tracks and settles six claims', () => {
    expect(figures).toMatchObject({ tracksLicensed: 500, claimsSettled: 6 });
  });

  it('reports at least 100,000 lines and lists every rejected one under a reason', () => {
    const { accepted, rejected, reasons, superseded } = figures.usageLines;
    expect(accepted).toBeGreaterThanOrEqual(100_000);
    expect(superseded).toBeGreaterThan(0);
    expect(Object.values(reasons).reduce((sum, count) => sum + count, 0)).toBe(rejected);
    expect(Object.keys(reasons)).toEqual(
      expect.arrayContaining(['unknown-recording', 'no-agreement', 'isrc-malformed', 'cell-not-whole']),
    );
  });

  it('simulates both revisions on the expected quarter, by a calculation of its own', () => {
    /** Hundredths of a cent a play, per cent of the revenue, cents: docs/story.md. */
    const terms = [
      { revision: 1, perPlay: 25n, percent: 30n, floor: 300_000n },
      { revision: 2, perPlay: 20n, percent: 25n, floor: 400_000n },
    ];
    const expected = terms.map(({ revision, perPlay, percent, floor }) => {
      let unrecouped = advanceCents;
      const periods = figures.periods.map(({ period, plays, allPlays, netRevenue, downloads, returns }) => {
        const byPlays = rounded(BigInt(plays) * perPlay, 100n);
        const byRevenue = rounded(cents(netRevenue) * BigInt(plays) * percent, 100n * BigInt(allPlays));
        const royalties =
          larger(larger(byPlays, byRevenue), floor) + (BigInt(downloads) - BigInt(returns)) * perDownloadCents;
        const recouped = royalties < unrecouped ? royalties : unrecouped;
        unrecouped -= recouped;
        return { period, royalties, recouped, payable: royalties - recouped };
      });
      return { revision, periods };
    });
    const simulated = figures.simulation.revisions.map(({ revision, periods }) => ({
      revision,
      periods: periods.map(({ period, royalties, recouped, payable }) => ({
        period,
        royalties: cents(royalties),
        recouped: cents(recouped),
        payable: cents(payable),
      })),
    }));
    expect(simulated).toEqual(expected);
    const royaltiesOf = (at: number): bigint[] => expected[at]!.periods.map(({ royalties }) => royalties);
    expect(figures.simulation.difference.map(cents)).toEqual(
      royaltiesOf(1).map((royalties, at) => royalties - royaltiesOf(0)[at]!),
    );
    // Revision 2 is what is signed: what was simulated is what the months then pay.
    expect(figures.simulation.revisions[1]!.periods.map(({ payable }) => payable)).toEqual(
      figures.periods.map(({ payable }) => payable),
    );
  });

  it('pays each month what the contract says, by a calculation of its own', () => {
    let unrecouped = advanceCents;
    expect(figures.periods.map(({ period }) => period)).toEqual(['2026-01', '2026-02', '2026-03']);
    for (const period of figures.periods) {
      const plays = BigInt(period.plays);
      const perUnit = plays * perPlayTenthsOfCents; // in tenths of a cent
      const netRevenue = cents(period.netRevenue);
      // 25 % of the revenue × plays / all plays, in cents over 4 × all plays.
      const shareNumerator = netRevenue * plays;
      const shareDenominator = 4n * BigInt(period.allPlays);
      expect(cents(period.streaming.perUnit)).toBe(rounded(perUnit, 10n));
      expect(cents(period.streaming.revenueShare)).toBe(rounded(shareNumerator, shareDenominator));
      const perUnitWins = perUnit * shareDenominator >= shareNumerator * 10n;
      expect(period.streaming.chosen).toBe(perUnitWins ? 'perUnit' : 'revenueShare');
      const best = perUnitWins ? rounded(perUnit, 10n) : rounded(shareNumerator, shareDenominator);
      expect(period.streaming.floorApplied).toBe(best < floorCents);
      expect(cents(period.streaming.amount)).toBe(larger(best, floorCents));
      const downloads = (BigInt(period.downloads) - BigInt(period.returns)) * perDownloadCents;
      expect(cents(period.downloadsAmount)).toBe(downloads);
      const royalties = larger(best, floorCents) + downloads;
      const recouped = royalties < unrecouped ? royalties : unrecouped;
      expect(cents(period.advance.opening)).toBe(unrecouped);
      expect(cents(period.advance.recouped)).toBe(recouped);
      unrecouped -= recouped;
      expect(cents(period.advance.closing)).toBe(unrecouped);
      expect(cents(period.payable)).toBe(royalties - recouped);
    }
    expect(figures.periods.map(({ streaming }) => [streaming.chosen, streaming.floorApplied])).toEqual([
      ['perUnit', false],
      [expect.any(String), true],
      ['revenueShare', false],
    ]);
  });

  it('books January’s correction in March, as a difference', () => {
    // 150,000 plays more at 0.0020 and 20 downloads less at 0.36.
    expect(figures.restatements).toEqual([{ period: '2026-01', delta: '292.80' }]);
    const payable = (at: number): bigint => cents(figures.periods[at]!.payable);
    expect(figures.statements.map(({ period, total }) => [period, cents(total)])).toEqual([
      ['2026-01', payable(0)],
      ['2026-02', payable(1)],
      ['2026-03', payable(2) + 29_280n],
    ]);
    for (const { sha256 } of figures.statements) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('invoices what is due and pays it out once, less five per cent', () => {
    const due = figures.statements.map(({ total }) => cents(total)).filter((total) => total > 0n);
    const invoiced = (purpose: string): bigint[] =>
      figures.invoices.filter((invoice) => invoice.purpose === purpose).map(({ amount }) => cents(amount));
    expect(invoiced('advance')).toEqual([advanceCents]);
    expect(invoiced('back-fee')).toEqual([backFeeCents]);
    expect(invoiced('royalties')).toEqual(due);
    expect(figures.invoices.every(({ state, currency }) => state === 'paid' && currency === 'USD')).toBe(true);
    const commission = (gross: bigint): bigint => rounded(gross * 5n, 100n);
    const paidOut = figures.payouts.map(({ purpose, amount }) => `${purpose} ${cents(amount)}`).sort();
    expect(paidOut).toEqual(
      figures.invoices.map(({ purpose, amount }) => `${purpose} ${cents(amount) - commission(cents(amount))}`).sort(),
    );
    for (const { state, transfersAtProvider } of figures.payouts)
      expect({ state, transfersAtProvider }).toEqual({ state: 'confirmed', transfersAtProvider: 1 });
  });

  it('leaves the books in balance', () => {
    expect(figures.trialBalance).toEqual({ USD: '0.00' });
  });
});
