import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../agreements';
import { asKnownAt, calendarDateOf, dayAfter, dayInZone, moneyRoundingIn, termsOfMonth } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { ChoiceField, DecimalField, MonthField, ObjectsField, TextField } from '../../platform/http/fields';
import { publish } from '../../platform/outbox/outbox';
import {
  type Audit,
  bookedMonths,
  getAudit,
  insertAnswer,
  insertConclusion,
  type MonthFinding,
  placeOf,
} from './audits.repository';
import { type AuditedMonth, reckonAudit } from './reckon-audit';

export class FindingBody {
  @MonthField({ description: 'an audited month that is closed', example: '2026-01' })
  readonly month!: string;

  @DecimalField({
    description: 'royalties that it should have earned, in the currency of the agreement',
    example: '6840.00',
  })
  readonly due!: string;
}

export class ConclusionBody {
  @ObjectsField(() => FindingBody, { max: 300, description: 'the months that were looked at, each once' })
  readonly findings!: FindingBody[];

  @DecimalField({ description: 'what the audit cost, in the currency of the agreement', example: '12000.00' })
  readonly auditCost!: string;
}

export class AnswerBody {
  @ChoiceField(['accepted', 'disputed'])
  readonly decision!: 'accepted' | 'disputed';

  @TextField({ max: 2_000, optional: true, description: 'needed where it is disputed: why' })
  readonly reason?: string;
}

/** What an audit found and what the platform says to it. Nothing is posted: what is owed is agreed first, and booked by whoever corrects the months. */
@Injectable()
export class ConcludeAudit {
  constructor(private readonly clock: Clock) {}

  /** The label states the findings; the kernel works out what they come to. Refuses with not-found, request-invalid or audit-state. */
  async conclude(tx: Tx, actor: Actor, agreementId: string, number: number, body: ConclusionBody): Promise<Audit> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const found = await getAudit(tx, agreementId, number);
    if (found.state !== 'noticed') throw new DomainError('audit-state', 'the audit is concluded');
    const { right, rounding } = contractOf(agreement, found);
    const at = this.clock.now();
    const concludedOn = dayInZone(at, agreement.timeZone);
    const months = await auditedMonths(tx, agreement, found, body.findings);
    const { currency } = agreement;
    const figures = { months, auditCost: body.auditCost, right, currency, rounding, concludedOn };
    const { reckoning, owed } = reckonAudit(figures);
    const findings: MonthFinding[] = months.map(({ month, due }) => ({ month, due }));
    const conclusion = { concludedOn, currency, findings, auditCost: body.auditCost, outcome: reckoning, owed };
    await tx.asSystem(() => insertConclusion(tx, placeOf(found), conclusion, { by: actorName(actor), at }));
    await this.tell(tx, actor, found, {
      action: 'audit.concluded',
      details: { number, owed: String(owed), currency },
      at,
    });
    return getAudit(tx, agreementId, number);
  }

  /** The platform's word to it, once. Refuses with not-found, request-invalid or audit-state. */
  async answer(
    tx: Tx,
    actor: Actor,
    agreementId: string,
    number: number,
    { decision, reason }: AnswerBody,
  ): Promise<Audit> {
    if ((decision === 'disputed') !== (reason !== undefined)) {
      const message = decision === 'disputed' ? 'say why it is disputed' : 'is said of what is disputed';
      throw new DomainError('request-invalid', undefined, [{ pointer: '/reason', code: 'field-one-of', message }]);
    }
    await getLivingForUpdate(tx, agreementId);
    const found = await getAudit(tx, agreementId, number);
    if (found.state !== 'concluded') throw new DomainError('audit-state', `the audit is ${found.state}`);
    const at = this.clock.now();
    const made = { by: actorName(actor), at };
    await tx.asSystem(() => insertAnswer(tx, placeOf(found), { decision, reason: reason ?? null }, made));
    await this.tell(tx, actor, found, { action: `audit.${decision}`, details: { number }, at });
    return getAudit(tx, agreementId, number);
  }

  private async tell(
    tx: Tx,
    actor: Actor,
    { agreement_id: subjectId, label_id, platform_id }: Audit,
    { action, details, at }: { action: string; details: object; at: Date },
  ): Promise<void> {
    await audit(tx, actor, { action, subjectId, details, at });
    await publish(tx, { to: [label_id, platform_id], topic: action, subjectId, payload: details, at });
  }
}

/** The right as it was when the notice was given. */
function contractOf({ life, currency }: LivingAgreement, { noticed_on, given_at }: Audit) {
  const { audit: right, rounding } = termsOfMonth(asKnownAt(life, given_at) ?? life, noticed_on.slice(0, 7));
  if (right === undefined) throw new Error('an audit without a right to it');
  return { right, rounding: moneyRoundingIn(currency, { mode: rounding.mode }) };
}

/** Each month with what the books have and when that was payable: so many days after its statement. */
async function auditedMonths(
  tx: Tx,
  { id, life, timeZone }: LivingAgreement,
  { audited_from: from, audited_until: until }: Audit,
  findings: readonly FindingBody[],
): Promise<AuditedMonth[]> {
  const booked = new Map((await bookedMonths(tx, id, { from, until })).map((row) => [row.month, row]));
  const faults: Fault[] = [];
  const months = findings.flatMap(({ month, due }, at): AuditedMonth[] => {
    const own = booked.get(month);
    const isTwice = findings.findIndex((other) => other.month === month) < at;
    if (own !== undefined && !isTwice) {
      const issued = calendarDateOf(dayInZone(own.issued_at, timeZone));
      const payableOn = dayAfter(issued, termsOfMonth(life, month).payment.dueDays);
      return [{ month, due, booked: own.booked, payableOn }];
    }
    const message = isTwice ? 'is named twice' : 'is not an audited month that is closed';
    faults.push({ pointer: `/findings/${at}/month`, code: 'field-month', message });
    return [];
  });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  return months.sort((a, b) => (a.month < b.month ? -1 : 1));
}
