import { at } from '../faults';
import { compare, isExactText, isZero, moneyFromText, moneyText, ONE, rational, ZERO, type Rational } from '../money';
import {
  clauseSales,
  ratePeriod,
  RatingRefused,
  type ClauseRestatement,
  type RatedPeriod,
  type RatingInput,
} from '../rating';
import { type Period } from '../calendar';
import { SECTIONS, type Terms } from '../terms';
import { breakageOfPeriod } from './allocated-breakage';
import { carriedClauses, isPlain, type Carried, type CarriedClauses } from './carried';
import { useCredits } from './credit-steps';
import { type PoolAccount } from './cross-collateral';
import { type ExchangeRate } from './exchange';
import { countIn } from './fee-count';
import { reservesSales } from './held-sales';
import { untilLastMonth } from './inside-term';
import { greater, lesser, total } from './minor';
import { decidePayout } from './minimum-payout';
import { payAfterTax, type TaxFacts } from './pay';
import { feesBegun, prepaidOf } from './prepaid';
import {
  balanceOf,
  breakageSteps,
  openForPool,
  poolWith,
  receivedFrom,
  recoupmentSteps,
  type Pooled,
} from './recoup-steps';
import { recoupPeriod, type ClauseEarnings, type RecoupedPeriod } from './recoupment';
import { reserveRoyaltiesOf, reserveSalesOf, type SalesHeld } from './reserve-steps';
import { type Settled, type SettlingStep } from './steps';
import { topUpGuarantees, type EarnedForPeriod } from './top-up';

/** What neither contract nor usage says. Minor units are of the terms' currency. */
export interface CloseFacts {
  /** Agreed expenses of the period, where the terms let them be recovered. */
  readonly expenses?: bigint;
  /** Ids of optional advances that the platform has exercised. */
  readonly exercised?: readonly string[];
  /** In-kind credit that is asked for, by the id of its clause. */
  readonly creditsRequested?: Readonly<Record<string, bigint>>;
  /** The other agreements of the pool in this period. */
  readonly pool?: readonly PoolAccount[];
  readonly taxes?: TaxFacts;
  readonly exchange?: ExchangeRate;
}

/** Facts of a period that is looked at by itself: what other agreements of a pool have and will earn is left aside. */
export const standingApart = ({ recoupment }: Pick<Terms, 'recoupment'>): Pick<CloseFacts, 'pool'> =>
  recoupment?.pooledWith ? { pool: [] } : {};

export interface CloseInput extends Omit<RatingInput, 'heldSales'> {
  /** Differences of earlier periods that this close books. */
  readonly restatements?: readonly ClauseRestatement[];
  readonly carried: Carried;
  readonly facts?: CloseFacts;
}

export interface SettleInput extends Omit<CloseInput, 'usage' | 'earlier'> {
  readonly rated: RatedPeriod;
  readonly onSales?: Pick<SalesHeld, 'steps' | 'states'>;
}

const NO_RESERVE_ON_SALES = { steps: [], states: {} };

export interface ClosedPeriod {
  readonly rated: RatedPeriod;
  readonly settled: Settled;
}

/**
 * Closes one period: the order of all money rules, from usage to what is paid. Pure; the same input gives the same result.
 * Throws RatingRefused when the input contradicts itself or the terms.
 */
export function closePeriod(input: CloseInput): ClosedPeriod {
  // 1. Reserves on sales hold back what is no base of royalties yet (clause 18).
  const onSales = reserveSales(input, carriedClauses(input.terms, input.carried));

  // 2. Usage becomes royalties: exact, rounded once, spread (clauses 4, 6, 9 and 13). The order within: rating/rate-period.ts.
  const rated = ratePeriod({ ...input, usage: onSales.usage, heldSales: onSales.heldSales });

  return { rated, settled: settlePeriod({ ...input, rated, onSales }) };
}

/** From rated royalties to what is paid: the rules from the third on, for whoever has rated the period already. */
export function settlePeriod(input: SettleInput): Settled {
  const { terms, period, rated, restatements = [], facts = {}, onSales = NO_RESERVE_ON_SALES } = input;
  // What begins, ends or falls due on days of its own is of this period where it does so by the end of the term's last month.
  const days = untilLastMonth(terms, period);
  const before = carriedClauses(terms, input.carried);
  refuseFacts(terms, facts);

  // 3. The differences of restated periods join (clause 10).
  const earned = earnedFor(rated, restatements);

  // 4. Guarantees top up what was earned for a period or an interval (clause 14).
  const topUps = topUpGuarantees(terms, { period: days, earned, before: before.guarantees });

  // 5. Expenses first; then what was paid before it was earned is recouped: minimum fees, guarantees by instalment, advances, each from
  //    the royalties it may take (clauses 7, 14, 15 and 17). Agreements of a pool are taken together.
  const begun = feesBegun(terms, { period: days, known: before.fees, countOf: countIn(terms, input.context) });
  const fees = { ...before.fees, ...begun };
  const prepaid = prepaidOf(terms, { period: days, exercised: exercisedBy(facts, before), fees });
  const sources = [...earned.flatMap(({ clauses }) => clauses).map(sourceOf), ...topUps.flatMap(recoupingTopUp)];
  const pooled = recoup(
    { ...input, period: days },
    { before, prepaid: prepaid.map(({ advance }) => advance), sources },
  );

  // 6. Top-ups that recoup nothing are payable as they are (clause 14).
  const direct = total(topUps.filter(({ guarantee }) => !guarantee.topUpRecoups).map(({ minor }) => minor));
  const unreserved = balanceOf(pooled.recouped) + direct - pooled.lent;

  // 7. Reserves on royalties are held and released, at the end of the term all of them (clause 18). What is then below zero is carried forward (clause 17).
  const onRoyalties = reserveRoyaltiesOf(terms, {
    rated,
    payable: unreserved,
    before: before.reserves,
    isLast: endsWith(terms, period),
  });
  const balance = unreserved + onRoyalties.minor;

  // 8. Less than the minimum payout waits, unless the term ends (clause 11).
  const payout = payoutOf(input, { balance, waiting: BigInt(before.waiting) });

  // 9. Credit in kind is used beside the money (clause 16). What lapsed unearned is breakage (clause 19).
  const credits = useCredits(terms, { period: days, requested: facts.creditsRequested ?? {}, before: before.credits });

  // 10. Tax, exchange and the payees' shares come last (clauses 20, 21 and 22).
  const payment = payAfterTax(terms, { period, payable: payout.payable, taxes: facts.taxes, exchange: facts.exchange });

  const after: CarriedClauses = {
    recoupment: { ...pooled.recouped.balance, carriedForward: payout.carriedForward.toString() },
    guarantees: Object.fromEntries(topUps.map(({ guarantee, state }) => [guarantee.id, state])),
    fees,
    reserves: { ...before.reserves, ...onSales.states, ...onRoyalties.states },
    credits: credits.balances,
    waiting: payout.waiting.toString(),
  };
  const steps = [
    ...onSales.steps,
    ...topUps.filter(({ minor }) => minor !== 0n).map(({ step }) => step),
    ...recoupmentSteps(terms, { recouped: pooled.recouped, prepaid }),
    ...pooled.steps,
    ...onRoyalties.steps,
    ...payout.steps,
    ...credits.steps,
    ...breakageSteps(terms, pooled.recouped),
  ];
  const settled = settledOf(input, { pooled, earned, balance, payout, after });
  const breakage = breakageOfPeriod(terms, { rated, lapsed: pooled.recouped.lapsed });
  const { moved } = pooled;
  return {
    ...settled,
    steps: isPlain(terms) ? [] : steps,
    ...(payment ? { payment } : {}),
    ...(breakage ? { breakage } : {}),
    ...(moved ? { pool: moved } : {}),
  };
}

/** Whether no period comes after this one. */
const endsWith = ({ term }: Terms, period: RatingInput['period']): boolean => term.until <= period.until;

/** An option that was exercised once stays exercised. */
const exercisedBy = ({ exercised = [] }: CloseFacts, { recoupment }: CarriedClauses): ReadonlySet<string> =>
  new Set([...exercised, ...recoupment.advances.map(({ advance }) => advance)]);

/** Facts that the terms have no clause for would change money without a reason, and so would impossible ones: RatingRefused. */
function refuseFacts({ recoupment }: Terms, { expenses = 0n, pool, ...facts }: CloseFacts): void {
  const refuse = (member: string, code: string, message: string) => {
    throw new RatingRefused([{ pointer: `/facts/${member}`, code, message }]);
  };
  refuseRates(facts, refuse);
  for (const [id, requested] of Object.entries(facts.creditsRequested ?? {})) {
    if (requested < 0n) refuse(at('creditsRequested', id), 'facts-negative', 'must not be negative');
  }
  if (expenses < 0n) refuse('expenses', 'facts-negative', 'must not be negative');
  if (expenses > 0n && recoupment?.expenses !== 'before-recoupment') {
    refuse('expenses', 'facts-not-agreed', 'are not recoverable under these terms');
  }
  if (pool && !recoupment?.pooledWith) refuse('pool', 'facts-not-agreed', 'these terms are in no pool');
  if (!pool && recoupment?.pooledWith) refuse('pool', 'facts-missing', 'must have the other agreements of the pool');
}

function refuseRates(
  { taxes: { withholding, vat } = {}, exchange }: CloseFacts,
  refuse: (member: string, code: string, message: string) => void,
): void {
  const below = (rate: string, limit?: Rational) =>
    isExactText(rate) && compare(rational(rate), ZERO) >= 0 && (!limit || compare(rational(rate), limit) < 0);
  if (withholding && !below(withholding.rate, ONE)) {
    refuse('taxes/withholding/rate', 'facts-rate', 'must be a fraction of one, and less than one');
  }
  if (vat && !below(vat.rate)) refuse('taxes/vat/rate', 'facts-rate', 'must be a rate that is not negative');
  if (exchange && (!below(exchange.rate) || isZero(rational(exchange.rate)))) {
    refuse('exchange/rate', 'facts-rate', 'must be a rate above zero');
  }
}

function reserveSales(
  { terms, period, usage }: CloseInput,
  before: CarriedClauses,
): SalesHeld & Pick<CloseInput, 'usage'> {
  if (!reservesSales(terms)) return { usage, ...NO_RESERVE_ON_SALES, heldSales: {} };
  const rows = [...usage];
  const sales = clauseSales(terms, { usage: rows, period });
  return { usage: rows, ...reserveSalesOf(terms, { sales, before: before.reserves, isLast: endsWith(terms, period) }) };
}

/** The period's own amounts, and the differences of each period that is restated, by clause. */
function earnedFor(rated: RatedPeriod, restatements: readonly ClauseRestatement[]): EarnedForPeriod[] {
  const minorOf = ({ clause, amount }: { clause: string; amount: string }) => ({
    clause,
    minor: moneyFromText(amount, rated.currency).minor,
  });
  return [
    { period: rated.period, clauses: rated.clauses.map(minorOf) },
    ...restatements.map(({ period, clauses }) => ({ period, clauses: clauses.map(minorOf) })),
  ];
}

const sourceOf = ({ clause, minor }: { clause: string; minor: bigint }): ClauseEarnings => ({ clause, amount: minor });

function recoupingTopUp({ guarantee, minor }: ReturnType<typeof topUpGuarantees>[number]): ClauseEarnings[] {
  return guarantee.topUpRecoups ? [{ clause: `guarantee ${guarantee.id}`, amount: minor }] : [];
}

interface Recouping {
  readonly before: CarriedClauses;
  readonly prepaid: Parameters<typeof recoupPeriod>[1]['advances'];
  readonly sources: readonly ClauseEarnings[];
}

function recoup({ terms, period, facts = {} }: SettleInput, { before, prepaid, sources }: Recouping): Pooled {
  const recoupFrom = (earned: readonly ClauseEarnings[]): RecoupedPeriod =>
    recoupPeriod(before.recoupment, {
      period,
      advances: prepaid,
      negative: terms.recoupment?.negative ?? 'carried-forward',
      earned,
      ...(facts.expenses === undefined ? {} : { expenses: facts.expenses }),
    });
  const all = [...sources, ...receivedFrom(facts.pool)];
  const recouped = recoupFrom(all);
  if (!facts.pool) return { recouped, lent: 0n, steps: [] };
  return poolWith(terms, { recouped, others: facts.pool, again: (more) => recoupFrom([...all, more]) });
}

interface Standing {
  readonly carried: Carried;
  /** The period whose end it stands at: what joins by then is open. */
  readonly period: Period;
  readonly exercised: ReadonlySet<string>;
  /** What others of the pool have lent it since its last close. */
  readonly received: bigint;
}

/** What royalties of other agreements of its pool could still recoup of an agreement, as it stands. */
export function poolOpening(terms: Terms, { carried, period, exercised, received }: Standing): bigint {
  const before = carriedClauses(terms, carried);
  const recoupFrom = (earned: readonly ClauseEarnings[]): RecoupedPeriod =>
    recoupPeriod(before.recoupment, {
      ...{ period, earned, negative: terms.recoupment?.negative ?? 'carried-forward' },
      advances: prepaidOf(terms, { period, exercised, fees: before.fees }).map(({ advance }) => advance),
    });
  const lent = receivedFrom([{ received }]);
  return openForPool(recoupFrom(lent), (more) => recoupFrom([...lent, more]));
}

interface Payout {
  readonly payable: bigint;
  readonly waiting: bigint;
  /** Not positive. */
  readonly carriedForward: bigint;
  readonly steps: readonly SettlingStep[];
}

/** Less than the minimum waits. */
function payoutOf(
  { terms, period }: SettleInput,
  { balance, waiting: before }: { balance: bigint; waiting: bigint },
): Payout {
  const { minimumPayout } = terms.payment;
  const ends = endsWith(terms, period);
  const minimum = minimumPayout === undefined || ends ? 0n : moneyFromText(minimumPayout, terms.currency).minor;
  // What waits is not paid yet: a result below zero is met from it before anything is carried forward.
  const met = lesser(before, greater(0n, -balance));
  const [payable, waiting] = [greater(0n, balance), before - met];
  const decision = decidePayout(payable + waiting, minimum);
  const money = (minor: bigint) => moneyText({ minor, currency: terms.currency });
  const less = met === 0n ? '' : ` − ${money(met)} below zero`;
  const formula = `${money(payable)} + waiting ${money(before)}${less}: ${money(decision.payable)} payable, ${money(decision.waiting)} waits`;
  const change = decision.payable - payable;
  const steps: SettlingStep[] =
    change === 0n && met === 0n
      ? []
      : [{ clause: SECTIONS.minimumPayout, step: 'minimum-payout', formula, minor: change }];
  const carriedForward = lesser(0n, balance + met);
  return { payable: decision.payable, waiting: decision.waiting, carriedForward, steps };
}

interface Totals {
  readonly pooled: Pooled;
  readonly earned: readonly EarnedForPeriod[];
  readonly balance: bigint;
  readonly payout: Payout;
  readonly after: CarriedClauses;
}

function settledOf(
  { terms, carried }: SettleInput,
  { pooled: { recouped }, earned, balance, payout: { payable, carriedForward }, after }: Totals,
): Omit<Settled, 'steps' | 'payment'> {
  const royalties = total(earned.flatMap(({ clauses }) => clauses.map(({ minor }) => minor)));
  return {
    royalties,
    opening: recouped.opening,
    recouped: recouped.recouped,
    closing: recouped.closing,
    net: balance - recouped.broughtForward,
    broughtForward: recouped.broughtForward,
    payable,
    carriedForward,
    carried: {
      royaltiesToDate: (BigInt(carried.royaltiesToDate) + royalties).toString(),
      recoupedToDate: (BigInt(carried.recoupedToDate) + recouped.recouped).toString(),
      advancesToDate: isPlain(terms)
        ? carried.advancesToDate
        : total(after.recoupment.advances.map(({ added }) => BigInt(added))).toString(),
      carriedForward: carriedForward.toString(),
      ...(isPlain(terms) ? {} : { clauses: after }),
    },
  };
}
