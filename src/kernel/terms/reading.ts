import { at, type Faults } from '../faults';
import { exactText, rational } from '../money';
import { type Bounds } from './limits';
import { CLAUSE_ID, DECIMAL, QUOTIENT, UUID } from './patterns';

/**
 * Readers of single JSON values. Each notes what is wrong and returns a stand-in of the right type, so that one pass finds
 * every fault; whoever asked drops the whole result when any was found.
 */
export interface Place {
  readonly value: unknown;
  readonly pointer: string;
  readonly faults: Faults;
}

export type Fields = Readonly<Record<string, Place>>;

const TEXT_MAX = 500;
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}]/u;

export function fault(place: Place, code: string, message: string): void {
  place.faults.add(place.pointer, code, message);
}

/**
 * The named members of an object, absent ones with the value undefined. Notes members that are not named and required ones
 * that are absent; undefined when the value is no object, having noted that.
 */
export function readFields(
  place: Place,
  { required, optional = [] }: { required: readonly string[]; optional?: readonly string[] },
): Fields | undefined {
  const { value, pointer, faults } = place;
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fault(place, 'terms-type', 'must be an object');
    return undefined;
  }
  const members = new Map<string, unknown>(Object.entries(value));
  for (const name of members.keys()) {
    if (!required.includes(name) && !optional.includes(name)) {
      faults.add(at(pointer, name), 'terms-unknown-field', 'is not a field of these terms');
    }
  }
  for (const name of required) {
    if (members.get(name) === undefined) faults.add(at(pointer, name), 'terms-required', 'is required');
  }
  const places = [...required, ...optional].map(
    (name) => [name, { value: members.get(name), pointer: at(pointer, name), faults }] as const,
  );
  return Object.fromEntries(places);
}

/** The member's place; asking for one that was not named in `readFields` is a programmer's mistake. */
export function member(fields: Fields, name: string): Place {
  const place = fields[name];
  if (!place) throw new TypeError(`no such field was read: ${name}`);
  return place;
}

/** The member under its name where it is given, else nothing. For spreading: what is absent stays absent, and the hash the same. */
export function readOptional<Name extends string, Value>(
  fields: Fields,
  name: Name,
  read: (place: Place) => Value,
): { readonly [Given in Name]?: Value } {
  const place = member(fields, name);
  const given: { [Given in Name]?: Value } = {};
  if (place.value !== undefined) given[name] = read(place);
  return given;
}

/** Reads, and checks the whole if its parts are without fault: stand-ins never sum to what they should. */
export function readChecked<Value>(place: Place, read: () => Value, check: (value: Value) => void): Value {
  const before = place.faults.list.length;
  const value = read();
  if (place.faults.list.length === before) check(value);
  return value;
}

/** Whether nothing was noted in the value at the place: a stand-in is not judged. */
export function isFaultless({ pointer, faults }: Place): boolean {
  return !faults.list.some((found) => found.pointer === pointer || found.pointer.startsWith(`${pointer}/`));
}

export function readList(place: Place, { min, max }: Bounds): Place[] {
  const { value, pointer, faults } = place;
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    fault(place, 'terms-type', 'must be a list');
    return [];
  }
  if (value.length < min) fault(place, 'terms-empty', 'must not be empty');
  if (value.length > max) {
    fault(place, 'terms-limit', `must not have more than ${max} entries`);
    return [];
  }
  return value.map((entry: unknown, index) => ({ value: entry, pointer: at(pointer, index), faults }));
}

export function readString(place: Place): string | undefined {
  const { value } = place;
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  fault(place, 'terms-type', 'must be a string');
  return undefined;
}

/** Text for people: NFC, trimmed, printable, 1 to 500 characters. */
export function readText(place: Place): string {
  const text = readString(place)?.normalize('NFC').trim();
  if (text === undefined) return '';
  if (text === '' || text.length > TEXT_MAX || UNPRINTABLE.test(text)) {
    fault(place, 'terms-text', `must be printable text of 1 to ${TEXT_MAX} characters`);
  }
  return text;
}

export function readUuid(place: Place): string {
  const text = readString(place)?.toLowerCase();
  if (text !== undefined && !UUID.test(text)) fault(place, 'terms-uuid', 'must be a UUID');
  return text ?? '';
}

/** The id of a grant, royalty or advance: what statements and clearance answers name. */
export function readClauseId(place: Place): string {
  const text = readString(place);
  if (text !== undefined && !CLAUSE_ID.test(text)) {
    fault(place, 'terms-id', 'must be 1 to 64 lower-case letters, digits and hyphens, a letter first');
  }
  refuseObjectMember(place, text);
  return text ?? '';
}

/** Figures and balances are looked up in plain objects by these ids: `constructor` would find what every object has. */
export function refuseObjectMember(place: Place, id: string | undefined): void {
  if (id !== undefined && id in Object.prototype) fault(place, 'terms-reserved-id', `"${id}" has a meaning of its own`);
}

/** The member `name` that says to people what a part of a clause is, absent where there is none. */
export function optionalName(fields: Fields): { name?: string } {
  const place = member(fields, 'name');
  return place.value === undefined ? {} : { name: readText(place) };
}

/** A decimal that is not negative, in canonical form: "4000.00" is read as "4000". */
export function readDecimal(place: Place): string {
  const text = readString(place);
  if (text === undefined) return '0';
  if (!DECIMAL.test(text)) {
    fault(place, 'terms-decimal', 'must be a plain decimal that is not negative, such as "0.0020"');
    return '0';
  }
  return exactText(rational(text));
}

/** As `readDecimal`, or a quotient where no decimal ends: "1/3". */
export function readExact(place: Place): string {
  const { value } = place;
  return typeof value === 'string' && QUOTIENT.test(value) ? exactText(rational(value)) : readDecimal(place);
}

export function readInteger(place: Place, { min, max }: Bounds): number {
  const { value } = place;
  if (value === undefined) return min;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)
    return value === 0 ? 0 : value;
  fault(place, 'terms-integer', `must be an integer from ${min} to ${max}`);
  return min;
}

export function readBoolean(place: Place): boolean {
  const { value } = place;
  if (value !== undefined && typeof value !== 'boolean') fault(place, 'terms-type', 'must be true or false');
  return value === true;
}

/** One of a closed list of words. */
export function readWord<Word extends string>(
  place: Place,
  { words, code = 'terms-unknown-kind' }: { words: readonly [Word, ...Word[]]; code?: string },
): Word {
  const text = readString(place);
  const word = words.find((candidate) => candidate === text);
  if (text !== undefined && word === undefined) fault(place, code, `must be one of: ${words.join(', ')}`);
  return word ?? words[0];
}

/** A set: entries in code-unit order, each once. */
export function sortedSet<Entry extends string>(entries: readonly Entry[]): Entry[] {
  // What was signed is sorted already, and read often.
  const isSorted = entries.every((entry, index) => index === 0 || entries[index - 1]! < entry);
  return isSorted ? [...entries] : [...new Set(entries)].sort();
}

/** Notes each id that an earlier entry already has. */
export function refuseDuplicates(places: readonly Place[], ids: readonly string[]): void {
  const seen = new Set<string>();
  ids.forEach((id, index) => {
    const place = places[index];
    if (place && id !== '' && seen.has(id)) fault(place, 'terms-duplicate', `"${id}" stands here for the second time`);
    seen.add(id);
  });
}
