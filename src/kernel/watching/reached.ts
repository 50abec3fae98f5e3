import { at } from '../faults';
import { compare, exactText, rational, sumOf, ZERO } from '../money';
import { type Explanation, type RatedPeriod } from '../rating';
import { childrenOf, type Royalty, type Terms } from '../terms';
import { type Raised } from './days';

/** What the money of a period has reached: the floor of a royalty, or a tier beyond the first. */
export interface Reached extends Raised {
  readonly kind: 'guarantee-met' | 'tier-crossed';
  /** JSON pointer into the terms: "/royalties/0/royalty", "/royalties/1/royalty/tiers/2". */
  readonly clause: string;
}

/**
 * Which floors a rated period has earned and which tiers it has entered, whether that part of a royalty decides what is paid or another
 * one does. In the order of the terms.
 */
export function reachedIn(terms: Terms, rated: RatedPeriod): Reached[] {
  const explained = new Map(rated.clauses.map(({ clause, explanation }) => [clause, explanation]));
  return terms.royalties.flatMap(({ id, royalty }, place) => {
    const explanation = explained.get(id);
    return explanation === undefined
      ? []
      : reachedBy({ royalty, explanation, pointer: `${at('/royalties', place)}/royalty` });
  });
}

interface Rated {
  readonly royalty: Royalty;
  readonly explanation: Explanation;
  readonly pointer: string;
}

const reachedBy = (one: Rated): Reached[] => [...ownOf(one), ...insideOf(one).flatMap(reachedBy)];

function ownOf({ royalty, explanation, pointer }: Rated): Reached[] {
  if (royalty.kind === 'floor') return floorMet(royalty.amount, explanation, pointer);
  if (royalty.kind === 'tiered' && royalty.method !== 'package')
    return tiersEntered(royalty.tiers, explanation, pointer);
  return [];
}

/** A floor is met by what is earned without it. */
function floorMet(amount: string, { of = [] }: Explanation, clause: string): Reached[] {
  const [inner] = of;
  if (inner === undefined || compare(rational(amount), ZERO) <= 0) return [];
  if (compare(rational(inner.value), rational(amount)) < 0) return [];
  return [{ kind: 'guarantee-met', clause, figures: { earned: inner.value }, threshold: { amount } }];
}

/** A tier is entered by the first part of a unit beyond the bound of the one before. */
function tiersEntered(
  tiers: readonly { readonly upTo: string | null }[],
  { tiers: steps = [] }: Explanation,
  pointer: string,
): Reached[] {
  const measured = sumOf(steps.map(({ quantity }) => rational(quantity)));
  return tiers.slice(0, -1).flatMap(({ upTo }, place): Reached[] => {
    if (upTo === null || compare(measured, rational(upTo)) <= 0) return [];
    return [
      {
        kind: 'tier-crossed',
        clause: `${pointer}/tiers/${place + 1}`,
        figures: { measured: exactText(measured) },
        threshold: { above: upTo },
      },
    ];
  });
}

/** The royalties inside one, each with its explanation and where it stands. Steps of an escalation that nothing fell in have none. */
function insideOf({ royalty, explanation, pointer }: Rated): Rated[] {
  if (royalty.kind === 'escalation') {
    return royalty.steps.flatMap(({ from, until, of }, place) => {
      const step = explanation.steps?.find((one) => one.from === from && one.until === until);
      return step === undefined ? [] : [{ royalty: of, explanation: step.of, pointer: `${pointer}/steps/${place}/of` }];
    });
  }
  return childrenOf(royalty).flatMap((child, place) => {
    const inner = explanation.of?.[place];
    return inner === undefined
      ? []
      : [{ royalty: child, explanation: inner, pointer: `${pointer}${placeInside(royalty, place)}` }];
  });
}

function placeInside({ kind }: Royalty, place: number): string {
  if (kind === 'greaterOf' || kind === 'lesserOf' || kind === 'sum') return `/of/${place}`;
  return kind === 'less' && place > 0 ? `/deduct/${place - 1}` : '/of';
}
