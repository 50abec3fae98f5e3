import { Injectable } from '@nestjs/common';
import { calendarDateOf, isCalendarDate } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { ChoiceField, DayField, HashField, TextField } from '../../platform/http/fields';
import { memberExists } from '../parties.repository';
import { tidyName } from '../text';
import { type Authority, type AuthorityBasis, authorityBases, insertAuthority } from './authorities.repository';

export class SigningAuthorityBody {
  @ChoiceField(authorityBases)
  readonly basis!: AuthorityBasis;

  @TextField({ max: 500, description: 'where it is written', example: 'charter, art. 8' })
  readonly reference!: string;

  @HashField({ optional: true, description: 'SHA-256 of the document' })
  readonly document?: string;

  @DayField({ description: 'the first day on which it holds' })
  readonly validFrom!: string;

  @DayField({ optional: true, description: 'the first day on which it no longer holds; absent: until it is revoked' })
  readonly validUntil?: string;
}

/** An administrator states that a member may sign for the organization, and on what paper that rests. */
@Injectable()
export class StateAuthority {
  constructor(private readonly clock: Clock) {}

  /** Refuses with request-invalid, and with not-found where the organization has no such member. */
  async execute(tx: Tx, actor: Actor, memberId: string, body: SigningAuthorityBody): Promise<Authority> {
    const faults = faultsOf(body);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const reference = tidyName(body.reference, '/reference');
    if (!(await memberExists(tx, memberId))) throw new DomainError('not-found');
    const at = this.clock.now();
    const authority = await insertAuthority(tx, {
      organizationId: actor.organizationId,
      memberId,
      basis: body.basis,
      reference,
      document: body.document ?? null,
      validFrom: calendarDateOf(body.validFrom),
      validUntil: body.validUntil === undefined ? null : calendarDateOf(body.validUntil),
      statedBy: actorName(actor),
      at,
    });
    const details = { member: memberId, basis: body.basis };
    await audit(tx, actor, { action: 'signing-authority.stated', subjectId: authority.id, details, at });
    return authority;
  }
}

function faultsOf({ validFrom, validUntil }: SigningAuthorityBody): Fault[] {
  const faults: Fault[] = [];
  const note = (pointer: string, code: string, message: string): number => faults.push({ pointer, code, message });
  if (!isCalendarDate(validFrom)) note('/validFrom', 'day-unknown', 'there is no such day');
  if (validUntil !== undefined && !isCalendarDate(validUntil)) {
    note('/validUntil', 'day-unknown', 'there is no such day');
  }
  if (validUntil !== undefined && validUntil <= validFrom) {
    note('/validUntil', 'period-empty', 'validUntil is the first day after the period, so later than validFrom');
  }
  return faults;
}
