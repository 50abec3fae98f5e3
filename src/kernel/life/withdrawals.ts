import { type CalendarDate, NEVER } from '../calendar';
import { type Terms } from '../terms';
import { type Life, type LifeFact, type SignedVersion } from './life';

export type Withdrawal = Extract<LifeFact, { kind: 'withdrawal-notified' }>;

/** Withdrawals of recordings that were notified and not revoked, in the order of recording. */
export function standingWithdrawals({ facts }: Pick<Life, 'facts'>): Withdrawal[] {
  const revoked = new Set(facts.map((fact) => (fact.kind === 'withdrawal-revoked' ? fact.withdrawal : undefined)));
  return facts.filter((fact) => fact.kind === 'withdrawal-notified').filter(({ number }) => !revoked.has(number));
}

/**
 * The recordings of a version that are withdrawn, each with its first day without the licence. What both parties sign after the notice, for
 * days from that day on, counts as they wrote it: a recording that it lists is licensed again.
 */
export function withdrawnOf(
  life: Pick<Life, 'facts'>,
  { concludedAt, effectiveFrom, terms }: SignedVersion,
): ReadonlyMap<string, CalendarDate> {
  const standing = standingWithdrawals(life).filter(
    ({ recordedAt, from }) => concludedAt <= recordedAt || effectiveFrom < from,
  );
  if (standing.length === 0) return NONE;
  const days = new Map<string, CalendarDate>();
  for (const { isrcs, from } of standing)
    for (const isrc of isrcs) if (from < (days.get(isrc) ?? NEVER)) days.set(isrc, from);
  const listed = terms.repertoire.isrcs.filter((isrc) => days.has(isrc));
  return new Map(listed.map((isrc) => [isrc, days.get(isrc) ?? NEVER]));
}

const NONE: ReadonlyMap<string, CalendarDate> = new Map();

/** Recordings of one version that are licensed on the same days. */
export interface RecordingGroup {
  /** Sorted. */
  readonly isrcs: readonly string[];
  /** Their first day without the licence; undefined where they are not withdrawn. */
  readonly withdrawnFrom: CalendarDate | undefined;
}

/** The recordings of a version: those that stay, where there are any, then those that are withdrawn, by day. */
export function groupsOf(life: Pick<Life, 'facts'>, version: SignedVersion): RecordingGroup[] {
  const { isrcs } = version.terms.repertoire;
  const withdrawn = withdrawnOf(life, version);
  if (withdrawn.size === 0) return [{ isrcs, withdrawnFrom: undefined }];
  const groups = [...Map.groupBy(isrcs, (isrc) => withdrawn.get(isrc))];
  return groups
    .map(([withdrawnFrom, own]) => ({ isrcs: own, withdrawnFrom }))
    .sort((a, b) => ((a.withdrawnFrom ?? '') < (b.withdrawnFrom ?? '') ? -1 : 1));
}

/** Terms without the recordings that are withdrawn by a day: of a version as it reads for whoever amends it from that day on. */
export function withoutWithdrawn(life: Pick<Life, 'facts'>, version: SignedVersion, day: CalendarDate): Terms {
  const { terms } = version;
  const withdrawn = withdrawnOf(life, version);
  const isGone = (isrc: string): boolean => (withdrawn.get(isrc) ?? NEVER) <= day;
  const isrcs = terms.repertoire.isrcs.filter((isrc) => !isGone(isrc));
  return isrcs.length === terms.repertoire.isrcs.length ? terms : { ...terms, repertoire: { kind: 'list', isrcs } };
}
