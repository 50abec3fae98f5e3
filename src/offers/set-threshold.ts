import { Injectable } from '@nestjs/common';
import { isCurrency, type Money, readMoney, moneyText } from '../kernel';
import { type Actor, actorName } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { DecimalField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { setThreshold, type Threshold } from './acceptance-thresholds.repository';

export class ThresholdBody {
  @DecimalField({ description: 'an acceptance that commits to more needs a second signatory', example: '50000.00' })
  readonly amount!: string;
}

/** Sets what an acceptance may commit the organization to without a second signatory. Refuses with request-invalid. */
@Injectable()
export class SetThreshold {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, currency: string, { amount }: ThresholdBody): Promise<Threshold> {
    const threshold = moneyOf(amount, currency);
    const { organizationId } = actor;
    const at = this.clock.now();
    const topic = 'approval-threshold.set';
    const fact = { currency, amount: moneyText(threshold) };
    await audit(tx, actor, { action: topic, subjectId: organizationId, details: fact, at });
    await publish(tx, { to: [organizationId], topic, subjectId: organizationId, payload: fact, at });
    return setThreshold(tx, { organizationId, threshold, by: actorName(actor), at });
  }
}

function moneyOf(amount: string, currency: string): Money {
  if (!isCurrency(currency)) throw invalid('/currency', `${currency} is no currency that money is paid in`);
  const money = readMoney(amount, currency);
  if (money === undefined) throw invalid('/amount', `amount is finer than the minor unit of ${currency}`);
  return money;
}

const invalid = (pointer: string, message: string): DomainError =>
  new DomainError('request-invalid', undefined, [{ pointer, code: 'field-money', message }]);
