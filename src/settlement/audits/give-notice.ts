import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../agreements';
import { type AuditRight, dayInZone, decideNotices, firstMonthOf, type NoticeCheck, termsOfMonth } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { MonthField } from '../../platform/http/fields';
import { publish } from '../../platform/outbox/outbox';
import { notFirst } from '../statements/closable';
import { type Audit, auditsOf, getAudit, insertAudit } from './audits.repository';

export class AuditBody {
  @MonthField({ description: 'the first month to be audited', example: '2026-01' })
  readonly from!: string;

  @MonthField({ description: 'the month after the last one', example: '2027-01' })
  readonly until!: string;
}

const messages: Readonly<Record<NoticeCheck, (right: AuditRight) => string>> = {
  'too-soon': ({ yearsBetweenNotices: years }) =>
    `the contract lets ${years} calendar ${years === 1 ? 'year' : 'years'} pass from one notice to the next`,
  'period-outside-window': ({ fullYearsBack: years }) =>
    `the contract lets the ${years} full calendar ${years === 1 ? 'year' : 'years'} before the year of the notice be audited`,
  'period-already-audited': () => 'months are audited once, and some of these were',
};

/**
 * A label gives notice of an audit. Refuses with not-found, agreement-not-concluded, request-invalid, and with audit-not-possible, naming what of the contract is in the
 * way: the kernel decides on all notices in their order.
 */
@Injectable()
export class GiveNotice {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, agreementId: string, { from, until }: AuditBody): Promise<Audit> {
    if (from >= until) {
      const message = 'must be after from';
      throw new DomainError('request-invalid', undefined, [{ pointer: '/until', code: 'field-order', message }]);
    }
    // Two notices at once are decided one after the other.
    const agreement = await getLivingForUpdate(tx, agreementId);
    const at = this.clock.now();
    refuseCutPeriods(agreement, { from, until });
    const noticedOn = dayInZone(at, agreement.timeZone);
    const right = termsOfMonth(agreement.life, noticedOn.slice(0, 7)).audit;
    if (right === undefined) throw new DomainError('audit-not-possible', 'the contract gives no right of audit');
    const before = await auditsOf(tx, agreementId);
    const period = { from: `${from}-01`, until: `${until}-01` };
    refuseUnlessAllowed(before, { noticedOn, period, right });
    const { labelId, platformId } = agreement;
    const place = { agreementId, number: before.length + 1, labelId, platformId };
    await tx.asSystem(() => insertAudit(tx, place, { noticedOn, ...period }, { by: actorName(actor), at }));
    const details = { number: place.number, from, until };
    await audit(tx, actor, { action: 'audit.noticed', subjectId: agreementId, details, at });
    await publish(tx, {
      to: [labelId, platformId],
      topic: 'audit.noticed',
      subjectId: agreementId,
      payload: details,
      at,
    });
    return getAudit(tx, agreementId, place.number);
  }
}

/** A reporting period is stated as a whole, and so it is audited. */
function refuseCutPeriods({ life }: LivingAgreement, { from, until }: AuditBody): void {
  const faults = Object.entries({ from, until }).flatMap(([name, month]) => {
    if (firstMonthOf(life, month) === month) return [];
    return [{ pointer: `/${name}`, code: 'field-month', message: notFirst(life, month) }];
  });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}

function refuseUnlessAllowed(
  before: readonly Audit[],
  wanted: { noticedOn: string; period: { from: string; until: string }; right: AuditRight },
): void {
  const notices = before.map(({ number, noticed_on, audited_from, audited_until }) => ({
    notice: String(number),
    on: noticed_on,
    period: { from: audited_from, until: audited_until },
  }));
  const own = { notice: 'new', on: wanted.noticedOn, period: wanted.period };
  // What was accepted stays so, also where an amendment has narrowed the right since.
  const accepted = decideNotices([...notices, own], { right: wanted.right }).at(-1);
  if (accepted?.outcome !== 'rejected') return;
  const { reason } = accepted;
  throw new DomainError('audit-not-possible', undefined, [
    { pointer: '/from', code: reason, message: messages[reason](wanted.right) },
  ]);
}
