import * as kernel from '../../kernel';
import type { DatedGrant, Pause, ReasonSet } from '../../kernel';

/** Words of 32 bits a clause: territories 1 to 255, uses 1 to 127, models 1 to 31. Bit 0 of each is for codes that nobody grants. */
const TERRITORY_WORDS = 8;
const USE_WORDS = 4;
const MODELS = TERRITORY_WORDS + USE_WORDS;
const STRIDE = MODELS + 1;

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

/** A grant of one version of one agreement, numbered; what it permits as bits, its days as milliseconds since 1970. */
export class Clauses {
  private scopes = new Uint32Array(STRIDE << 8);
  private windows = new Float64Array(2 << 8);
  private ranks = new Float64Array(1 << 8);
  private readonly pauses: (readonly PauseSpan[] | undefined)[] = [];
  private readonly serviceNumbers = new Map<string, number>();
  /** Per service a bit for each clause; service 0 is one that nobody licenses. */
  private services: Uint32Array[] = [new Uint32Array(8)];
  private count = 0;

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    const services = this.services.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return this.scopes.byteLength + this.windows.byteLength + this.ranks.byteLength + services;
  }

  /** Takes a grant in; `rank` says where it stands among others. Its number is for good. */
  add(grant: DatedGrant, rank: number): number {
    const clause = this.count;
    this.count += 1;
    this.makeRoom();
    this.ranks[clause] = rank;
    const start = clause * STRIDE;
    for (const number of grant.territories) setBit(this.scopes, start, number, TERRITORY_WORDS);
    for (const number of grant.uses) setBit(this.scopes, start + TERRITORY_WORDS, number, USE_WORDS);
    for (const number of grant.models) setBit(this.scopes, start + MODELS, number, 1);
    for (const id of grant.services) setBit(this.services[this.addService(id)]!, 0, clause, Infinity);
    this.retime(clause, grant);
    return clause;
  }

  /** Gives a clause other days and pauses. Undefined: no day is left to it, and it is as if it were not there. */
  retime(clause: number, grant: Pick<DatedGrant, 'inForce' | 'timeZone' | 'pauses'> | undefined): void {
    if (grant === undefined) {
      this.pauses[clause] = gone;
      return;
    }
    const { inForce, timeZone } = grant;
    const from = startOfDayInZone(inForce.from, timeZone).getTime();
    const until = startOfDayInZone(inForce.until, timeZone).getTime();
    this.windows[2 * clause] = from;
    this.windows[2 * clause + 1] = until;
    // Mostly there is none: the wait for the first day ends before the first day.
    const pauses = grant.pauses.map(spanOf).filter((pause) => pause.from < until && pause.until > from);
    this.pauses[clause] = pauses.length === 0 ? undefined : pauses;
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
    const { scopes, windows } = this;
    const start = clause * STRIDE;
    const granted = bitOf(scopes, start + TERRITORY_WORDS, use) & bitOf(scopes, start + MODELS, model);
    const reasons =
      ((bitOf(this.services[service]!, 0, clause) ^ 1) << noAgreement) |
      ((granted ^ 1) << useNotGranted) |
      ((bitOf(scopes, start, territory) ^ 1) << territoryNotGranted) |
      (instant < windows[2 * clause + 1]! ? 0 : expired) |
      (instant >= windows[2 * clause]! ? 0 : notYet);
    const pauses = this.pauses[clause];
    return rungOf(pauses === undefined ? reasons : reasons | pausedAt(pauses, instant));
  }

  /** Until when a yes of the clause at an instant holds: milliseconds since 1970. */
  trueUntil(clause: number, instant: number): number {
    const end = this.windows[2 * clause + 1]!;
    const pause = this.pauses[clause]?.find(({ from }) => from > instant);
    return pause === undefined ? end : Math.min(pause.from, end);
  }

  /** What a snapshot writes of a clause. */
  describe(clause: number): {
    readonly scope: Uint32Array;
    readonly from: number;
    readonly until: number;
    readonly pauses: readonly PauseSpan[];
  } {
    return {
      scope: this.scopes.subarray(clause * STRIDE, (clause + 1) * STRIDE),
      from: this.windows[2 * clause]!,
      until: this.windows[2 * clause + 1]!,
      pauses: this.pauses[clause] ?? [],
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
    this.scopes = roomier(this.scopes, new Uint32Array(this.scopes.length * 2));
    this.windows = roomier(this.windows, new Float64Array(this.windows.length * 2));
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

function setBit(words: Uint32Array, start: number, number: number, room: number): void {
  if (number < 1 && room !== Infinity) throw new RangeError(`${number} is the number of nothing`);
  if (number >>> 5 >= room) throw new RangeError(`the index has no room for number ${number}`);
  const word = start + (number >>> 5);
  words[word] = words[word]! | (1 << (number & 31));
}
