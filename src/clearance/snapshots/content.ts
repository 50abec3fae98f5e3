import {
  FIRST_LIST,
  FORGOTTEN,
  type OpenedFile,
  SCOPE_WORDS,
  type SnapshotClause,
  TERRITORY_WORDS,
} from '../../../client/snapshot-file';
import { REFUSAL_REASONS } from '../../kernel';
import { type FastIndex, prefixAt } from '../fast-index';

/** ISRCs as one number that sorts as they do, each with the number of its list. */
export class ListedRecordings {
  private readonly lists = new Map<number, number>();

  put(prefix: number, number: number, list: number): void {
    this.lists.set(prefix * SEVEN_DIGITS + number, list);
  }

  get size(): number {
    return this.lists.size;
  }

  /** The list of a recording's key; undefined when it is not here. */
  get(key: number): number | undefined {
    return this.lists.get(key);
  }

  /** All keys, ascending. */
  keys(): Float64Array {
    return Float64Array.from(this.lists.keys()).sort();
  }
}

export const SEVEN_DIGITS = 10_000_000;

/** What a service may use: clauses and lists by numbers that later snapshots keep, so that a delta names only what is new. */
export interface SnapshotContent {
  readonly clauses: readonly SnapshotClause[];
  /** From list FIRST_LIST on. */
  readonly lists: readonly (readonly number[])[];
  readonly recordings: ListedRecordings;
}

/** A grant that recordings are withdrawn from is a clause for each day on which some are. */
function keyOf({ agreementId, version, clause, pauses }: SnapshotClause): string {
  const withdrawn = pauses.find(({ reason }) => reason === WITHDRAWN)?.from;
  return [agreementId, version, clause, ...(withdrawn === undefined ? [] : [withdrawn])].join(' ');
}

const WITHDRAWN = REFUSAL_REASONS.indexOf('withdrawn');

/** The content of the index for a service, numbered as in the snapshot before where there is one. */
export function contentOf(index: FastIndex, serviceId: string, before: SnapshotContent | undefined): SnapshotContent {
  const service = index.serviceNumber(serviceId);
  const clauses = [...(before?.clauses ?? [])];
  const lists = [...(before?.lists ?? [])];
  const recordings = new ListedRecordings();
  const clauseNumbers = new Map(clauses.map((clause, number) => [keyOf(clause), number]));
  const listNumbers = new Map(lists.map((list, place) => [list.join(), place + FIRST_LIST]));
  const known = new Map<readonly number[], number>();
  const numberOf = (clause: number): number => {
    const described = describe(index, clause);
    const key = keyOf(described);
    const number = clauseNumbers.get(key) ?? clauses.length;
    clauseNumbers.set(key, number);
    clauses[number] = described;
    return number;
  };
  index.forEachRecordingOf(service, (prefix, number, own) => {
    let list = known.get(own);
    if (list === undefined) {
      const numbers = own.map(numberOf);
      list = numbers.length === 0 ? 0 : (listNumbers.get(numbers.join()) ?? FIRST_LIST + lists.push(numbers) - 1);
      if (numbers.length > 0) listNumbers.set(numbers.join(), list);
      known.set(own, list);
    }
    recordings.put(prefix, number, list);
  });
  for (const key of before?.recordings.keys() ?? []) {
    if (recordings.get(key) === undefined)
      recordings.put(Math.floor(key / SEVEN_DIGITS), key % SEVEN_DIGITS, FORGOTTEN);
  }
  return { clauses, lists, recordings };
}

function describe(index: FastIndex, clause: number): SnapshotClause {
  const { agreementId, version, clause: id, until: untilDay, rightsScope } = index.name(clause);
  const { territories, uses, models, from, until, pauses } = index.describe(clause);
  const scope = new Uint32Array(SCOPE_WORDS);
  scope.set(territories);
  scope.set(uses, TERRITORY_WORDS);
  scope[SCOPE_WORDS - 1] = models;
  const spans = pauses.map(({ from, until, reason }) => ({ from, until, reason: 31 - Math.clz32(reason) }));
  const { musicalWork } = rightsScope;
  return { agreementId, version, clause: id, musicalWork, from, until, untilDay, scope, pauses: spans };
}

/** The content of a stored whole snapshot. */
export function contentOfFile(file: OpenedFile): SnapshotContent {
  const recordings = new ListedRecordings();
  file.eachRecording((prefix, number, list) => recordings.put(prefixAt(prefix, 0), number, list));
  return { clauses: file.clauses, lists: listsOf(file), recordings };
}

function listsOf({ lists: words }: OpenedFile): number[][] {
  const lists: number[][] = [];
  for (let begin = 0; begin < words.length; begin += 1 + words[begin]!) {
    lists.push([...words.subarray(begin + 1, begin + 1 + words[begin]!)]);
  }
  return lists;
}

/** What makes the older content the newer one. */
export interface ContentDelta extends SnapshotContent {
  readonly firstList: number;
}

export function deltaBetween(older: SnapshotContent, newer: SnapshotContent): ContentDelta {
  const recordings = new ListedRecordings();
  for (const key of newer.recordings.keys()) {
    const list = newer.recordings.get(key)!;
    if (older.recordings.get(key) !== list) recordings.put(Math.floor(key / SEVEN_DIGITS), key % SEVEN_DIGITS, list);
  }
  return {
    clauses: newer.clauses,
    lists: newer.lists.slice(older.lists.length),
    firstList: FIRST_LIST + older.lists.length,
    recordings,
  };
}
