import fc from 'fast-check';
import { monthPeriod } from '../calendar';
import { compare, exactText, rational, sumOf } from '../money';
import { ISRCS } from '../testing/reference-terms';
import { anyRoyalty, growingRoyalty, richContext, richUsage, royaltyOf, termsOfOneClause } from '../testing/royalties';
import { exactOfRecordings, ratePeriod, restate, spreadOverRecordings, type RatedPeriod, type UsageSum } from '.';
import { canonicalClauseLines, openingCarried, settlePeriod } from '../settling';
import { type Terms } from '../terms';

const rate = (terms: Terms, usage: readonly UsageSum[], context = richContext()): RatedPeriod =>
  ratePeriod({ terms, period: monthPeriod('2026-01'), usage, context });

function bytes(terms: Terms, rated: RatedPeriod): string {
  const settled = settlePeriod({
    terms,
    period: monthPeriod('2026-01'),
    context: richContext(),
    rated,
    carried: openingCarried(terms),
  });
  return canonicalClauseLines({ terms, rated, restatements: [], settled });
}

const byLine = { rounding: { mode: 'half-even', decimals: 2, apply: 'line', spread: 'largest-remainder' } } as const;

describe('laws of any royalty expression', () => {
  it('recordings and what belongs to none sum to the clause, exactly and in cents', () => {
    fc.assert(
      fc.property(richUsage(), anyRoyalty, fc.boolean(), (usage, royalty, lines) => {
        const rated = rate(termsOfOneClause(royalty, lines ? byLine : {}), usage);
        const [clause] = rated.clauses;
        const exact = rated.recordings.map(exactOfRecordings(rated)).map(rational);
        expect(exactText(sumOf([...exact, rational(clause?.unattributed ?? '')]))).toBe(rated.totalExact);
        const cents = spreadOverRecordings(rated);
        const rest = rated.total.minor - cents.reduce((sum, part) => sum + part, 0n);
        const exactRest = rational(clause?.unattributed ?? '').mul(100n, 1n);
        expect(compare(rational(rest).sub(exactRest).abs(), rational('1'))).toBeLessThanOrEqual(0);
        cents.forEach((part, place) => {
          const distance = rational(part).sub((exact[place] ?? rational('0')).mul(100n, 1n));
          expect(compare(distance.abs(), rational('2'))).toBeLessThan(0);
        });
      }),
    );
  });

  it('portions sum to the clause where not all units earn the same', () => {
    fc.assert(
      fc.property(richUsage(), anyRoyalty, (usage, royalty) => {
        const [clause] = rate(termsOfOneClause(royalty), usage).clauses;
        if (!clause?.portions) return;
        expect(exactText(sumOf(clause.portions.map((portion) => rational(portion.exact))))).toBe(clause.exact);
      }),
    );
  });

  it('the order of rows changes nothing, and rating twice gives the same bytes', () => {
    fc.assert(
      fc.property(
        richUsage().chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        anyRoyalty,
        ([rows, shuffled], royalty) => {
          const terms = termsOfOneClause(royalty);
          expect(bytes(terms, rate(terms, shuffled))).toBe(bytes(terms, rate(terms, rows)));
        },
      ),
    );
  });

  it('what is booked through any restatements sums to the rating of the last version, recording by recording', () => {
    fc.assert(
      fc.property(
        fc.array(richUsage(), { minLength: 2, maxLength: 4 }),
        anyRoyalty,
        fc.boolean(),
        (versions, royalty, lines) => {
          const terms = termsOfOneClause(royalty, lines ? byLine : {});
          const rated = versions.map((usage) => rate(terms, usage));
          const [first, last] = [rated[0], rated.at(-1)];
          if (!first || !last) throw new Error('no versions');
          const booked = new Map<string, { exact: string[]; minor: bigint }>();
          const key = ({ isrc, service, territory, use, controlledShare }: RatedPeriod['recordings'][number]) =>
            [isrc, service, territory, use, controlledShare].join();
          const book = (row: RatedPeriod['recordings'][number], exact: string, minor: bigint) => {
            const before = booked.get(key(row)) ?? { exact: [], minor: 0n };
            booked.set(key(row), { exact: [...before.exact, exact], minor: before.minor + minor });
          };
          const parts = spreadOverRecordings(first);
          first.recordings.forEach((row, place) => book(row, exactOfRecordings(first)(row), parts[place] ?? 0n));
          let total = first.total.minor;
          rated.slice(1).forEach((version, place) => {
            const difference = restate(rated[place] ?? first, version);
            total += difference.delta.minor;
            for (const { exact, minor, ...row } of difference.recordings) book(row, exact, minor);
          });
          expect(total).toBe(last.total.minor);
          const now = new Map(last.recordings.map((row) => [key(row), exactOfRecordings(last)(row)]));
          for (const [row, { exact }] of booked) {
            expect(exactText(sumOf(exact.map(rational)))).toBe(exactText(rational(now.get(row) ?? '0')));
          }
          if (!lines) return;
          const cents = spreadOverRecordings(last);
          last.recordings.forEach((row, place) => expect(booked.get(key(row))?.minor ?? 0n).toBe(cents[place]));
        },
      ),
    );
  });

  it('a restatement that changes nothing for a recording leaves it untouched', () => {
    fc.assert(
      fc.property(richUsage(), anyRoyalty, (usage, royalty) => {
        const terms = termsOfOneClause(royalty);
        expect(restate(rate(terms, usage), rate(terms, usage)).recordings).toEqual([]);
      }),
    );
  });

  it('more usage never pays less, unless a cap, a volume tier or a deduction says so', () => {
    fc.assert(
      fc.property(richUsage(), growingRoyalty, fc.integer({ min: 1, max: 3000 }), (usage, royalty, more) => {
        const terms = termsOfOneClause(royalty);
        const [first] = usage;
        if (!first) return;
        const grown = [...usage, { ...first, isrc: ISRCS[0], quantity: BigInt(more), returns: 0n }];
        const [before, after] = [rate(terms, usage), rate(terms, grown)];
        expect(compare(rational(after.totalExact), rational(before.totalExact))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('a royalty read from its canonical JSON is the same royalty', () => {
    fc.assert(
      fc.property(anyRoyalty, (json) => {
        const royalty = royaltyOf(json);
        expect(royaltyOf(JSON.parse(JSON.stringify(royalty)))).toEqual(royalty);
      }),
    );
  });
});
