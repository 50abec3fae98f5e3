import fc from 'fast-check';
import { monthPeriod } from '../calendar';
import { moneyText } from '../money';
import { ratePeriod, RatingRefused, restate, type PeriodContext, type UsageSum } from '../rating';
import { type Terms } from '../terms';
import { contextOf, downloads, ISRCS, plays, referenceTerms } from '../testing/reference-terms';
import {
  canonicalClauseLines,
  closePeriod,
  movedBetween,
  openingCarried,
  poolOpening,
  simulate,
  type Carried,
  type ClosedPeriod,
  type CloseFacts,
  type PoolAccount,
} from '.';

const [ONE, TWO] = ISRCS;
const NO_PLAYS = contextOf(0n, '0');

/** One cent a play, so that amounts are plays; downloads at 0.36. */
const termsWith = (changes: Record<string, unknown>): Terms =>
  referenceTerms({
    royalties: [
      { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.01' } },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
    ],
    advances: [],
    settlement: undefined,
    ...changes,
  });

interface Month {
  readonly usage: readonly UsageSum[];
  readonly context?: PeriodContext;
  readonly facts?: CloseFacts;
}

/** Closes January and the months after it. */
function close(terms: Terms, months: readonly Month[]): ClosedPeriod[] {
  return simulate(terms, {
    periods: months.map(({ usage, context = NO_PLAYS, facts }, place) => ({
      period: `2026-${String(place + 1).padStart(2, '0')}`,
      usage,
      context,
      ...(facts ? { facts } : {}),
    })),
  });
}

/** Plays worth so many dollars. */
const worth = (dollars: bigint): Month => ({ usage: [plays(ONE, dollars * 100n)] });

const dollars = (minor: bigint) => moneyText({ minor, currency: 'USD' });
const payable = (periods: readonly ClosedPeriod[]) => periods.map(({ settled }) => dollars(settled.payable));
const stepsOf = ({ settled }: ClosedPeriod) =>
  settled.steps.map(({ clause, step, minor }) => [clause, step, dollars(minor)]);

function refusal(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof RatingRefused) return error.faults.map(({ pointer, code }) => `${pointer} ${code}`);
    throw error;
  }
  return [];
}

describe('terms with advances at signature alone', () => {
  it('carry four running totals and have no steps', () => {
    const advances = [{ id: 'advance', amount: '100.00', due: 'signature', recoupableFrom: 'all' }];
    const [first, second] = close(termsWith({ advances }), [worth(70n), worth(50n)]);
    expect(first?.settled).toMatchObject({ recouped: 7000n, payable: 0n, steps: [] });
    expect(second?.settled).toMatchObject({ opening: 3000n, recouped: 3000n, closing: 0n, payable: 2000n });
    expect(second?.settled.carried).toEqual({
      royaltiesToDate: '12000',
      recoupedToDate: '10000',
      advancesToDate: '10000',
      carriedForward: '0',
    });
  });
});

describe('guarantees', () => {
  const monthly = { id: 'monthly', per: 'period', amount: '500.00', prorated: false, topUpRecoups: true };

  it('top a month up to its minimum', () => {
    const periods = close(termsWith({ guarantees: [monthly] }), [worth(300n), worth(600n)]);
    expect(payable(periods)).toEqual(['500.00', '600.00']);
    expect(periods.map(stepsOf)).toEqual([[['14.1', 'guarantee', '200.00']], []]);
  });

  it('a top-up recoups an advance, or does not, as the terms say', () => {
    const advances = [{ id: 'advance', amount: '450.00', due: 'signature', recoupableFrom: 'all' }];
    expect(payable(close(termsWith({ guarantees: [monthly], advances }), [worth(300n)]))).toEqual(['50.00']);
    const apart = { ...monthly, topUpRecoups: false };
    expect(payable(close(termsWith({ guarantees: [apart], advances }), [worth(300n)]))).toEqual(['200.00']);
  });

  it('a month that the term begins in is prorated by its days', () => {
    const term = { from: '2026-01-16', until: '2028-01-01' };
    const guarantees = [{ ...monthly, amount: '310.00', prorated: true }];
    // 16 of 31 days of 310 are 160.
    expect(payable(close(termsWith({ guarantees, term }), [worth(100n), worth(0n)]))).toEqual(['160.00', '310.00']);
  });

  it('a restated month changes its own top-up: what was topped up is taken back', () => {
    const terms = termsWith({ guarantees: [monthly] });
    const [january] = close(terms, [worth(300n)]);
    const rate = (of: Month) => ratePeriod({ terms, period: monthPeriod('2026-01'), context: NO_PLAYS, ...of });
    const { settled } = closePeriod({
      terms,
      period: monthPeriod('2026-02'),
      ...worth(600n),
      context: NO_PLAYS,
      restatements: [restate(rate(worth(300n)), rate(worth(420n)))],
      carried: january?.settled.carried ?? openingCarried(terms),
    });
    // 120 more for January, 120 less of its top-up: February is paid as if nothing had been corrected.
    expect(dollars(settled.payable)).toBe('600.00');
    expect(settled.steps).toMatchObject([{ step: 'guarantee', minor: -12000n }]);
  });

  it('an interval is topped up when it ends, alone or with the others', () => {
    const interval = (from: string, until: string, amount: string) => ({ from, until, amount });
    const quarterly = (crossed: boolean) => ({
      id: 'quarters',
      per: 'interval',
      crossed,
      topUpRecoups: true,
      intervals: [interval('2026-01-01', '2026-03-01', '100.00'), interval('2026-03-01', '2026-05-01', '100.00')],
    });
    const months = [worth(90n), worth(60n), worth(10n), worth(20n)];
    expect(payable(close(termsWith({ guarantees: [quarterly(false)] }), months))).toEqual([
      '90.00',
      '60.00',
      '10.00',
      '90.00',
    ]);
    expect(payable(close(termsWith({ guarantees: [quarterly(true)] }), months))).toEqual([
      '90.00',
      '60.00',
      '10.00',
      '40.00',
    ]);
  });

  it('paid in instalments it is recouped like an advance, and what is not earned lapses', () => {
    const guarantees = [
      {
        id: 'winter',
        per: 'interval',
        crossed: false,
        topUpRecoups: true,
        intervals: [
          {
            from: '2026-01-01',
            until: '2026-03-01',
            amount: '200.00',
            instalments: [
              { on: '2026-01-01', amount: '150.00' },
              { on: '2026-02-01', amount: '50.00' },
            ],
          },
        ],
      },
    ];
    const periods = close(termsWith({ guarantees }), [worth(120n), worth(50n), worth(10n)]);
    expect(payable(periods)).toEqual(['0.00', '0.00', '10.00']);
    expect(periods.map(stepsOf)[1]).toEqual([
      ['14.1', 'guarantee', '-50.00'],
      ['19', 'breakage', '0.00'],
    ]);
  });
});

describe('a yearly minimum fee', () => {
  it('is used up by the royalties of its own year', () => {
    const terms = termsWith({
      figures: [{ id: 'channels', unit: 'count', per: 'agreement', definition: 'channels on 1 January' }],
      minimumFees: [
        {
          id: 'channel-fee',
          figure: 'channels',
          rate: '100.00',
          cap: '250.00',
          years: [{ from: '2026-01-01', until: '2026-03-01', dueOn: '2026-01-31' }],
        },
      ],
    });
    const counted = { ...NO_PLAYS, figures: { channels: '3' } };
    const periods = close(terms, [{ ...worth(100n), context: counted }, worth(170n), worth(40n)]);
    expect(payable(periods)).toEqual(['0.00', '20.00', '40.00']);
    expect(stepsOf(periods[0] as ClosedPeriod)).toEqual([['15.1', 'minimum-fee', '-100.00']]);
    expect(refusal(() => close(terms, [worth(1n)]))).toEqual(['/context/figures/channels context-missing']);
  });
});

describe('recoupment', () => {
  it('an advance takes from its own clauses, in its own interval, and lapses at its end', () => {
    const advances = [
      {
        id: 'downloads',
        amount: '100.00',
        due: 'signature',
        recoupableFrom: ['downloads'],
        recoup: { from: '2026-01-01', until: '2026-03-01', carryOver: false },
      },
    ];
    const sold: Month = { usage: [plays(ONE, 5000n), downloads(TWO, 100n)] };
    const periods = close(termsWith({ advances }), [sold, sold, sold]);
    // 50 of streams are paid; of downloads 36 and 36 recoup, 28 lapse; then 86 a month.
    expect(payable(periods)).toEqual(['50.00', '50.00', '86.00']);
    expect(periods[1]?.settled.steps.map(({ formula }) => formula)).toEqual([
      'open 64.00 − recouped 36.00 − lapsed 28.00 = open 0.00',
      '28.00 paid and never earned',
    ]);
  });

  it('an option counts once it is exercised', () => {
    const advances = [{ id: 'option', amount: '100.00', due: 'signature', recoupableFrom: 'all', option: true }];
    const exercised = { facts: { exercised: ['option'] } };
    expect(payable(close(termsWith({ advances }), [worth(30n), { ...worth(60n), ...exercised }]))).toEqual([
      '30.00',
      '0.00',
    ]);
  });

  it('expenses come first, where they are agreed', () => {
    const recoupment = { negative: 'unrecouped', expenses: 'before-recoupment' };
    const months = [{ ...worth(10n), facts: { expenses: 1250n } }, worth(5n)];
    expect(payable(close(termsWith({ recoupment }), months))).toEqual(['0.00', '2.50']);
    expect(refusal(() => close(termsWith({}), months))).toEqual(['/facts/expenses facts-not-agreed']);
    const negative = [{ ...worth(1n), facts: { expenses: -1n } }];
    expect(refusal(() => close(termsWith({ recoupment }), negative))).toEqual(['/facts/expenses facts-negative']);
  });

  it('agreements of a pool recoup each other', () => {
    const other = '00000000-0000-4000-8000-0000000000e1';
    const terms = termsWith({
      advances: [{ id: 'advance', amount: '50.00', due: 'signature', recoupableFrom: 'all' }],
      recoupment: { negative: 'carried-forward', expenses: 'none', pooledWith: [other] },
    });
    const pool = (opening: bigint, earned: bigint) => ({ facts: { pool: [{ account: other, opening, earned }] } });
    // 150 earned, 50 recouped here; the other has 60 open and earns nothing: 40 are left to pay.
    const [lends] = close(terms, [{ ...worth(150n), ...pool(6000n, 0n) }]);
    expect(dollars(lends?.settled.payable ?? 0n)).toBe('40.00');
    // 20 earned of 50 open; the other has 100 to spare and recoups 30 of it.
    const [borrows] = close(terms, [{ ...worth(20n), ...pool(0n, 10000n) }]);
    expect(borrows?.settled).toMatchObject({ payable: 0n, closing: 0n });
    expect(refusal(() => close(terms, [worth(1n)]))).toEqual(['/facts/pool facts-missing']);
    expect(refusal(() => close(termsWith({}), [{ ...worth(1n), ...pool(0n, 0n) }]))).toEqual([
      '/facts/pool facts-not-agreed',
    ]);
  });
});

describe('agreements of a pool that are closed one after the other', () => {
  const [first, second] = ['00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-0000000000e2'];
  const of = (other: string, advances: object[]): Terms =>
    termsWith({ advances, recoupment: { negative: 'carried-forward', expenses: 'none', pooledWith: [other] } });
  const earning = of(second, []);
  const owing = of(first, [{ id: 'advance', amount: '1000.00', due: 'signature', recoupableFrom: 'all' }]);
  const [january, february] = [monthPeriod('2026-01'), monthPeriod('2026-02')];

  function closing(
    terms: Terms,
    {
      period,
      dollars: earned,
      carried,
      other,
    }: { period: typeof january; dollars: bigint; carried: Carried; other: PoolAccount },
  ): ClosedPeriod['settled'] {
    const { usage } = worth(earned);
    return closePeriod({ terms, period, usage, context: NO_PLAYS, carried, facts: { pool: [other] } }).settled;
  }
  const opening = (terms: Terms, carried: Carried, period: typeof january, received = 0n): bigint =>
    poolOpening(terms, { carried, period, exercised: new Set(), received });
  const account = (name: string, open: bigint, received = 0n): PoolAccount => ({
    ...{ account: name, opening: open, earned: 0n, received },
  });

  // The worked case: 1,000.00 and 400.00 earned, 1,000.00 open in the second: 400.00 are payable, whichever is closed first.
  it('pay together what the pool would, and say from which agreement was recouped', () => {
    const lends = closing(earning, {
      ...{ period: january, dollars: 1_000n, carried: openingCarried(earning) },
      other: account(second, opening(owing, openingCarried(owing), january)),
    });
    expect(lends).toMatchObject({
      payable: 0n,
      pool: [{ account: second, opening: 100_000n, received: 0n, lent: 100_000n }],
    });
    expect(lends.steps).toMatchObject([{ step: 'pool', id: second, minor: -100_000n }]);
    const borrows = closing(owing, {
      ...{ period: january, dollars: 400n, carried: openingCarried(owing) },
      other: account(first, opening(earning, lends.carried, january), 100_000n),
    });
    expect(borrows).toMatchObject({ payable: 40_000n, recouped: 100_000n, closing: 0n });
    expect(borrows.steps.map(({ step, minor }) => [step, minor])).toEqual([
      ['recoupment', -100_000n],
      ['pool', 100_000n],
    ]);
  });

  it('do so in the other order, too, and what was lent is received once', () => {
    const alone = closing(owing, {
      ...{ period: january, dollars: 400n, carried: openingCarried(owing) },
      other: account(first, opening(earning, openingCarried(earning), january)),
    });
    expect(alone).toMatchObject({ payable: 0n, closing: 60_000n });
    const open = opening(owing, alone.carried, january);
    const lends = closing(earning, {
      ...{ period: january, dollars: 1_000n, carried: openingCarried(earning), other: account(second, open) },
    });
    expect([open, lends.payable]).toEqual([60_000n, 40_000n]);
    expect(opening(owing, alone.carried, january, 60_000n)).toBe(0n);
    expect(opening(owing, alone.carried, january, 25_000n)).toBe(35_000n);
    const next = closing(owing, {
      ...{ period: february, dollars: 10n, carried: alone.carried, other: account(first, 0n, 60_000n) },
    });
    expect(next).toMatchObject({ royalties: 1_000n, payable: 1_000n, recouped: 60_000n, closing: 0n });
    expect(movedBetween(owing, { before: alone.carried, settled: next })).toMatchObject({ lapsed: 0n, joined: 0n });
  });
});

describe('reserves', () => {
  const release = [
    { afterPeriods: 1, share: '0.5' },
    { afterPeriods: 2, share: '0.5' },
  ];

  it('hold a part of what sales earned and give it back; returns hold nothing', () => {
    const reserves = [{ id: 'returns', clauses: ['downloads'], rate: '0.20', basis: 'royalties', release }];
    const sold = { usage: [downloads(ONE, 1000n, 500n)] };
    const returned = { usage: [downloads(ONE, 0n, 100n)] };
    const periods = close(termsWith({ reserves }), [sold, returned, { usage: [] }]);
    // 180 earned, 20 % of 360 held; then −36 + 36; then 36.
    expect(payable(periods)).toEqual(['108.00', '0.00', '36.00']);
    expect(periods.map(({ settled }) => settled.carriedForward)).toEqual([0n, 0n, 0n]);
  });

  it('hold nothing from money that is not paid', () => {
    const reserves = [{ id: 'returns', rate: '0.20', basis: 'royalties', release }];
    const advances = [{ id: 'advance', amount: '95.00', due: 'signature', recoupableFrom: 'all' }];
    expect(payable(close(termsWith({ reserves, advances }), [worth(100n), worth(0n), worth(0n)]))).toEqual([
      '0.00',
      '2.50',
      '2.50',
    ]);
  });

  it('on sales hold back what the royalty is taken of', () => {
    const terms = termsWith({
      royalties: [
        { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.01' } },
        { id: 'downloads', grants: ['downloads'], royalty: { kind: 'percentage', rate: '0.25' } },
      ],
      reserves: [{ id: 'returns', clauses: ['downloads'], rate: '0.20', basis: 'sales', release }],
    });
    const sold = { usage: [{ ...downloads(ONE, 100n), sales: '100.00' }] };
    const periods = close(terms, [sold, { usage: [] }, { usage: [] }]);
    expect(payable(periods)).toEqual(['20.00', '2.50', '2.50']);
    expect(periods[0]?.rated.clauses[1]?.explanation.formula).toBe('80 × 0.25 = 20');
  });
});

describe('payment', () => {
  it('less than the minimum payout waits, unless the term ends', () => {
    const payment = { dueDays: 30, minimumPayout: '100.00' };
    expect(payable(close(termsWith({ payment }), [worth(60n), worth(30n), worth(20n)]))).toEqual([
      '0.00',
      '0.00',
      '110.00',
    ]);
    const term = { from: '2026-01-01', until: '2026-03-01' };
    expect(payable(close(termsWith({ payment, term }), [worth(60n), worth(30n)]))).toEqual(['0.00', '90.00']);
  });

  it('tax, exchange and the payees’ shares come last, with their sources', () => {
    const terms = termsWith({
      taxes: { withholding: 'deducted', vat: 'reverse-charge' },
      exchange: { payIn: 'EUR', source: 'ecb', rateOf: 'period-end' },
      splits: [
        {
          from: '2026-01-01',
          until: '2028-01-01',
          shares: [
            { payee: 'label', share: '0.5' },
            { payee: 'artist', share: '0.5' },
          ],
        },
      ],
    });
    const facts: CloseFacts = {
      taxes: { withholding: { rate: '0.10', source: 'treaty' }, vat: { rate: '0.20', source: 'law' } },
      exchange: { rate: '0.5', source: 'ecb', on: '2026-01-31' },
    };
    const [closed] = close(terms, [{ ...worth(101n), facts }]);
    expect(closed?.settled.payment).toMatchObject({
      withheld: { gross: 10100n, tax: 1010n, net: 9090n, source: 'treaty' },
      vat: { declaredByCustomer: 2020n },
      exchanged: { to: { minor: 4545n, currency: 'EUR' } },
      shares: [
        { payee: 'label', minor: 2273n },
        { payee: 'artist', minor: 2272n },
      ],
    });
    const lines = canonicalClauseLines({ terms, restatements: [], ...(closed as ClosedPeriod) })
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).line).slice(-5)).toEqual(
      ['payable', 'vat', 'withholding', 'exchange', 'share', 'share'].slice(-5),
    );
  });

  it('credit in kind is used beside the money and never paid', () => {
    const inKindCredits = [
      {
        id: 'ads',
        kind: 'advertising',
        carryOver: false,
        intervals: [{ from: '2026-01-01', until: '2026-03-01', amount: '500.00' }],
      },
    ];
    const asked = { facts: { creditsRequested: { ads: 60000n } } };
    const [, second] = close(termsWith({ inKindCredits }), [worth(10n), { ...worth(10n), ...asked }]);
    expect(second?.settled.payable).toBe(1000n);
    expect(second?.settled.steps.map(({ formula }) => formula)).toEqual([
      'advertising: available 500.00 − used 500.00, refused 100.00, left 0.00',
    ]);
  });
});

describe('laws of a close', () => {
  const clauses = fc.record(
    {
      guarantees: fc.constant([{ id: 'g', per: 'period', amount: '20.00', prorated: false, topUpRecoups: true }]),
      advances: fc.constant([
        { id: 'first', amount: '50.00', due: 'signature', recoupableFrom: 'all' },
        {
          id: 'second',
          amount: '40.00',
          due: [
            { on: '2026-02-01', amount: '15.00' },
            { on: '2026-03-01', amount: '25.00' },
          ],
          recoupableFrom: ['downloads'],
        },
      ]),
      reserves: fc.constant([
        {
          id: 'r',
          rate: '0.3',
          basis: 'royalties',
          release: [
            { afterPeriods: 1, share: '0.4' },
            { afterPeriods: 3, share: '0.6' },
          ],
        },
      ]),
      recoupment: fc.constantFrom(
        { negative: 'unrecouped', expenses: 'none' },
        { negative: 'carried-forward', expenses: 'none' },
      ),
      payment: fc.constant({ dueDays: 30, minimumPayout: '15.00' }),
    },
    { requiredKeys: [] },
  );
  const month = fc
    .record({ streams: fc.nat(4000), sold: fc.nat(120), returned: fc.nat(150) })
    .map(({ streams, sold, returned }): Month => ({
      usage: [plays(ONE, BigInt(streams)), downloads(TWO, BigInt(sold), BigInt(returned))],
    }));

  it('payable and what waits is what was earned, topped up, recouped and held; balances pass as JSON', () => {
    fc.assert(
      fc.property(clauses, fc.array(month, { minLength: 1, maxLength: 8 }), (changes, months) => {
        const terms = termsWith(changes);
        let carried: Carried = openingCarried(terms);
        let [paid, effects] = [0n, 0n];
        months.forEach((one, place) => {
          const { settled } = closePeriod({
            terms,
            period: monthPeriod(`2026-${String(place + 1).padStart(2, '0')}`),
            context: NO_PLAYS,
            ...one,
            carried: JSON.parse(JSON.stringify(carried)) as Carried,
          });
          expect(settled.payable >= 0n && settled.carriedForward <= 0n).toBe(true);
          expect(settled.closing >= 0n).toBe(true);
          carried = settled.carried;
          paid += settled.payable;
          const plainRecoupment = settled.steps.length === 0 ? -settled.recouped : 0n;
          effects += settled.royalties + plainRecoupment;
          for (const { step, minor } of settled.steps) if (step !== 'minimum-payout') effects += minor;
        });
        const waiting = BigInt(carried.clauses?.waiting ?? '0') + BigInt(carried.carriedForward ?? '0');
        expect(paid + waiting).toBe(effects);
      }),
    );
  });

  it('closing twice gives the same bytes', () => {
    fc.assert(
      fc.property(clauses, month, (changes, one) => {
        const terms = termsWith(changes);
        const lines = () => {
          const [closed] = close(terms, [one]);
          return canonicalClauseLines({ terms, restatements: [], ...(closed as ClosedPeriod) });
        };
        expect(lines()).toBe(lines());
      }),
    );
  });
});
