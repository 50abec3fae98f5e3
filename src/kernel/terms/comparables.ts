import { MONTHS_PER, type Period } from '../calendar';
import { divide, rational, sumOf } from '../money';
import { expandTerritories } from '../territory';
import { coveredUses } from '../uses';
import { type MostFavouredFigure } from './most-favoured';
import { guaranteedRange, rateRange, type Range, type RateFigure, type Spot } from './royalty-range';
import { nodesOf } from './royalty-needs';
import { type Royalty, type Selection } from './royalty';
import { type Grant, type Terms } from './terms';

/**
 * What some of the usage under some terms earns, in figures that can be held against those of other terms. Rates are of the
 * currency per unit or subscriber, shares fractions of one, floors amounts a month, advances the sum of all that are
 * sure. A figure that the terms do not have is absent, but for floors and advances: none is one of nothing.
 */
export interface Comparable {
  readonly grant: string;
  /** The royalty clause that pays for the grant. */
  readonly clause: string;
  readonly services: ReadonlySet<string>;
  /** With the uses that granted ones cover. */
  readonly uses: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  readonly territories: ReadonlySet<string>;
  readonly figures: Readonly<Partial<Record<MostFavouredFigure, Range>>>;
}

const RATES: readonly RateFigure[] = ['rate-per-unit', 'revenue-share', 'rate-per-subscriber'];

/** Terms that narrow their royalties to more parts of usage than this are compared without the narrowing: as if each part might be any. */
const PARTS_MAX = 200;

/** Money that every report or sale has, next to the figures of the terms. */
const REPORTED_MONEY = ['sales', 'netMusicAdvertisingRevenue'];

/**
 * The terms by grant, and within a grant by the services, uses, models and territories that its royalty tells apart. With
 * days, only what may hold on one of them counts.
 */
export function comparables(terms: Terms, during: Period = terms.term): Comparable[] {
  const granted = terms.grants.flatMap((grant) => {
    const clause = terms.royalties.find(({ grants }) => grants.includes(grant.id));
    return clause === undefined ? [] : [{ grant, clause, parts: partsOf(grant, clause.royalty) }];
  });
  const total = granted.reduce((count, { parts }) => count + sizeOf(parts), 0);
  const context = { during, moneyFigures: moneyFiguresOf(terms) };
  return granted.flatMap(({ grant, clause, parts }) =>
    (total > PARTS_MAX ? [wholeOf(grant)] : crossed(parts)).map((part) => ({
      grant: grant.id,
      clause: clause.id,
      ...part,
      figures: figuresOf(terms, clause.royalty, { ...part, ...context }),
    })),
  );
}

function figuresOf(terms: Terms, royalty: Royalty, spot: Spot): Comparable['figures'] {
  const rates = RATES.flatMap((figure) => {
    const range = rateRange(royalty, figure, spot);
    return range === undefined ? [] : [[figure, range] as const];
  });
  return {
    ...Object.fromEntries(rates),
    floor: monthly(guaranteedRange(royalty, spot.during), terms),
    advance: advanceOf(terms),
  };
}

function monthly({ least, most }: Range, { reportingPeriod }: Terms): Range {
  const months = rational(BigInt(MONTHS_PER[reportingPeriod]));
  return { least: divide(least, months), most: divide(most, months) };
}

/** Advances that are due only if an option is exercised are not sure. */
function advanceOf({ advances }: Terms): Range {
  const sum = sumOf(advances.filter(({ option }) => option === undefined).map(({ amount }) => rational(amount)));
  return { least: sum, most: sum };
}

const moneyFiguresOf = ({ figures = [] }: Terms): ReadonlySet<string> =>
  new Set([...REPORTED_MONEY, ...figures.filter(({ unit }) => unit === 'money').map(({ id }) => id)]);

const AXES = ['services', 'uses', 'models', 'territories'] as const;
type Axis = (typeof AXES)[number];
type Part = Pick<Comparable, Axis>;
type Parts = Readonly<Record<Axis, readonly ReadonlySet<string>[]>>;

const wholeOf = ({ services, uses, models, territories }: Grant): Part => ({
  services: new Set(services),
  uses: new Set(uses.flatMap(coveredUses)),
  models: new Set(models),
  territories: new Set(expandTerritories(territories)),
});

/** The values of each axis in groups that no royalty inside tells apart. */
function partsOf(grant: Grant, royalty: Royalty): Parts {
  const whole = wholeOf(grant);
  const narrowing = nodesOf(royalty).flatMap((node) => ('where' in node && node.where ? [node.where] : []));
  const selections = narrowing.length > PARTS_MAX ? [] : narrowing;
  const groups = (axis: Axis): ReadonlySet<string>[] => grouped(whole[axis], namedOn(axis, selections));
  return {
    services: groups('services'),
    uses: groups('uses'),
    models: groups('models'),
    territories: groups('territories'),
  };
}

const namedOn = (axis: Axis, selections: readonly Selection[]): ReadonlySet<string>[] =>
  selections.flatMap((selection) => (selection[axis] === undefined ? [] : [new Set<string>(selection[axis])]));

/** Values that stand in the same ones of the sets, together. */
export function grouped(values: Iterable<string>, sets: readonly ReadonlySet<string>[]): ReadonlySet<string>[] {
  const groups = new Map<string, Set<string>>();
  for (const value of values) {
    const key = sets.map((set) => (set.has(value) ? '1' : '0')).join('');
    const group = groups.get(key);
    if (group) group.add(value);
    else groups.set(key, new Set([value]));
  }
  return [...groups.values()];
}

const sizeOf = (parts: Parts): number => AXES.reduce((size, axis) => size * parts[axis].length, 1);

const crossed = ({ services, uses, models, territories }: Parts): Part[] =>
  services.flatMap((service) =>
    uses.flatMap((use) =>
      models.flatMap((model) =>
        territories.map((territory) => ({ services: service, uses: use, models: model, territories: territory })),
      ),
    ),
  );
