import { compare, rational } from '../money';
import { LISTS } from './limits';
import { AMOUNTS, readMeasured } from './read-measure';
import { NOTHING, refuseDated, type RoyaltyContext } from './royalty-context';
import {
  fault,
  member,
  optionalName,
  readBoolean,
  readDecimal,
  readFields,
  readList,
  readWord,
  type Place,
} from './reading';
import { type Royalty, type Tier } from './terms';

/** Reads tiers (graduated or volume) or packages. */
export function readTiered(place: Place, context: RoyaltyContext): Royalty {
  const fields = readFields(place, {
    required: ['kind', 'method', 'counter'],
    optional: ['name', 'measure', 'where', 'tiers', 'flatAtZero', 'freeUnits', 'size', 'price'],
  });
  if (!fields) return NOTHING;
  if (context.dated) refuseDated(place);
  const method = readWord(member(fields, 'method'), { words: ['graduated', 'volume', 'package'] });
  const given = (name: string) => member(fields, name).value !== undefined;
  const asked = METHODS[method];
  const absent = asked.filter((name) => !given(name));
  const foreign = [...new Set(Object.values(METHODS).flat())].filter((name) => given(name) && !asked.includes(name));
  for (const name of absent) place.faults.add(member(fields, name).pointer, 'terms-required', 'is required');
  for (const name of foreign) {
    fault(member(fields, name), 'terms-unknown-field', `is not a field of tiers by ${method}`);
  }
  if (absent.length > 0) return NOTHING;
  const common = {
    kind: 'tiered',
    ...optionalName(fields),
    ...readMeasured(fields, { ...context, units: AMOUNTS }),
    counter: readWord(member(fields, 'counter'), { words: ['period', 'term'] }),
  } as const;
  if (method === 'package') {
    return {
      ...common,
      method,
      freeUnits: readDecimal(member(fields, 'freeUnits')),
      size: readSize(member(fields, 'size')),
      price: readDecimal(member(fields, 'price')),
    };
  }
  const tiers = readTiers(member(fields, 'tiers'));
  if (method === 'graduated') return { ...common, method, tiers };
  return { ...common, method, tiers, flatAtZero: readBoolean(member(fields, 'flatAtZero')) };
}

const METHODS: Readonly<Record<'graduated' | 'volume' | 'package', readonly string[]>> = {
  graduated: ['tiers'],
  volume: ['tiers', 'flatAtZero'],
  package: ['freeUnits', 'size', 'price'],
};

function readSize(place: Place): string {
  const size = readDecimal(place);
  if (size === '0' && place.value !== undefined) fault(place, 'terms-package-size', 'must be above zero');
  return size;
}

/** Each tier begins where the one before ends, so there is no gap; the last one is open, so every quantity has a rate. */
function readTiers(place: Place): Tier[] {
  const places = readList(place, LISTS.tiers);
  let below = rational(0n);
  return places.map((entry, index): Tier => {
    const fields = readFields(entry, { required: ['upTo', 'rate', 'flat'] });
    if (!fields) return { upTo: null, rate: '0', flat: '0' };
    const bound = member(fields, 'upTo');
    const last = index === places.length - 1;
    const open = bound.value === null;
    if (open !== last && bound.value !== undefined) {
      const message = last ? 'must be null: the last tier is open' : 'must be a number: only the last tier is open';
      fault(bound, 'terms-tier-gap', message);
    }
    const upTo = open ? null : readDecimal(bound);
    if (upTo !== null && bound.value !== undefined && compare(rational(upTo), below) <= 0) {
      fault(bound, 'terms-tier-gap', 'must be above the bound of the tier before');
    }
    if (upTo !== null) below = rational(upTo);
    return { upTo, rate: readDecimal(member(fields, 'rate')), flat: readDecimal(member(fields, 'flat')) };
  });
}
