import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monthPeriod } from '../calendar';
import { ISRCS, plays, contextOf, termsPaying } from '../testing/reference-terms';
import { ratePeriod } from '.';

interface Example {
  royalty: { kind: string };
  usage: { quantity: string; returns: string };
  context?: { allPlays: string; netMusicAdvertisingRevenue: string };
  expect: { exact: string; amount: string; formula?: string };
}

const document = readFileSync(join(__dirname, '../../../docs/rating.md'), 'utf8');
const examples = [...document.matchAll(/```json\n(.*?)```/gs)].map((match): Example => JSON.parse(match[1] ?? ''));

describe('docs/rating.md', () => {
  it('has an example of every royalty kind', () => {
    const kinds = ['cap', 'flat', 'floor', 'greaterOf', 'lesserOf', 'perUnit', 'revenueShare', 'sum'];
    expect([...new Set(examples.map(({ royalty }) => royalty.kind))].sort()).toEqual(kinds);
  });

  it.each(examples)('$royalty.kind: $expect.exact', ({ royalty, usage, context, expect: expected }) => {
    const { clauses } = ratePeriod({
      terms: termsPaying(royalty),
      period: monthPeriod('2026-01'),
      usage: [plays(ISRCS[0], BigInt(usage.quantity), { returns: BigInt(usage.returns) })],
      context: contextOf(BigInt(context?.allPlays ?? '0'), context?.netMusicAdvertisingRevenue ?? '0'),
    });
    const [line] = clauses;
    expect(line).toMatchObject({ exact: expected.exact, amount: expected.amount });
    if (expected.formula !== undefined) expect(line?.explanation.formula).toBe(expected.formula);
  });
});
