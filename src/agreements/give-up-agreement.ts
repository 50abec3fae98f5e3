import { Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { TextField } from '../platform/http/fields';
import { getAgreementForUpdate } from './agreements.repository';
import { tellBoth } from './record-life';
import { decideVersion, getVersion } from './versions.repository';

export class GivingUpBody {
  @TextField({ min: 3, max: 2000, example: 'The budget for this year is spent.' })
  readonly reason!: string;
}

/** Until both have signed nobody is bound: either party may let the agreement go, for good, whoever has signed already. */
@Injectable()
export class GiveUpAgreement {
  constructor(private readonly clock: Clock) {}

  /** Refuses with not-found or agreement-not-open-for-signature. */
  async execute(tx: Tx, actor: Actor, agreementId: string, { reason }: GivingUpBody): Promise<void> {
    const agreement = await getAgreementForUpdate(tx, agreementId);
    if (agreement.state !== 'awaiting-signatures') throw new DomainError('agreement-not-open-for-signature');
    const at = this.clock.now();
    await decideVersion(tx, await getVersion(tx, agreementId, 1), 'withdrawn', at);
    await tx.run(`UPDATE agreements SET state = 'withdrawn' WHERE id = $1`, [agreementId]);
    const fact = { organizationId: actor.organizationId, reason };
    await tellBoth(tx, agreement, { topic: 'agreement.withdrawn', fact, by: actor, at });
  }
}
