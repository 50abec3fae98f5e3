import { Injectable } from '@nestjs/common';
import { getLiving, getAgreementForUpdate, type LivingAgreement } from '../../agreements';
import {
  disputedUnits,
  type DisputedPart,
  isTerritory,
  periodsOfLife,
  termsOfMonth,
  territoryNumber,
} from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { IdField, MonthField, TextField, TextsField } from '../../platform/http/fields';
import { publish } from '../../platform/outbox/outbox';
import { bothSources, KeptReadings } from '../../usage';
import { notAPeriod } from '../statements/closable';
import { closedMonths } from '../statements/statements.repository';
import { type Dispute, findDispute, insertDispute, openDisputes } from './disputes.repository';

export class DisputeBody {
  @MonthField({ description: 'a month that is not closed; of longer reporting periods the first', example: '2026-01' })
  readonly month!: string;

  @IdField({ description: 'a service of the agreement' })
  readonly serviceId!: string;

  @TextsField({ optional: true, pattern: /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/, description: 'only these ISRCs; absent: all' })
  readonly isrcs?: string[];

  @TextsField({ max: 300, optional: true, pattern: /^[A-Z]{2}$/, description: 'only these territories; absent: all' })
  readonly territories?: string[];

  @TextField({ max: 2_000, description: 'what is wrong' })
  readonly reason!: string;
}

const openMax = 20;

/**
 * A party disputes what both sources say of a service's month. Refuses with not-found, agreement-not-concluded, request-invalid,
 * usage-dispute-closed, limit-reached, and usage-dispute-nothing where one source is silent or nothing differs by more than the terms let pass.
 */
@Injectable()
export class OpenDispute {
  constructor(
    private readonly clock: Clock,
    private readonly readings: KeptReadings,
  ) {}

  async execute(tx: Tx, actor: Actor, agreementId: string, body: DisputeBody): Promise<Dispute> {
    const agreement = await getLiving(tx, agreementId);
    const { month, serviceId, reason } = body;
    refuseUnknown(agreement, body);
    await refuseFinished(tx, agreementId, month);
    const tolerance = termsOfMonth(agreement.life, month).usage.reconciliation?.tolerance ?? '0';
    const part = partOfBody(body, tolerance);
    const found = await tx.asSystem(() => this.differing(tx, agreement, { month, part }));
    // A close of the month waits from here on, or is over. Not before: what both sources say may take long to add up.
    await getAgreementForUpdate(tx, agreementId);
    await refuseFinished(tx, agreementId, month);
    const at = this.clock.now();
    const number = await insertDispute(tx, agreement, {
      ...{ month: `${month}-01`, service_id: serviceId, reason, tolerance },
      isrcs: body.isrcs ?? null,
      territories: body.territories?.map(territoryNumber) ?? null,
      ...{ differing: found.rows, record_units: found.record, other_units: found.other },
      ...{ openedBy: actor.organizationId, madeBy: actorName(actor), at },
    });
    const details = { number, month, service: serviceId, difference: String(found.record - found.other) };
    await audit(tx, actor, { action: 'usage-dispute.opened', subjectId: agreementId, details, at });
    const to = [agreement.labelId, agreement.platformId];
    await publish(tx, { to, topic: 'usage-dispute.opened', subjectId: agreementId, payload: details, at });
    return (await findDispute(tx, agreementId, number))!;
  }

  private async differing(
    tx: Tx,
    agreement: LivingAgreement,
    { month, part }: { month: string; part: DisputedPart },
  ): Promise<ReturnType<typeof disputedUnits>> {
    const { record, other } = await bothSources(tx, this.readings, agreement, { month, serviceId: part.service });
    if ([record, other].some((source) => source.every(({ service }) => service !== part.service))) {
      throw new DomainError('usage-dispute-nothing', 'one of both sources says nothing of the service’s month');
    }
    const found = disputedUnits(record, other, part);
    if (found.rows === 0) throw new DomainError('usage-dispute-nothing');
    return found;
  }
}

const partOfBody = ({ serviceId, isrcs, territories }: DisputeBody, tolerance: string): DisputedPart => ({
  service: serviceId,
  tolerance,
  ...(isrcs === undefined ? {} : { isrcs: new Set(isrcs) }),
  ...(territories === undefined ? {} : { territories: new Set(territories) }),
});

async function refuseFinished(tx: Tx, agreementId: string, month: string): Promise<void> {
  if ((await closedMonths(tx, agreementId)).has(month)) throw new DomainError('usage-dispute-closed');
  // Each costs the close of its month one more rating.
  if ((await openDisputes(tx, agreementId, month)).length >= openMax)
    throw new DomainError('limit-reached', `at most ${openMax} disputes about a month are open`);
}

function refuseUnknown(agreement: LivingAgreement, { month, serviceId, territories = [] }: DisputeBody): void {
  const { life } = agreement;
  const faults: Fault[] = [];
  const add = (pointer: string, code: string, message: string): void => void faults.push({ pointer, code, message });
  const isPeriod = periodsOfLife(life).includes(month);
  if (!isPeriod) add('/month', 'field-month', notAPeriod(agreement, month));
  else if (!termsOfMonth(life, month).services.some(({ id }) => id === serviceId)) {
    add('/serviceId', 'service-unknown', 'the agreement is not about this service');
  }
  territories.forEach((code, place) => {
    if (!isTerritory(code)) add(`/territories/${place}`, 'field-in', 'must be an ISO 3166-1 alpha-2 code');
  });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
