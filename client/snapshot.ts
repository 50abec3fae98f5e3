import type { PublishedKeys } from './keys';
import { numberAt, prefixAt } from './isrc';
import { Recordings } from './recordings';
import {
  FIRST_LIST,
  FORGOTTEN,
  openFile,
  type OpenedFile,
  SCOPE_WORDS,
  type SnapshotClause,
  TERRITORY_WORDS,
  USE_WORDS,
} from './snapshot-file';

const ISRC_BYTES = 12;
const MODELS = TERRITORY_WORDS + USE_WORDS;
/** The order of reasons in the file, of which these are tested here; those of pauses come from the file. */
const [NO_AGREEMENT, USE_NOT_GRANTED, TERRITORY_NOT_GRANTED, EXPIRED, NOT_YET] = [1, 2, 3, 4, 5] as const;

export interface Question {
  /** In its stored form: twelve characters, upper case, no hyphens. */
  readonly isrc: string;
  /** ISO 3166-1 alpha-2. */
  readonly territory: string;
  readonly useType: string;
  readonly commercialModel: string;
  readonly at: Date;
}

export type Answer =
  | {
      readonly licensed: true;
      readonly agreementId: string;
      readonly version: number;
      readonly clause: string;
      /** The first day on which the grant no longer permits it. */
      readonly until: string;
      /** Until when this yes holds, as far as was known when the snapshot was made. */
      readonly trueUntil: Date;
      readonly rightsScope: { readonly licensed: 'sound-recording'; readonly musicalWork: string };
    }
  | { readonly licensed: false; readonly reason: string };

/**
 * What one service may use, in memory: opened from a signed file, made newer by deltas, and asked as often as wanted without a network. It knows what was known at
 * `madeAt`; who needs later changes within a second asks the server.
 */
export class Snapshot {
  private scopes = new Uint32Array(0);
  private windows = new Float64Array(0);
  private clauses: readonly SnapshotClause[] = [];
  private paused: readonly boolean[] = [];
  /** Lists one after the other, each after its length, and where each begins. */
  private lists = new Int32Array(FIRST_LIST);
  private listsEnd = FIRST_LIST;
  private begins = Int32Array.of(0, 1);
  private listCount = FIRST_LIST;
  private readonly recordings = new Recordings();
  private codes: Readonly<Record<'territories' | 'uses' | 'models', ReadonlyMap<string, number>>>;
  private reasons: readonly string[] = [];
  private readonly written = new Uint8Array(ISRC_BYTES);

  private constructor(
    private file: Pick<OpenedFile, 'serviceId' | 'number' | 'madeAt'>,
    opened: OpenedFile,
  ) {
    this.recordings.reserve(opened.recordingCount);
    this.codes = codesOf(opened);
    this.take(opened);
  }

  /** Throws an Error when the file is no whole snapshot, is damaged, or is not signed by one of these keys. */
  static open(bytes: Uint8Array, keys: PublishedKeys): Snapshot {
    const opened = openFile(bytes, keys);
    if (opened.kind !== 'whole') throw new Error('a delta needs the snapshot that it makes newer');
    return new Snapshot(opened, opened);
  }

  /** Makes this the newer snapshot. Throws an Error, and changes nothing, when the delta is not one of this snapshot or its signature does not hold. */
  apply(delta: Uint8Array, keys: PublishedKeys): void {
    const opened = openFile(delta, keys);
    if (opened.kind !== 'delta' || opened.serviceId !== this.serviceId || opened.base !== this.number) {
      throw new Error(`this is no delta of snapshot ${this.number} of service ${this.serviceId}`);
    }
    this.take(opened);
  }

  get serviceId(): string {
    return this.file.serviceId;
  }

  get number(): number {
    return this.file.number;
  }

  get madeAt(): Date {
    return new Date(this.file.madeAt);
  }

  get size(): number {
    return this.recordings.size;
  }

  answer({ isrc, territory, useType, commercialModel, at }: Question): Answer {
    const instant = at.getTime();
    if (isrc.length !== ISRC_BYTES) return { licensed: false, reason: this.reason(-1) };
    for (let place = 0; place < ISRC_BYTES; place += 1) this.written[place] = Math.min(isrc.charCodeAt(place), 255);
    const codes = [this.territory(territory), this.use(useType), this.model(commercialModel)] as const;
    const decision = this.decide(this.written, 0, ...codes, instant);
    if (decision < 0) return { licensed: false, reason: this.reason(decision) };
    const { agreementId, version, clause, untilDay: until, musicalWork } = this.clauses[decision]!;
    const trueUntil = new Date(this.trueUntil(decision, instant));
    const rightsScope = { licensed: 'sound-recording', musicalWork } as const;
    return { licensed: true, agreementId, version, clause, until, trueUntil, rightsScope };
  }

  /** The numbers of codes, for `decide`; 0 for one that nobody grants. */
  territory(code: string): number {
    return this.codes.territories.get(code) ?? 0;
  }

  use(code: string): number {
    return this.codes.uses.get(code) ?? 0;
  }

  model(code: string): number {
    return this.codes.models.get(code) ?? 0;
  }

  /** By numbers, for millions of questions a second: the clause that says yes, or below zero a reason for `reason`. The ISRC stands in the bytes as ASCII. */
  decide(isrcs: Uint8Array, at: number, territory: number, use: number, model: number, instant: number): number {
    const prefix = prefixAt(isrcs, at);
    const number = numberAt(isrcs, at);
    const list = prefix < 0 || number < 0 ? -1 : this.recordings.find(prefix, number);
    if (list < 0 || list === FORGOTTEN) return -1;
    let best: number = NO_AGREEMENT;
    const { lists } = this;
    const begin = this.begins[list]!;
    const end = begin + 1 + lists[begin]!;
    for (let place = begin + 1; place < end; place += 1) {
      const clause = lists[place]!;
      const reason = this.firstReason(clause, territory, use, model, instant);
      if (reason < 0) return clause;
      if (reason > best) best = reason;
    }
    return -1 - best;
  }

  /** The reason of a decision below zero. */
  reason(decision: number): string {
    return this.reasons[-1 - decision] ?? '';
  }

  /** Until when a yes of the clause at an instant holds: milliseconds since 1970. */
  trueUntil(clause: number, instant: number): number {
    const { until, pauses } = this.clauses[clause]!;
    return Math.min(until, pauses.find(({ from }) => from > instant)?.from ?? Infinity);
  }

  /** The first reason why a clause does not permit a use; below zero when there is none. */
  private firstReason(clause: number, territory: number, use: number, model: number, instant: number): number {
    const { scopes, windows } = this;
    const start = clause * SCOPE_WORDS;
    if ((bitOf(scopes, start + TERRITORY_WORDS, use) & bitOf(scopes, start + MODELS, model)) === 0) {
      return USE_NOT_GRANTED;
    }
    if (bitOf(scopes, start, territory) === 0) return TERRITORY_NOT_GRANTED;
    if (instant >= windows[2 * clause + 1]!) return EXPIRED;
    if (instant < windows[2 * clause]!) return NOT_YET;
    return this.paused[clause]! ? this.pauseAt(clause, instant) : -1;
  }

  private pauseAt(clause: number, instant: number): number {
    const pause = this.clauses[clause]!.pauses.find(({ from, until }) => from <= instant && instant < until);
    return pause === undefined ? -1 : pause.reason;
  }

  /** Takes in what a file says: all of it, or what is new. */
  private take(opened: OpenedFile): void {
    if (opened.firstList !== this.listCount) throw new Error('the file continues another snapshot');
    const { clauses } = opened;
    this.clauses = clauses;
    this.paused = clauses.map(({ pauses }) => pauses.length > 0);
    this.scopes = new Uint32Array(clauses.length * SCOPE_WORDS);
    this.windows = new Float64Array(clauses.length * 2);
    for (const [place, { scope, from, until }] of clauses.entries()) {
      this.scopes.set(scope, place * SCOPE_WORDS);
      this.windows.set([from, until], place * 2);
    }
    this.codes = codesOf(opened);
    this.reasons = opened.reasons;
    this.addLists(opened);
    opened.eachRecording((prefix, number, list) => {
      this.recordings.putListAt(this.recordings.place(prefixAt(prefix, 0), number), list);
    });
    this.file = opened;
  }

  private addLists({ lists: added, listCount }: OpenedFile): void {
    const lists = new Int32Array(this.listsEnd + added.length);
    lists.set(this.lists.subarray(0, this.listsEnd));
    lists.set(added, this.listsEnd);
    const begins = new Int32Array(this.listCount + listCount);
    begins.set(this.begins);
    for (let list = this.listCount, begin = this.listsEnd; list < begins.length; list += 1) {
      begins[list] = begin;
      begin += 1 + lists[begin]!;
    }
    this.lists = lists;
    this.begins = begins;
    this.listsEnd = lists.length;
    this.listCount = begins.length;
  }
}

const bitOf = (words: Uint32Array, start: number, number: number): number =>
  (words[start + (number >>> 5)]! >>> (number & 31)) & 1;

function codesOf({
  territories,
  uses,
  models,
}: OpenedFile): Readonly<Record<'territories' | 'uses' | 'models', Map<string, number>>> {
  const numbers = (codes: readonly string[]): Map<string, number> =>
    new Map(codes.map((code, place) => [code, place + 1]));
  return { territories: numbers(territories), uses: numbers(uses), models: numbers(models) };
}
