import { at, Faults } from '../faults';
import { compileGrants, grantsOf } from '../matching';
import { isCalendarDate, type CalendarDate } from '../calendar';
import { add, exactText, isDecimalText, isShare, rational } from '../money';
import { type Terms } from '../terms';
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
  const grants = compileGrants(grantsOf(terms, ''));
  const clauseOfGrant = new Map(
    terms.royalties.flatMap(({ grants: ids }, place) => ids.map((id) => [id, place] as const)),
  );
  const byClause: RecordingUnits[][] = terms.royalties.map(() => []);
  const faults = new Faults();
  let line = 0;
  for (const sum of usage) {
    const { isrc, service, territory, use, model } = sum;
    const decision = grants.context({ service, territory, use, model, day }).clauseFor(isrc);
    const place = decision.licensed ? clauseOfGrant.get(decision.clause) : undefined;
    const clause = place === undefined ? undefined : terms.royalties[place];
    if (sum.quantity < 0n || sum.returns < 0n) {
      faults.add(at('/usage', line), 'usage-negative', 'quantity and returns must not be negative');
    } else if (place === undefined || !clause) {
      const reason = decision.licensed ? '' : decision.reason;
      faults.add(at('/usage', line), 'usage-not-licensed', `${isrc} is not licensed here: ${reason}`);
    } else {
      const units = sum.quantity - sum.returns;
      checkDetails(sum, { line, faults });
      byClause[place]?.push({ clause: clause.id, isrc, service, territory, use, model, units, ...detailsOf(sum) });
    }
    line++;
  }
  if (faults.found) throw new RatingRefused(faults.list);
  return byClause.map(inOrder);
}

type Details = Pick<RecordingUnits, 'returned' | 'sales' | 'controlledShare' | 'usedOn' | 'reportedOn' | 'sale'>;

const DETAILS = ['sales', 'controlledShare', 'usedOn', 'reportedOn', 'sale'] as const;

/** What most sums do not have: an object without members costs nothing to spread. */
function detailsOf(sum: UsageSum): Details {
  const details: Record<string, string | bigint> = {};
  if (sum.returns > 0n) details['returned'] = sum.returns;
  for (const name of DETAILS) {
    const value = sum[name];
    if (value !== undefined) details[name] = value;
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
  for (const [name, day] of Object.entries({ usedOn, reportedOn })) {
    if (day !== undefined && !isCalendarDate(day)) refuse(name, 'usage-date', 'must be a day that exists');
  }
}

interface Place {
  readonly line: number;
  readonly faults: Faults;
}

/** The order of recordings within a clause; 0 for two sums of the same recording and context. */
export function compareRecordings(a: RecordingUnits, b: RecordingUnits): number {
  if (a.isrc !== b.isrc) return a.isrc < b.isrc ? -1 : 1;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  if (a.territory !== b.territory) return a.territory < b.territory ? -1 : 1;
  if (a.use !== b.use) return a.use < b.use ? -1 : 1;
  if (a.model !== b.model) return a.model < b.model ? -1 : 1;
  return compareDetails(a, b);
}

/** Sums of another day, another sale or another controlled share stay apart. */
function compareDetails(a: RecordingUnits, b: RecordingUnits): number {
  for (const name of ['usedOn', 'reportedOn', 'controlledShare', 'sale'] as const) {
    const [left = '', right = ''] = [a[name], b[name]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function inOrder(recordings: RecordingUnits[]): RecordingUnits[] {
  const merged: RecordingUnits[] = [];
  let last: RecordingUnits | undefined;
  for (const recording of recordings.sort(compareRecordings)) {
    if (last && compareRecordings(last, recording) === 0) {
      last = { ...last, units: last.units + recording.units, ...sumOfDetails(last, recording) };
      merged[merged.length - 1] = last;
    } else {
      last = recording;
      merged.push(recording);
    }
  }
  return merged;
}

function sumOfDetails(a: RecordingUnits, b: RecordingUnits): Pick<RecordingUnits, 'sales' | 'returned'> {
  const returned = (a.returned ?? 0n) + (b.returned ?? 0n);
  const sold = a.sales !== undefined || b.sales !== undefined;
  return {
    ...(returned > 0n ? { returned } : {}),
    ...(sold ? { sales: exactText(add(rational(a.sales ?? '0'), rational(b.sales ?? '0'))) } : {}),
  };
}
