import {
  type CalendarDate,
  datedGrantsOf,
  type GrantOfVersion,
  lastsUntil,
  LICENSED_RUNG,
  type Life,
  reasonOf,
  type RefusalReason,
  type Terms,
} from '../../kernel';
import { type ClauseDescription, Clauses } from './clauses';
import { type ClauseChange, ClauseLists } from './clause-lists';
import { ISRC_BYTES, MALFORMED, numberAt, prefixAt } from '../../../client/isrc';
import { Recordings } from '../../../client/recordings';

/** A signed agreement as the index takes it in. */
export interface IndexedAgreement {
  readonly id: string;
  readonly labelId: string;
  /** Agreements answer in the order of their conclusion. */
  readonly ordinal: number;
  readonly life: Life;
}

/** The grant that says yes. */
export interface ClauseName {
  readonly agreementId: string;
  readonly labelId: string;
  readonly version: number;
  readonly clause: string;
  /** The first day on which the grant no longer permits anything. */
  readonly until: CalendarDate;
  readonly rightsScope: Terms['rightsScope'];
}

/** What is placed of a version: clause numbers by the day of a withdrawal ('' without one) and clause id, and the days of what is withdrawn. */
interface PlacedVersion {
  readonly clauses: Map<string, Map<string, number>>;
  days: ReadonlyMap<string, string>;
}

type PlacedAgreement = Map<number, PlacedVersion>;

interface Placing extends Pick<ClauseName, 'labelId'> {
  readonly terms: Terms;
  /** Where a clause stands among all others. */
  readonly rankOf: (clause: string) => number;
}

const written = Buffer.alloc(ISRC_BYTES) as Buffer & { latin1Write(text: string, at: number): number };

/** A constant of this file, not a look through the kernel's index at every question. */
const licensed = LICENSED_RUNG;
const nothing: ReadonlySet<number> = new Set();
const CLAUSES_PER_VERSION = 1024;
const VERSIONS = 4096;

/**
 * The grants of one platform, ready to answer at the speed of memory: recording → list of clauses → bits and instants. Numbers instead of
 * objects throughout, so that a pair of recording and agreement costs a few dozen bytes and an answer allocates nothing.
 */
export class FastIndex {
  private readonly recordings = new Recordings();
  private readonly lists = new ClauseLists();
  private readonly clauses = new Clauses();
  private readonly names: ClauseName[] = [];
  private readonly placed = new Map<string, PlacedAgreement>();

  /** Takes an agreement in, or what has become of it since: versions that joined, days that were cut or moved, pauses, withdrawals. */
  place({ id, labelId, ordinal, life }: IndexedAgreement): void {
    const known: PlacedAgreement = this.placed.get(id) ?? new Map();
    this.placed.set(id, known);
    const grants = Map.groupBy(datedGrantsOf(life, id), ({ version }) => version);
    for (const { number, terms } of life.versions) {
      const version = known.get(number) ?? { clauses: new Map(), days: new Map() };
      known.set(number, version);
      const rankOf = (clause: string): number =>
        (ordinal * VERSIONS + number) * CLAUSES_PER_VERSION + terms.grants.findIndex((grant) => grant.id === clause);
      this.placeVersion(version, grants.get(number) ?? [], { labelId, terms, rankOf });
    }
    for (const [number, version] of known)
      if (!life.versions.some((signed) => signed.number === number)) this.forget(version);
    if (this.lists.mostlyIdle) this.compact();
  }

  /** A grant that recordings are withdrawn from is several clauses of one rank: each recording has one of them in its list. */
  private placeVersion(
    version: PlacedVersion,
    grants: readonly GrantOfVersion[],
    { labelId, terms, rankOf }: Placing,
  ): void {
    const groups = Map.groupBy(grants, ({ withdrawnFrom }) => withdrawnFrom ?? '');
    const days = groups.size === 0 ? version.days : dayByRecording(groups);
    const moved = [...new Set([...version.days.keys(), ...days.keys()])].filter(
      (isrc) => version.days.get(isrc) !== days.get(isrc),
    );
    const kept = new Set<number>();
    const before = new Set([...version.clauses.values()].flatMap((clauses) => [...clauses.values()]));
    for (const [day, own] of groups) {
      const clauses = version.clauses.get(day) ?? new Map<string, number>();
      version.clauses.set(day, clauses);
      const added: number[] = [];
      for (const grant of own) {
        const clause = clauses.get(grant.clause);
        if (clause === undefined) {
          added.push(this.addClause(grant, rankOf(grant.clause), { labelId, rightsScope: terms.rightsScope }));
          clauses.set(grant.clause, added.at(-1)!);
        } else this.retime(clause, grant);
        kept.add(clauses.get(grant.clause)!);
      }
      const joined = new Set(moved.filter((isrc) => (days.get(isrc) ?? '') === day));
      if (joined.size > 0) this.grantTo([...joined], { without: before, added: [...clauses.values()] });
      if (added.length > 0) {
        const isrcs = days.size === 0 ? terms.repertoire.isrcs : [...(own[0]?.isrcs ?? [])];
        const stayed = joined.size === 0 ? isrcs : isrcs.filter((isrc) => !joined.has(isrc));
        this.grantTo(stayed, { without: nothing, added });
      }
    }
    version.days = days;
    for (const clause of before) if (!kept.has(clause)) this.clauses.retime(clause, undefined);
  }

  /** Forgets what an agreement grants: its recordings answer as if it had never been. */
  remove(agreementId: string): void {
    for (const version of this.placed.get(agreementId)?.values() ?? []) this.forget(version);
  }

  private forget({ clauses }: PlacedVersion): void {
    for (const own of clauses.values()) for (const clause of own.values()) this.clauses.retime(clause, undefined);
  }

  private addClause(
    grant: GrantOfVersion,
    rank: number,
    { labelId, rightsScope }: Pick<ClauseName, 'labelId' | 'rightsScope'>,
  ): number {
    const { agreementId, version, clause } = grant;
    this.names.push({ agreementId, labelId, version, clause, until: lastsUntil(grant), rightsScope });
    return this.clauses.add(grant, rank);
  }

  private retime(clause: number, grant: GrantOfVersion): void {
    this.clauses.retime(clause, grant);
    this.names[clause] = { ...this.name(clause), until: lastsUntil(grant) };
  }

  /** Recordings that had the same list get the same new one. */
  private grantTo(isrcs: readonly string[], change: ClauseChange): void {
    const bytes = Buffer.from(isrcs.join(''), 'latin1');
    const rank = (clause: number): number => this.clauses.rank(clause);
    const made = new Map<number, number>();
    this.recordings.reserve(Math.max(this.recordings.size, isrcs.length));
    for (let at = 0; at < bytes.length; at += ISRC_BYTES) {
      const place = this.recordings.place(prefixAt(bytes, at), numberAt(bytes, at));
      const before = this.recordings.listAt(place);
      let after = made.get(before);
      if (after === undefined) {
        after = this.lists.changed(before, change, rank);
        made.set(before, after);
      }
      this.lists.move(before, after);
      this.recordings.putListAt(place, after);
    }
  }

  private compact(): void {
    const movedTo = this.lists.compact();
    this.recordings.forEach((_prefix, _number, list, place) => this.recordings.putListAt(place, movedTo(list)));
  }

  /** The number of a service for questions; 0 where nothing is licensed to it. */
  serviceNumber(id: string): number {
    return this.clauses.serviceNumber(id);
  }

  /**
   * The answer to a question by numbers: the clause that says yes (0 or more), or below zero the rung of the reason why not, as `reason`
   * reads it. Codes are the kernel's numbers, 0 where a code is none; the instant is in milliseconds since 1970.
   */
  decide(
    prefix: number,
    number: number,
    service: number,
    territory: number,
    use: number,
    model: number,
    instant: number,
  ): number {
    const list = this.recordings.find(prefix, number);
    if (list <= 0) return -1;
    const { words } = this.lists;
    const end = list + 2 + words[list + 1]!;
    let best = 0;
    for (let at = list + 2; at < end; at += 1) {
      const clause = words[at]!;
      const rung = this.clauses.rung(clause, service, territory, use, model, instant);
      if (rung === licensed) return clause;
      if (rung > best) best = rung;
    }
    return -1 - best;
  }

  /** As `decide`, for the twelve bytes of an ISRC in its stored form. */
  decideBytes(
    bytes: Uint8Array,
    at: number,
    service: number,
    territory: number,
    use: number,
    model: number,
    instant: number,
  ): number {
    const prefix = prefixAt(bytes, at);
    const number = numberAt(bytes, at);
    if (prefix === MALFORMED || number === MALFORMED) return -1;
    return this.decide(prefix, number, service, territory, use, model, instant);
  }

  /** As `decide`, for an ISRC in its stored form. */
  decideIsrc(isrc: string, service: number, territory: number, use: number, model: number, instant: number): number {
    if (isrc.length !== ISRC_BYTES) return -1;
    written.latin1Write(isrc, 0);
    return this.decideBytes(written, 0, service, territory, use, model, instant);
  }

  /** The labels whose grants came as far as the refusal that `decide` gave: who could grant what is missing. */
  labelsClosest(
    isrc: string,
    refusal: number,
    {
      service,
      territory,
      use,
      model,
      instant,
    }: Readonly<Record<'service' | 'territory' | 'use' | 'model' | 'instant', number>>,
  ): string[] {
    written.latin1Write(isrc, 0);
    const list = Math.max(0, this.recordings.find(prefixAt(written, 0), numberAt(written, 0)));
    const labels = [...this.lists.clausesOf(list)]
      .filter((clause) => this.clauses.rung(clause, service, territory, use, model, instant) === -1 - refusal)
      .map((clause) => this.name(clause).labelId);
    return [...new Set(labels)];
  }

  /** The reason of an answer below zero. 'unknown-recording' here is a recording without a grant: a catalogue may still have it. */
  reason(answer: number): RefusalReason {
    return reasonOf(-1 - answer);
  }

  name(clause: number): ClauseName {
    const name = this.names[clause];
    if (name === undefined) throw new RangeError(`there is no clause ${clause}`);
    return name;
  }

  /** Until when a yes of the clause at an instant holds, in milliseconds since 1970. */
  trueUntil(clause: number, instant: number): number {
    return this.clauses.trueUntil(clause, instant);
  }

  /**
   * Every recording with the clauses that name a service, in their order: none where it is licensed to others only. Recordings of which no
   * grant has a day left are passed over. The array is one and the same for recordings that share it.
   */
  forEachRecordingOf(
    service: number,
    visit: (prefix: number, number: number, clauses: readonly number[]) => void,
  ): void {
    const known = new Map<number, readonly number[] | undefined>();
    this.recordings.forEach((prefix, number, list) => {
      let own = known.get(list);
      if (own === undefined && !known.has(list)) {
        const alive = [...this.lists.clausesOf(list)].filter((clause) => !this.clauses.isGone(clause));
        own = alive.length === 0 ? undefined : alive.filter((clause) => this.clauses.licenses(clause, service));
        known.set(list, own);
      }
      if (own !== undefined) visit(prefix, number, own);
    });
  }

  describe(clause: number): ClauseDescription {
    return this.clauses.describe(clause);
  }

  get size(): {
    readonly recordings: number;
    readonly clauses: number;
    readonly agreements: number;
    readonly bytes: number;
  } {
    return {
      recordings: this.recordings.size,
      clauses: this.clauses.size,
      agreements: this.placed.size,
      bytes: this.recordings.bytes + this.lists.bytes + this.clauses.bytes,
    };
  }
}

function dayByRecording(groups: ReadonlyMap<string, readonly GrantOfVersion[]>): Map<string, string> {
  const days = new Map<string, string>();
  for (const [day, [grant]] of groups) if (day !== '') for (const isrc of grant?.isrcs ?? []) days.set(isrc, day);
  return days;
}
