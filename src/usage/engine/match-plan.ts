// From their own folders: each thread that reads loads what is named here, and nothing else of the kernel.
import { type CalendarDate, dayAfter } from '../../kernel/calendar';
import { compileGrants, type GrantInForce, REFUSAL_REASONS, type RefusalReason } from '../../kernel/matching';
import { territoryCode, territoryNumber } from '../../kernel/territory';
import { useAndModelOf, useModelCode, useModelNumber } from '../../kernel/uses';
import { type Asked, type AskedPlaces, askedPlaces, type AskedUse } from './asked-uses';
import { type Recordings, recordingsOf } from './recordings';
import type { ShareSpan } from './shared-rows';

/** Room for every use under every model beside a territory: codes of useModelCode stay below. */
const usesAndModels = 2048;
/** Place codes are below this. */
export const placesMax = 512 * usesAndModels;

/** A territory, use and commercial model as one number. */
export const placeCode = (territory: number, useModel: number): number => territory * usesAndModels + useModel;

export interface Place {
  readonly territory: string;
  readonly use: string;
  readonly model: string;
}

export const placeOf = (code: number): Place => ({
  territory: territoryCode(Math.floor(code / usesAndModels)),
  ...useAndModelOf(code % usesAndModels),
});

export const codeOf = ({ territory, use, model }: Place): number =>
  placeCode(territoryNumber(territory), useModelCode(use, model));

/** The sum of a part of the month, or the first of a recording's in a place, which stands for all of them. */
export interface TracedSum {
  readonly key: number;
  readonly isOfPart: boolean;
}

/** What matching needs to know of the world, as plain data that goes to any thread. */
export interface MatchPlan extends AskedPlaces {
  readonly serviceId: string;
  /** The first day of the report's period, and how many days it has. */
  readonly from: CalendarDate;
  readonly days: number;
  /** Of the label's catalogue and of all repertoires. */
  readonly recordings: Recordings;
  /** One recording for each set of repertoires; the kernel's answer about it is the answer for all of the set. */
  readonly representatives: readonly string[];
  /** With the representatives alone for recordings. */
  readonly grants: readonly GrantInForce[];
  /** Ids, sorted. */
  readonly agreements: readonly string[];
  /** Codes of all places that some grant names, sorted. */
  readonly places: Uint32Array;
  /** The number of one sum: what is looked for are the lines that it is made of, and nothing is added up. */
  readonly traced?: TracedSum;
}

export interface Matched {
  readonly serviceId: string;
  readonly from: CalendarDate;
  readonly days: number;
  readonly grants: readonly GrantInForce[];
  /** The ISRCs of the label's catalogue. */
  readonly catalogue: Iterable<string>;
  /** From what is reported to the ISRC that both parties say it stands for. */
  readonly resolutions?: ReadonlyMap<string, string>;
  readonly shares?: readonly Shares[];
  readonly asked?: readonly AskedUse[];
}

/** Recordings of which the label controls a part: their share in millionths, in these territories, from a day on until another one or without end. */
export interface Shares extends Pick<ShareSpan, 'share' | 'territories'> {
  readonly isrcs: readonly string[];
  readonly from: string;
  readonly until: string | null;
}

/** A grant whose recordings nobody named (`isrcs` undefined) is no input here: a report's lines are looked up by their recordings. */
export function matchPlanOf({
  serviceId,
  from,
  days,
  grants,
  catalogue,
  resolutions,
  shares,
  asked = [],
}: Matched): MatchPlan {
  const sets = new Map<string, number>();
  for (const isrc of catalogue) sets.set(isrc, 0);
  let last = 0;
  for (const isrcs of new Set(grants.map(isrcsOf))) {
    // What was in one set before is in another one now, if it is in this repertoire too.
    const refined = new Map<number, number>();
    for (const isrc of isrcs) {
      const before = sets.get(isrc) ?? 0;
      const set = refined.get(before) ?? (last += 1);
      refined.set(before, set);
      sets.set(isrc, set);
    }
  }
  const representatives: string[] = [];
  for (const [isrc, set] of sets) representatives[set] ??= isrc;
  representatives[0] = '';
  const among = representatives.filter((isrc) => isrc !== undefined);
  const agreements = [...new Set(grants.map(({ agreementId }) => agreementId))].sort();
  const places = placesOf(grants.filter(({ services }) => services.has(serviceId)));
  return {
    serviceId,
    from,
    days,
    recordings: recordingsOf(sets, resolvable(sets, resolutions), spansOf(sets, shares ?? [], { from, days })),
    representatives,
    grants: grants.map((grant) => ({ ...grant, isrcs: new Set(among.filter((isrc) => isrcsOf(grant).has(isrc))) })),
    agreements,
    places,
    ...askedPlaces(asked, { agreements, places, usesAndModels }),
  };
}

/** A resolution leads from what no agreement names to what one does: what an agreement names speaks for itself, so there are no chains. */
function resolvable(
  sets: ReadonlyMap<string, number>,
  resolutions: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const isAgreed = (isrc: string): boolean => (sets.get(isrc) ?? 0) > 0;
  return new Map([...resolutions].filter(([reported, isrc]) => !isAgreed(reported) && isAgreed(isrc)));
}

/** The days of a report, counted from its first. */
export const dayNumbers = ({ from, days }: Pick<Matched, 'from' | 'days'>): ReadonlyMap<string, number> =>
  new Map(Array.from({ length: days }, (_, at) => [dayAfter(from, at) as string, at]));

/** By recording, of those that an agreement names, what touches the report's days. */
function spansOf(
  sets: ReadonlyMap<string, number>,
  shares: readonly Shares[],
  { from, days }: Pick<Matched, 'from' | 'days'>,
): Map<string, ShareSpan[]> {
  const numbers = dayNumbers({ from, days });
  const numberOf = (day: string): number => (day <= from ? 0 : (numbers.get(day) ?? days));
  const spans = new Map<string, ShareSpan[]>();
  for (const { isrcs, share, territories, from: first, until } of shares) {
    const span = {
      share,
      territories,
      from: numberOf(first),
      until: until === null ? days : numberOf(until),
    };
    if (span.from >= span.until) continue;
    for (const isrc of isrcs) {
      if ((sets.get(isrc) ?? 0) === 0) continue;
      const own = spans.get(isrc);
      if (own === undefined) spans.set(isrc, [span]);
      else own.push(span);
    }
  }
  return spans;
}

const noRecordings: ReadonlySet<string> = new Set();
const isrcsOf = ({ isrcs }: GrantInForce): ReadonlySet<string> => isrcs ?? noRecordings;

function placesOf(grants: readonly GrantInForce[]): Uint32Array {
  const codes = new Set<number>();
  for (const { territories, uses, models } of grants) {
    for (const territory of territories) {
      for (const use of uses) for (const model of models) codes.add(placeCode(territory, useModelNumber(use, model)));
    }
  }
  return Uint32Array.from(codes).sort();
}

/**
 * The number of a sum: in the order of agreement, recording and place, by their numbers in the plan. It is that of the units in the first part of the month: the sales
 * of a part follow its units, then comes the next part.
 */
export const keyOf = (
  { recordings, places, parts, kinds }: MatchPlan,
  agreement: number,
  recording: number,
  place: number,
): number => ((agreement * recordings.sets.length + recording) * places.length + place) * parts * kinds;

/** What an agreement asks in a place beside units, both by their numbers in the plan; undefined where it asks for nothing. */
export const askedAt = ({ asked, places }: MatchPlan, agreement: number, place: number): Asked | undefined =>
  asked.get(agreement * places.length + place);

export const unknownRecording = -1 - REFUSAL_REASONS.indexOf('unknown-recording');

export const reasonOf = (decision: number): RefusalReason => REFUSAL_REASONS[-1 - decision]!;

/** The kernel's decisions, asked once for each place, day and set of repertoires. */
export class Matcher {
  private readonly grants;
  private readonly agreementNumbers: ReadonlyMap<string, number>;
  /** Numbers of the places that were asked about, from 1; decisions of each one after another. */
  private readonly numbers = new Int32Array(placesMax);
  private readonly decided: Int32Array[] = [];
  private readonly sets: number;
  private readonly days: readonly CalendarDate[];

  constructor(private readonly plan: MatchPlan) {
    this.grants = compileGrants(plan.grants);
    this.agreementNumbers = new Map(plan.agreements.map((id, number) => [id, number]));
    this.sets = plan.representatives.length;
    this.days = Array.from({ length: plan.days }, (_, day) => dayAfter(plan.from, day));
  }

  /** The agreement's number in the plan, or below zero the reason why none covers it. `day` counts from the report's first. */
  decide(place: number, day: number, set: number): number {
    const known = this.decided[this.numbers[place]! - 1] ?? this.begin(place);
    const at = day * this.sets + set;
    const decision = known[at]!;
    return decision === undecided ? (known[at] = this.ask(place, day, set)) : decision;
  }

  private begin(place: number): Int32Array {
    const known = new Int32Array(this.plan.days * this.sets).fill(undecided);
    this.numbers[place] = this.decided.push(known);
    return known;
  }

  private ask(place: number, day: number, set: number): number {
    const context = { ...placeOf(place), service: this.plan.serviceId, day: this.days[day]! };
    const decision = this.grants.context(context).clauseFor(this.plan.representatives[set] ?? '');
    if (!decision.licensed) return -1 - REFUSAL_REASONS.indexOf(decision.reason);
    return this.agreementNumbers.get(decision.agreementId)!;
  }
}

const undecided = 0x7fffffff;
