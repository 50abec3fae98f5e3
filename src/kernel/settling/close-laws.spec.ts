import fc from 'fast-check';
import { reportingPeriodNamed } from '../calendar';
import { moneyFromText } from '../money';
import {
  ratePeriod,
  restate,
  spreadOverRecordings,
  type ClauseRestatement,
  type RatedPeriod,
  type UsageSum,
} from '../rating';
import { type Terms } from '../terms';
import { contextOf, downloads, ISRCS, plays, referenceTerms } from '../testing/reference-terms';
import {
  canonicalClauseLines,
  closePeriod,
  duePayments,
  movedBetween,
  openingCarried,
  type Carried,
  type Settled,
} from '.';
import { total } from './minor';

const OTHER = '00000000-0000-4000-8000-0000000000e1';
const MONTHS = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'];
const dollars = (max: number) =>
  fc.integer({ min: 0, max }).map((cents) => `${Math.trunc(cents / 100)}.${`${cents % 100}`.padStart(2, '0')}`);
const day = fc.constantFrom(
  '2026-01-01',
  '2026-02-01',
  '2026-02-15',
  '2026-03-01',
  '2026-04-10',
  '2026-05-01',
  '2026-07-01',
);
const days = fc.uniqueArray(day, { minLength: 2, maxLength: 4 }).map((some) => some.sort());
const intervalsOf = <More extends object>(more: fc.Arbitrary<More>) =>
  days.chain((bounds) =>
    fc.tuple(...bounds.slice(1).map((until, at) => more.map((rest) => ({ from: bounds[at], until, ...rest })))),
  );
const clauses = fc.constantFrom(undefined, ['streaming'], ['downloads'], ['streaming', 'downloads']);
const given = <Value extends object>(value: Value): object =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));
const named = (list: fc.Arbitrary<object>, prefix: string) =>
  fc
    .array(list, { maxLength: 2 })
    .map((all) => (all.length === 0 ? undefined : all.map((one, at) => given({ id: `${prefix}-${at}`, ...one }))));

const instalmentsOf = (amount: string, on: readonly string[]) => {
  const [first = '', ...rest] = on;
  return [{ on: first, amount }, ...rest.map((later) => ({ on: later, amount: '0' }))];
};
const guarantee = fc.oneof(
  fc.record({
    per: fc.constant('period'),
    clauses,
    topUpRecoups: fc.boolean(),
    amount: dollars(9000),
    prorated: fc.boolean(),
    active: fc.option(
      days.map(([from, until]) => ({ from, until })),
      { nil: undefined },
    ),
  }),
  fc.record({
    per: fc.constant('interval'),
    clauses,
    topUpRecoups: fc.boolean(),
    crossed: fc.boolean(),
    intervals: intervalsOf(
      fc
        .record({ amount: dollars(20000), on: fc.option(days, { nil: undefined }) })
        .map(({ amount, on }) => given({ amount, instalments: on && instalmentsOf(amount, on) })),
    ),
  }),
);
const advance = fc
  .record({
    amount: dollars(20000),
    due: fc.oneof(
      fc.constant('signature'),
      fc.array(fc.constantFrom('2025-06-01', '2026-03-03', '2029-01-01'), { minLength: 1, maxLength: 2 }),
    ),
    recoupableFrom: clauses.map((list) => list ?? 'all'),
    recoup: fc.option(
      fc.tuple(days, fc.boolean()).map(([[from, until], carryOver]) => ({ from, until, carryOver })),
      { nil: undefined },
    ),
    option: fc.constantFrom(undefined, true),
  })
  .map(({ due, ...rest }) => ({ ...rest, due: typeof due === 'string' ? due : instalmentsOf(rest.amount, due) }));
const reserve = fc.record({
  clauses: fc.constantFrom(['streaming'], ['downloads'], ['downloads', 'streaming']),
  rate: fc.constantFrom('0.2', '1', '1/3'),
  basis: fc.constantFrom('royalties', 'sales'),
  release: fc.constantFrom(
    [{ afterPeriods: 1, share: '1' }],
    [
      { afterPeriods: 1, share: '1/3' },
      { afterPeriods: 3, share: '2/3' },
    ],
  ),
});
const royalty = fc.constantFrom(
  { kind: 'perUnit', rate: '0.36' },
  { kind: 'perUnit', rate: '0.005' },
  { kind: 'floor', amount: '7', of: { kind: 'perUnit', rate: '0.125' } },
  {
    kind: 'sum',
    of: [
      { kind: 'percentage', rate: '1/3' },
      { kind: 'flat', amount: '1', spread: 'recordings' },
    ],
  },
  { kind: 'cap', amount: '40', of: { kind: 'percentage', rate: '0.5', measure: 'sales' } },
  {
    kind: 'tiered',
    method: 'graduated',
    measure: 'sales',
    counter: 'period',
    tiers: [
      { upTo: '50', rate: '0.1', flat: '3' },
      { upTo: null, rate: '0.3', flat: '2' },
    ],
  },
);
const fee = intervalsOf(fc.constantFrom('2025-12-01', '2026-03-03', '2027-01-01').map((dueOn) => ({ dueOn }))).chain(
  (years) => fc.record({ figure: fc.constant('channels'), rate: dollars(9000), years: fc.constant(years) }),
);

const deal: fc.Arbitrary<Terms> = fc
  .record({
    streaming: royalty,
    bought: royalty,
    guarantees: named(guarantee, 'guarantee'),
    minimumFees: named(fee, 'fee'),
    advances: named(advance, 'advance').map((list) => list ?? []),
    reserves: named(reserve, 'reserve'),
    negative: fc.constantFrom('carried-forward', 'unrecouped'),
    pooled: fc.boolean(),
    minimumPayout: fc.constantFrom(undefined, '30.00'),
    rounding: fc.record({
      mode: fc.constantFrom('half-up', 'half-even', 'down', 'up'),
      decimals: fc.constantFrom(2, 2, 0),
      apply: fc.constantFrom('period', 'line'),
      spread: fc.constant('largest-remainder'),
    }),
    from: fc.constantFrom('2026-01-01', '2026-01-20'),
    until: fc.constantFrom('2026-06-20', '2027-01-01'),
  })
  .map(({ streaming, bought, negative, pooled, minimumPayout, from, until, ...more }) =>
    referenceTerms({
      ...given(more),
      settlement: undefined,
      term: { from, until },
      figures: [{ id: 'channels', unit: 'count', per: 'agreement', definition: 'channels' }],
      royalties: [
        { id: 'streaming', grants: ['streaming'], royalty: streaming },
        { id: 'downloads', grants: ['downloads'], royalty: bought },
      ],
      recoupment: { negative, expenses: 'before-recoupment', ...(pooled ? { pooledWith: [OTHER] } : {}) },
      payment: given({ dueDays: 30, minimumPayout }),
    }),
  );

const sum: fc.Arbitrary<UsageSum> = fc
  .record({
    isrc: fc.constantFrom(...ISRCS.slice(0, 3)),
    units: fc.bigInt({ min: 0n, max: 90n }),
    returns: fc.bigInt({ min: 0n, max: 60n }),
    sales: fc.integer({ min: -40, max: 120 }),
    download: fc.boolean(),
    share: fc.constantFrom(undefined, '0', '1', '0.6', '1/3'),
    sale: fc.constantFrom(undefined, 'a', 'b'),
  })
  .map(({ isrc, units, returns, sales, download, share, sale }) => ({
    ...(download ? downloads(isrc, units, returns) : plays(isrc, units, { returns })),
    sales: `${sales}.05`,
    ...(share === undefined ? {} : { controlledShare: share }),
    ...(sale === undefined ? {} : { sale }),
  }));
const usage = fc.array(sum, { maxLength: 4 });
const month = fc.record({
  usage,
  again: fc.array(fc.tuple(fc.nat(5), usage), { maxLength: 3 }),
  expenses: fc.constantFrom(0n, 0n, 700n),
  exercise: fc.boolean(),
  other: fc.tuple(fc.bigInt({ min: 0n, max: 5000n }), fc.bigInt({ min: -3000n, max: 5000n })),
});

interface Close {
  readonly name: string;
  readonly rated: RatedPeriod;
  readonly settled: Settled;
  readonly before: Carried;
  readonly restatements: readonly ClauseRestatement[];
}

type Month = typeof month extends fc.Arbitrary<infer One> ? One : never;

/** Closes the months one after another, each with restatements of some earlier ones; `finals` are their last ratings. */
function closes(terms: Terms, months: readonly Month[]): { all: Close[]; finals: RatedPeriod[] } {
  const context = { ...contextOf(0n, '0'), figures: { channels: '2' } };
  let carried = openingCarried(terms);
  const finals: RatedPeriod[] = [];
  const exercised = new Set<string>();
  const all = months.map((one, at): Close => {
    const name = MONTHS[at] ?? '';
    const period = reportingPeriodNamed(name);
    const restatements = new Map<number, ClauseRestatement>();
    for (const [place, rows] of one.again) {
      const booked = finals[place];
      if (!booked || restatements.has(place)) continue;
      const rerated = ratePeriod({ terms, period: reportingPeriodNamed(MONTHS[place] ?? ''), usage: rows, context });
      restatements.set(place, restate(booked, rerated));
      finals[place] = rerated;
    }
    if (one.exercise) for (const { id, option } of terms.advances) if (option) exercised.add(id);
    const [opening, earned] = one.other;
    const input = {
      terms,
      period,
      context,
      restatements: [...restatements.values()],
      carried,
      facts: {
        expenses: one.expenses,
        exercised: [...exercised],
        ...(terms.recoupment?.pooledWith ? { pool: [{ account: OTHER, opening, earned }] } : {}),
      },
    };
    const { rated, settled } = closePeriod({ ...input, usage: one.usage });
    const turned = closePeriod({ ...input, usage: one.usage.toReversed() });
    const lines = (closed: typeof turned) =>
      canonicalClauseLines({ terms, restatements: input.restatements, ...closed });
    expect(lines(turned)).toBe(lines({ rated, settled }));
    const close = { name, rated, settled, before: carried, restatements: input.restatements };
    carried = settled.carried;
    finals.push(rated);
    return close;
  });
  return { all, finals };
}

const waitingOf = ({ clauses: of }: Carried): bigint => BigInt(of?.waiting ?? '0');
/** Guarantees by instalment have steps of the same name for what was recouped of them. */
const recoupedIn = ({ steps }: Settled, terms: Terms): bigint =>
  total(
    steps
      .filter(({ step, id }) => step === 'guarantee' && !terms.guarantees?.some((guarantee) => guarantee.id === id))
      .map(({ minor }) => -minor),
  );
const NOT_PAYABLE = ['reserve-on-sales', 'minimum-payout', 'in-kind-credit', 'breakage'];

function law(check: (terms: Terms, result: ReturnType<typeof closes>) => void): void {
  fc.assert(
    fc.property(deal, fc.array(month, { minLength: 1, maxLength: 6 }), (terms, months) =>
      check(terms, closes(terms, months)),
    ),
    { numRuns: 60 },
  );
}

describe('closes in a row, earlier months restated among them', () => {
  it('create and lose no money', () => {
    law((_, { all, finals }) => {
      for (const { settled, before } of all) {
        const { royalties, net, broughtForward, payable, carriedForward, steps, carried } = settled;
        const moved = total(steps.filter(({ step }) => !NOT_PAYABLE.includes(step)).map(({ minor }) => minor));
        const pool = total(
          steps
            .filter(({ step }) => step === 'pool')
            .map(({ formula, minor }) => (minor === 0n ? moneyFromText(formula.split(' ')[0] ?? '', 'USD').minor : 0n)),
        );
        expect(net).toBe(royalties + moved + pool);
        expect(broughtForward + net).toBe(payable + carriedForward + waitingOf(carried) - waitingOf(before));
        expect(payable >= 0n && carriedForward <= 0n && waitingOf(carried) >= 0n).toBe(true);
        if (carriedForward < 0n) expect(waitingOf(carried)).toBe(0n);
      }
      const toDate = all.at(-1)?.settled.carried.royaltiesToDate;
      const heldAside = total(finals.map((rated) => rated.total.minor));
      expect(toDate).toBe(heldAside.toString());
    });
  });

  it('recoup no more than was paid beforehand, and give back no more than was recouped', () => {
    law((_, { all }) => {
      for (const { settled } of all) {
        expect(settled.opening - settled.recouped - settled.closing).toBe(
          total(
            settled.steps
              .filter(({ step }) => step === 'breakage')
              .map(({ formula }) => moneyFromText(formula.split(' ')[0] ?? '', 'USD').minor),
          ),
        );
        for (const { added, recouped, lapsed } of settled.carried.clauses?.recoupment.advances ?? []) {
          expect(BigInt(recouped) >= 0n && BigInt(lapsed) >= 0n).toBe(true);
          expect(BigInt(recouped) + BigInt(lapsed) <= BigInt(added)).toBe(true);
        }
        for (const { due } of Object.values(settled.carried.clauses?.reserves ?? {})) {
          expect(due.every((minor) => BigInt(minor) >= 0n)).toBe(true);
        }
      }
    });
  });

  it('can be booked from the balances alone', () => {
    law((terms, { all }) => {
      const due = duePayments(terms, { exercised: new Map(), fees: {} });
      let open = total(due.filter(({ joinsOn }) => joinsOn === null).map(({ minor }) => minor));
      for (const { settled, before } of all) {
        const moved = movedBetween(terms, { before, settled });
        const minorOf = (kind: string) =>
          total(settled.steps.filter(({ step }) => step === kind).map(({ minor }) => minor));
        expect(settled.net).toBe(settled.payable + moved.carriedForward + moved.waiting);
        expect(moved.reserved).toBe(-minorOf('reserve'));
        expect(moved.toppedUp).toBe(minorOf('guarantee') + recoupedIn(settled, terms));
        expect(moved.joined >= 0n && moved.lapsed >= 0n).toBe(true);
        open += moved.joined - settled.recouped - moved.lapsed;
        expect(open).toBe(settled.closing);
      }
    });
  });

  it('count towards each guarantee what its periods earned in the end', () => {
    law((terms, { all, finals }) => {
      const states = all.at(-1)?.settled.carried.clauses?.guarantees ?? {};
      for (const guarantee of terms.guarantees ?? []) {
        const counted = finals.filter(({ period }) => {
          if (guarantee.per === 'period') return true;
          const { from } = reportingPeriodNamed(period);
          const first = from < terms.term.from ? terms.term.from : from;
          return guarantee.intervals.some((interval) => interval.from <= first && first < interval.until);
        });
        const amounts = counted.flatMap((rated) =>
          rated.clauses.filter(({ clause }) => guarantee.clauses?.includes(clause) ?? true).map(({ amount }) => amount),
        );
        const kept = total(Object.values(states[guarantee.id]?.earned ?? {}).map(BigInt));
        if (guarantee.clauses === undefined || guarantee.clauses.length === 2) {
          expect(kept).toBe(total(amounts.map((amount) => moneyFromText(amount, 'USD').minor)));
        }
      }
    });
  });

  it('spread each clause over its recordings', () => {
    law((terms, { all }) => {
      for (const { rated, restatements } of all) {
        const parts = spreadOverRecordings(rated);
        for (const { clause, amount, unattributed } of rated.clauses) {
          const own = total(parts.filter((_, at) => rated.recordings[at]?.clause === clause));
          if (unattributed === '0' && terms.rounding.apply === 'period') {
            expect(own).toBe(moneyFromText(amount, 'USD').minor);
          }
        }
        for (const { delta, clauses: changed } of restatements) {
          expect(total(changed.map(({ amount }) => moneyFromText(amount, 'USD').minor))).toBe(delta.minor);
        }
      }
    });
  });
});
