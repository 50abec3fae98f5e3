import {
  add,
  currencyExponent,
  type Guarantee,
  maximum,
  minimum,
  type Money,
  monthsOf,
  MONTHS_PER,
  multiply,
  type Period,
  rational,
  type Rational,
  roundMoney,
  type Royalty,
  sumOf,
  type Terms,
  type Tiered,
  ZERO,
} from '../kernel';

/**
 * The money that accepting these terms commits to, whatever is used: advances (without those of an option), the back fee, guarantees,
 * minimum fees as far as a cap bounds them, and what royalties come to at least in each period of the term (flat fees and floors).
 * It is a sum of what the clauses fix, made to decide who must agree: clauses that are paid out of each other are all counted, a begun
 * period counts whole, and of a fee per head without a cap nothing is known. Credit in kind is no money.
 */
export function committedAmount(terms: Terms): Money {
  const { advances, settlement, guarantees = [], minimumFees = [], royalties, currency } = terms;
  const fixed = [
    ...advances.filter(({ option }) => option !== true).map(({ amount }) => rational(amount)),
    ...(settlement === undefined ? [] : [rational(settlement.backFee.amount)]),
    ...guarantees.map((guarantee) => guaranteed(guarantee, terms)),
    ...minimumFees.map(({ cap, years }) => (cap === undefined ? ZERO : times(rational(cap), years.length))),
    ...royalties.map(({ royalty }) => times(atLeast(royalty), periodsIn(terms.term, terms))),
  ];
  // Amounts of clauses may be finer than money is; a fraction of a cent counts for one.
  return roundMoney(sumOf(fixed), { currency, decimals: currencyExponent(currency), mode: 'up' });
}

function guaranteed(guarantee: Guarantee, terms: Terms): Rational {
  if (guarantee.per === 'interval') return sumOf(guarantee.intervals.map(({ amount }) => rational(amount)));
  return times(rational(guarantee.amount), periodsIn(guarantee.active ?? terms.term, terms));
}

const times = (amount: Rational, count: number): Rational => multiply(amount, rational(BigInt(count)));

/** How many reporting periods these days touch. */
function periodsIn(days: Period, { reportingPeriod }: Terms): number {
  const size = MONTHS_PER[reportingPeriod];
  const periods = monthsOf(days).map((month) => {
    const [year = '', number = ''] = month.split('-');
    return `${year}-${Math.floor((parseInt(number, 10) - 1) / size)}`;
  });
  return new Set(periods).size;
}

const dueForNothing = (tiered: Tiered): Rational =>
  tiered.method === 'volume' && tiered.flatAtZero ? rational(tiered.tiers[0]?.flat ?? '0') : ZERO;

/** What a royalty is worth in a period in which nothing is used; where that depends on figures or days, the most it can be then. */
function atLeast(royalty: Royalty): Rational {
  switch (royalty.kind) {
    case 'flat':
      return rational(royalty.amount);
    case 'floor':
      return maximum(rational(royalty.amount), atLeast(royalty.of));
    case 'cap':
      return minimum(rational(royalty.amount), atLeast(royalty.of));
    case 'greaterOf':
      return royalty.of.map(atLeast).reduce(maximum);
    case 'lesserOf':
      return royalty.of.map(atLeast).reduce(minimum);
    case 'sum':
      return royalty.of.map(atLeast).reduce(add);
    case 'less':
      return maximum(rational(royalty.notBelow ?? '0'), atLeast(royalty.of));
    case 'prorated':
      return atLeast(royalty.of);
    case 'escalation':
      return royalty.steps.map(({ of }) => atLeast(of)).reduce(maximum, ZERO);
    case 'tiered':
      return dueForNothing(royalty);
    default:
      return ZERO;
  }
}
