import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../agreements';
import { type ClaimNow, type ClaimsChanged, claimsNow, lockClaims } from '../../catalogue';
import { ownPartOf, periodOfMonth } from '../../kernel';
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
 * Lets go what is held and in dispute no more, piece by piece: nothing while an open conflict is about the label's share in the same period and place. What is the label's own by the share that it states now is
 * due at once. The rest it has lost: that goes on waiting until a statement has taken the difference, and then as far as nothing is carried forward, so what it is not owed is never paid to it first.
 * Run again, or twice at once, it releases nothing twice.
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
      // Nobody states a share of these recordings meanwhile. Then whoever closes a month waits; what a close has held since has asked for another job.
      const isrcs = new Set((await stillHeld(tx, agreementId)).map(({ isrc }) => isrc));
      await lockClaims(tx, [...isrcs]);
      const agreement = await getLivingForUpdate(tx, agreementId);
      const held = (await stillHeld(tx, agreementId)).filter(({ isrc }) => isrcs.has(isrc));
      const due = await dueNow(tx, agreement, held);
      for (const [month, releases] of Map.groupBy(due, (release) => release.month))
        await release(tx, agreement, { month, releases, at });
    });
  }
}

/** In the transaction that states shares. */
export async function releaseForClaims(tx: Tx, { isrcs }: ClaimsChanged): Promise<void> {
  for (const agreementId of await agreementsHolding(tx, isrcs)) await askToRelease(tx, agreementId);
}

type DueRelease = RightsRelease & { readonly month: string };

/** A hold over which nobody is in dispute. */
interface Settled extends StillHeld {
  /** What of it is the label's own and waits still. */
  readonly own: bigint;
  /** What of it was lost. */
  readonly lost: bigint;
  readonly statedAt: Date | null;
}

async function dueNow(tx: Tx, agreement: LivingAgreement, held: readonly StillHeld[]): Promise<DueRelease[]> {
  const { labelId, life } = agreement;
  const places = held.map((hold) => ({ ...hold, period: periodOfMonth(life, hold.period) }));
  const claims = await claimsNow(tx, labelId, places);
  const settled = held.flatMap((hold, at) => settledBy(hold, claims[at]!));
  const taken = await takenByStatements(tx, agreement, settled);
  return settled.flatMap((hold) => {
    const minor = hold.own + (taken.get(hold) ?? 0n);
    return minor === 0n ? [] : [{ month: hold.month, hold: hold.number, minor }];
  });
}

function settledBy(hold: StillHeld, { share, statedAt, isDisputed }: ClaimNow): Settled[] {
  if (isDisputed) return [];
  const due = ownPartOf(hold.minor, { ...hold, now: share ?? 0 });
  const own = due > hold.released ? due - hold.released : 0n;
  return [{ ...hold, own, lost: hold.minor - hold.released - own, statedAt }];
}

/** What was lost and was taken back by a statement that was worked out since: as much of it as is not carried forward. */
async function takenByStatements(
  tx: Tx,
  agreement: LivingAgreement,
  settled: readonly Settled[],
): Promise<ReadonlyMap<Settled, bigint>> {
  const lost = settled.filter((hold) => hold.lost > 0n);
  const taken: Settled[] = [];
  for (const [month, holds] of Map.groupBy(lost, (hold) => hold.month)) {
    const drawnUp = await lastDrawnUpAfter(tx, agreement.id, month);
    if (drawnUp !== null) taken.push(...holds.filter(({ statedAt }) => statedAt !== null && statedAt < drawnUp));
  }
  const releases = new Map<Settled, bigint>();
  if (taken.length === 0) return releases;
  let left = taken.reduce((sum, hold) => sum + hold.lost, 0n) - (await carriedForward(tx, agreement));
  for (const hold of taken) {
    const minor = hold.lost < left ? hold.lost : left;
    if (minor <= 0n) break;
    left -= minor;
    releases.set(hold, minor);
  }
  return releases;
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
