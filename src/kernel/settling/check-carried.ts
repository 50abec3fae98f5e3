import { reportingPeriodsOf, type Period } from '../calendar';
import { at, Faults, type Fault } from '../faults';
import { type Terms } from '../terms';
import { joinedBy } from './advances';
import { isPlain, type Carried, type CarriedClauses } from './carried';
import { feeKey, prepaidOf } from './prepaid';

interface Closing {
  readonly terms: Terms;
  /** The period that is to be closed on these balances. */
  readonly period: Period;
  /** Ids of optional advances that the platform has exercised so far. */
  readonly exercised?: readonly string[];
}

/**
 * What in balances that come from outside cannot be the close before this period under these terms: a clause that the terms
 * do not have, more of an advance than has joined. `carried-clauses`, with pointers into the balances; none when they fit.
 */
export function carriedFaults({ clauses }: Carried, closing: Closing): Fault[] {
  const faults = new Faults();
  const refuse = (pointer: string, message: string) => faults.add(pointer, 'carried-clauses', message);
  if (isPlain(closing.terms)) {
    if (clauses) refuse('/clauses', 'has no place here: these terms carry four running totals only');
  } else if (clauses) {
    refuseUnknown(clauses, { terms: closing.terms, refuse });
    refuseUnguaranteed(clauses, { terms: closing.terms, refuse });
    refuseAdvances(clauses, { ...closing, refuse });
  } else {
    refuse('/clauses', 'is needed: these terms have clauses with balances of their own');
  }
  return faults.list;
}

type Refuse = (pointer: string, message: string) => void;

function refuseUnknown(carried: CarriedClauses, { terms, refuse }: { terms: Terms; refuse: Refuse }): void {
  const known = knownNames(terms);
  for (const member of ['guarantees', 'fees', 'reserves', 'credits'] as const) {
    for (const name of Object.keys(carried[member])) {
      if (!known[member].includes(name)) refuse(at(`/clauses/${member}`, name), 'is no clause of these terms');
    }
  }
  carried.recoupment.clauses.forEach(({ clause }, index) => {
    if (!known.sources.includes(clause)) {
      refuse(`/clauses/recoupment/clauses/${index}`, `"${clause}" is no clause of these terms`);
    }
  });
}

/** What counted towards a guarantee is kept by the periods of the term, or by the intervals of the guarantee. */
function refuseUnguaranteed(carried: CarriedClauses, { terms, refuse }: { terms: Terms; refuse: Refuse }): void {
  for (const guarantee of terms.guarantees ?? []) {
    const known =
      guarantee.per === 'period'
        ? reportingPeriodsOf(terms.reportingPeriod, terms.term)
        : guarantee.intervals.map(({ from }) => from);
    for (const name of Object.keys(carried.guarantees[guarantee.id]?.earned ?? {})) {
      if (!known.includes(name)) {
        refuse(at(`/clauses/guarantees/${guarantee.id}/earned`, name), 'is no period of this guarantee');
      }
    }
  }
}

/** Names under which the clauses of the terms keep their balances. */
function knownNames({ royalties, guarantees = [], minimumFees = [], reserves = [], inKindCredits = [] }: Terms) {
  return {
    guarantees: guarantees.map(({ id }) => id),
    fees: minimumFees.flatMap(({ id, years }) => years.map(({ from }) => feeKey(id, from))),
    reserves: reserves.flatMap(({ id, basis, clauses = [] }) =>
      basis === 'sales' ? clauses.map((clause) => `${id} ${clause}`) : [id],
    ),
    credits: inKindCredits.map(({ id }) => id),
    sources: [...royalties.map(({ id }) => id), ...guarantees.map(({ id }) => `guarantee ${id}`), 'pool'],
  };
}

function refuseAdvances(
  { recoupment, fees }: CarriedClauses,
  { terms, period, exercised = [], refuse }: Closing & { refuse: Refuse },
): void {
  const prepaid = prepaidOf(terms, { period, exercised: new Set(exercised), fees });
  const advances = new Map(prepaid.map(({ advance }) => [advance.id, advance]));
  const seen = new Set<string>();
  recoupment.advances.forEach(({ advance: id, added }, index) => {
    const pointer = `/clauses/recoupment/advances/${index}`;
    const advance = advances.get(id);
    if (!advance) refuse(pointer, `"${id}" is no advance of these terms, or an option that is not exercised`);
    else if (BigInt(added) > joinedBy(advance, period)) refuse(pointer, `more of "${id}" was added than has joined`);
    if (seen.has(id)) refuse(pointer, `"${id}" stands here for the second time`);
    seen.add(id);
  });
}
