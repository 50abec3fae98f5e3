import { existsSync, readFileSync } from 'node:fs';
import { monthPeriod } from '../calendar';
import { allocate, moneyText, rational, roundMoney, sumOf } from '../money';
import { contextOf, ISRCS, plays, termsPaying } from '../testing/reference-terms';
import { ratePeriod, restate, settlePeriods, type RatedPeriod } from '.';
import { sharedFile } from '../../../test/support/shared-files';

/** Published royalty cases with exact results, mapped to these terms where a case needs no more than they can say. */
const FILE = sharedFile('examples/rating-cases.json');

interface Formula {
  name: string;
  method: string;
  metric?: string;
  rate?: string;
  amount?: string;
  of?: Formula | Formula[];
  share?: { part?: string; whole?: string };
}
type Metrics = Record<string, string>;
interface Case {
  id: string;
  family: string;
  terms: { formula: Formula; advances: { amount: string }[] };
  usage: {
    periods: { metrics: Metrics; earned: string }[];
    versions: { metrics: Metrics }[];
    lines: { amount: string }[];
  };
  expect: {
    periods: { exact: string; final: string; recouped: string; payable: string; closing_unrecouped: string }[];
    versions: { exact: string; final: string; delta?: string }[];
    lines: { final: string }[];
  };
}

const cases: Case[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')).cases : [];
const named = (...ids: string[]) =>
  cases.filter(({ id }) => ids.includes(id)).map((entry) => [entry.id, entry] as const);
const KINDS: Record<string, string> = { 'greater-of': 'greaterOf', 'lesser-of': 'lesserOf', sum: 'sum' };

function royaltyOf(formula: Formula): unknown {
  const { method, of, rate, amount } = formula;
  if (method === 'per-unit') return { kind: 'perUnit', rate };
  if (method === 'flat') return { kind: 'flat', amount };
  if (method === 'times-share' && of && !Array.isArray(of)) {
    return { kind: 'revenueShare', share: of.rate, base: 'netMusicAdvertisingRevenue', by: 'plays' };
  }
  if (Array.isArray(of)) return { kind: KINDS[method], of: of.map(royaltyOf) };
  throw new Error(`a case that cannot be mapped: ${method}`);
}

function unitsMetric(formula: Formula): string {
  if (formula.metric) return formula.metric;
  if (formula.share?.part) return formula.share.part;
  return Array.isArray(formula.of) ? unitsMetric(formula.of[0] ?? formula) : '';
}

function rate(formula: Formula, metrics: Metrics): RatedPeriod {
  const units = BigInt(metrics[unitsMetric(formula)] ?? '0');
  const [quantity, returns] = units < 0n ? [0n, -units] : [units, 0n];
  return ratePeriod({
    terms: termsPaying(royaltyOf(formula)),
    period: monthPeriod('2026-01'),
    usage: [plays(ISRCS[0], quantity, { returns })],
    context: contextOf(BigInt(metrics[formula.share?.whole ?? ''] ?? '0'), metrics['net_revenue'] ?? '0'),
  });
}

(cases.length > 0 ? describe : describe.skip)('published cases', () => {
  it.each(
    named(
      'per-play-01',
      'per-play-03',
      'per-subscriber-01',
      'revenue-share-02',
      'revenue-share-03',
      'revenue-share-04',
      'lesser-of-02',
    ),
  )('%s', (_id, { terms, usage, expect: expected }) => {
    const rated = usage.periods.map(({ metrics }) => rate(terms.formula, metrics));
    expect(rated.map(({ totalExact, total }) => ({ exact: totalExact, final: moneyText(total) }))).toEqual(
      expected.periods.map(({ exact, final }) => ({ exact, final })),
    );
  });

  it.each(named('restatement-01', 'restatement-02'))('%s', (_id, { terms, usage, expect: expected }) => {
    const rated = usage.versions.map(({ metrics }) => rate(terms.formula, metrics));
    expect(rated.map(({ total }) => moneyText(total))).toEqual(expected.versions.map(({ final }) => final));
    const [before, after] = rated.slice(-2);
    if (!before || !after) throw new Error('no versions');
    expect(moneyText(restate(before, after).delta)).toBe(expected.versions.at(-1)?.delta);
  });

  it.each(named('rounding-allocation-03', 'rounding-allocation-04'))('%s', (_id, { usage, expect: expected }) => {
    const exact = usage.lines.map(({ amount }) => rational(amount));
    const total = roundMoney(sumOf(exact), { currency: 'USD', decimals: 2, mode: 'half-up' });
    const parts = allocate(
      total.minor,
      exact.map((amount) => amount.mul(100n, 1n)),
    );
    expect(parts.map((minor) => moneyText({ minor, currency: 'USD' }))).toEqual(
      expected.lines.map(({ final }) => final),
    );
  });

  it.each(named('advance-recoupment-01'))('%s', (_id, { terms, usage, expect: expected }) => {
    const cents = (amount: string) => BigInt(amount.replace('.', ''));
    let carried = { royaltiesToDate: '0', recoupedToDate: '0', advancesToDate: `${terms.advances[0]?.amount}00` };
    const settled = usage.periods.map(({ earned }) => {
      const period = settlePeriods(carried, [cents(earned)]);
      carried = period.carried;
      return [period.recouped, period.payable, period.closing];
    });
    expect(settled).toEqual(
      expected.periods.map(({ recouped, payable, closing_unrecouped }) =>
        [recouped, payable, closing_unrecouped].map(cents),
      ),
    );
  });
});
