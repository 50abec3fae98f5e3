import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StoryFigures } from '../../demo/figures';
import { verifyStatementFiles } from '../../src/commands/verify-statements';
import { accordo } from '../support/command';

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
  let folder: string;

  beforeAll(async () => {
    expect(existsSync(demo)).toBe(true);
    folder = await mkdtemp(join(tmpdir(), 'accordo-demo-'));
    ({ stdout } = await promisify(execFile)(process.execPath, [demo, '--json', '--out', folder], {
      maxBuffer: 10_000_000,
      timeout: 110_000,
    }));
    figures = JSON.parse(stdout) as StoryFigures;
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

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

  describe('has statements that are worked out again without a server', () => {
    type Line = Record<string, unknown> & { readonly record: string };
    const months = ['2026-01', '2026-02', '2026-03'];
    const bundle = (month: string): string => join(folder, `statement-${month}.bundle.ndjson`);
    const read = async (month: string): Promise<Line[]> =>
      (await readFile(bundle(month), 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);

    /** "code pointer" of every fault, and the exit code. */
    async function verified(...files: readonly string[]): Promise<[number, string[]]> {
      let told = '';
      const output = { write: (text: string) => (told += text) };
      const asked = { keys: join(folder, 'keys.json'), json: true };
      const code = await verifyStatementFiles(files, asked, { output, errors: output });
      const { faults } = JSON.parse(told) as { faults: { pointer: string; code: string; message: string }[] };
      return [code, faults.map(({ pointer, code: fault, message }) => `${fault} ${pointer}: ${message}`)];
    }

    /** A month with its lines changed; February, where none is named, corrects nothing. */
    async function altered(change: (lines: Line[]) => Line[] | void, month = '2026-02'): Promise<string> {
      const lines = await read(month);
      const file = join(folder, 'altered.ndjson');
      const changed = change(lines) ?? lines;
      await writeFile(file, changed.map((line) => `${JSON.stringify(line)}\n`).join(''));
      return file;
    }
    const last = (lines: readonly Line[], record: string): Line => lines.findLast((line) => line.record === record)!;
    const first = (lines: readonly Line[], record: string): Line => lines.find((line) => line.record === record)!;

    it('by the command, which knows of no database', async () => {
      const { code, stdout: told } = await accordo([
        'verify',
        'statement',
        ...months.map(bundle),
        '--keys',
        join(folder, 'keys.json'),
      ]);
      expect(code).toBe(0);
      expect(told.match(/recomputed +\d clause lines, byte for byte, from \d+ usage sums/g)).toHaveLength(3);
      expect(told).toContain('3 statements, each following the one before it');
    });

    it('naming what was altered', async () => {
      const more = await verified(await altered((lines) => void (last(lines, 'usage')['quantity'] = '1000000')));
      expect(more).toEqual([
        1,
        expect.arrayContaining([
          expect.stringMatching(/^usage-differs clauseLines\/clause \w+: quantity says \d+, and the inputs give \d+$/),
          'bundle-changed end: the lines of the bundle are not those that were sealed',
        ]),
      ]);
      const rate = await altered((lines) => {
        const terms = first(lines, 'terms');
        terms['terms'] = JSON.parse(JSON.stringify(terms['terms']).replace('"0.002"', '"0.003"'));
      });
      expect(await verified(rate)).toEqual([
        1,
        expect.arrayContaining([
          expect.stringMatching(/^terms-differ clauseLines\/period: terms says/),
          expect.stringMatching(
            /^line-differs clauseLines\/clause streaming: explanation\/\S+\/formula says \d+ × 0\.002 = \d+, and the inputs give \d+ × 0\.003 = \d+$/,
          ),
        ]),
      ]);
      const carried = await altered(
        (lines) => void Object.assign(first(lines, 'carried')['in'] as object, { recoupedToDate: '1' }),
      );
      const opening = 'carried-differs clauseLines/payable: advance/opening says 3852.00, and the inputs give 11999.99';
      expect(await verified(carried)).toEqual([1, expect.arrayContaining([opening])]);
      expect(await verified(bundle('2026-01'), carried)).toEqual([
        1,
        expect.arrayContaining([
          expect.stringMatching(
            /^carried-differs \S+altered\.ndjson: carries into 2026-02 what \S+2026-01\S+ does not carry out of 2026-01: recoupedToDate "1" after "814800"$/,
          ),
        ]),
      ]);
    });

    it('naming what is missing, and what belongs elsewhere', async () => {
      const without = await altered((lines) => {
        const [from, until] = [
          lines.findIndex(({ record }) => record === 'month'),
          lines.findLastIndex(({ record }) => record === 'month'),
        ];
        return [...lines.slice(0, from), ...lines.slice(until)];
      }, '2026-03');
      expect(await verified(without)).toEqual([
        1,
        expect.arrayContaining([expect.stringMatching(/^restatement-missing clauseLines\/restatement 2026-01: /)]),
      ]);
      const other = '11111111-1111-4111-8111-111111111111';
      const foreign = await altered((lines) => void (last(lines, 'report')['agreement'] = other));
      expect(await verified(foreign)).toEqual([
        1,
        expect.arrayContaining([
          expect.stringMatching(
            /^usage-of-another-agreement usage\/2026-02\/report \S+: says that it is of agreement 11111111/,
          ),
        ]),
      ]);
      const unknown = await altered((lines) => void (last(lines, 'usage')['isrc'] = 'ZZX012600001'));
      expect(await verified(unknown)).toEqual([
        1,
        expect.arrayContaining([
          expect.stringMatching(/^usage-of-another-agreement \S+ \S+: tells use of ZZX012600001/),
        ]),
      ]);
      const [code, faults] = await verified(bundle('2026-01'), bundle('2026-03'));
      expect([code, faults]).toEqual([
        1,
        [expect.stringMatching(/^month-missing \S+: is of 2026-03, and the statement before it of 2026-01$/)],
      ]);
    });

    it('ending with 2 where a file is cut off, or none of the kind', async () => {
      const errors: string[] = [];
      const streams = { output: { write: () => true }, errors: { write: (text: string) => errors.push(text) } };
      const keys = join(folder, 'keys.json');
      const cut = await altered((lines) => lines.slice(0, -1));
      for (const file of [cut, keys, join(folder, 'none')])
        expect(await verifyStatementFiles([file], { keys }, streams)).toBe(2);
      expect(errors).toEqual([
        expect.stringContaining('is not the end of a bundle'),
        expect.stringMatching(/keys\.json: line 1 /),
        expect.stringContaining('ENOENT'),
      ]);
    });
  });
});
