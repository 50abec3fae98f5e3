import { beginsReportingPeriod, type CalendarDate } from '../calendar';
import { canonicalText } from '../canonical';
import { at, type Fault } from '../faults';
import { moneyFromText } from '../money';
import { carriedClauses, isPlain, type Carried } from '../settling';
import { type Life } from './life';
import { standingWithdrawals } from './withdrawals';
import { asksForSales, needsOf, nodesOf, type RoyaltyClause, type Terms } from '../terms';

export interface AmendedTerms {
  /** The terms signed last. */
  readonly before: Terms;
  readonly after: Terms;
  readonly effectiveFrom: CalendarDate;
  /** The first day of the version signed last. */
  readonly notBefore: CalendarDate;
}

/** What an agreement is about and what has fallen due already: none of it is amended. */
const FINAL = [
  ...(['schema', 'rules', 'parties', 'timeZone', 'currency', 'reportingPeriod', 'settlement', 'conditions'] as const),
] satisfies readonly (keyof Terms)[];

/**
 * Why an amendment cannot be: pointers into the later terms, or to `/effectiveFrom`. It begins with a reporting period, since that is rated under
 * one text, and not before an earlier amendment, since each is the whole text.
 */
export function amendmentFaults({ before, after, effectiveFrom, notBefore }: AmendedTerms): Fault[] {
  const faults = FINAL.filter((name) => differs(before[name], after[name])).map((name) =>
    fault(`/${name}`, 'stays as it was signed first'),
  );
  if (after.term.from !== before.term.from) faults.push(fault('/term/from', 'stays as it was signed first'));
  faults.push(...advanceFaults(before, after), ...balanceFaults(before, after), ...counterFaults(before, after));
  const day = (message: string): number => faults.push(fault('/effectiveFrom', message));
  const kind = before.reportingPeriod;
  if (!beginsReportingPeriod(kind, effectiveFrom)) {
    day(`must be the first day of a ${kind}: a ${kind} is rated under one text`);
  }
  if (effectiveFrom < notBefore) day(`must not lie before ${notBefore}, from which the version before it holds`);
  if (effectiveFrom < before.term.from || effectiveFrom >= after.term.until) day('must lie in the term');
  if (faults.length === 0 && !differs(before, after)) faults.push(fault('', 'changes nothing'));
  return faults;
}

/**
 * Why an amendment cannot be signed any more: recordings of its list were withdrawn, by its first day, after it was proposed. It would license
 * them again, and whoever signed first did not say so.
 */
export function overtakenByWithdrawals(
  life: Pick<Life, 'facts'>,
  {
    madeAt,
    effectiveFrom,
    terms,
  }: Pick<AmendedTerms, 'effectiveFrom'> & { readonly madeAt: Date; readonly terms: Terms },
): Fault[] {
  const since = standingWithdrawals(life).filter(
    ({ recordedAt, from }) => recordedAt >= madeAt && from <= effectiveFrom,
  );
  const withdrawn = new Set(since.flatMap(({ isrcs }) => isrcs));
  return terms.repertoire.isrcs.flatMap((isrc, place) =>
    withdrawn.has(isrc) ? [fault(`/repertoire/isrcs/${place}`, `${isrc} was withdrawn since this was proposed`)] : [],
  );
}

/** An advance that was signed is due or paid: it stays. New ones may join, and fall due with the amendment's signature. */
function advanceFaults(before: Terms, after: Terms): Fault[] {
  const later = new Map(after.advances.map((advance) => [advance.id, advance]));
  return before.advances.flatMap((advance) =>
    differs(advance, later.get(advance.id)) ? [fault(at('/advances', advance.id), 'stays as it was signed')] : [],
  );
}

/**
 * What carries a balance from month to month stays as it was signed, or the balance would belong to nothing: money held back would never be
 * released. New ones may join. A minimum payout and the rules of recoupment may change, but not go.
 */
function balanceFaults(before: Terms, after: Terms): Fault[] {
  const lists = (['guarantees', 'minimumFees', 'inKindCredits', 'reserves'] as const).flatMap((name) => {
    const later = new Map((after[name] ?? []).map((clause) => [clause.id, clause]));
    return (before[name] ?? [])
      .filter((clause) => differs(clause, later.get(clause.id)))
      .map(({ id }) => fault(at(`/${name}`, id), 'stays as it was signed: it carries a balance'));
  });
  const gone = [
    ...(before.recoupment && !after.recoupment ? ['/recoupment'] : []),
    ...(before.payment.minimumPayout !== undefined && after.payment.minimumPayout === undefined
      ? ['/payment/minimumPayout']
      : []),
  ];
  return [...lists, ...gone.map((pointer) => fault(pointer, 'may change, but not go: it carries a balance'))];
}

/** A counter of the term counts earlier periods too: what its clause did not ask for then, nobody knows. A clause that joins has counted nothing. */
function counterFaults(before: Terms, after: Terms): Fault[] {
  const earlier = new Map(before.royalties.map((clause) => [clause.id, clause]));
  return after.royalties.flatMap(({ id, royalty }, place) => {
    const own = earlier.get(id);
    const lacking = nodesOf(royalty).find(
      (node) => node.kind === 'tiered' && node.counter === 'term' && own !== undefined && !tells(own, node.measure),
    );
    const message = 'has a counter of the term of what its clause was not asked for before: give the clause another id';
    return lacking === undefined ? [] : [fault(at('/royalties', place), message)];
  });
}

function tells({ royalty }: RoyaltyClause, measure = 'units'): boolean {
  if (measure === 'units') return true;
  return measure === 'sales' ? asksForSales(royalty) : needsOf(royalty).figures.has(measure);
}

/** The advances that an amendment brings. */
export function addedAdvances(before: Terms, after: Terms): Terms['advances'] {
  const known = new Set(before.advances.map(({ id }) => id));
  return after.advances.filter(({ id }) => !known.has(id));
}

/**
 * Balances carried from a period under one version into a period under the next: advances that joined in between are to be recouped. Where the
 * later terms have more clauses with balances, the totals become what single clauses carry.
 */
export function carriedAcross(carried: Carried, before: Terms, after: Terms): Carried {
  if (!isPlain(after)) return carried.clauses ? carried : { ...carried, clauses: carriedClauses(before, carried) };
  const joined = addedAdvances(before, after).map(({ amount }) => moneyFromText(amount, after.currency).minor);
  if (joined.length === 0) return carried;
  const advances = joined.reduce((sum, minor) => sum + minor, BigInt(carried.advancesToDate));
  return { ...carried, advancesToDate: String(advances) };
}

const differs = (a: unknown, b: unknown): boolean => canonicalText({ a }) !== canonicalText({ a: b });

const fault = (pointer: string, message: string): Fault => ({ pointer, code: 'amendment-not-possible', message });
