import fc from 'fast-check';
import { monthPeriod, periodOf } from '../calendar';
import { settlePlainly } from '../testing/plain-recoupment';
import { NOTHING_RECOUPED, recoupPeriod, type RecoupableAdvance, type RecoupedPeriod, type RecoupmentPeriod } from '.';

const YEAR = { ...periodOf('2024-01-01', '2025-01-01'), carryOver: true };
const MONTHS = Array.from({ length: 12 }, (_, index) => monthPeriod(`2024-${String(index + 1).padStart(2, '0')}`));

const advance = (id: string, amount: bigint, more: Partial<RecoupableAdvance> = {}): RecoupableAdvance => ({
  id,
  amount,
  due: 'signature',
  recoupableFrom: 'all',
  ...more,
});

/** Closes one period after another, with what each earned in all or by clause, and writes the balance as JSON in between. */
function close(
  advances: readonly RecoupableAdvance[],
  earned: readonly (bigint | Readonly<Record<string, bigint>>)[],
  {
    negative = 'unrecouped',
    expenses = [],
    periods = MONTHS,
  }: Partial<Pick<RecoupmentPeriod, 'negative'>> & {
    expenses?: readonly bigint[];
    periods?: readonly RecoupmentPeriod['period'][];
  } = {},
): RecoupedPeriod[] {
  let balance = NOTHING_RECOUPED;
  return earned.map((amounts, index) => {
    const byClause = typeof amounts === 'bigint' ? { streaming: amounts } : amounts;
    const closed = recoupPeriod(JSON.parse(JSON.stringify(balance)), {
      period: periods[index] ?? YEAR,
      advances,
      negative,
      earned: Object.entries(byClause).map(([clause, amount]) => ({ clause, amount })),
      expenses: expenses[index] ?? 0n,
    });
    balance = closed.balance;
    return closed;
  });
}

const rows = (periods: readonly RecoupedPeriod[]) =>
  periods.map((row) => [row.opening, row.recouped, row.payable, row.lapsed, row.closing]);

describe('recoupment', () => {
  it('of 10,000 is complete in the third month', () => {
    expect(rows(close([advance('advance', 1000000n, { recoup: YEAR })], [250000n, 300000n, 600000n]))).toEqual([
      [1000000n, 250000n, 0n, 0n, 750000n],
      [750000n, 300000n, 0n, 0n, 450000n],
      [450000n, 450000n, 150000n, 0n, 0n],
    ]);
  });

  it('takes expenses from royalties first, also beyond them', () => {
    const periods = close([advance('advance', 10000n)], [13000n, 1000n, 500n], { expenses: [2000n, 1250n] });
    expect(rows(periods)).toEqual([
      [10000n, 10000n, 1000n, 0n, 0n],
      [0n, -250n, 0n, 0n, 250n],
      [250n, 250n, 250n, 0n, 0n],
    ]);
  });

  it('takes the advance listed first first, and gives it back last', () => {
    const periods = close([advance('first', 100n), advance('second', 50n)], [120n, -30n, -100n, 40n]);
    expect(periods.map(({ advances }) => advances.map(({ recouped }) => recouped))).toEqual([
      [100n, 20n],
      [-10n, -20n],
      [-90n, 0n],
      [30n, 0n],
    ]);
    // 120 − 30 − 100 = −10: what no advance can give back is opened beyond them, and met first.
    expect(periods.map(({ opened }) => opened.closing)).toEqual([0n, 0n, 10n, 0n]);
  });

  it('before any advance has joined opens a balance of its own', () => {
    const later = { recoup: { ...periodOf('2024-02-01', '2025-01-01'), carryOver: true } };
    expect(rows(close([advance('advance', 100n, later)], [-20n, 50n, 100n]))).toEqual([
      [0n, -20n, 0n, 0n, 20n],
      [120n, 50n, 0n, 0n, 70n],
      [70n, 70n, 30n, 0n, 0n],
    ]);
  });

  it('adds an instalment when it is due', () => {
    const instalments = [
      { on: '2024-01-15', amount: 100n },
      { on: '2024-03-01', amount: 60n },
    ];
    const periods = close([advance('advance', 160n, { due: instalments })], [150n, 30n, 80n]);
    expect(periods.map(({ added }) => added)).toEqual([100n, 0n, 60n]);
    expect(periods.map(({ payable }) => payable)).toEqual([50n, 30n, 20n]);
  });

  it('with a recoup interval takes the whole advance when it begins, whenever it is paid', () => {
    const instalments = ['01', '04', '07', '10'].map((month) => ({ on: `2024-${month}-01`, amount: 25n }));
    const [first] = close([advance('advance', 100n, { due: instalments, recoup: YEAR })], [10n]);
    expect(first).toMatchObject({ added: 100n, opening: 100n, closing: 90n });
  });
});

describe('an advance that does not carry over', () => {
  const years = [2011, 2012, 2013].map((year) => periodOf(`${year}-01-01`, `${year + 1}-01-01`));
  const ofYear = (index: number, amount: bigint) =>
    advance(`year ${index + 1}`, amount, { recoup: { ...(years[index] ?? YEAR), carryOver: false } });

  it('lapses at the end of its year', () => {
    const periods = close([ofYear(0, 900n), ofYear(1, 1600n)], [700n, 1800n], { periods: years });
    expect(rows(periods)).toEqual([
      [900n, 700n, 0n, 200n, 0n],
      [1600n, 1600n, 200n, 0n, 0n],
    ]);
  });

  it('takes what a result below zero opened with it', () => {
    expect(rows(close([ofYear(0, 100n)], [-50n, 30n], { periods: years }))).toEqual([
      [100n, -50n, 0n, 150n, 0n],
      [0n, 0n, 30n, 0n, 0n],
    ]);
  });

  it('is not opened again by what is taken back after its year', () => {
    const periods = close([ofYear(0, 100n), ofYear(1, 200n)], [150n, -40n, 10n], { periods: years });
    expect(rows(periods)).toEqual([
      [100n, 100n, 50n, 0n, 0n],
      [200n, -40n, 0n, 240n, 0n],
      [0n, 0n, 10n, 0n, 0n],
    ]);
    expect(periods[1]?.advances.map(({ recouped, lapsed }) => [recouped, lapsed])).toEqual([
      [0n, 0n],
      [0n, 200n],
    ]);
  });

  it('leaves open what is taken back when no advance runs any more', () => {
    expect(rows(close([ofYear(0, 100n)], [150n, -40n, 10n], { periods: years })).slice(1)).toEqual([
      [0n, -40n, 0n, 0n, 40n],
      [40n, 10n, 0n, 0n, 30n],
    ]);
  });

  it('overlapping another, lapses alone', () => {
    const early = advance('early', 100n, { recoup: { ...periodOf('2024-01-01', '2024-03-01'), carryOver: false } });
    const late = advance('late', 100n, { recoup: { ...periodOf('2024-02-01', '2024-04-01'), carryOver: false } });
    expect(rows(close([early, late], [30n, 50n, 70n, 5n]))).toEqual([
      [100n, 30n, 0n, 0n, 70n],
      [170n, 50n, 0n, 20n, 100n],
      [100n, 70n, 0n, 30n, 0n],
      [0n, 0n, 5n, 0n, 0n],
    ]);
    // Below zero in February: 30 are given back by the early one and lapse with it, 20 stay open as long as the late one runs.
    const below = close([early, late], [30n, -50n, 0n]);
    expect(rows(below)).toEqual([
      [100n, 30n, 0n, 0n, 70n],
      [170n, -50n, 0n, 100n, 120n],
      [120n, 0n, 0n, 120n, 0n],
    ]);
  });

  it('joining after its interval recoups nothing', () => {
    expect(rows(close([ofYear(0, 100n)], [70n], { periods: years.slice(1) }))).toEqual([[100n, 0n, 70n, 100n, 0n]]);
  });
});

describe('a result below zero that is carried forward', () => {
  const negative = 'carried-forward';

  it('waits on its own account for later royalties, and opens no advance', () => {
    const periods = close([advance('advance', 100000n)], [120000n, -5000n, 8000n], { negative });
    expect(periods.map((row) => [row.recouped, row.payable, row.carriedForward, row.closing])).toEqual([
      [100000n, 20000n, 0n, 0n],
      [0n, 0n, -5000n, 0n],
      [0n, 3000n, 0n, 0n],
    ]);
  });

  it('gives recoupment back beyond what was earned over it', () => {
    const periods = close([advance('advance', 100n)], [120n, -50n, 30n], { negative });
    // 20 of the 50 were paid and wait, 30 were recouped and are open again.
    expect(periods.map((row) => [row.recouped, row.payable, row.carriedForward, row.closing])).toEqual([
      [100n, 20n, 0n, 0n],
      [-30n, 0n, -20n, 30n],
      [30n, 0n, -20n, 0n],
    ]);
  });

  it('does not recoup a later instalment from royalties that were paid out', () => {
    const instalments = [
      { on: '2024-01-01', amount: 100n },
      { on: '2024-02-01', amount: 100n },
    ];
    const periods = close([advance('advance', 200n, { due: instalments })], [300n, 40n, -10n, 90n], { negative });
    expect(periods.map((row) => [row.recouped, row.payable, row.carriedForward, row.closing])).toEqual([
      [100n, 200n, 0n, 0n],
      [40n, 0n, 0n, 60n],
      [0n, 0n, -10n, 60n],
      [60n, 20n, 0n, 0n],
    ]);
  });

  it('agrees with the cumulative rule when all advances are due at signature', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(0n, 2000n), { maxLength: 3 }),
        fc.array(fc.bigInt(-1500n, 1500n), { minLength: 1, maxLength: 10 }),
        (amounts, earned) => {
          const advances = amounts.map((amount, index) => advance(`advance ${index}`, amount));
          let carried = {
            royaltiesToDate: '0',
            recoupedToDate: '0',
            advancesToDate: amounts.reduce((sum, amount) => sum + amount, 0n).toString(),
          };
          for (const [index, closed] of close(advances, earned, { negative, periods: [] }).entries()) {
            const settled = settlePlainly(carried, [earned[index] ?? 0n]);
            carried = settled.carried;
            const { opening, recouped, closing, payable, carriedForward, broughtForward } = settled;
            expect(closed).toMatchObject({ opening, recouped, closing, payable, carriedForward, broughtForward });
            // As `recoupedByAdvance` lists them: the advance listed first is full before the next has anything.
            const toDate = closed.balance.advances.map((entry) => BigInt(entry.recouped));
            toDate.forEach((_, later) => {
              const partlyBefore = toDate.slice(0, later).some((value, i) => value < (amounts[i] ?? 0n));
              if (partlyBefore) expect(toDate[later]).toBe(0n);
            });
          }
        },
      ),
    );
  });
});

describe('an advance recoupable from named clauses', () => {
  const fromDownloads = advance('downloads', 100n, { recoupableFrom: ['downloads'] });

  it('takes nothing from others', () => {
    expect(rows(close([fromDownloads], [{ streaming: 500n, downloads: 30n }]))).toEqual([[100n, 30n, 500n, 0n, 70n]]);
  });

  it('has what an advance for all can do without', () => {
    const periods = close([advance('any', 100n), fromDownloads], [{ downloads: 100n, streaming: 60n }]);
    // Any takes 60 of streaming and 40 of downloads; the other 60 are left to the second. No royalty recoups both.
    expect(periods[0]?.advances.map(({ recouped }) => recouped)).toEqual([100n, 60n]);
    expect(periods[0]?.payable).toBe(0n);
  });

  it('shares clauses with others without drawing a royalty twice', () => {
    const ab = advance('ab', 100n, { recoupableFrom: ['a', 'b'] });
    const bc = advance('bc', 100n, { recoupableFrom: ['b', 'c'] });
    const recouped = (earned: Record<string, bigint>) =>
      close([ab, bc], [earned])[0]?.advances.map((movement) => movement.recouped);
    expect(recouped({ a: 0n, b: 100n, c: 0n, d: 100n })).toEqual([100n, 0n]);
    expect(recouped({ b: 100n, a: 80n, c: 0n, d: 0n })).toEqual([100n, 80n]);
  });

  it.each(['unrecouped', 'carried-forward'] as const)(
    'is given back when its clause falls below what it took, whatever others earn (%s)',
    (negative) => {
      const earned = [
        { downloads: 80n, streaming: 0n },
        { downloads: -50n, streaming: 50n },
      ];
      expect(rows(close([fromDownloads], earned, { negative }))).toEqual([
        [100n, 80n, 0n, 0n, 20n],
        [20n, -50n, 50n, 0n, 70n],
      ]);
      // With an advance for all beside it, the 50 of streaming recoup that one.
      const both = close([fromDownloads, advance('any', 100n)], earned, { negative });
      expect(both[1]?.advances.map(({ recouped }) => recouped)).toEqual([-50n, 50n]);
      expect(both[1]?.payable).toBe(0n);
    },
  );
});

describe('a balance that does not fit', () => {
  it('is refused', () => {
    const [closed] = close([advance('advance', 100n)], [10n]);
    const next = { period: YEAR, negative: 'unrecouped', earned: [] } as const;
    const before = closed?.balance ?? NOTHING_RECOUPED;
    expect(() => recoupPeriod(before, { ...next, advances: [] })).toThrow('missing');
    expect(() => recoupPeriod(before, { ...next, advances: [advance('advance', 99n)] })).toThrow(RangeError);
  });
});

describe('laws of recoupment', () => {
  const clauses = ['a', 'b', 'c'];
  const interval = fc
    .tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 1, max: 6 }), fc.boolean())
    .map(([first, length, carryOver]) => ({
      ...periodOf(MONTHS[first]?.from ?? '', MONTHS[Math.min(11, first + length)]?.from ?? ''),
      carryOver,
    }));
  const instalments = fc.array(
    fc.record({ on: fc.constantFrom(...MONTHS.map(({ from }) => from)), amount: fc.bigInt(0n, 500n) }),
    { minLength: 1, maxLength: 3 },
  );
  const anyAdvance = fc
    .record({
      due: fc.oneof(fc.constant('signature' as const), instalments),
      amount: fc.bigInt(0n, 800n),
      recoupableFrom: fc.oneof(fc.constant('all' as const), fc.subarray(clauses, { minLength: 1 })),
      recoup: fc.option(interval, { nil: undefined }),
    })
    .map(({ due, amount, recoup, ...rest }) => ({
      due,
      amount: due === 'signature' ? amount : due.reduce((sum, instalment) => sum + instalment.amount, 0n),
      ...rest,
      ...(recoup && { recoup }),
    }));
  const contract = fc
    .array(anyAdvance, { maxLength: 4 })
    .map((list) => list.map((terms, index): RecoupableAdvance => ({ id: `advance ${index}`, ...terms })));
  const earnings = fc.array(
    fc.record({ a: fc.bigInt(-300n, 500n), b: fc.bigInt(-300n, 500n), c: fc.bigInt(-300n, 500n) }),
    { minLength: 1, maxLength: 12 },
  );
  const expenses = fc.array(fc.bigInt(0n, 100n), { maxLength: 12 });
  const negatives = fc.constantFrom('unrecouped' as const, 'carried-forward' as const);

  it('closing is opening less recouped and lapsed, of each advance and of all, from period to period', () => {
    fc.assert(
      fc.property(contract, earnings, expenses, negatives, (advances, earned, costs, negative) => {
        let closing = 0n;
        for (const row of close(advances, earned, { negative, expenses: costs })) {
          expect(row.opening).toBe(closing + row.added);
          const parts = [...row.advances, row.opened];
          for (const movement of [row, ...parts]) {
            expect(movement.closing).toBe(movement.opening - movement.recouped - movement.lapsed);
            expect(movement.closing >= 0n && movement.lapsed >= 0n).toBe(true);
          }
          expect(parts.reduce((sum, part) => sum + part.recouped, 0n)).toBe(row.recouped);
          expect(parts.reduce((sum, part) => sum + part.closing, 0n)).toBe(row.closing);
          closing = row.closing;
        }
      }),
    );
  });

  it('what is paid and carried forward is what was earned less expenses and recoupment', () => {
    fc.assert(
      fc.property(contract, earnings, expenses, negatives, (advances, earned, costs, negative) => {
        const periods = close(advances, earned, { negative, expenses: costs });
        const sum = (part: (row: RecoupedPeriod) => bigint) => periods.reduce((all, row) => all + part(row), 0n);
        const last = periods.at(-1);
        expect(sum((row) => row.payable) + (last?.carriedForward ?? 0n)).toBe(
          sum((row) => row.netEarned) - sum((row) => row.recouped),
        );
        expect(periods.every((row) => row.payable >= 0n && row.carriedForward <= 0n)).toBe(true);
        if (negative === 'unrecouped') expect(last?.carriedForward).toBe(0n);
      }),
    );
  });

  it('no advance takes more than its clauses earned, and all together no more than all', () => {
    fc.assert(
      fc.property(contract, earnings, negatives, (advances, earned, negative) => {
        close(advances, earned, { negative }).forEach((row, index) => {
          const ofMonth: Record<string, bigint> = earned[index] ?? {};
          const available = (from: readonly string[]) =>
            from.reduce((sum, clause) => sum + ((ofMonth[clause] ?? 0n) > 0n ? (ofMonth[clause] ?? 0n) : 0n), 0n);
          const taken = row.advances.map(({ recouped }) => (recouped > 0n ? recouped : 0n));
          // Hall's condition: for any set of advances, what they took was earned by the clauses they may take from.
          for (let chosen = 1; chosen < 2 ** advances.length; chosen++) {
            const members = advances.flatMap((member, at) => ((chosen >> at) & 1 ? [{ member, at }] : []));
            const from = members.flatMap(({ member }) =>
              member.recoupableFrom === 'all' ? clauses : member.recoupableFrom,
            );
            const drawn = members.reduce((sum, { at }) => sum + (taken[at] ?? 0n), 0n);
            expect(drawn <= available([...new Set(from)])).toBe(true);
          }
        });
      }),
    );
  });

  it('where nothing is limited to clauses, recouped is the lesser of opening and net earned', () => {
    const unlimited = contract.map((list) => list.map((terms) => ({ ...terms, recoupableFrom: 'all' as const })));
    fc.assert(
      fc.property(unlimited, earnings, expenses, (advances, earned, costs) => {
        for (const row of close(advances, earned, { expenses: costs })) {
          expect(row.recouped).toBe(row.opening < row.netEarned ? row.opening : row.netEarned);
        }
      }),
    );
  });
});
