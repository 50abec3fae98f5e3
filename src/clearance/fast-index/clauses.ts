import * as kernel from '../../kernel';
import type { DatedGrant, Pause, ReasonSet } from '../../kernel';

/**
 * A clause is sixteen words of 32 bits, one line of a processor's cache: territories 1 to 255, uses 1 to 95, models 1 to 30 as bits (bit 0 of each
 * is for codes that nobody grants), and its first and last moment as two float64.
 */
const TERRITORY_WORDS = 8;
const USE_WORDS = 3;
const MODELS = TERRITORY_WORDS + USE_WORDS;
const WORDS = 16;
/** Where its moments are, in the same memory seen as float64. */
const MOMENTS = WORDS / 2;
const FROM = 6;
const UNTIL = 7;
/** The highest bit of the models: the clause has pauses. */
const PAUSED = 31;

/** As constants of this file: a look through the kernel's index at every grant would cost more than the grant. */
const { rungOf, reasonBit, startOfDayInZone } = kernel;
const noAgreement = kernel.REFUSAL_REASONS.indexOf('no-agreement');
const useNotGranted = kernel.REFUSAL_REASONS.indexOf('use-not-granted');
const territoryNotGranted = kernel.REFUSAL_REASONS.indexOf('territory-not-granted');
const expired = reasonBit('expired');
const notYet = reasonBit('not-yet');

interface PauseSpan {
  readonly from: number;
  /** Infinity: it goes on. */
  readonly until: number;
  readonly reason: ReasonSet;
}

/** A clause without a day answers as if its recording had no grant: the least of all reasons, at all times. */
const gone: readonly PauseSpan[] = [{ from: -Infinity, until: Infinity, reason: reasonBit('unknown-recording') }];

export interface ClauseDescription {
  readonly territories: Uint32Array;
  readonly uses: Uint32Array;
  readonly models: number;
  readonly from: number;
  readonly until: number;
  readonly pauses: readonly PauseSpan[];
}

/** A grant of one version of one agreement, numbered; what it permits as bits, its days as milliseconds since 1970. */
export class Clauses {
  private words = new Uint32Array(WORDS << 8);
  private moments = new Float64Array(this.words.buffer);
  private ranks = new Float64Array(1 << 8);
  private readonly pauses: (readonly PauseSpan[])[] = [];
  private readonly serviceNumbers = new Map<string, number>();
  /** Per service a bit for each clause; service 0 is one that nobody licenses. */
  private services: Uint32Array[] = [new Uint32Array(8)];
  private count = 0;

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    const services = this.services.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return this.words.byteLength + this.ranks.byteLength + services;
  }

  /** Takes a grant in; `rank` says where it stands among others. Its number is for good. */
  add(grant: DatedGrant, rank: number): number {
    const clause = this.count;
    this.count += 1;
    this.makeRoom();
    this.ranks[clause] = rank;
    const start = clause * WORDS;
    for (const number of grant.territories) setBit(this.words, start, number, 32 * TERRITORY_WORDS);
    for (const number of grant.uses) setBit(this.words, start + TERRITORY_WORDS, number, 32 * USE_WORDS);
    for (const number of grant.models) setBit(this.words, start + MODELS, number, PAUSED);
    for (const id of grant.services) takeBit(this.services[this.addService(id)]!, 0, clause);
    this.retime(clause, grant);
    return clause;
  }

  /** Gives a clause other days and pauses. Undefined: no day is left to it, and it is as if it were not there. */
  retime(clause: number, grant: Pick<DatedGrant, 'inForce' | 'timeZone' | 'pauses'> | undefined): void {
    let pauses = gone;
    if (grant !== undefined) {
      const { inForce, timeZone } = grant;
      const from = startOfDayInZone(inForce.from, timeZone).getTime();
      const until = startOfDayInZone(inForce.until, timeZone).getTime();
      this.moments[clause * MOMENTS + FROM] = from;
      this.moments[clause * MOMENTS + UNTIL] = until;
      // Mostly there is none: the wait for the first day ends before the first day.
      pauses = grant.pauses.map(spanOf).filter((pause) => pause.from < until && pause.until > from);
    }
    this.pauses[clause] = pauses;
    const models = clause * WORDS + MODELS;
    this.words[models] = this.words[models]! & ~(1 << PAUSED);
    if (pauses.length > 0) takeBit(this.words, models, PAUSED);
  }

  /** 0 for a service that nobody licenses. */
  serviceNumber(id: string): number {
    return this.serviceNumbers.get(id) ?? 0;
  }

  rank(clause: number): number {
    return this.ranks[clause]!;
  }

  /** How far the clause goes: a place in REFUSAL_REASONS, or LICENSED_RUNG; 0 where no day is left to it. Numbers are the kernel's, 0 for unknown codes. */
  rung(clause: number, service: number, territory: number, use: number, model: number, instant: number): number {
    const { words, moments } = this;
    const start = clause * WORDS;
    const moment = clause * MOMENTS;
    const models = words[start + MODELS]!;
    const granted = bitOf(words, start + TERRITORY_WORDS, use) & (models >>> model);
    const reasons =
      ((bitOf(this.services[service]!, 0, clause) ^ 1) << noAgreement) |
      ((granted ^ 1) << useNotGranted) |
      ((bitOf(words, start, territory) ^ 1) << territoryNotGranted) |
      (instant < moments[moment + UNTIL]! ? 0 : expired) |
      (instant >= moments[moment + FROM]! ? 0 : notYet);
    return rungOf(models >>> PAUSED === 0 ? reasons : reasons | pausedAt(this.pauses[clause]!, instant));
  }

  /** Until when a yes of the clause at an instant holds: milliseconds since 1970. */
  trueUntil(clause: number, instant: number): number {
    const end = this.moments[clause * MOMENTS + UNTIL]!;
    const pause = this.pauses[clause]!.find(({ from }) => from > instant);
    return pause === undefined ? end : Math.min(pause.from, end);
  }

  /** What a snapshot writes of a clause: bits of territories, uses and models, each as long as there. */
  describe(clause: number): ClauseDescription {
    const [start, moment] = [clause * WORDS, clause * MOMENTS];
    return {
      territories: this.words.subarray(start, start + TERRITORY_WORDS),
      uses: this.words.subarray(start + TERRITORY_WORDS, start + MODELS),
      models: this.words[start + MODELS]! & ~(1 << PAUSED),
      from: this.moments[moment + FROM]!,
      until: this.moments[moment + UNTIL]!,
      pauses: this.pauses[clause]!,
    };
  }

  isGone(clause: number): boolean {
    return this.pauses[clause] === gone;
  }

  licenses(clause: number, service: number): boolean {
    return bitOf(this.services[service]!, 0, clause) === 1;
  }

  private addService(id: string): number {
    const known = this.serviceNumbers.get(id);
    if (known !== undefined) return known;
    const number = this.services.length;
    this.services.push(new Uint32Array(this.services[0]!.length));
    this.serviceNumbers.set(id, number);
    return number;
  }

  private makeRoom(): void {
    if (this.count <= this.ranks.length) return;
    const roomier = <Words extends Uint32Array | Float64Array>(words: Words, into: Words): Words => {
      into.set(words);
      return into;
    };
    this.words = roomier(this.words, new Uint32Array(this.words.length * 2));
    this.moments = new Float64Array(this.words.buffer);
    this.ranks = roomier(this.ranks, new Float64Array(this.ranks.length * 2));
    this.services = this.services.map((words) => roomier(words, new Uint32Array(words.length * 2)));
  }
}

const spanOf = ({ from, until, state }: Pause): PauseSpan => ({
  from: from.getTime(),
  until: until?.getTime() ?? Infinity,
  reason: reasonBit(state),
});

function pausedAt(pauses: readonly PauseSpan[], instant: number): ReasonSet {
  for (const { from, until, reason } of pauses) if (from <= instant && instant < until) return reason;
  return 0;
}

const bitOf = (words: Uint32Array, start: number, number: number): number =>
  (words[start + (number >>> 5)]! >>> (number & 31)) & 1;

/** Throws RangeError for a number that has no place among so many bits. */
function setBit(words: Uint32Array, start: number, number: number, bits: number): void {
  if (number < 1 || number >= bits) throw new RangeError(`the index has no place for number ${number}`);
  takeBit(words, start, number);
}

function takeBit(words: Uint32Array, start: number, number: number): void {
  const word = start + (number >>> 5);
  words[word] = words[word]! | (1 << (number & 31));
}
