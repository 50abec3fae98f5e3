import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../agreements';
import { type ConflictsEnded, endedAmong, type EndedConflict, lockConflicts } from '../../catalogue';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import type { JobPayload } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { releaseHeld } from '../disputes/release-held';
import {
  agreementsHolding,
  carriedForward,
  insertRightsReleases,
  lastDrawnUpAfter,
  type RightsRelease,
  type StillHeld,
  stillHeld,
} from './conflict-holds.repository';
import { askToRelease, releaseJob, rightsSource } from './hold-conflicted';

/**
 * Lets go what is held for conflicts that are over. Of a label that keeps the share that it stated it is due at once. Of one that states less by now it goes on waiting until a statement has taken the difference, and
 * then as far as nothing is carried forward: what it is not owed is never paid to it first. Run again, or twice at once, it releases nothing twice.
 */
@Injectable()
export class ReleaseRightsHolds {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  execute({ agreementId = '' }: JobPayload): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      // Whoever ends one of these conflicts meanwhile is waited for: it may not see what has just been held. Then whoever closes a month waits.
      const held = await stillHeld(tx, agreementId);
      await lockConflicts(
        tx,
        held.map(({ conflict_id }) => conflict_id),
      );
      const agreement = await getLivingForUpdate(tx, agreementId);
      const due = await dueNow(tx, agreement);
      for (const [month, releases] of Map.groupBy(due, (release) => release.month))
        await release(tx, agreement, { month, releases, at });
    });
  }
}

/** In the transaction that ends conflicts. */
export async function releaseForEnded(tx: Tx, { conflictIds }: ConflictsEnded): Promise<void> {
  for (const agreementId of await agreementsHolding(tx, conflictIds)) await askToRelease(tx, agreementId);
}

type DueRelease = RightsRelease & { readonly month: string };

async function dueNow(tx: Tx, agreement: LivingAgreement): Promise<DueRelease[]> {
  const held = await stillHeld(tx, agreement.id);
  const ids = [...new Set(held.map(({ conflict_id }) => conflict_id))];
  const ended = new Map((await endedAmong(tx, agreement.labelId, ids)).map((conflict) => [conflict.id, conflict]));
  const over = held.filter(({ conflict_id }) => ended.has(conflict_id));
  const isLost = (hold: StillHeld): boolean => (ended.get(hold.conflict_id)!.share ?? 0) < hold.share;
  const kept = over.filter((hold) => !isLost(hold)).map((hold) => dueOf(hold, hold.left_minor));
  const lost = over.filter(isLost);
  if (lost.length === 0) return kept;
  return [...kept, ...(await takenByStatements(tx, agreement, { lost, ended }))];
}

const dueOf = ({ conflict_id: conflictId, month }: StillHeld, minor: bigint): DueRelease => ({
  conflictId,
  month,
  minor,
});

/** What was lost and was taken back by a statement since: as much of it as is not carried forward. */
async function takenByStatements(
  tx: Tx,
  agreement: LivingAgreement,
  { lost, ended }: { readonly lost: readonly StillHeld[]; readonly ended: ReadonlyMap<string, EndedConflict> },
): Promise<DueRelease[]> {
  const taken: StillHeld[] = [];
  for (const [month, holds] of Map.groupBy(lost, (hold) => hold.month)) {
    const drawnUp = await lastDrawnUpAfter(tx, agreement.id, month);
    if (drawnUp !== null) taken.push(...holds.filter(({ conflict_id }) => ended.get(conflict_id)!.endedAt <= drawnUp));
  }
  let left = taken.reduce((sum, { left_minor }) => sum + left_minor, 0n) - (await carriedForward(tx, agreement));
  return taken.flatMap((hold) => {
    const minor = hold.left_minor < left ? hold.left_minor : left;
    if (minor <= 0n) return [];
    left -= minor;
    return [dueOf(hold, minor)];
  });
}

async function release(
  tx: Tx,
  agreement: LivingAgreement,
  {
    month: day,
    releases,
    at,
  }: { readonly month: string; readonly releases: readonly RightsRelease[]; readonly at: Date },
): Promise<void> {
  const month = day.slice(0, 7);
  const number = await insertRightsReleases(tx, agreement, { month: day, releases, at });
  const minor = releases.reduce((sum, each) => sum + each.minor, 0n);
  const source = `${rightsSource(month)} #${number}`;
  const by = { system: releaseJob, organizationId: agreement.labelId };
  await releaseHeld(tx, by, { agreement, month, minor, source, occasion: source, at });
  const payload = { month, released: String(minor), currency: agreement.currency };
  const to = [agreement.labelId, agreement.platformId];
  await publish(tx, { to, topic: 'rights-conflict.released', subjectId: agreement.id, payload, at });
}
