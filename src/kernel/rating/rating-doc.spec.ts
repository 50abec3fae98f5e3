import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monthPeriod } from '../calendar';
import { ISRCS, plays, referenceTerms, SOCIAL, STUDIO } from '../testing/reference-terms';
import { royaltyOf } from '../testing/royalties';
import { exactOfRecordings, ratePeriod, type PeriodContext, type UsageSum } from '.';
import { childrenOf, nodesOf, type Figure, type Royalty, type Terms } from '../terms';

interface ExampleUsage {
  quantity?: string;
  returns?: string;
  sales?: string;
  model?: string;
  controlledShare?: string;
  usedOn?: string;
  sale?: string;
}

interface Example {
  royalty: { kind: string };
  figures?: Figure[];
  usage: ExampleUsage | ExampleUsage[];
  earlier?: ExampleUsage;
  context?: { allPlays?: string; netMusicAdvertisingRevenue?: string; figures?: Record<string, string> };
  expect: { exact: string; amount: string; formula?: string; recordings?: string[] };
}

const document = readFileSync(join(__dirname, '../../../docs/rating.md'), 'utf8');
const examples = [...document.matchAll(/```json\n(.*?)```/gs)]
  .map((match): Example => JSON.parse(match[1] ?? ''))
  .filter((example) => 'royalty' in example);

const sumOf = (usage: ExampleUsage, place = 0): UsageSum => {
  const { quantity = '0', returns = '0', ...more } = usage;
  const downloads = more.model === 'PayAsYouGoModel' ? { use: 'PermanentDownload' } : {};
  return plays(ISRCS[place] ?? ISRCS[0], BigInt(quantity), { returns: BigInt(returns), ...downloads, ...more });
};

function contextOf({ context = {}, figures = [] }: Example): PeriodContext {
  const { allPlays = '0', netMusicAdvertisingRevenue = '0', figures: values = {} } = context;
  const per = (kind: Figure['per']) =>
    Object.fromEntries(figures.filter((one) => one.per === kind).map(({ id }) => [id, values[id] ?? '0']));
  const nothing = Object.fromEntries(Object.keys(per('service')).map((id) => [id, '0']));
  return {
    services: [
      { service: SOCIAL, allPlays: BigInt(allPlays), netMusicAdvertisingRevenue, figures: per('service') },
      { service: STUDIO, allPlays: 0n, netMusicAdvertisingRevenue: '0', figures: nothing },
    ],
    figures: per('agreement'),
  };
}

function rate(example: Example) {
  const { royalty, figures = [], usage, earlier } = example;
  const terms: Terms = {
    ...referenceTerms(),
    figures,
    royalties: [{ id: 'example', grants: ['downloads', 'streaming'], royalty: royaltyOf(royalty, figures) }],
  };
  const context = contextOf(example);
  return ratePeriod({
    terms,
    period: monthPeriod(earlier ? '2026-02' : '2026-01'),
    usage: Array.isArray(usage) ? usage.map((one, place) => sumOf(one, place)) : [sumOf(usage)],
    context,
    ...(earlier ? { earlier: [{ usage: [sumOf(earlier)], context }] } : {}),
  });
}

/** One of each, so that the compiler names a kind that is missing here, and the test one that the page does not show. */
const KINDS: Record<Royalty['kind'], true> = {
  cap: true,
  escalation: true,
  flat: true,
  floor: true,
  greaterOf: true,
  less: true,
  lesserOf: true,
  perSubscriber: true,
  perUnit: true,
  percentage: true,
  prorated: true,
  revenueShare: true,
  sum: true,
  tiered: true,
  usageShare: true,
};

describe('docs/rating.md', () => {
  it('has an example of every royalty kind', () => {
    const shown = new Set(
      examples.flatMap(({ royalty, figures }) => nodesOf(royaltyOf(royalty, figures ?? [])).map(({ kind }) => kind)),
    );
    expect([...shown].sort()).toEqual(Object.keys(KINDS).sort());
    expect(childrenOf(royaltyOf({ kind: 'flat', amount: '1' }))).toEqual([]);
  });

  it.each(examples)('$royalty.kind: $expect.exact', (example) => {
    const { clauses, recordings, uneven } = rate(example);
    const { exact, amount, formula, recordings: own } = example.expect;
    const [line] = clauses;
    expect(line).toMatchObject({ exact, amount });
    if (formula !== undefined) expect(line?.explanation.formula).toBe(formula);
    if (own !== undefined) {
      expect(recordings.map(exactOfRecordings({ clauses, recordings, uneven }))).toEqual(own);
    }
  });
});
