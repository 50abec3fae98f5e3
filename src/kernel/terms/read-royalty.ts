import { Faults, type Fault } from '../faults';
import { LISTS } from './limits';
import { readEscalation, readProrated } from './read-dated-royalty';
import { readFlat, readPercentage, readPerSubscriber, readPerUnit, readRevenueShare } from './read-priced-royalty';
import { readTiered } from './read-tiers';
import { readUsageShare } from './read-measure';
import { fault, member, optionalName, readFields, readList, type Place } from './reading';
import {
  NOTHING,
  readAmount,
  refuseDated,
  type RoyaltyContext,
  type RoyaltyReader,
  type RoyaltyReferences,
} from './royalty-context';
import { type Figure, type Royalty, type RoyaltyKind } from './terms';

/** Deeper than any contract; shallow enough that no reader of the tree can run out of stack. */
const DEPTH_MAX = 64;

const READERS: Readonly<Record<RoyaltyKind, RoyaltyReader>> = {
  perUnit: readPerUnit,
  tiered: readTiered,
  perSubscriber: readPerSubscriber,
  revenueShare: readRevenueShare,
  percentage: readPercentage,
  flat: readFlat,
  greaterOf: readBranches('greaterOf'),
  lesserOf: readBranches('lesserOf'),
  sum: readBranches('sum'),
  floor: readBound('floor'),
  cap: readBound('cap'),
  less: readLess,
  usageShare: readShareOf,
  prorated: readProrated(readNested),
  escalation: readEscalation(readNested),
};

/** Reads a royalty expression of any depth up to 64. */
export function readRoyalty(place: Place, references: RoyaltyReferences): Royalty {
  return readNode(place, { ...references, depth: 1 });
}

export type RoyaltyReading = { readonly royalty: Royalty } | { readonly faults: readonly Fault[] };

/**
 * Reads a royalty by itself, for calculators: with the figures it may name, and no services. Without a currency amounts are
 * not held against its minor unit. All faults at once; never throws.
 */
export function readRoyaltyAlone(
  json: unknown,
  { currency, figures }: { currency?: string; figures: readonly Figure[] },
): RoyaltyReading {
  const faults = new Faults();
  const place = { value: json ?? null, pointer: '', faults };
  const royalty = readRoyalty(place, { currency, figures, services: new Set() });
  return faults.found ? { faults: faults.list } : { royalty };
}

/** A royalty inside another one. */
function readNested(place: Place, context: RoyaltyContext): Royalty {
  return readNode(place, { ...context, depth: context.depth + 1 });
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

function readBranches(kind: 'greaterOf' | 'lesserOf' | 'sum'): RoyaltyReader {
  return (place, context) => {
    const fields = readFields(place, { required: ['kind', 'of'], optional: ['name'] });
    if (!fields) return NOTHING;
    const branches = readList(member(fields, 'of'), LISTS.branches);
    return { kind, ...optionalName(fields), of: branches.map((branch) => readNested(branch, context)) };
  };
}

function readBound(kind: 'floor' | 'cap'): RoyaltyReader {
  return (place, context) => {
    const fields = readFields(place, { required: ['kind', 'amount', 'of'], optional: ['name'] });
    if (!fields) return NOTHING;
    if (context.dated) refuseDated(place);
    const amount = readAmount(member(fields, 'amount'), context.currency);
    return { kind, ...optionalName(fields), amount, of: readNested(member(fields, 'of'), context) };
  };
}

function readLess(place: Place, context: RoyaltyContext): Royalty {
  const fields = readFields(place, { required: ['kind', 'of', 'deduct'], optional: ['name', 'notBelow'] });
  if (!fields) return NOTHING;
  if (context.dated) refuseDated(place);
  const notBelow = member(fields, 'notBelow');
  return {
    kind: 'less',
    ...optionalName(fields),
    of: readNested(member(fields, 'of'), context),
    deduct: readList(member(fields, 'deduct'), LISTS.branches).map((entry) => readNested(entry, context)),
    ...(notBelow.value === undefined ? {} : { notBelow: readAmount(notBelow, context.currency) }),
  };
}

function readShareOf(place: Place, context: RoyaltyContext): Royalty {
  const fields = readFields(place, { required: ['kind', 'by', 'of'], optional: ['name'] });
  if (!fields) return NOTHING;
  if (context.dated) refuseDated(place);
  return {
    kind: 'usageShare',
    ...optionalName(fields),
    by: readUsageShare(member(fields, 'by'), context),
    of: readNested(member(fields, 'of'), context),
  };
}
