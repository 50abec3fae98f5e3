import { compare, exactText, multiply, ratio, rational, round, type Rational } from '../money';
import { type UsageSum } from '../rating';

/** What of a service's month is disputed: all of it, or some recordings, some territories. */
export interface DisputedPart {
  readonly service: string;
  /** Absent: all. */
  readonly isrcs?: ReadonlySet<string>;
  readonly territories?: ReadonlySet<string>;
  /** Differences up to this share of the larger side pass. */
  readonly tolerance: string;
}

/** Units net of returns, of the recordings and contexts that differ by more than the tolerance. */
export interface DisputedUnits {
  readonly rows: number;
  readonly record: bigint;
  readonly other: bigint;
}

/** What both sources say of a recording in a context. */
interface Place {
  record: bigint;
  other: bigint;
  /** What the other source says, by controlled share. */
  readonly others: Map<string, bigint>;
}

/**
 * What differs in a part between the source that is money and the other one. Of a recording that the other source never names on the service nothing
 * does: silence is no count.
 */
export function disputedUnits(
  record: readonly UsageSum[],
  other: readonly UsageSum[],
  part: DisputedPart,
): DisputedUnits {
  const differing = [...placesOf(record, other, part).values()].filter((place) => differs(place, part));
  return {
    rows: differing.length,
    record: differing.reduce((sum, place) => sum + place.record, 0n),
    other: differing.reduce((sum, place) => sum + place.other, 0n),
  };
}

/**
 * The usage that is money, with the lower of both counts wherever a disputed part differs by more than the tolerance. Never more than it
 * was, and never less than nothing; what is not disputed stays as it is. Where a context has rows of several shares, those go first that are beyond what the
 * other source says of their share, then the largest shares.
 */
export function withLowerCounts(
  record: readonly UsageSum[],
  other: readonly UsageSum[],
  part: DisputedPart,
): UsageSum[] {
  const lowered = [...record];
  const rows = Map.groupBy(record.keys(), (row) => keyOf(record[row]!));
  for (const [key, place] of placesOf(record, other, part)) {
    let excess = place.record - atLeastNothing(place.other);
    if (excess <= 0n || !differs(place, part)) continue;
    const largestFirst = rows.get(key)!.sort((a, b) => compare(shareOf(record[b]!), shareOf(record[a]!)));
    const take = (row: number, most: bigint): void => {
      const sum = lowered[row]!;
      const taken = [excess, netOf(sum), most].reduce((least, units) => (units < least ? units : least));
      if (taken <= 0n) return;
      excess -= taken;
      lowered[row] = { ...sum, ...salesLeft(sum, taken), quantity: sum.quantity - taken };
    };
    const left = new Map(place.others);
    for (const row of largestFirst) {
      const sum = record[row]!;
      const said = atLeastNothing(left.get(shareText(sum)) ?? 0n);
      left.set(shareText(sum), said - atLeastNothing(netOf(sum)));
      take(row, netOf(sum) - said);
    }
    for (const row of largestFirst) take(row, excess);
  }
  return lowered;
}

/** What was sold goes with its units: to the eighth decimal, in which sums of sales are kept. */
function salesLeft(sum: UsageSum, taken: bigint): Pick<UsageSum, 'sales'> {
  if (sum.sales === undefined) return {};
  const left = multiply(rational(sum.sales), ratio(netOf(sum) - taken, netOf(sum)));
  return { sales: exactText(ratio(round(left, { mode: 'down', decimals: 8 }), 10n ** 8n)) };
}

const netOf = ({ quantity, returns }: UsageSum): bigint => quantity - returns;
const atLeastNothing = (units: bigint): bigint => (units > 0n ? units : 0n);
const shareText = ({ controlledShare = '1' }: UsageSum): string => controlledShare;
const shareOf = (sum: UsageSum): Rational => rational(shareText(sum));

function placesOf(
  record: readonly UsageSum[],
  other: readonly UsageSum[],
  { service, isrcs, territories }: DisputedPart,
): Map<string, Place> {
  const places = new Map<string, Place>();
  const named = new Set(other.filter((sum) => sum.service === service).map(({ isrc }) => isrc));
  const add = (sum: UsageSum, side: 'record' | 'other'): void => {
    if (sum.service !== service || isrcs?.has(sum.isrc) === false || territories?.has(sum.territory) === false) return;
    if (!named.has(sum.isrc)) return;
    const key = keyOf(sum);
    const place = places.get(key) ?? { record: 0n, other: 0n, others: new Map<string, bigint>() };
    place[side] += netOf(sum);
    if (side === 'other') place.others.set(shareText(sum), (place.others.get(shareText(sum)) ?? 0n) + netOf(sum));
    places.set(key, place);
  };
  for (const sum of record) add(sum, 'record');
  for (const sum of other) add(sum, 'other');
  return places;
}

function differs({ record, other }: Pick<Place, 'record' | 'other'>, { tolerance }: DisputedPart): boolean {
  if (record === other) return false;
  const [less, more] = record < other ? [record, other] : [other, record];
  const passing: Rational = multiply(rational(tolerance), rational(more));
  return compare(rational(more - less), passing) > 0;
}

const keyOf = ({ isrc, service, territory, use, model }: UsageSum): string =>
  [isrc, service, territory, use, model].join(' ');
