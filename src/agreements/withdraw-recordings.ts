import { Injectable } from '@nestjs/common';
import {
  type CalendarDate,
  dayInZone,
  earliestWithdrawal,
  endOf,
  type Fault,
  type Life,
  readIsrc,
  renewalOf,
  standingWithdrawals,
  withdrawalFaults,
  withdrawalRoom,
} from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { DayField, TextField, TextsField } from '../platform/http/fields';
import { dayOf } from './day-of';
import { getLivingForUpdate, type LivingAgreement } from './life.repository';
import { recordLife } from './record-life';
import { refuseUnlessRunning } from './running';

export class WithdrawalBody {
  @TextsField({ max: 10_000, description: 'ISRCs of the recordings, in any notation', example: ['ZZA0Z2600001'] })
  readonly isrcs!: string[];

  @TextField({ min: 10, max: 2000, example: 'The rights in these recordings go back to the artist.' })
  readonly reason!: string;

  @DayField({
    optional: true,
    description: 'their first day without the licence, in the time zone of the agreement; absent: the earliest',
    example: '2026-12-01',
  })
  readonly from?: string;
}

/** A label takes recordings out of a signed agreement, as its terms allow it. */
@Injectable()
export class WithdrawRecordings {
  constructor(private readonly clock: Clock) {}

  /** Refuses with agreement-not-running, right-not-agreed, request-invalid, notice-too-late, withdrawal-not-possible, limit-reached. */
  async notify(
    tx: Tx,
    actor: Actor,
    agreementId: string,
    { isrcs: written, reason, from }: WithdrawalBody,
  ): Promise<void> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const { life, timeZone } = agreement;
    const at = this.notBeforeSignature(life);
    const today = dayInZone(at, timeZone);
    refuseOnceOver(agreement, today);
    const isrcs = isrcsOf(written);
    const earliest = earliestWithdrawal(life, isrcs, today);
    if (earliest === undefined) throw new DomainError('right-not-agreed');
    const first = from === undefined ? earliest : dayOf(from, '/from');
    if (first < earliest) throw new DomainError('notice-too-late', `by the terms not before ${earliest}`);
    if (renewalOf(life) === undefined && first >= endOf(life).sellOffUntil)
      throw new DomainError('notice-too-late', 'the licence ends before that day by itself');
    const faults = withdrawalFaults(life, { isrcs, from: first });
    if (faults.length > 0) throw new DomainError('withdrawal-not-possible', undefined, faults);
    const sorted = [...new Set(isrcs)].sort();
    if (sorted.length > withdrawalRoom(life))
      throw new DomainError(
        'limit-reached',
        `the notices of this agreement may name ${withdrawalRoom(life)} more recordings`,
      );
    const notified = { kind: 'withdrawal-notified', isrcs: sorted, from: first, reason } as const;
    await recordLife(tx, agreement, [notified], { by: actor, at });
  }

  /**
   * Takes a withdrawal back before its day. Refuses with agreement-not-running, withdrawal-unknown, withdrawal-in-effect, and with
   * exclusive-grant-overlaps where somebody else has been granted the recordings from that day on.
   */
  async revoke(tx: Tx, actor: Actor, agreementId: string, withdrawal: number): Promise<void> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const at = this.clock.now();
    const today = dayInZone(at, agreement.timeZone);
    refuseOnceOver(agreement, today);
    const { from } = standing(agreement, withdrawal);
    if (today >= from) throw new DomainError('withdrawal-in-effect', `since ${from}`);
    await recordLife(tx, agreement, [{ kind: 'withdrawal-revoked', withdrawal }], { by: actor, at });
  }

  /** What is recorded after a signature counts as later, however much the clocks of two servers differ. */
  private notBeforeSignature({ versions }: Life): Date {
    const now = this.clock.now();
    const signed = versions.at(-1)?.concludedAt ?? now;
    return signed > now ? signed : now;
  }
}

/** Refuses with agreement-not-running. What is sold off is still licensed. */
function refuseOnceOver(agreement: LivingAgreement, today: CalendarDate): void {
  if (today >= endOf(agreement.life).sellOffUntil) refuseUnlessRunning(agreement);
}

function standing({ life }: LivingAgreement, withdrawal: number) {
  const found = standingWithdrawals(life).find(({ number }) => number === withdrawal);
  if (found === undefined) throw new DomainError('withdrawal-unknown');
  return found;
}

/** As they came, in their stored form. */
function isrcsOf(written: readonly string[]): string[] {
  const readings = written.map(readIsrc);
  const faults = readings.flatMap((reading, place): Fault[] =>
    'isrc' in reading
      ? []
      : [
          {
            pointer: `/isrcs/${place}`,
            code: reading.fault,
            message: 'must be an ISRC: two letters, three letters or digits, seven digits',
          },
        ],
  );
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  return readings.flatMap((reading) => ('isrc' in reading ? [reading.isrc] : []));
}
