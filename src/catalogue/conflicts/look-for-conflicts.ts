import { Injectable } from '@nestjs/common';
import { canonicalText, dayAfter, dayInZone, type Overclaimed, overclaimed, startOfDayInZone } from '../../kernel';
import { voidApproval } from '../../platform/approvals/approvals';
import type { Tx } from '../../platform/database/tx';
import { enqueueLater } from '../../platform/jobs/jobs';
import { clockJob, reminderDays } from './conflict-clock';
import {
  askedToDecide,
  changeConflicts,
  claimsMeeting,
  type ConflictEnd,
  decideAction,
  endConflicts,
  type FoundConflict,
  insertConflicts,
  insertFacts,
  type NamedShare,
  openConflicts,
  type RightsConflict,
  settledShares,
} from './conflicts.repository';
import { publishTo } from './news';
import { OnClaimsChanged } from './on-claims-changed';

/** Whose doing it is that somebody looks, and what a conflict that is over by now ends as. */
export interface Looking {
  /** Null: nobody's. */
  readonly organizationId: string | null;
  readonly madeBy: string;
  readonly end: ConflictEnd;
  /** With what it ends: the shares that were agreed or decided. */
  readonly note?: string;
  readonly shares?: readonly NamedShare[];
  readonly at: Date;
}

/** Recordings looked at together: with their places they are a few megabytes. */
const sliceLength = 1000;
/** How long the labels have to say something. */
export const answerDays = 30;

interface Change {
  readonly found: FoundConflict[];
  readonly changed: { readonly before: RightsConflict; readonly now: FoundConflict }[];
  readonly over: RightsConflict[];
}

/**
 * Where labels state more than the whole of a recording there is a conflict, and where they no longer do there is none: looked at wherever shares are stated, in the same transaction. The
 * caller holds the claims of these recordings (`lockClaims`) since before it wrote.
 */
@Injectable()
export class LookForConflicts {
  constructor(private readonly onClaimsChanged: OnClaimsChanged) {}

  execute(tx: Tx, isrcs: readonly string[], looking: Looking): Promise<void> {
    const sorted = [...new Set(isrcs)].sort();
    return tx.asSystem(async () => {
      const news = new Map<string, RightsConflict[]>();
      const tell = (topic: string, conflicts: readonly RightsConflict[]): void => {
        if (conflicts.length > 0) news.set(topic, [...(news.get(topic) ?? []), ...conflicts]);
      };
      for (let from = 0; from < sorted.length; from += sliceLength) {
        const slice = sorted.slice(from, from + sliceLength);
        const change = await changeOf(tx, slice);
        tell('rights-conflict.found', await raise(tx, change.found, looking));
        tell('rights-conflict.changed', await alter(tx, change.changed, looking));
        tell(`rights-conflict.${looking.end}`, await endAll(tx, change.over, looking));
        await this.onClaimsChanged.run(tx, { isrcs: slice });
      }
      for (const [topic, conflicts] of news) await publishTo(tx, topic, conflicts, { at: looking.at });
    });
  }
}

async function changeOf(tx: Tx, isrcs: readonly string[]): Promise<Change> {
  const claims = Map.groupBy(await claimsMeeting(tx, isrcs), ({ isrc }) => isrc);
  const settled = await settledShares(tx, [...claims.keys()]);
  const open = new Map((await openConflicts(tx, isrcs)).map((conflict) => [conflict.isrc, conflict]));
  const change: Change = { found: [], changed: [], over: [] };
  for (const isrc of isrcs) {
    const before = open.get(isrc);
    const pieces = overclaimed(claims.get(isrc) ?? [], settled.get(isrc));
    const now = { isrc, pieces, parties: [...new Set([...(before?.parties ?? []), ...claimantsOf(pieces)])].sort() };
    if (before === undefined && pieces.length > 0) change.found.push(now);
    if (before !== undefined && pieces.length === 0) change.over.push(before);
    if (before !== undefined && pieces.length > 0 && canonicalText(before.pieces) !== canonicalText(pieces))
      change.changed.push({ before, now });
  }
  return change;
}

/** The labels that state something where there is more than the whole, by their ids. */
export const claimantsOf = (pieces: readonly Overclaimed[]): string[] =>
  [...new Set(pieces.flatMap(({ claims }) => claims.map(({ labelId }) => labelId)))].sort();

async function raise(
  tx: Tx,
  found: readonly FoundConflict[],
  { organizationId, madeBy, at }: Looking,
): Promise<RightsConflict[]> {
  if (found.length === 0) return [];
  const answerBy = dayAfter(dayInZone(at, 'UTC'), answerDays);
  const raised = await insertConflicts(tx, found, { at, answerBy });
  const facts = raised.map(({ id: conflictId, pieces }) => ({ conflictId, said: { pieces } }));
  await insertFacts(tx, facts, { kind: 'found', organizationId, madeBy, at });
  // One job for all that have the same day.
  for (const day of [dayAfter(answerBy, -reminderDays), dayAfter(answerBy, 1)]) {
    const wake = startOfDayInZone(day, 'UTC');
    await enqueueLater(tx, clockJob, {}, { key: `${clockJob} ${day}`, at: wake, now: at });
  }
  return raised;
}

async function alter(
  tx: Tx,
  changed: Change['changed'],
  { organizationId, madeBy, at }: Looking,
): Promise<RightsConflict[]> {
  if (changed.length === 0) return [];
  await changeConflicts(
    tx,
    changed.map(({ before: { id }, now }) => ({ id, ...now })),
  );
  const facts = changed.map(({ before: { id: conflictId }, now: { pieces } }) => ({ conflictId, said: { pieces } }));
  await insertFacts(tx, facts, { kind: 'changed', organizationId, madeBy, at });
  return changed.map(({ before, now }) => ({ ...before, ...now }));
}

async function endAll(
  tx: Tx,
  over: readonly RightsConflict[],
  { end, at, organizationId, madeBy, note, shares }: Looking,
): Promise<readonly RightsConflict[]> {
  if (over.length === 0) return over;
  const conflictIds = over.map(({ id }) => id);
  await endConflicts(tx, conflictIds, end, at);
  const said = { ...(note === undefined ? {} : { note }), ...(shares === undefined ? {} : { shares }) };
  const facts = conflictIds.map((conflictId) => ({ conflictId, said }));
  await insertFacts(tx, facts, { kind: end, organizationId, madeBy, at });
  for (const subjectId of await askedToDecide(tx, conflictIds))
    await voidApproval(tx, { action: decideAction, subjectId, because: `rights-conflict.${end}`, at });
  return over;
}
