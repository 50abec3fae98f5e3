import {
  dayAfter,
  dayInZone,
  licensedPeriod,
  type Life,
  type LifeEvent,
  type LifeFact,
  type Period,
  startOfDayInZone,
  stateOf,
  timetableOf,
} from '../kernel';
import { actorName, type Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import type { Tx } from '../platform/database/tx';
import { enqueueLater } from '../platform/jobs/jobs';
import { publish } from '../platform/outbox/outbox';
import { moveAgreement } from './agreements.repository';
import { placeGrants } from './grants.repository';
import { insertFact, type LivingAgreement } from './life.repository';

export const keepJob = 'keep-agreement';

/** Who records: somebody of a party, or the calendar. */
export type Recorder = Actor | { readonly system: string };

export interface Recorded {
  readonly by: Recorder;
  readonly at: Date;
}

/**
 * Records what happened to a signed agreement, and makes everything that is worked out from it follow in the same transaction: its state,
 * its days, its grants, the next look at its calendar, both parties' trails and feeds. The caller holds the agreement's row.
 */
export async function recordLife(
  tx: Tx,
  agreement: LivingAgreement,
  events: readonly LifeEvent[],
  { by, at }: Recorded,
): Promise<LivingAgreement> {
  const known = agreement.life.facts.length;
  const facts = events.map((event, index): LifeFact => ({ ...event, number: known + index + 1, recordedAt: at }));
  const recorder = 'system' in by ? `system:${by.system}` : actorName(by);
  for (const fact of facts) await insertFact(tx, agreement, { fact, by: recorder });
  const life = { ...agreement.life, facts: [...agreement.life.facts, ...facts] };
  const after = await settleLife(tx, { ...agreement, life }, at);
  for (const fact of facts) await tellBoth(tx, after, { topic: `agreement.${fact.kind}`, fact: told(fact), by, at });
  return after;
}

/** What news and trails have of a fact: of many recordings the first hundred, since the agreement's life has them all. */
function told(fact: LifeFact): object {
  const { kind: _kind, number, recordedAt: _at, ...details } = fact;
  if (fact.kind !== 'withdrawal-notified') return details;
  const { isrcs } = fact;
  return { ...details, withdrawal: number, recordings: isrcs.length, isrcs: isrcs.slice(0, recordingsTold) };
}

const recordingsTold = 100;

/** Brings the rows that are worked out from a life up to it. */
export async function settleLife(tx: Tx, agreement: LivingAgreement, at: Date): Promise<LivingAgreement> {
  const { life } = agreement;
  const state = stateOf(life);
  const version = life.versions.at(-1)?.number ?? 1;
  const inForce = atLeastOneDay(licensedPeriod(life));
  await moveAgreement(tx, agreement.id, { state, version, inForce, at });
  await placeGrants(tx, agreement, life);
  await watch(tx, agreement, at);
  return { ...agreement, state, version, inForce };
}

/** What ended before its first day keeps that day in its row, which must have one; no grant holds on it. */
const atLeastOneDay = ({ from, until }: Period): Period => ({ from, until: until > from ? until : dayAfter(from, 1) });

/** One look at the calendar waits for each agreement: at the first move that lies before it. */
async function watch(tx: Tx, { id, life, timeZone }: LivingAgreement, now: Date): Promise<void> {
  const next = nextMove(life, dayInZone(now, timeZone));
  if (next === undefined) return;
  const at = startOfDayInZone(next, timeZone);
  await enqueueLater(tx, keepJob, { agreementId: id }, { key: `${keepJob} ${id}`, at, now });
}

const nextMove = (life: Life, today: ReturnType<typeof dayInZone>) =>
  timetableOf(life, today).find(({ moves }) => moves)?.on;

/** Both parties' trails and feeds tell it, whoever did it. */
export async function tellBoth(
  tx: Tx,
  { id, labelId, platformId }: Pick<LivingAgreement, 'id' | 'labelId' | 'platformId'>,
  { topic, fact, by, at }: Recorded & { readonly topic: string; readonly fact: object },
): Promise<void> {
  const entry = { action: topic, subjectId: id, details: fact, at };
  const own = 'system' in by ? undefined : by.organizationId;
  if (!('system' in by)) await audit(tx, by, entry);
  await tx.asSystem(async () => {
    for (const organizationId of [labelId, platformId]) {
      if (organizationId !== own) await audit(tx, { system: 'agreements', organizationId }, entry);
    }
  });
  await publish(tx, { to: [labelId, platformId], topic, subjectId: id, payload: fact, at });
}
