import { Cursor } from './cursor';
import { isSignedBy, type PublishedKeys } from './keys';

/** docs/clearance-snapshot.md says byte by byte what is read here. */
const MAGIC = 'ACCSNAP1';
export const TERRITORY_WORDS = 8;
export const USE_WORDS = 4;
/** Words of bits a clause: territories, uses, models. */
export const SCOPE_WORDS = TERRITORY_WORDS + USE_WORDS + 1;
const SIGNATURE_BYTES = 64;
/** List 0 is of recordings that are licensed, but not to this service; list 1 of those of which nothing is left. */
export const FORGOTTEN = 1;
export const FIRST_LIST = 2;

export interface SnapshotHeader {
  readonly kind: 'whole' | 'delta';
  readonly serviceId: string;
  /** Counts up from 1 for each service. */
  readonly number: number;
  /** Of a delta: the number of the snapshot that it makes newer. */
  readonly base: number;
  /** When the licences were as they are here, in milliseconds since 1970. */
  readonly madeAt: number;
}

export interface SnapshotPause {
  readonly from: number;
  /** Infinity: it goes on. */
  readonly until: number;
  /** The place of its reason among the reasons. */
  readonly reason: number;
}

export interface SnapshotClause {
  readonly agreementId: string;
  readonly version: number;
  readonly clause: string;
  readonly musicalWork: 'platform-clears' | 'label-clears';
  readonly from: number;
  readonly until: number;
  /** The first day on which the grant no longer permits anything. */
  readonly untilDay: string;
  readonly scope: Uint32Array;
  readonly pauses: readonly SnapshotPause[];
}

export interface SnapshotTables {
  readonly territories: readonly string[];
  readonly uses: readonly string[];
  readonly models: readonly string[];
  readonly reasons: readonly string[];
  readonly clauses: readonly SnapshotClause[];
  /** The number of the first list in this file: a delta brings only lists that its base has not. */
  readonly firstList: number;
  readonly listCount: number;
  /** The lists of clause numbers one after the other, each after its length. */
  readonly lists: Int32Array;
}

/** A file whose signature holds, read up to its recordings. */
export interface OpenedFile extends SnapshotHeader, SnapshotTables {
  readonly recordingCount: number;
  /** Goes through the recordings of the file once: five characters of ISRC, seven digits as a number, the number of the list. */
  eachRecording(visit: (prefix: Uint8Array, number: number, list: number) => void): void;
}

/** Throws an Error when the file is none, is cut, or is not signed by one of these keys. */
export function openFile(bytes: Uint8Array, keys: PublishedKeys): OpenedFile {
  const signed = bytes.subarray(0, Math.max(0, bytes.length - SIGNATURE_BYTES));
  const cursor = new Cursor(signed);
  if (signed.length < MAGIC.length || cursor.ascii(MAGIC.length) !== MAGIC)
    throw new Error('this is no clearance snapshot');
  const kid = cursor.text();
  if (!isSignedBy(keys, kid, signed, bytes.subarray(signed.length))) {
    throw new Error('the snapshot is not signed by a published key');
  }
  const header = readHeader(cursor);
  const [territories, uses, models, reasons] = [1, 2, 3, 4].map(() => list(cursor, () => cursor.text())) as [
    string[],
    string[],
    string[],
    string[],
  ];
  const agreements = list(cursor, () => cursor.uuid());
  const clauses = list(cursor, () => readClause(cursor, agreements));
  const firstList = cursor.varint();
  const listCount = cursor.varint();
  const lists = readLists(cursor, listCount);
  const recordingCount = cursor.varint();
  const start = cursor.place;
  return {
    ...header,
    ...{ territories, uses, models, reasons, clauses, firstList, listCount, lists, recordingCount },
    eachRecording: (visit) => readRecordings(signed, start, visit),
  };
}

function readHeader(cursor: Cursor): SnapshotHeader {
  const kind = cursor.byte() === 0 ? 'whole' : 'delta';
  return {
    kind,
    serviceId: cursor.uuid(),
    number: cursor.uint32(),
    base: cursor.uint32(),
    madeAt: cursor.float64(),
  };
}

function readClause(cursor: Cursor, agreements: readonly string[]): SnapshotClause {
  const agreementId = agreements[cursor.varint()] ?? '';
  const version = cursor.varint();
  const clause = cursor.text();
  const musicalWork = cursor.byte() === 0 ? 'platform-clears' : 'label-clears';
  const [from, until] = [cursor.float64(), cursor.float64()];
  const untilDay = cursor.ascii(10);
  const scope = Uint32Array.from({ length: SCOPE_WORDS }, () => cursor.uint32());
  const pauses = list(cursor, () => ({ from: cursor.float64(), until: cursor.float64(), reason: cursor.byte() }));
  return { agreementId, version, clause, musicalWork, from, until, untilDay, scope, pauses };
}

function readLists(cursor: Cursor, count: number): Int32Array {
  let words = new Int32Array(1 << 12);
  let end = 0;
  for (let left = count; left > 0; left -= 1) {
    const length = cursor.varint();
    // What is longer than the rest of the file is not there.
    if (length > cursor.left) throw new RangeError('the file ends too early');
    if (end + length + 1 > words.length) {
      const roomier = new Int32Array((end + length + 1) * 2);
      roomier.set(words);
      words = roomier;
    }
    words[end++] = length;
    for (let item = 0; item < length; item += 1) words[end++] = cursor.varint();
  }
  return words.subarray(0, end);
}

/** Grouped by their five leading characters; in a group by number, each the distance to the one before it. */
function readRecordings(
  bytes: Uint8Array,
  start: number,
  visit: (prefix: Uint8Array, number: number, list: number) => void,
): void {
  const cursor = new Cursor(bytes, start);
  for (let groups = cursor.varint(); groups > 0; groups -= 1) {
    const prefix = cursor.take(5);
    let number = -1;
    for (let left = cursor.varint(); left > 0; left -= 1) {
      number += cursor.varint() + 1;
      visit(prefix, number, cursor.varint());
    }
  }
}

function list<Item>(cursor: Cursor, read: () => Item): Item[] {
  const items: Item[] = [];
  for (let left = cursor.varint(); left > 0; left -= 1) items.push(read());
  return items;
}
