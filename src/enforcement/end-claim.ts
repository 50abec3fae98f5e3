import { Injectable } from '@nestjs/common';
import { getLiving } from '../agreements';
import { dayInZone, endOf, isCalendarDate, openBreaches } from '../kernel';
import { audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { DayField, ObjectField, TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { type ClaimState, mayBecome } from './claim-states';
import { type Claim, insertClaimEvent, lockClaims, markClaim } from './claims.repository';
import { revokeRelease } from './use-releases.repository';

export class CourtConfirmation {
  @TextField({ max: 200, example: 'Arbitration Court of Saint Petersburg' })
  readonly court!: string;

  @TextField({ max: 100, example: 'A56-00001/2025' })
  readonly caseNumber!: string;

  @DayField({ description: 'the day of the ruling that ended the case', example: '2026-01-20' })
  readonly confirmedOn!: string;
}

export class WithdrawalBody {
  @TextField({ min: 3, max: 2000 })
  readonly reason!: string;

  @ObjectField(() => CourtConfirmation, { optional: true, description: 'where the claim was before a court' })
  readonly confirmation?: CourtConfirmation;
}

export class ReopeningBody {
  @TextField({ min: 3, max: 2000 })
  readonly reason!: string;
}

/** The ways of a claim that the label decides on: taking it back, and taking it up again after a breach. */
@Injectable()
export class EndClaim {
  constructor(private readonly clock: Clock) {}

  /** Refuses with not-found or claim-state. */
  async withdraw(tx: Tx, actor: Actor, id: string, { reason, confirmation }: WithdrawalBody): Promise<Claim> {
    if (confirmation !== undefined && !isCalendarDate(confirmation.confirmedOn)) {
      const fault = { pointer: '/confirmation/confirmedOn', code: 'day-unknown', message: 'there is no such day' };
      throw new DomainError('request-invalid', undefined, [fault]);
    }
    const claim = await this.lock(tx, id, 'withdrawn');
    return this.move(tx, actor, claim, { to: 'withdrawn', details: { reason, confirmation: confirmation ?? null } });
  }

  /**
   * What an agreement settled may be claimed again once the platform has broken that agreement: it was ended for breach, or the time to
   * cure a breach that the label notified is over. The release of past use falls with it. Refuses with not-found, claim-state or breach-missing.
   */
  async reopen(tx: Tx, actor: Actor, id: string, { reason }: ReopeningBody): Promise<Claim> {
    const claim = await this.lock(tx, id, 'reopened');
    if (claim.agreement_id === null || !(await this.isBroken(tx, claim.agreement_id))) {
      throw new DomainError('breach-missing');
    }
    await revokeRelease(tx, claim.agreement_id, this.clock.now());
    return this.move(tx, actor, claim, { to: 'reopened', details: { reason, agreement: claim.agreement_id } });
  }

  private async isBroken(tx: Tx, agreementId: string): Promise<boolean> {
    const { life, timeZone } = await getLiving(tx, agreementId);
    const today = dayInZone(this.clock.now(), timeZone);
    const uncured = openBreaches(life).some(({ by, cureBy }) => by === 'label' && cureBy < today);
    return uncured || endOf(life).because === 'breach';
  }

  private async lock(tx: Tx, id: string, to: ClaimState): Promise<Claim> {
    const [claim] = await lockClaims(tx, [id]);
    if (claim === undefined) throw new DomainError('not-found');
    if (!mayBecome(claim.state, to))
      throw new DomainError('claim-state', `a claim that is ${claim.state} is not ${to}`);
    return claim;
  }

  private async move(
    tx: Tx,
    actor: Actor,
    claim: Claim,
    { to, details }: { to: 'withdrawn' | 'reopened'; details: object },
  ): Promise<Claim> {
    const at = this.clock.now();
    const moved = await markClaim(tx, claim.id, to);
    await insertClaimEvent(tx, claim, { kind: to, details, at });
    const entry = { action: `claim.${to}`, subjectId: claim.id, details, at };
    await audit(tx, actor, entry);
    await tx.asSystem(() => audit(tx, { system: 'enforcement', organizationId: claim.platform_id }, entry));
    const told = { to: [claim.label_id, claim.platform_id], topic: entry.action, subjectId: claim.id, at };
    await publish(tx, { ...told, payload: details });
    return moved;
  }
}
