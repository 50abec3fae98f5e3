import { compare, moneyFromText, ONE, rational } from '../money';
import { fault, member, readDecimal, readFields, readList, readWord, type Place } from './reading';
import { type PerUnit, type Royalty, type RoyaltyKind } from './terms';

/** Deeper than any contract; shallow enough that no reader of the tree can run out of stack. */
const DEPTH_MAX = 64;
const BRANCHES_MAX = 32;
const NOTHING: Royalty = { kind: 'flat', amount: '0' };

type Reader = (place: Place, context: RoyaltyContext) => Royalty;

interface RoyaltyContext {
  readonly currency: string | undefined;
  readonly depth: number;
}

const READERS: Readonly<Record<RoyaltyKind, Reader>> = {
  perUnit: readPerUnit,
  revenueShare: readRevenueShare,
  flat: readFlat,
  greaterOf: readBranches('greaterOf'),
  lesserOf: readBranches('lesserOf'),
  sum: readBranches('sum'),
  floor: readBound('floor'),
  cap: readBound('cap'),
};

/** Reads a royalty expression. `currency` is undefined when it is itself at fault: amounts are then not held against it. */
export function readRoyalty(place: Place, currency: string | undefined): Royalty {
  return readNode(place, { currency, depth: 1 });
}

function readNode(place: Place, context: RoyaltyContext): Royalty {
  const { value } = place;
  if (value === undefined) return NOTHING;
  if (context.depth > DEPTH_MAX) {
    fault(place, 'terms-too-deep', `must not be nested deeper than ${DEPTH_MAX} levels`);
    return NOTHING;
  }
  const kind: unknown = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (typeof kind === 'string' && isRoyaltyKind(kind)) return READERS[kind](place, context);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fault(place, 'terms-type', 'must be an object');
  } else if (kind === undefined) {
    place.faults.add(`${place.pointer}/kind`, 'terms-required', 'is required');
  } else {
    const kinds = Object.keys(READERS).join(', ');
    place.faults.add(`${place.pointer}/kind`, 'terms-unknown-kind', `must be one of: ${kinds}`);
  }
  return NOTHING;
}

function isRoyaltyKind(kind: string): kind is RoyaltyKind {
  return Object.hasOwn(READERS, kind);
}

function readPerUnit(place: Place): Royalty {
  const fields = readFields(place, { required: ['kind'], optional: ['rate', 'price', 'share'] });
  if (!fields) return NOTHING;
  const given = (name: string) => member(fields, name).value !== undefined;
  if (given('rate') ? given('price') || given('share') : !given('price') || !given('share')) {
    fault(place, 'terms-per-unit', 'must have either a rate, or a price and a share');
    return NOTHING;
  }
  const royalty: PerUnit = given('rate')
    ? { kind: 'perUnit', rate: readDecimal(member(fields, 'rate')) }
    : { kind: 'perUnit', price: readDecimal(member(fields, 'price')), share: readShare(member(fields, 'share')) };
  return royalty;
}

function readRevenueShare(place: Place): Royalty {
  const fields = readFields(place, { required: ['kind', 'share', 'base', 'by'] });
  if (!fields) return NOTHING;
  return {
    kind: 'revenueShare',
    share: readShare(member(fields, 'share')),
    base: readWord(member(fields, 'base'), { words: ['netMusicAdvertisingRevenue'] }),
    by: readWord(member(fields, 'by'), { words: ['plays'] }),
  };
}

function readFlat(place: Place, { currency }: RoyaltyContext): Royalty {
  const fields = readFields(place, { required: ['kind', 'amount'] });
  return fields ? { kind: 'flat', amount: readAmount(member(fields, 'amount'), currency) } : NOTHING;
}

function readBranches(kind: 'greaterOf' | 'lesserOf' | 'sum'): Reader {
  return (place, { currency, depth }) => {
    const fields = readFields(place, { required: ['kind', 'of'] });
    if (!fields) return NOTHING;
    const branches = readList(member(fields, 'of'), { min: 1, max: BRANCHES_MAX });
    return { kind, of: branches.map((branch) => readNode(branch, { currency, depth: depth + 1 })) };
  };
}

function readBound(kind: 'floor' | 'cap'): Reader {
  return (place, { currency, depth }) => {
    const fields = readFields(place, { required: ['kind', 'amount', 'of'] });
    if (!fields) return NOTHING;
    const amount = readAmount(member(fields, 'amount'), currency);
    return { kind, amount, of: readNode(member(fields, 'of'), { currency, depth: depth + 1 }) };
  };
}

/** An amount of money in the terms' currency, no finer than its minor unit. */
export function readAmount(place: Place, currency: string | undefined): string {
  const amount = readDecimal(place);
  if (currency === undefined) return amount;
  try {
    moneyFromText(amount, currency);
  } catch {
    fault(place, 'terms-decimals-exceed-currency', `is finer than the minor unit of ${currency}`);
  }
  return amount;
}

/** A fraction of one: "0.25" is 25 %. */
function readShare(place: Place): string {
  const share = readDecimal(place);
  if (compare(rational(share), ONE) > 0) {
    fault(place, 'terms-share-above-one', 'is a fraction of one: 25 % is written "0.25"');
  }
  return share;
}
