import { compare, multiply, rational, type Rational } from '../money';
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

interface Place extends Pick<UsageSum, 'isrc' | 'service' | 'territory' | 'use' | 'model'> {
  record: bigint;
  other: bigint;
}

/** What differs in a part between the source that is money and the other one. */
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
 * was, and never less than nothing; what is not disputed stays as it is.
 */
export function withLowerCounts(
  record: readonly UsageSum[],
  other: readonly UsageSum[],
  part: DisputedPart,
): UsageSum[] {
  const excess = new Map<string, bigint>();
  for (const [key, place] of placesOf(record, other, part)) {
    const least = place.other > 0n ? place.other : 0n;
    if (place.record > least && differs(place, part)) excess.set(key, place.record - least);
  }
  return record.map((sum) => {
    const key = keyOf(sum);
    const left = excess.get(key) ?? 0n;
    const net = sum.quantity - sum.returns;
    const taken = left < net ? left : net;
    if (taken <= 0n) return sum;
    excess.set(key, left - taken);
    return { ...sum, quantity: sum.quantity - taken };
  });
}

function placesOf(
  record: readonly UsageSum[],
  other: readonly UsageSum[],
  { service, isrcs, territories }: DisputedPart,
): Map<string, Place> {
  const places = new Map<string, Place>();
  const add = (sum: UsageSum, side: 'record' | 'other'): void => {
    if (sum.service !== service || isrcs?.has(sum.isrc) === false || territories?.has(sum.territory) === false) return;
    const key = keyOf(sum);
    const place = places.get(key) ?? { ...sum, record: 0n, other: 0n };
    place[side] += sum.quantity - sum.returns;
    places.set(key, place);
  };
  for (const sum of record) add(sum, 'record');
  for (const sum of other) add(sum, 'other');
  return places;
}

function differs({ record, other }: Place, { tolerance }: DisputedPart): boolean {
  if (record === other) return false;
  const [less, more] = record < other ? [record, other] : [other, record];
  const passing: Rational = multiply(rational(tolerance), rational(more));
  return compare(rational(more - less), passing) > 0;
}

const keyOf = ({ isrc, service, territory, use, model }: Omit<Place, 'record' | 'other'>): string =>
  [isrc, service, territory, use, model].join(' ');
