import { at, Faults } from '../faults';
import { compileGrants, grantsOf } from '../matching';
import { type CalendarDate } from '../calendar';
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
      byClause[place]?.push({ clause: clause.id, isrc, service, territory, use, model, units });
    }
    line++;
  }
  if (faults.found) throw new RatingRefused(faults.list);
  return byClause.map(inOrder);
}

/** The order of recordings within a clause; 0 for two sums of the same recording and context. */
export function compareRecordings(a: RecordingUnits, b: RecordingUnits): number {
  if (a.isrc !== b.isrc) return a.isrc < b.isrc ? -1 : 1;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  if (a.territory !== b.territory) return a.territory < b.territory ? -1 : 1;
  if (a.use !== b.use) return a.use < b.use ? -1 : 1;
  if (a.model !== b.model) return a.model < b.model ? -1 : 1;
  return 0;
}

function inOrder(recordings: RecordingUnits[]): RecordingUnits[] {
  const merged: RecordingUnits[] = [];
  let last: RecordingUnits | undefined;
  for (const recording of recordings.sort(compareRecordings)) {
    if (last && compareRecordings(last, recording) === 0) {
      last = { ...last, units: last.units + recording.units };
      merged[merged.length - 1] = last;
    } else {
      last = recording;
      merged.push(recording);
    }
  }
  return merged;
}
