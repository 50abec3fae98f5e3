import { Injectable } from '@nestjs/common';
import { dayAfter, dayInZone, endOf, openBreaches, renewalOf } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { ChoiceField, DayField, IntegerField, TextField } from '../platform/http/fields';
import { dayOf } from './day-of';
import { getLivingForUpdate, type LivingAgreement, partyOf } from './life.repository';
import { recordLife } from './record-life';
import { refuseUnlessRunning } from './running';

export class NoticeBody {
  @ChoiceField(['termination', 'non-renewal'], {
    description: 'to end the agreement by notice, or not to have it renewed',
  })
  readonly kind!: 'termination' | 'non-renewal';

  @DayField({
    optional: true,
    description: 'the first day that is no longer licensed; absent: the earliest',
    example: '2026-12-01',
  })
  readonly until?: string;
}

export class TerminationBody {
  @IntegerField({ min: 1, max: 1_000_000, description: 'the number of the breach that was notified and not cured' })
  readonly breach!: number;

  @TextField({ min: 10, max: 2000 })
  readonly reason!: string;
}

/** The ways in which a party ends an agreement: only those that the terms give it, or the agreement refuses with right-not-agreed. */
@Injectable()
export class EndAgreement {
  constructor(private readonly clock: Clock) {}

  /** Refuses with not-found, agreement-not-running, right-not-agreed, request-invalid, notice-too-late, notice-given-already. */
  async giveNotice(tx: Tx, actor: Actor, agreementId: string, { kind, until }: NoticeBody): Promise<void> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    refuseUnlessRunning(agreement);
    if (kind === 'non-renewal') return this.declineRenewal(tx, actor, agreement);
    const by = partyOf(agreement, actor.organizationId);
    const right = agreement.terms.termination?.notice;
    if (right === undefined || (right.by !== 'either' && right.by !== by)) throw new DomainError('right-not-agreed');
    if (endOf(agreement.life).because !== 'term') throw new DomainError('notice-given-already');
    const at = this.clock.now();
    const earliest = dayAfter(dayInZone(at, agreement.timeZone), right.days);
    const wanted = until === undefined ? earliest : dayOf(until, '/until');
    if (wanted < earliest)
      throw new DomainError('notice-too-late', `the terms ask for ${right.days} days: not before ${earliest}`);
    if (wanted >= endOf(agreement.life).until)
      throw new DomainError('notice-too-late', 'the term ends before that day by itself');
    await recordLife(tx, agreement, [{ kind: 'notice-given', by, until: wanted }], { by: actor, at });
  }

  private async declineRenewal(tx: Tx, actor: Actor, agreement: LivingAgreement): Promise<void> {
    const renewal = renewalOf(agreement.life);
    if (renewal === undefined) throw new DomainError('right-not-agreed', 'no renewal lies before this agreement');
    const at = this.clock.now();
    if (dayInZone(at, agreement.timeZone) >= renewal.decidedOn) {
      throw new DomainError('notice-too-late', `the last day to say no was the day before ${renewal.decidedOn}`);
    }
    const by = partyOf(agreement, actor.organizationId);
    await recordLife(tx, agreement, [{ kind: 'renewal-declined', by }], { by: actor, at });
  }

  /**
   * Ends the agreement with this day, for a breach of the other side that was not cured in time. Refuses with breach-unknown, or with
   * breach-may-be-cured until the time for it is over.
   */
  async terminate(tx: Tx, actor: Actor, agreementId: string, { breach, reason }: TerminationBody): Promise<void> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    refuseUnlessRunning(agreement);
    const by = partyOf(agreement, actor.organizationId);
    const notified = openBreaches(agreement.life).find(({ number }) => number === breach);
    if (notified === undefined || notified.by !== by) throw new DomainError('breach-unknown');
    const at = this.clock.now();
    const today = dayInZone(at, agreement.timeZone);
    if (today <= notified.cureBy)
      throw new DomainError('breach-may-be-cured', `it may be cured until ${notified.cureBy}`);
    const until = dayAfter(today, 1);
    await recordLife(tx, agreement, [{ kind: 'terminated', because: 'breach', until, reason }], { by: actor, at });
  }
}
