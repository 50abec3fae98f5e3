import { at } from '../kernel';
import { type FileFaults } from './file-faults';

/** A value in a JSON file. `kind` begins the codes that are about its shape: "context-type". */
export interface Place {
  readonly value: unknown;
  readonly pointer: string;
  readonly file: string;
  readonly kind: 'context' | 'carried';
  readonly faults: FileFaults;
}

/** Notes every fault of a value, and gives nothing then. */
export type Reader<Value> = (place: Place) => Value | undefined;

type Readers<Members> = { readonly [Name in keyof Members]-?: Reader<Exclude<Members[Name], undefined>> };

export function refuse({ file, pointer, faults }: Place, code: string, message: string): undefined {
  faults.add({ file, place: pointer, code, message });
  return undefined;
}

/** Text that passes the test; absent or anything else it is a fault with this code. */
export function text(valid: (value: string) => boolean, code: string, message: string): Reader<string> {
  return (place) =>
    typeof place.value === 'string' && valid(place.value) ? place.value : refuse(place, code, message);
}

export function mapped<Read, Value>(reader: Reader<Read>, map: (read: Read) => Value): Reader<Value> {
  return (place) => {
    const read = reader(place);
    return read === undefined ? undefined : map(read);
  };
}

/** A list, `absent` standing for one that is not there. */
export function list<Entry>(reader: Reader<Entry>, absent?: readonly Entry[]): Reader<readonly Entry[]> {
  return (place) => {
    if (place.value === undefined && absent) return absent;
    if (!Array.isArray(place.value)) return refuse(place, `${place.kind}-type`, 'must be a list');
    return allRead(
      place.value.map((value: unknown, index) => reader({ ...place, value, pointer: at(place.pointer, index) })),
    );
  };
}

/** An object whose members have names of the parties' own; `name` reads them where not every one will do. */
export function record<Value>(reader: Reader<Value>, name?: Reader<string>): Reader<Readonly<Record<string, Value>>> {
  return (place) => {
    const members = membersOf(place)?.map(([key, value]) => {
      const own = { ...place, pointer: at(place.pointer, key) };
      if (name && name({ ...own, value: key }) === undefined) return undefined;
      const member = reader({ ...own, value });
      return member === undefined ? undefined : ([key, member] as const);
    });
    const entries = members && allRead(members);
    return entries && Object.fromEntries(entries);
  };
}

/**
 * An object with these members and no others, unless `others` may stand beside them unread. The readers of the first are asked
 * also where the member is absent, those of the second only where it is given.
 */
export function object<Required extends object, Optional extends object = object>(
  required: Readers<Required>,
  optional?: Readers<Optional>,
  { others = false }: { others?: boolean } = {},
): Reader<Required & Partial<Optional>> {
  const readers = new Map<string, Reader<unknown>>(Object.entries({ ...required, ...optional }));
  return (place) => {
    const members = membersOf(place);
    if (!members) return undefined;
    const given = new Map(members);
    const unknown = others ? [] : [...given.keys()].filter((name) => !readers.has(name));
    for (const name of unknown) {
      refuse({ ...place, pointer: at(place.pointer, name) }, `${place.kind}-unknown-field`, 'is not known here');
    }
    const asked = [...readers].filter(([name]) => name in required || given.get(name) !== undefined);
    const read = asked.map(([name, reader]) => {
      const member = reader({ ...place, value: given.get(name), pointer: at(place.pointer, name) });
      return member === undefined ? undefined : ([name, member] as const);
    });
    const entries = allRead(read);
    if (!entries || unknown.length > 0) return undefined;
    return Object.fromEntries(entries) as Required & Partial<Optional>;
  };
}

function membersOf(place: Place): [string, unknown][] | undefined {
  const { value } = place;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  return refuse(place, `${place.kind}-type`, 'must be an object');
}

function allRead<Entry>(entries: readonly (Entry | undefined)[]): Entry[] | undefined {
  const read = entries.filter((entry) => entry !== undefined);
  return read.length === entries.length ? read : undefined;
}
