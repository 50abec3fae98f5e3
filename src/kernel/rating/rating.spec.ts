import fc from 'fast-check';
import { monthPeriod, periodOf } from '../calendar';
import { sha256Hex } from '../canonical';
import { compare, exactText, moneyText, rational, sumOf } from '../money';
import {
  contextOf,
  downloads,
  ISRCS,
  plays,
  referenceTerms,
  STREAMING,
  STUDIO,
  termsPaying,
} from '../testing/reference-terms';
import {
  exactOfRecordings,
  ratePeriod,
  RatingRefused,
  restate,
  spreadOverRecordings,
  type PeriodContext,
  type RatedPeriod,
  type Restatement,
  type UsageSum,
} from '.';
import { canonicalClauseLines, openingCarried, settlePeriod, type Carried } from '../settling';

const [ONE, TWO, THREE] = ISRCS;
const terms = referenceTerms();

function rate(month: string, usage: readonly UsageSum[], context: PeriodContext, by = terms): RatedPeriod {
  return ratePeriod({ terms: by, period: monthPeriod(month), usage, context });
}

function refusal(rating: () => unknown): string[] {
  try {
    rating();
  } catch (error) {
    if (error instanceof RatingRefused) return error.faults.map(({ pointer, code }) => `${pointer} ${code}`);
    throw error;
  }
  return [];
}

const settleFirst = (rated: RatedPeriod) =>
  settlePeriod({
    terms,
    period: monthPeriod('2026-01'),
    context: { services: [] },
    rated,
    carried: openingCarried(terms),
  });

function linesOf(rated: RatedPeriod): string {
  const settled = settleFirst(rated);
  return canonicalClauseLines({ terms, rated, restatements: [], settled });
}

describe('the reference story, three months by hand', () => {
  /** 2,000,000 + 1,120,000 plays × 0.002 = 6,240; 0.25 × 16,000 × 3,120,000 / 8,000,000 = 1,560; (1,000 − 50) × 0.36 = 342. */
  const january = rate(
    '2026-01',
    [plays(ONE, 2_000_000n), plays(TWO, 1_120_000n, { service: STUDIO }), downloads(ONE, 1000n, 50n)],
    contextOf(8_000_000n, '16000.00'),
  );
  /** 1,500,000 × 0.002 = 3,000; 0.25 × 12,000 × 1.5 / 6 = 750; the floor is 4,000; (500 − 20) × 0.36 = 172.80. */
  const february = rate(
    '2026-02',
    [plays(ONE, 900_000n), plays(TWO, 600_000n), downloads(TWO, 500n, 20n)],
    contextOf(6_000_000n, '12000'),
  );
  /** 2,000,000 × 0.002 = 4,000; 0.25 × 90,000 × 2 / 9 = 5,000; (600 − 100) × 0.36 = 180. */
  const march = rate('2026-03', [plays(ONE, 2_000_000n), downloads(ONE, 600n, 100n)], contextOf(9_000_000n, '90000'));

  it('January is won by the plays', () => {
    expect(january.clauses.map(({ clause, number, quantity, amount }) => [clause, number, quantity, amount])).toEqual([
      ['streaming', '6.1', '3120000', '6240.00'],
      ['downloads', '6.2', '950', '342.00'],
    ]);
    expect(moneyText(january.total)).toBe('6582.00');
    expect(january.clauses[0]?.explanation).toEqual({
      kind: 'floor',
      value: '6240',
      formula: '6240, at least 4000 = 6240',
      applied: false,
      of: [
        {
          kind: 'greaterOf',
          value: '6240',
          formula: 'greatest of 6240, 1560 = 6240',
          chosen: 0,
          of: [
            { kind: 'perUnit', value: '6240', formula: '3120000 × 0.002 = 6240' },
            { kind: 'revenueShare', value: '1560', formula: '0.25 × 16000 × 3120000 / 8000000 = 1560' },
          ],
        },
      ],
    });
    expect(january.clauses[1]?.explanation.formula).toBe('950 × 0.6 × 0.6 = 342');
  });

  it('February is lifted to the floor, and every recording has its part of the top-up', () => {
    expect(february.clauses[0]).toMatchObject({ exact: '4000', amount: '4000.00', explanation: { applied: true } });
    expect(moneyText(february.total)).toBe('4172.80');
    // 900,000 and 600,000 of 1,500,000 plays: 3/5 and 2/5 of 4,000; 480 × 0.36.
    expect(february.recordings.map(exactOfRecordings(february))).toEqual(['2400', '1600', '172.8']);
  });

  it('March is won by the revenue share', () => {
    expect(march.clauses[0]).toMatchObject({ exact: '5000', explanation: { of: [{ chosen: 1 }] } });
    expect(moneyText(march.total)).toBe('5180.00');
  });

  it('the advance is recouped along the way, and January restated in March is a delta', () => {
    // January again with 3,100,000 plays: 6,200 + 342 = 6,542, 40 less than booked.
    const again = rate(
      '2026-01',
      [plays(ONE, 1_980_000n), plays(TWO, 1_120_000n, { service: STUDIO }), downloads(ONE, 1000n, 50n)],
      contextOf(8_000_000n, '16000.00'),
    );
    const restated = restate(january, again);
    expect(restated).toMatchObject({
      period: '2026-01',
      booked: '6582.00',
      rerated: '6542.00',
      delta: { minor: -4000n },
    });
    expect(restated.clauses).toEqual([{ clause: 'streaming', exact: '-40', amount: '-40.00' }]);
    expect(restated.recordings).toMatchObject([{ isrc: ONE, units: -20_000n, exact: '-40', minor: -4000n }]);

    const settle = (month: string, rated: RatedPeriod, carried: Carried, restatements: Restatement[] = []) =>
      settlePeriod({ terms, period: monthPeriod(month), context: { services: [] }, rated, carried, restatements });
    const first = settle('2026-01', january, openingCarried(terms));
    expect(first).toMatchObject({ opening: 1200000n, recouped: 658200n, closing: 541800n, payable: 0n });
    const second = settle('2026-02', february, first.carried);
    expect(second).toMatchObject({ opening: 541800n, recouped: 417280n, closing: 124520n, payable: 0n });
    // 5,180 − 40 = 5,140 earned, 1,245.20 of it recouped, 3,894.80 payable.
    const third = settle('2026-03', march, second.carried, [restated]);
    expect(third).toMatchObject({ royalties: 514000n, recouped: 124520n, closing: 0n, payable: 389480n, steps: [] });
    expect(third.carried).toEqual({
      royaltiesToDate: '1589480',
      recoupedToDate: '1200000',
      advancesToDate: '1200000',
      carriedForward: '0',
    });
  });

  it('the canonical lines carry terms, arithmetic and balances, one object a line', () => {
    const lines = linesOf(january).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line): unknown => JSON.parse(line).line)).toEqual([
      'period',
      'clause',
      'clause',
      'total',
      'payable',
    ]);
    expect(lines[3]).toBe('{"amount":"6582.00","exact":"6582","line":"total"}');
    expect(lines[4]).toBe(
      '{"advance":{"closing":"5418.00","opening":"12000.00","recouped":"6582.00"},"broughtForward":"0.00","carriedForward":"0.00","line":"payable","net":"0.00","payable":"0.00","royalties":"6582.00"}',
    );
  });

  it('the bytes of January do not change: a signed contract is rated by these rules for ever', () => {
    expect(sha256Hex(linesOf(january))).toBe('edf4b9202e0bbcae52e6d6a03bb974e3db533cbe78dbd13ae825c81598324f20');
  });
});

describe('royalty kinds', () => {
  const streams = (royalty: unknown, units: bigint, context = contextOf(1_000_000n, '1000'), returns = 0n) =>
    rate('2026-01', [plays(ONE, units, { returns })], context, termsPaying(royalty)).clauses[0];

  it('an exact tie names the branch listed first, and all that tied', () => {
    const royalty = {
      kind: 'greaterOf',
      of: [
        { kind: 'flat', amount: '2' },
        { kind: 'flat', amount: '1' },
        { kind: 'perUnit', rate: '0.002' },
      ],
    };
    expect(streams(royalty, 1000n)?.explanation).toMatchObject({ value: '2', chosen: 0, tied: [0, 2] });
  });

  it('the least of several, a cap, a sum', () => {
    const branches = [
      { kind: 'flat', amount: '5' },
      { kind: 'perUnit', rate: '0.01' },
    ];
    expect(streams({ kind: 'lesserOf', of: branches }, 300n)).toMatchObject({ exact: '3', explanation: { chosen: 1 } });
    expect(streams({ kind: 'sum', of: branches }, 300n)).toMatchObject({
      exact: '8',
      explanation: { formula: '5 + 3 = 8' },
    });
    const capped = { kind: 'cap', amount: '2', of: branches[1] };
    expect(streams(capped, 300n)).toMatchObject({ exact: '2', explanation: { applied: true } });
    expect(streams(capped, 200n)).toMatchObject({ exact: '2', explanation: { applied: false } });
  });

  it('more returns than plays is negative, and −3 is greater than −4', () => {
    const royalty = {
      kind: 'greaterOf',
      of: [
        { kind: 'perUnit', rate: '4' },
        { kind: 'perUnit', rate: '3' },
      ],
    };
    expect(streams(royalty, 1n, contextOf(1n, '0'), 2n)).toMatchObject({
      quantity: '-1',
      exact: '-3',
      amount: '-3.00',
    });
  });

  it('nobody played anything: the share is nothing', () => {
    const royalty = { kind: 'revenueShare', share: '0.5', base: 'netMusicAdvertisingRevenue', by: 'plays' };
    expect(streams(royalty, 0n, contextOf(0n, '1000'))).toMatchObject({ exact: '0', perUnit: null });
  });

  it('a share that never ends stays exact until the total is rounded', () => {
    const royalty = { kind: 'revenueShare', share: '0.25', base: 'netMusicAdvertisingRevenue', by: 'plays' };
    expect(streams(royalty, 1n, contextOf(3n, '100'))).toMatchObject({ exact: '25/3', amount: '8.33' });
  });

  it('a floor in a month without usage belongs to no recording', () => {
    const rated = rate('2026-01', [], contextOf(0n, '0'));
    expect(rated.clauses[0]).toMatchObject({ exact: '4000', perUnit: null, unattributed: '4000', amount: '4000.00' });
    expect(spreadOverRecordings(rated)).toEqual([]);
  });
});

describe('rounding once, and spreading', () => {
  it('half cents that only the sum has are rounded once', () => {
    // 335 × 0.005 = 1.675 and 1 × 0.36: 2.035 is 2.04; floors are 1.67 and 0.36, the cent goes to the remainder.
    const rated = rate(
      '2026-01',
      [plays(ONE, 335n), downloads(ONE, 1n)],
      contextOf(0n, '0'),
      termsPaying({ kind: 'perUnit', rate: '0.005' }),
    );
    expect(rated).toMatchObject({ totalExact: '2.035', total: { minor: 204n } });
    expect(rated.clauses.map(({ amount }) => amount)).toEqual(['1.68', '0.36']);
  });

  it('rounds to whole dollars where the terms say so', () => {
    const whole = termsPaying(
      { kind: 'perUnit', rate: '0.5' },
      { rounding: { mode: 'half-up', decimals: 0, apply: 'period', spread: 'largest-remainder' } },
    );
    const rated = rate('2026-01', [plays(ONE, 1n), plays(TWO, 2n)], contextOf(0n, '0'), whole);
    expect(moneyText(rated.total)).toBe('2.00');
    expect(spreadOverRecordings(rated)).toEqual([100n, 100n]);
  });

  it('the cent of a tie goes to the recording that is first in order, not in the file', () => {
    const third = termsPaying({ kind: 'flat', amount: '0.01' });
    const rated = rate('2026-01', [plays(THREE, 1n), plays(ONE, 1n), plays(TWO, 1n)], contextOf(0n, '0'), third);
    expect(rated.recordings.map(({ isrc }) => isrc)).toEqual([ONE, TWO, THREE]);
    expect(spreadOverRecordings(rated)).toEqual([1n, 0n, 0n]);
  });
});

describe('what is not rated', () => {
  const good = contextOf(10n, '10');

  it.each([
    [[plays('ZZAB12699999', 1n)], good, ['/usage/0 usage-not-licensed']],
    [[plays(ONE, 1n), plays(ONE, 1n, { territory: 'DE' })], good, ['/usage/1 usage-not-licensed']],
    [[plays(ONE, -1n)], good, ['/usage/0 usage-negative']],
    [[plays(ONE, 1n)], { services: [] }, ['/context/services context-missing', '/context/services context-missing']],
    [[plays(ONE, 11n)], good, ['/context/services context-all-plays']],
    [
      [plays(ONE, 1n)],
      { services: [...good.services, ...good.services.slice(0, 1)] },
      ['/context/services/2 context-duplicate'],
    ],
    [[plays(ONE, 1n)], contextOf(-1n, '10'), ['/context/services/0/allPlays context-all-plays']],
    [[plays(ONE, 1n)], contextOf(10n, 'much'), ['/context/services/0/netMusicAdvertisingRevenue context-decimal']],
  ])('%#: %j', (usage, context, expected) => {
    expect(refusal(() => rate('2026-01', usage, context))).toEqual(expected);
  });

  it('a period that is no month, or outside the term', () => {
    const input = { terms, usage: [], context: contextOf(0n, '0') };
    expect(refusal(() => ratePeriod({ ...input, period: monthPeriod('2028-01') }))).toEqual([
      '/period period-outside-term',
    ]);
    const week = periodOf('2026-01-01', '2026-01-08');
    expect(refusal(() => ratePeriod({ ...input, period: week }))).toEqual(['/period period-not-a-month']);
  });
});

describe('laws', () => {
  const sums = (maximum = 5000) =>
    fc.array(
      fc
        .record({
          isrc: fc.constantFrom(...ISRCS),
          units: fc.integer({ min: 0, max: maximum }),
          back: fc.integer({ min: 0, max: 50 }),
          kind: fc.boolean(),
        })
        .map(({ isrc, units, back, kind }) =>
          kind ? plays(isrc, BigInt(units)) : downloads(isrc, BigInt(units), BigInt(back)),
        ),
      { maxLength: 12 },
    );
  const royalties = fc.constantFrom(
    STREAMING,
    { kind: 'perUnit', rate: '0.00333' },
    {
      kind: 'greaterOf',
      of: [
        { kind: 'perUnit', rate: '0.001' },
        { kind: 'revenueShare', share: '0.3', base: 'netMusicAdvertisingRevenue', by: 'plays' },
      ],
    },
    {
      kind: 'cap',
      amount: '3.33',
      of: {
        kind: 'sum',
        of: [
          { kind: 'perUnit', rate: '0.007' },
          { kind: 'flat', amount: '0.01' },
        ],
      },
    },
  );
  const context = contextOf(70_001n, '1000.01');

  it('the order of the rows does not matter, and the same input gives the same bytes', () => {
    fc.assert(
      fc.property(
        sums().chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, shuffled]) => {
          const rated = rate('2026-01', rows, context);
          expect(rate('2026-01', shuffled, context)).toEqual(rated);
          expect(linesOf(rate('2026-01', shuffled, context))).toBe(linesOf(rated));
        },
      ),
    );
  });

  it('recordings sum to their clause, exactly and in cents, and clauses to the total', () => {
    fc.assert(
      fc.property(sums(), royalties, (rows, royalty) => {
        const rated = rate('2026-01', rows, context, termsPaying(royalty));
        const exact = rated.recordings.map(exactOfRecordings(rated)).map(rational);
        const whole = sumOf([...exact, ...rated.clauses.map(({ unattributed }) => rational(unattributed))]);
        expect(exactText(whole)).toBe(rated.totalExact);
        const minor = rated.clauses.reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 0n);
        expect(minor).toBe(rated.total.minor);
        const cents = spreadOverRecordings(rated);
        cents.forEach((part, index) => {
          const distance = rational(part)
            .sub((exact[index] ?? rational('0')).mul(100n, 1n))
            .abs();
          expect(compare(distance, rational('2'))).toBeLessThan(0);
        });
        if (rated.clauses.every(({ unattributed }) => unattributed === '0')) {
          expect(cents.reduce((sum, part) => sum + part, 0n)).toBe(rated.total.minor);
        }
      }),
    );
  });

  it('booked differences of any restatements sum to the rating of the last', () => {
    fc.assert(
      fc.property(fc.array(sums(), { minLength: 1, maxLength: 5 }), royalties, (versions, royalty) => {
        const by = termsPaying(royalty);
        let booked = rate('2026-01', versions[0] ?? [], context, by);
        const minor = new Map<string, bigint>();
        const exact = new Map<string, string[]>();
        let total = booked.total.minor;
        const key = (r: { clause: string; isrc: string }) => `${r.clause} ${r.isrc}`;
        booked.recordings.forEach((r) => exact.set(key(r), [exactOfRecordings(booked)(r)]));
        for (const version of versions.slice(1)) {
          const rerated = rate('2026-01', version, context, by);
          const restated = restate(booked, rerated);
          const clauses = restated.clauses.reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), 0n);
          expect(clauses).toBe(restated.delta.minor);
          restated.recordings.forEach((r) => {
            minor.set(key(r), (minor.get(key(r)) ?? 0n) + r.minor);
            exact.set(key(r), [...(exact.get(key(r)) ?? []), r.exact]);
          });
          total += restated.delta.minor;
          booked = rerated;
        }
        expect(total).toBe(booked.total.minor);
        const last = new Map(booked.recordings.map((r) => [key(r), exactOfRecordings(booked)(r)]));
        for (const [of, parts] of exact) expect(exactText(sumOf(parts.map(rational)))).toBe(last.get(of) ?? '0');
      }),
    );
  });

  it('a restatement that changes nothing books nothing, and touches only recordings that changed', () => {
    const rows = [plays(ONE, 10n), plays(TWO, 20n)];
    const by = termsPaying({ kind: 'perUnit', rate: '0.01' });
    const booked = rate('2026-01', rows, context, by);
    expect(restate(booked, booked)).toMatchObject({ delta: { minor: 0n }, clauses: [], recordings: [] });
    const rerated = rate('2026-01', [plays(ONE, 10n), plays(TWO, 25n), plays(THREE, 1n)], context, by);
    expect(restate(booked, rerated).recordings).toMatchObject([
      { isrc: TWO, units: 5n, exact: '0.05', minor: 5n },
      { isrc: THREE, units: 1n, exact: '0.01', minor: 1n },
    ]);
  });

  it('a floor that still holds books nothing, yet moves between the recordings that share it', () => {
    const booked = rate('2026-01', [plays(ONE, 10n), plays(TWO, 10n)], context);
    const restated = restate(booked, rate('2026-01', [plays(ONE, 10n), plays(TWO, 30n)], context));
    expect(restated).toMatchObject({ delta: { minor: 0n }, clauses: [] });
    expect(restated.recordings.map(({ isrc, exact, minor }) => [isrc, exact, minor])).toEqual([
      [ONE, '-1000', -100000n],
      [TWO, '1000', 100000n],
    ]);
  });

  it('more plays never pay less', () => {
    fc.assert(
      fc.property(
        sums(),
        royalties,
        fc.constantFrom(...ISRCS),
        fc.integer({ min: 1, max: 1000 }),
        (rows, royalty, isrc, more) => {
          const by = termsPaying(royalty);
          const before = rate('2026-01', rows, context, by).total.minor;
          expect(rate('2026-01', [...rows, plays(isrc, BigInt(more))], context, by).total.minor >= before).toBe(true);
        },
      ),
    );
  });
});
