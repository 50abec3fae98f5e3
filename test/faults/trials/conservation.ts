import fc from 'fast-check';
import {
  allocateShares,
  canonicalClauseLines,
  type Carried,
  type CloseFacts,
  closePeriod,
  exchange,
  monthPeriod,
  moneyFromText,
  openingCarried,
  ratePeriod,
  rational,
  restate,
  type ClauseRestatement,
  type RatedPeriod,
  receivedOf,
  type Settled,
  spreadOverRecordings,
  splitLines,
  moneyRoundingIn,
  ratio,
  toMinor,
  type Terms,
  type UsageSum,
  valueAddedTax,
  withhold,
} from '../../../src/kernel';
import { contextOf, downloads, ISRCS, plays, referenceTerms } from '../../../src/kernel/testing/reference-terms';
import { commissionOn } from '../../../src/settlement/payouts/commission';
import { Found, type Order, type Trial, type Verdict } from './trial';

/** A law, how often it is tried of a hundred cases, and how: gives the smallest case that breaks it. */
interface Law {
  readonly name: string;
  readonly share: number;
  readonly broken: (numRuns: number, seed: number) => string | undefined;
}

const law = <Values extends [unknown, ...unknown[]]>(
  name: string,
  share: number,
  arbitraries: { [Place in keyof Values]: fc.Arbitrary<Values[Place]> },
  check: (...values: Values) => void,
): Law => ({
  name,
  share,
  broken: (numRuns, seed) => {
    const result = fc.check(fc.property(...arbitraries, check), { numRuns, seed });
    return result.failed ? fc.defaultReportMessage(result) : undefined;
  },
});

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, one) => total + one, 0n);

function same(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${String(found)}, not ${String(expected)}`);
}

const minor = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const weights = fc
  .array(fc.bigInt({ min: 0n, max: 10_000n }), { minLength: 1, maxLength: 12 })
  .filter((all) => sum(all) > 0n);
const percent = fc.integer({ min: 0, max: 99 }).map((of) => `${of}/100`);
const rate = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 9n }), fc.bigInt({ min: 1n, max: 10n ** 6n }))
  .map(([n, d]) => `${n}/${d}`);
const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD');
const sharesOf = (all: readonly bigint[]) => all.map((one, at) => ({ payee: `p${at}`, share: `${one}/${sum(all)}` }));

const small: readonly Law[] = [
  law('shares sum to the whole, and a tie goes to the first', 18, [minor, weights], (whole, all) => {
    const parts = allocateShares(whole, all.map(rational));
    same('sum of shares', sum(parts), whole);
    // The rule of what is left over knows no chance: the same once more, and no part is a unit away from its exact share.
    same('shares once more', allocateShares(whole, all.map(rational)).join(), parts.join());
    for (const [at, part] of parts.entries()) {
      const distance = part * sum(all) - whole * all[at]!;
      if (distance >= sum(all) || distance <= -sum(all))
        throw new Error(`${part} is no share of ${all[at]} in ${whole}`);
    }
  }),
  law('payees get all of a line', 18, [minor, weights, currency], (thousandths, all, of) => {
    const rounding = moneyRoundingIn(of, { mode: 'half-up' });
    const amount = ratio(thousandths, 1_000n);
    const intervals = [{ from: null, until: null, shares: sharesOf(all) }];
    const result = splitLines([{ line: 'l', date: '2026-01-01', amount }], { intervals, rounding });
    const [line] = result.accepted ? result.lines : [];
    if (line?.status !== 'allocated') throw new Error('the line was not shared out');
    same('sum of payees', sum(line.shares.map((one) => one.minor)), toMinor(amount, rounding));
  }),
  law('tax and net are the gross, withheld or added', 18, [minor, percent], (amount, of) => {
    for (const treatment of ['deducted', 'grossed-up'] as const) {
      const { gross, tax, net } = withhold(amount, { rate: of, treatment });
      same(`gross ${treatment}`, gross, tax + net);
      same(`${treatment} of`, treatment === 'deducted' ? gross : net, amount);
    }
    for (const treatment of ['added', 'included', 'reverse-charge'] as const) {
      const { gross, tax, net } = valueAddedTax(amount, { rate: of, treatment });
      same(`gross ${treatment}`, gross, tax + net);
    }
  }),
  law(
    'an exchange is within half a unit of exact, and mirrors at zero',
    18,
    [minor, rate, currency, currency],
    (amount, of, from, into) => {
      const published = { rate: of, source: 'ecb', on: '2026-01-31' };
      const { to, exact } = exchange({ minor: amount, currency: from }, { into, rate: published });
      const units = { USD: 100n, EUR: 100n, JPY: 1n, KWD: 1_000n }[into]!;
      // |to − exact| ≤ ½ a unit, over the exact value's denominator.
      const distance = to.minor * exact.d - exact.s * exact.n * units;
      if (2n * (distance < 0n ? -distance : distance) > exact.d)
        throw new Error(`${to.minor} is not ${amount} at ${of}`);
      same('mirrored', exchange({ minor: -amount, currency: from }, { into, rate: published }).to.minor, -to.minor);
    },
  ),
  law(
    'commission is spread over its invoices and none is taken of tax',
    18,
    [fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 9n }), percent), { minLength: 1, maxLength: 12 }), percent],
    (invoices, of) => {
      const paid = invoices.map(([amount, vat]) => ({
        amount_minor: amount,
        vat_minor: valueAddedTax(amount, { rate: vat, treatment: 'included' }).tax,
      }));
      const { gross, commission, parts } = commissionOn(paid, rational(of));
      same('gross', gross, sum(invoices.map(([amount]) => amount)));
      same('parts of the commission', sum(parts), commission);
      for (const [at, part] of parts.entries())
        if (part > paid[at]!.amount_minor - paid[at]!.vat_minor)
          throw new Error(`${part} of commission is more than is there`);
    },
  ),
];

const dollars = (max: number) =>
  fc.integer({ min: 0, max }).map((cents) => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
const royalty = fc.constantFrom(
  { kind: 'perUnit', rate: '0.36' },
  { kind: 'perUnit', rate: '0.00437' },
  { kind: 'floor', amount: '7', of: { kind: 'perUnit', rate: '0.125' } },
  { kind: 'cap', amount: '40', of: { kind: 'perUnit', rate: '0.7' } },
);
const splits = weights.map((all) => [{ from: '2026-01-01', until: '2028-01-01', shares: sharesOf(all) }]);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const deal: fc.Arbitrary<Terms> = fc
  .record({
    streaming: royalty,
    bought: royalty,
    guarantee: optional(fc.record({ amount: dollars(9_000), topUpRecoups: fc.boolean() })),
    advance: dollars(12_000),
    reserve: optional(fc.constantFrom('0.2', '0.335')),
    minimumPayout: fc.constantFrom(undefined, '30.00'),
    decimals: fc.constantFrom(2, 2, 0),
    mode: fc.constantFrom('half-up', 'half-even', 'down', 'up'),
    splits: optional(splits),
    taxes: optional(
      fc.record({
        withholding: fc.constantFrom('deducted', 'grossed-up'),
        vat: fc.constantFrom('added', 'included', 'reverse-charge'),
      }),
    ),
    payIn: fc.constantFrom(undefined, 'EUR', 'JPY'),
  })
  .map(({ streaming, bought, guarantee, advance, reserve, minimumPayout, decimals, mode, payIn, ...more }) =>
    referenceTerms({
      ...(more.splits && { splits: more.splits }),
      ...(more.taxes && { taxes: more.taxes }),
      ...(guarantee && { guarantees: [{ id: 'monthly', per: 'period', prorated: false, ...guarantee }] }),
      ...(reserve && { reserves: [reserved(reserve)] }),
      ...(payIn && { exchange: { payIn, source: 'ecb', rateOf: 'payment' } }),
      settlement: undefined,
      advances: [{ id: 'advance', amount: advance, due: 'signature', recoupableFrom: 'all' }],
      royalties: [
        { id: 'streaming', grants: ['streaming'], royalty: streaming },
        { id: 'downloads', grants: ['downloads'], royalty: bought },
      ],
      recoupment: { negative: 'carried-forward', expenses: 'before-recoupment' },
      rounding: { mode, decimals, apply: 'period', spread: 'largest-remainder' },
      payment: { dueDays: 30, ...(minimumPayout && { minimumPayout }) },
    }),
  );

const reserved = (of: string): object => ({
  ...{ id: 'returns', clauses: ['downloads'], rate: of, basis: 'royalties' },
  release: [
    { afterPeriods: 1, share: '1/3' },
    { afterPeriods: 2, share: '2/3' },
  ],
});

const usage: fc.Arbitrary<readonly UsageSum[]> = fc.array(
  fc
    .record({
      isrc: fc.constantFrom(...ISRCS.slice(0, 3)),
      units: fc.bigInt({ min: 0n, max: 900n }),
      returns: fc.bigInt({ min: 0n, max: 200n }),
      download: fc.boolean(),
      share: fc.constantFrom(undefined, '1', '0.6', '1/3'),
    })
    .map(({ isrc, units, returns, download, share }) => ({
      ...(download ? downloads(isrc, units, returns) : plays(isrc, units, { returns })),
      ...(share === undefined ? {} : { controlledShare: share }),
    })),
  { maxLength: 5 },
);
const month = fc.record({ usage, again: optional(usage), expenses: fc.constantFrom(0n, 0n, 700n), turn: fc.nat() });
type Month = typeof month extends fc.Arbitrary<infer One> ? One : never;

/** Told beside the money, and no part of what is payable. */
const notPayable = ['minimum-payout', 'breakage'];
const names = ['2026-01', '2026-02', '2026-03'];

const closes = law(
  'closes in a row, with corrections, create and lose nothing, whatever the order of their usage',
  10,
  [deal, fc.array(month, { minLength: 1, maxLength: 3 }), percent, percent, rate],
  (terms, months, vat, withholding, of) => {
    const facts: CloseFacts = {
      ...(terms.taxes && {
        taxes: { vat: { rate: vat, source: 's' }, withholding: { rate: withholding, source: 's' } },
      }),
      ...(terms.exchange && { exchange: { rate: of, source: 'ecb', on: '2026-01-31' } }),
    };
    let carried = openingCarried(terms);
    const finals: RatedPeriod[] = [];
    for (const [at, one] of months.entries()) {
      const restatements = corrections(terms, finals, one);
      const input = {
        ...{ terms, period: monthPeriod(names[at]!), context, restatements, carried },
        facts: { ...facts, expenses: one.expenses },
      };
      const { rated, settled } = closePeriod({ ...input, usage: one.usage });
      conserved(rated, settled, { before: carried, restatements });
      const other = closePeriod({ ...input, usage: turned(one.usage, one.turn) });
      const lines = (closed: typeof other) => canonicalClauseLines({ terms, restatements, ...closed });
      same('lines of usage in another order', lines(other), lines({ rated, settled }));
      for (const path of numbersIn({ rated, settled })) throw new Error(`${path} is a JavaScript number`);
      carried = settled.carried;
      finals.push(rated);
    }
    same('royalties to date', carried.royaltiesToDate, String(sum(finals.map(({ total }) => total.minor))));
  },
);

const context = contextOf(0n, '0');

/** The month before is rated once more by other usage. */
function corrections(terms: Terms, finals: RatedPeriod[], { again }: Month): ClauseRestatement[] {
  const place = finals.length - 1;
  const booked = finals[place];
  if (booked === undefined || again === undefined) return [];
  const rerated = ratePeriod({ terms, period: monthPeriod(names[place]!), usage: again, context });
  finals[place] = rerated;
  return [restate(booked, rerated)];
}

function turned(rows: readonly UsageSum[], by: number): UsageSum[] {
  const from = rows.length === 0 ? 0 : by % rows.length;
  return [...rows.slice(from), ...rows.slice(0, from)].reverse();
}

const waiting = ({ clauses }: Carried): bigint => BigInt(clauses?.waiting ?? '0');

function conserved(
  rated: RatedPeriod,
  settled: Settled,
  { before, restatements }: { before: Carried; restatements: readonly ClauseRestatement[] },
): void {
  const amounts = rated.clauses.map(({ amount }) => moneyFromText(amount, rated.currency).minor);
  same('sum of clauses', sum(amounts), rated.total.minor);
  const parts = spreadOverRecordings(rated);
  for (const [at, { clause, unattributed }] of rated.clauses.entries()) {
    if (unattributed !== '0') continue;
    same(
      `recordings of ${clause}`,
      sum(parts.filter((_, place) => rated.recordings[place]?.clause === clause)),
      amounts[at],
    );
  }
  const { royalties, net, broughtForward, payable, carriedForward, steps, payment, carried } = settled;
  same('royalties', royalties, rated.total.minor + sum(restatements.map(({ delta }) => delta.minor)));
  const moved = steps.filter(({ step }) => !notPayable.includes(step));
  // Where nothing but an advance is agreed there are no steps.
  same(
    'net',
    net,
    steps.length === 0 ? royalties - settled.recouped : royalties + sum(moved.map((step) => step.minor)),
  );
  same('payable', payable + carriedForward + waiting(carried) - waiting(before), broughtForward + net);
  if (payment === undefined) return;
  const { vat, withheld, exchanged, shares } = payment;
  if (vat) same('gross with value-added tax', vat.gross, vat.net + vat.tax);
  if (withheld) same('gross with tax withheld', withheld.gross, withheld.net + withheld.tax);
  const paid = exchanged?.to.minor ?? receivedOf(settled);
  if (exchanged) same('exchanged', exchanged.from.minor, receivedOf(settled));
  if (shares) same('what payees get', sum(shares.map((share) => share.minor)), paid);
}

/** Counts of what is no money: nothing else may be a number. */
const counts = /\.(decimals|place|line|afterPeriods|periods|number|version)$/;

/** Where in a value there is a JavaScript number. */
function numbersIn(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return counts.test(path) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => numbersIn(part, `${path}.${key}`));
}

/** T9 asks no database. */
export interface PureTrial extends Trial {
  readonly run: (order: Order) => Verdict;
}

const laws: readonly Law[] = [...small, closes];

/**
 * T9: money is conserved, by laws that are tried on random splits, taxes, rates, commissions and closes; what is left over by rounding goes where a rule says, and no
 * amount is ever a JavaScript number.
 */
export const conservation: PureTrial = {
  name: 'T9',
  about: 'parts sum to the whole, to the last minor unit',
  unit: 'cases',
  sizes: { brief: 3_000, usual: 10_000, full: 1_000_000 },
  run: ({ size, seed, say }) => {
    const found = new Found();
    found.same('numbers that a search for them finds', numbersIn({ a: [{ line: 1 }, { minor: 1n }, 0.5] }), ['.a.2']);
    const tried: Record<string, number> = {};
    for (const { name, share, broken } of laws) {
      const numRuns = Math.ceil((size * share) / 100);
      const report = broken(numRuns, seed);
      tried[name] = numRuns;
      if (report !== undefined) found.add(`${name}: ${report}`);
      say(`${name}: ${numRuns}`);
    }
    const cases = Object.values(tried).reduce((total, one) => total + one, 0);
    return { cases, tried, found: found.list };
  },
};
