import { describeTerms, type LanguageCode } from './describe-terms';
import { type Terms } from './terms';

/** A clause whose words differ; null where one side has no such clause. */
export interface ClauseDifference {
  readonly clause: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** One value that differs. A removed value's pointer is into the earlier terms, any other's into the later ones. */
export interface ValueDifference {
  readonly pointer: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What later terms change, in words by the contract's own clause numbers. */
export function differingClauses(before: Terms, after: Terms, language: LanguageCode = 'en'): ClauseDifference[] {
  const clausesOf = (terms: Terms) => new Map(describeTerms(terms, language).map(({ clause, text }) => [clause, text]));
  const [earlier, later] = [clausesOf(before), clausesOf(after)];
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .sort(byNumber)
    .map((clause) => ({ clause, before: earlier.get(clause) ?? null, after: later.get(clause) ?? null }))
    .filter((difference) => difference.before !== difference.after);
}

/** What later terms change, value by value. Sets differ by their members, clauses with an id by that id. */
export function differingValues(before: Terms, after: Terms): ValueDifference[] {
  return compare(before, after, { before: '', after: '' });
}

interface Pointers {
  readonly before: string;
  readonly after: string;
}

function compare(before: unknown, after: unknown, at: Pointers): ValueDifference[] {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after)) return compareMembers(keyed(before), keyed(after), at);
  if (isObject(before) && isObject(after)) return compareMembers(named(before), named(after), at);
  return [{ pointer: at.after, change: 'changed', before, after }];
}

/** A member of an object or list: what identifies it on both sides, and its step in a pointer. */
interface Member {
  readonly step: string;
  readonly value: unknown;
}
type Members = ReadonlyMap<string, Member>;

function compareMembers(before: Members, after: Members, at: Pointers): ValueDifference[] {
  const removed = [...before]
    .filter(([key]) => !after.has(key))
    .map(([, { step, value }]): ValueDifference => ({
      pointer: `${at.before}/${step}`,
      change: 'removed',
      before: value,
    }));
  const rest = [...after].flatMap(([key, { step, value }]): ValueDifference[] => {
    const pointer = `${at.after}/${step}`;
    const earlier = before.get(key);
    if (earlier === undefined) return [{ pointer, change: 'added', after: value }];
    return compare(earlier.value, value, { before: `${at.before}/${earlier.step}`, after: pointer });
  });
  return [...removed, ...rest];
}

const named = (value: object): Members =>
  new Map(Object.entries(value).map(([name, member]) => [name, { step: escaped(name), value: member as unknown }]));

/** Members of a list by what identifies them: their text, an entry's id, else the place. What stands there again is another member. */
function keyed(list: readonly unknown[]): Members {
  const members = new Map<string, Member>();
  list.forEach((value, place) => {
    let key = identity(value, place);
    while (members.has(key)) key += ' again';
    members.set(key, { step: String(place), value });
  });
  return members;
}

function identity(value: unknown, place: number): string {
  if (typeof value === 'string') return value;
  if (isObject(value) && 'id' in value && typeof value.id === 'string') return value.id;
  return `#${place}`;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** "2" before "10", "6.1" before "6.10". */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
