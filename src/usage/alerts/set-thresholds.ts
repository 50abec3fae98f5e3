import { Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { getAgreement, getAgreementForUpdate } from '../../agreements';
import {
  ALERT_PLAYS_MIN,
  type AlertThresholds,
  compare,
  DEFAULT_THRESHOLDS,
  isThresholdShare,
  ONE,
  rational,
} from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { DecimalField, IntegerField } from '../../platform/http/fields';
import { publish } from '../../platform/outbox/outbox';
import { insertThresholds, thresholdsOf } from './thresholds.repository';

const plays = { min: ALERT_PLAYS_MIN, max: 1_000_000_000, optional: true } as const;

export class ThresholdsBody {
  @DecimalField({
    optional: true,
    description: 'a day with so many times the plays of an average day before it; above 1',
    example: '10',
  })
  readonly burstFactor?: string;

  @IntegerField({ ...plays, description: 'and at least so many plays', example: 1_000 })
  readonly burstPlays?: number;

  @DecimalField({
    optional: true,
    description: 'this share of a recording’s plays on a service from one territory',
    example: '0.95',
  })
  readonly territoryShare?: string;

  @IntegerField({ ...plays, description: 'of at least so many plays', example: 1_000 })
  readonly territoryPlays?: number;

  @DecimalField({ optional: true, description: 'this share of a day’s plays is short', example: '0.5' })
  readonly shortShare?: string;

  @IntegerField({ ...plays, description: 'and at least so many are', example: 1_000 })
  readonly shortPlays?: number;
}

export class AlertThresholdsView implements AlertThresholds {
  @ApiProperty({ example: DEFAULT_THRESHOLDS.burstFactor }) readonly burstFactor!: string;
  @ApiProperty({ type: 'integer', example: DEFAULT_THRESHOLDS.burstPlays }) readonly burstPlays!: number;
  @ApiProperty({ example: DEFAULT_THRESHOLDS.territoryShare }) readonly territoryShare!: string;
  @ApiProperty({ type: 'integer', example: DEFAULT_THRESHOLDS.territoryPlays }) readonly territoryPlays!: number;
  @ApiProperty({ example: DEFAULT_THRESHOLDS.shortShare }) readonly shortShare!: string;
  @ApiProperty({ type: 'integer', example: DEFAULT_THRESHOLDS.shortPlays }) readonly shortPlays!: number;
}

export class ThresholdsView {
  @ApiProperty({ type: AlertThresholdsView }) readonly label!: AlertThresholds;
  @ApiProperty({ type: AlertThresholdsView }) readonly platform!: AlertThresholds;
  @ApiProperty({ type: AlertThresholdsView, description: 'the lower of both: what alerts are raised by' })
  readonly effective!: AlertThresholds;
}

/** From which figures on a party wants alerts. Refuses with not-found or request-invalid. What says the same changes nothing. */
@Injectable()
export class SetThresholds {
  constructor(private readonly clock: Clock) {}

  async show(tx: Tx, agreementId: string): Promise<ThresholdsView> {
    const agreement = await getAgreement(tx, agreementId);
    return (await thresholdsOf(tx, [agreement])).get(agreementId)!;
  }

  async execute(tx: Tx, actor: Actor, agreementId: string, body: ThresholdsBody): Promise<ThresholdsView> {
    refuseImpossible(body);
    const agreement = await getAgreementForUpdate(tx, agreementId);
    const before = (await thresholdsOf(tx, [agreement])).get(agreementId)!;
    const { organizationId } = actor;
    const own = before[organizationId === agreement.labelId ? 'label' : 'platform'];
    const wanted: AlertThresholds = { ...DEFAULT_THRESHOLDS, ...body };
    if (!same(own, wanted)) {
      const at = this.clock.now();
      await insertThresholds(tx, agreement, { organizationId, thresholds: { ...body }, by: actorName(actor), at });
      const entry = { subjectId: agreementId, at };
      await audit(tx, actor, { ...entry, action: 'usage-alerts.thresholds-set', details: { ...body } });
      const to = [agreement.labelId, agreement.platformId];
      await publish(tx, {
        ...entry,
        to,
        topic: 'usage-alerts.thresholds-set',
        payload: { by: organizationId, ...body },
      });
    }
    return this.show(tx, agreementId);
  }
}

const same = (a: AlertThresholds, b: AlertThresholds): boolean =>
  (Object.keys(DEFAULT_THRESHOLDS) as (keyof AlertThresholds)[]).every((name) => a[name] === b[name]);

function refuseImpossible({ burstFactor, territoryShare, shortShare }: ThresholdsBody): void {
  const faults: Fault[] = [];
  if (burstFactor !== undefined && compare(rational(burstFactor), ONE) <= 0) {
    faults.push({ pointer: '/burstFactor', code: 'field-min', message: 'burstFactor must be above 1' });
  }
  for (const [name, share] of Object.entries({ territoryShare, shortShare })) {
    if (share === undefined || isThresholdShare(share)) continue;
    faults.push({ pointer: `/${name}`, code: 'field-max', message: `${name} must be above 0 and at most 1` });
  }
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
