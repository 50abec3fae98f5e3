import { at, Faults } from '../faults';
import { compileGrants, grantsOf } from '../matching';
import { isCalendarDate, type CalendarDate } from '../calendar';
import { add, exactText, isDecimalText, isShare, rational } from '../money';
import { type Terms } from '../terms';
import { countedIntoPlace, placesInOrder, TextTree } from './order';
import { RatingRefused, type UsageSum } from './rating-input';

/** Net units of one recording in one context, under the royalty clause that pays for it. */
export interface RecordingUnits {
  /** Id of the royalty clause. */
  readonly clause: string;
  readonly isrc: string;
  readonly service: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly units: bigint;
  /** Returns, already taken off the units; absent where there were none. */
  readonly returned?: bigint;
  /** As the usage says it, where it does. */
  readonly sales?: string;
  readonly controlledShare?: string;
  readonly usedOn?: string;
  readonly reportedOn?: string;
  readonly sale?: string;
}

/**
 * Gives every sum to the clause that pays for it, in canonical order: clauses as written, then by ISRC, service, territory,
 * use and model in code-unit order. The order decides who gets a cent on a tie, so it must not depend on the input's.
 * Throws RatingRefused with all sums that the terms do not license or whose quantities are negative.
 */
export function recordingsByClause(
  terms: Terms,
  { usage, day }: { usage: Iterable<UsageSum>; day: CalendarDate },
): RecordingUnits[][] {
  const clauseOf = clausesOf(terms, day);
  const isrcs = placesInOrder(terms.repertoire.isrcs);
  const contexts = new TextTree<ContextSums>();
  const faults = new Faults();
  let line = 0;
  for (const sum of usage) {
    const { isrc, service, territory, use, model } = sum;
    const leaf = contexts.at(service).at(territory).at(use).at(model);
    const context = (leaf.value ??= contextSums({ service, territory, use, model }, clauseOf));
    const place = isrcs.get(isrc);
    if (sum.quantity < 0n || sum.returns < 0n) {
      faults.add(at('/usage', line), 'usage-negative', 'quantity and returns must not be negative');
    } else if (place === undefined || context.clause === undefined) {
      const reason = place === undefined ? 'no-agreement' : context.reason;
      faults.add(at('/usage', line), 'usage-not-licensed', `${isrc} is not licensed here: ${reason}`);
    } else {
      checkDetails(sum, { line, faults });
      context.entries.push(sum);
      context.places.push(place);
      context.apart ||= isApart(sum);
    }
    line++;
  }
  if (faults.found) throw new RatingRefused(faults.list);
  const inOrder = [...contexts.values()].sort(compareContexts);
  return terms.royalties.map(({ id }, clause) => {
    const own = inOrder.filter((context) => context.clause === clause);
    const sums = countedIntoPlace(own, isrcs.size);
    return merged(id, own.some(({ apart }) => apart) ? sums.sort(compareRecordings) : sums);
  });
}

type Context = Pick<UsageSum, 'service' | 'territory' | 'use' | 'model'>;

/** One context: the place of the clause that pays there, or the reason why none does, and its sums with the places of their ISRCs. */
interface ContextSums extends Context {
  readonly clause: number | undefined;
  readonly reason: string;
  readonly entries: UsageSum[];
  readonly places: number[];
  /** Whether sums of one recording may stay apart. */
  apart: boolean;
}

type ClauseOf = (context: Context) => Pick<ContextSums, 'clause' | 'reason'>;

/** All grants are of the whole repertoire: once a recording is found in it, its context alone decides. */
function clausesOf(terms: Terms, day: CalendarDate): ClauseOf {
  const grants = compileGrants(grantsOf(terms, '').map(({ isrcs: _, ...grant }) => grant));
  const clauseOfGrant = new Map(
    terms.royalties.flatMap(({ grants: ids }, place) => ids.map((id) => [id, place] as const)),
  );
  return (context) => {
    const decision = grants.context({ ...context, day }).clauseFor('');
    return decision.licensed
      ? { clause: clauseOfGrant.get(decision.clause), reason: '' }
      : { clause: undefined, reason: decision.reason };
  };
}

function contextSums(context: Context, clauseOf: ClauseOf): ContextSums {
  return { ...context, ...clauseOf(context), entries: [], places: [], apart: false };
}

type Details = Pick<RecordingUnits, 'returned' | 'sales' | 'controlledShare' | 'usedOn' | 'reportedOn' | 'sale'>;

const DETAILS = ['sales', 'controlledShare', 'usedOn', 'reportedOn', 'sale'] as const;

/** What most sums do not have: they are not made an object each to find nothing in it. */
function detailsOf(sum: UsageSum): Details | undefined {
  let details: Record<string, string | bigint> | undefined;
  if (sum.returns > 0n) details = { returned: sum.returns };
  for (const name of DETAILS) {
    const value = sum[name];
    if (value !== undefined) (details ??= {})[name] = value;
  }
  return details;
}

function checkDetails({ sales, controlledShare, usedOn, reportedOn }: UsageSum, { line, faults }: Place): void {
  const refuse = (name: string, code: string, message: string) =>
    faults.add(at(at('/usage', line), name), code, message);
  if (sales !== undefined && !isDecimalText(sales)) refuse('sales', 'usage-sales', 'must be a plain decimal');
  if (controlledShare !== undefined && !isShare(controlledShare)) {
    refuse('controlledShare', 'usage-controlled-share', 'must be a fraction of one: "0.6" or "1/3"');
  }
  const checkDay = (name: string, day: string | undefined): void => {
    if (day !== undefined && !isCalendarDate(day)) refuse(name, 'usage-date', 'must be a day that exists');
  };
  checkDay('usedOn', usedOn);
  checkDay('reportedOn', reportedOn);
}

interface Place {
  readonly line: number;
  readonly faults: Faults;
}

type Ordered = Context & Pick<UsageSum, 'isrc' | (typeof APART)[number]>;

/** The order of recordings within a clause; 0 for two sums of the same recording and context. */
export function compareRecordings(a: Ordered, b: Ordered): number {
  if (a.isrc !== b.isrc) return a.isrc < b.isrc ? -1 : 1;
  return compareContexts(a, b) || compareApart(a, b);
}

function compareContexts(a: Context, b: Context): number {
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  if (a.territory !== b.territory) return a.territory < b.territory ? -1 : 1;
  if (a.use !== b.use) return a.use < b.use ? -1 : 1;
  if (a.model !== b.model) return a.model < b.model ? -1 : 1;
  return 0;
}

/** Sums of another day, another sale or another controlled share stay apart. */
const APART = ['usedOn', 'reportedOn', 'controlledShare', 'sale'] as const;

const isApart = (sum: UsageSum): boolean => APART.some((name) => sum[name] !== undefined);

function compareApart(a: Ordered, b: Ordered): number {
  for (const name of APART) {
    const [left = '', right = ''] = [a[name], b[name]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** Sums in canonical order become recordings; those of the same recording and context become one. */
function merged(clause: string, sums: readonly UsageSum[]): RecordingUnits[] {
  const recordings: RecordingUnits[] = [];
  let last: RecordingUnits | undefined;
  for (const sum of sums) {
    const { isrc, service, territory, use, model } = sum;
    const plain = { clause, isrc, service, territory, use, model, units: sum.quantity - sum.returns };
    const details = detailsOf(sum);
    const recording: RecordingUnits = details ? { ...plain, ...details } : plain;
    if (last && compareRecordings(last, recording) === 0) {
      last = { ...last, units: last.units + recording.units, ...sumOfDetails(last, recording) };
      recordings[recordings.length - 1] = last;
    } else {
      last = recording;
      recordings.push(recording);
    }
  }
  return recordings;
}

function sumOfDetails(a: RecordingUnits, b: RecordingUnits): Pick<RecordingUnits, 'sales' | 'returned'> {
  const returned = (a.returned ?? 0n) + (b.returned ?? 0n);
  const sold = a.sales !== undefined || b.sales !== undefined;
  return {
    ...(returned > 0n ? { returned } : {}),
    ...(sold ? { sales: exactText(add(rational(a.sales ?? '0'), rational(b.sales ?? '0'))) } : {}),
  };
}
