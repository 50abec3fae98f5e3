import { intersect } from '../calendar';
import { compare, exactText, subtract, ZERO, type Rational } from '../money';
import { coveredUses } from '../uses';
import { comparables, grouped, type Comparable } from './comparables';
import { type BoundParty, type MostFavoured, type MostFavouredFigure } from './most-favoured';
import { clauseNumber } from './prose/sections';
import { hullOf, type Range } from './royalty-range';
import { type Terms } from './terms';

/** Where other terms are better than a most favoured nation clause allows, and by how much. Values are exact, as text. */
export interface MostFavouredBreach {
  /** Id of the clause in the terms that promise. */
  readonly clause: string;
  /** Its number in the contract: "24.1". */
  readonly number: string;
  readonly figure: MostFavouredFigure;
  /** Which end of the two ranges differs: what the figure comes to at least, or at most. */
  readonly end: 'least' | 'most';
  readonly promised: string;
  readonly offered: string;
  /** By how much the offer is better; above zero. */
  readonly difference: string;
  /** Of figures that are money; null for a share. */
  readonly currency: string | null;
  readonly uses: readonly string[];
  readonly models: readonly string[];
  readonly territories: readonly string[];
}

/** A part of usage that both terms license, and what each of them has for it. */
interface Shared {
  readonly uses: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  readonly territories: ReadonlySet<string>;
  readonly promised: readonly Comparable[];
  readonly offered: readonly Comparable[];
}

/**
 * The breaches of the promises that bind one party under `promising`, if it agrees on `other` with somebody else. Compared is
 * what both license alike (use, model, territory) on days that the clause has in common with the other terms, over all
 * services and grants together: from the least to the most that a figure may come to. A figure that only one of the terms
 * has, and money in another currency, is not compared.
 */
export function mostFavouredBreaches(promising: Terms, other: Terms, bound: BoundParty): MostFavouredBreach[] {
  const breaches = (promising.mostFavoured ?? []).flatMap((clause, place) =>
    clause.bound === bound ? breachesOf(clause, { place, promising, other }) : [],
  );
  return merged(breaches);
}

interface Comparing {
  readonly place: number;
  readonly promising: Terms;
  readonly other: Terms;
}

function breachesOf(clause: MostFavoured, { place, promising, other }: Comparing): MostFavouredBreach[] {
  const during = intersect(clause, other.term);
  if (during === undefined) return [];
  const inScope = withinClause(clause);
  const shared = sharedParts(
    comparables(promising, during).flatMap(inScope),
    comparables(other, during).flatMap(inScope),
  );
  const sameMoney = promising.currency === other.currency;
  return shared.flatMap((part) =>
    clause.compares
      .filter((figure) => sameMoney || figure === 'revenue-share')
      .flatMap((figure) =>
        betterEnds(rangeOf(part.promised, figure), rangeOf(part.offered, figure), clause.bound).map((ends) => ({
          clause: clause.id,
          number: clauseNumber('mostFavoured', place),
          figure,
          ...ends,
          currency: figure === 'revenue-share' ? null : promising.currency,
          uses: [...part.uses],
          models: [...part.models],
          territories: [...part.territories],
        })),
      ),
  );
}

const rangeOf = (parts: readonly Comparable[], figure: MostFavouredFigure): Range | undefined =>
  hullOf(parts.flatMap(({ figures }) => figures[figure] ?? []));

type Ends = Pick<MostFavouredBreach, 'end' | 'promised' | 'offered' | 'difference'>;

/** The ends at which the offer is better for the other: lower where the label is bound, higher where the platform is. */
function betterEnds(promised: Range | undefined, offered: Range | undefined, bound: BoundParty): Ends[] {
  if (promised === undefined || offered === undefined) return [];
  const gain = (end: 'least' | 'most'): Rational =>
    bound === 'label' ? subtract(promised[end], offered[end]) : subtract(offered[end], promised[end]);
  const fixed = [promised, offered].every(({ least, most }) => compare(least, most) === 0);
  return (fixed ? (['least'] as const) : (['least', 'most'] as const)).flatMap((end) => {
    const difference = gain(end);
    if (compare(difference, ZERO) <= 0) return [];
    return [
      {
        end,
        promised: exactText(promised[end]),
        offered: exactText(offered[end]),
        difference: exactText(difference),
      },
    ];
  });
}

/** Narrows a part to the clause's uses and territories; nothing where none is left. */
export function withinClause({ uses, territories }: MostFavoured): (part: Comparable) => Comparable[] {
  const named = uses && new Set<string>(uses.flatMap(coveredUses));
  const placed = territories && new Set(territories);
  return (part) => {
    const within = { ...part, uses: common(part.uses, named), territories: common(part.territories, placed) };
    return within.uses.size > 0 && within.territories.size > 0 ? [within] : [];
  };
}

const common = (values: ReadonlySet<string>, named: ReadonlySet<string> | undefined): ReadonlySet<string> =>
  named === undefined ? values : new Set([...values].filter((value) => named.has(value)));

/** The parts of usage that both sides have, each as large as the same figures hold for it. */
function sharedParts(promised: readonly Comparable[], offered: readonly Comparable[]): Shared[] {
  const all = { promised, offered };
  return groupsOf(all, 'uses').flatMap(({ values: uses, ...ofUses }) =>
    groupsOf(ofUses, 'models').flatMap(({ values: models, ...ofModels }) =>
      groupsOf(ofModels, 'territories').map(({ values: territories, ...rest }) => ({
        uses,
        models,
        territories,
        ...rest,
      })),
    ),
  );
}

type Sides = Pick<Shared, 'promised' | 'offered'>;

function groupsOf(sides: Sides, axis: 'uses' | 'models' | 'territories'): (Sides & { values: ReadonlySet<string> })[] {
  const sets = [...sides.promised, ...sides.offered].map((part) => part[axis]);
  const values = new Set(sets.flatMap((set) => [...set]));
  return grouped(values, sets).flatMap((group) => {
    const [one = ''] = group;
    const having = (parts: readonly Comparable[]): Comparable[] => parts.filter((part) => part[axis].has(one));
    const [promised, offered] = [having(sides.promised), having(sides.offered)];
    return promised.length > 0 && offered.length > 0 ? [{ values: group, promised, offered }] : [];
  });
}

/** Breaches that differ only in where they are, as one. */
function merged(breaches: readonly MostFavouredBreach[]): MostFavouredBreach[] {
  const byFigure = new Map<string, MostFavouredBreach>();
  for (const breach of breaches) {
    const { clause, figure, end, promised, offered } = breach;
    const key = [clause, figure, end, promised, offered].join(' ');
    const earlier = byFigure.get(key);
    const joined = (axis: 'uses' | 'models' | 'territories'): string[] =>
      [...new Set([...(earlier?.[axis] ?? []), ...breach[axis]])].sort();
    byFigure.set(key, {
      ...breach,
      uses: joined('uses'),
      models: joined('models'),
      territories: joined('territories'),
    });
  }
  return [...byFigure.values()];
}
