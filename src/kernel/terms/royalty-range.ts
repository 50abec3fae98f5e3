import { add, compare, maximum, minimum, multiply, divide, rational, subtract, ZERO, type Rational } from '../money';
import { type Percentage, type PerUnit, type OpenPeriod, type Royalty, type Selection, type Tiered } from './royalty';

/** From what a figure comes to at least to what it comes to at most. Both ends are possible. */
export interface Range {
  readonly least: Rational;
  readonly most: Rational;
}

export type RateFigure = 'rate-per-unit' | 'revenue-share' | 'rate-per-subscriber';

/** Usage of which one wants to know what it earns. */
export interface Spot {
  readonly services: ReadonlySet<string>;
  readonly uses: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  readonly territories: ReadonlySet<string>;
  /** Steps of an escalation and prorated royalties count only where they have days in common with these. */
  readonly during: OpenPeriod;
  readonly moneyFigures: ReadonlySet<string>;
}

const point = (value: Rational): Range => ({ least: value, most: value });
const NOTHING = point(ZERO);

type Join = (a: Rational, b: Rational) => Rational;
type Joins = Readonly<Record<keyof Range, Join>>;

const HULL: Joins = { least: minimum, most: maximum };
const JOINS: Readonly<Record<'greaterOf' | 'lesserOf' | 'sum', Joins>> = {
  greaterOf: { least: maximum, most: maximum },
  lesserOf: { least: minimum, most: minimum },
  sum: { least: add, most: add },
};

/**
 * The rates that the royalty writes down for the usage, from the lowest that may hold to the highest; undefined where it
 * has none of the kind. Of several royalties of which the greatest counts, the greatest lowest rate and the greatest highest
 * rate; of sums, the sums. Only rates count: amounts that bound or replace them, deductions, flats of tiers and proration do not.
 */
export function rateRange(royalty: Royalty, figure: RateFigure, spot: Spot): Range | undefined {
  const inside = (part: Royalty): Range[] => {
    const range = rateRange(part, figure, spot);
    return range === undefined ? [] : [range];
  };
  switch (royalty.kind) {
    case 'greaterOf':
    case 'lesserOf':
    case 'sum':
      return joined(royalty.of.flatMap(inside), JOINS[royalty.kind]);
    case 'less':
      return lessened(rateRange(royalty.of, figure, spot), joined(royalty.deduct.flatMap(inside), JOINS.sum));
    case 'floor':
    case 'cap':
    case 'usageShare':
      return rateRange(royalty.of, figure, spot);
    case 'prorated':
      return meets(royalty.active, spot.during) ? rateRange(royalty.of, figure, spot) : undefined;
    case 'escalation':
      return hullOf(royalty.steps.filter((step) => meets(step, spot.during)).flatMap(({ of }) => inside(of)));
    default:
      return narrowed(writtenRate(royalty, figure, spot), 'where' in royalty ? royalty.where : undefined, spot);
  }
}

/** What the royalty comes to in a whole period at least, whatever is used: its floors and flats. */
export function guaranteedRange(royalty: Royalty, during: OpenPeriod): Range {
  const of = (part: Royalty): Range => guaranteedRange(part, during);
  switch (royalty.kind) {
    case 'flat':
      return point(rational(royalty.amount));
    case 'floor':
      return sure([of(royalty.of), point(rational(royalty.amount))], JOINS.greaterOf);
    case 'cap':
      return sure([of(royalty.of), point(rational(royalty.amount))], JOINS.lesserOf);
    case 'greaterOf':
    case 'lesserOf':
    case 'sum':
      return sure(royalty.of.map(of), JOINS[royalty.kind]);
    case 'less':
      // What is deducted has no limit, so that only the written minimum is sure.
      return point(rational(royalty.notBelow ?? '0'));
    case 'prorated':
      return meets(royalty.active, during) ? of(royalty.of) : NOTHING;
    case 'escalation':
      return sure(
        royalty.steps.filter((step) => meets(step, during)).map((step) => of(step.of)),
        HULL,
      );
    default:
      return NOTHING;
  }
}

const sure = (ranges: readonly Range[], joins: Joins): Range => joined(ranges, joins) ?? NOTHING;

/** From the least of all to the most of all; undefined for none. */
export const hullOf = (ranges: readonly Range[]): Range | undefined => joined(ranges, HULL);

function joined(ranges: readonly Range[], { least, most }: Joins): Range | undefined {
  const [first, ...rest] = ranges;
  if (first === undefined) return undefined;
  return rest.reduce((a, b) => ({ least: least(a.least, b.least), most: most(a.most, b.most) }), first);
}

function lessened(of: Range | undefined, deducted: Range | undefined): Range | undefined {
  if (of === undefined || deducted === undefined) return of;
  return {
    least: maximum(ZERO, subtract(of.least, deducted.most)),
    most: maximum(ZERO, subtract(of.most, deducted.least)),
  };
}

/** Whether two spans have a day in common; null is an open side. */
function meets(a: OpenPeriod, b: OpenPeriod): boolean {
  const begins = (one: OpenPeriod, other: OpenPeriod): boolean =>
    one.from === null || other.until === null || one.from < other.until;
  return begins(a, b) && begins(b, a);
}

/** The rate of a royalty that has no others inside. */
function writtenRate(royalty: Royalty, figure: RateFigure, { moneyFigures }: Spot): Range | undefined {
  switch (figure) {
    case 'rate-per-unit':
      if ('measure' in royalty && (royalty.measure ?? 'units') !== 'units') return undefined;
      if (royalty.kind === 'perUnit') return unitRate(royalty);
      return royalty.kind === 'tiered' ? tierRates(royalty) : undefined;
    case 'revenue-share':
      if (royalty.kind === 'revenueShare') return point(rational(royalty.share));
      if (royalty.kind !== 'percentage' || !moneyFigures.has(royalty.measure ?? 'sales')) return undefined;
      return point(adjustedRate(royalty));
    case 'rate-per-subscriber':
      return royalty.kind === 'perSubscriber' ? point(rational(royalty.rate)) : undefined;
  }
}

function unitRate(royalty: PerUnit): Range {
  if ('rate' in royalty) return point(rational(royalty.rate));
  if ('price' in royalty) return point(multiply(rational(royalty.price), rational(royalty.share)));
  const [a, b] = [rational(royalty.rateByFlag.ifTrue), rational(royalty.rateByFlag.ifFalse)];
  return { least: minimum(a, b), most: maximum(a, b) };
}

/** The lowest and the highest rate of the tiers; of packages, nothing for free units and the price of a full package for the others. */
function tierRates(royalty: Tiered): Range | undefined {
  if (royalty.method !== 'package') return hullOf(royalty.tiers.map(({ rate }) => point(rational(rate))));
  const most = divide(rational(royalty.price), rational(royalty.size));
  return { least: compare(rational(royalty.freeUnits), ZERO) > 0 ? ZERO : most, most };
}

const adjustedRate = ({ rate, adjustments = [] }: Percentage): Rational =>
  adjustments.map(rational).reduce(multiply, rational(rate));

/** A royalty for some of the usage only is nothing for the rest of it. */
function narrowed(range: Range | undefined, where: Selection | undefined, spot: Spot): Range | undefined {
  if (range === undefined || where === undefined) return range;
  let wholly = true;
  for (const axis of ['services', 'uses', 'models', 'territories'] as const) {
    // Counted along the selection, not the spot: of the two only the selection can be long many times over.
    const named = where[axis]?.filter((value) => spot[axis].has(value)).length ?? spot[axis].size;
    if (named === 0) return undefined;
    if (named < spot[axis].size) wholly = false;
  }
  return wholly ? range : { least: ZERO, most: range.most };
}
