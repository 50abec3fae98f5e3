import { Injectable } from '@nestjs/common';
import { ownRecordings } from '../catalogue';
import { dayInZone, isCalendarDate, readIsrc } from '../kernel';
import { getOrganization } from '../parties';
import { audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { DayField, IdField, ObjectsField, TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { type Claim, insertClaim } from './claims.repository';
import { releasedBefore } from './use-releases.repository';

export class ClaimedUseBody {
  @TextField({ max: 40, example: 'ZZAC02600001' })
  readonly isrc!: string;

  @TextField({
    max: 2000,
    example: 'https://video.example/watch/1',
    description: 'where the recording was found: http or https',
  })
  readonly url!: string;

  @DayField({ example: '2025-11-03' })
  readonly seenOn!: string;
}

export class ClaimBody {
  @IdField({ description: 'who made the recordings available' })
  readonly platformId!: string;

  @TextField({ max: 100, example: 'CLAIM-2025-001', description: "the label's own number of the claim" })
  readonly reference!: string;

  @ObjectsField(() => ClaimedUseBody, { max: 1000 })
  readonly uses!: ClaimedUseBody[];
}

/** A label records that a platform uses its recordings without a licence: what, where, and when it was seen. */
@Injectable()
export class RecordClaim {
  constructor(private readonly clock: Clock) {}

  /** Refuses with request-invalid, not-found (the platform), recording-unknown, use-released or claim-reference-taken. */
  async execute(tx: Tx, actor: Actor, { platformId, reference, uses }: ClaimBody): Promise<Claim> {
    const at = this.clock.now();
    const labelId = actor.organizationId;
    await refuseUnlessPlatform(tx, platformId);
    const faults = uses.flatMap((use, index) => faultsOf(use, `/uses/${index}`, at));
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const released = releasedUses(uses, await releasedBefore(tx, labelId, platformId));
    if (released.length > 0) throw new DomainError('use-released', undefined, released);
    await ownRecordings(
      tx,
      labelId,
      uses.map(({ isrc }) => isrc),
      (index) => `/uses/${index}/isrc`,
    );
    const claimed = uses.map(({ isrc, url, seenOn }) => ({ isrc: stored(isrc), url, seenOn }));
    const claim = await insertClaim(tx, { labelId, platformId, reference, uses: claimed, at });
    await audit(tx, actor, {
      action: 'claim.recorded',
      subjectId: claim.id,
      details: { platformId, uses: uses.length },
      at,
    });
    await publish(tx, {
      to: [labelId, platformId],
      topic: 'claim.recorded',
      subjectId: claim.id,
      payload: { labelId, uses: uses.length },
      at,
    });
    return claim;
  }
}

async function refuseUnlessPlatform(tx: Tx, id: string): Promise<void> {
  const { kind } = await getOrganization(tx, id);
  if (kind === 'platform') return;
  const fault = { pointer: '/platformId', code: 'not-a-platform', message: 'claims are made against platforms' };
  throw new DomainError('request-invalid', undefined, [fault]);
}

/** Use before the day of a release is not claimed again. */
function releasedUses(uses: readonly ClaimedUseBody[], before: string | undefined): Fault[] {
  return uses.flatMap(({ seenOn }, index) =>
    before !== undefined && seenOn < before
      ? [{ pointer: `/uses/${index}/seenOn`, code: 'use-released', message: `use before ${before} is released` }]
      : [],
  );
}

function faultsOf({ url, seenOn }: ClaimedUseBody, pointer: string, now: Date): Fault[] {
  const faults: Fault[] = [];
  const note = (field: string, code: string, message: string): number =>
    faults.push({ pointer: `${pointer}/${field}`, code, message });
  if (!URL.canParse(url) || !/^https?:\/\/\S+$/i.test(url))
    note('url', 'url-malformed', 'must be an http or https address');
  if (!isCalendarDate(seenOn)) note('seenOn', 'day-unknown', 'there is no such day');
  // The zone whose clocks are ahead of all others: later than its day it is nowhere yet.
  else if (seenOn > dayInZone(now, 'Pacific/Kiritimati'))
    note('seenOn', 'day-in-future', 'nothing is seen before it happens');
  return faults;
}

/** The ISRC's stored form; that it is one has been checked before. */
function stored(written: string): string {
  const reading = readIsrc(written);
  return 'isrc' in reading ? reading.isrc : written;
}
