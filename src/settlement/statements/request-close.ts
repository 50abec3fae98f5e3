import { Injectable } from '@nestjs/common';
import { getLiving } from '../../agreements';
import { personBehind } from '../../parties';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { BooleanField, MonthField } from '../../platform/http/fields';
import { enqueue } from '../../platform/jobs/jobs';
import { type Operation, openOperation } from '../../platform/operations/operations';
import { refuseUnlessClosable } from './closable';

export class CloseBody {
  @MonthField({ description: 'the month to close; of a longer reporting period its first', example: '2026-01' })
  readonly month!: string;

  @BooleanField({
    optional: true,
    description:
      'let the usage of the last period closed by reports stand in where a report of this one is overdue; its difference is booked once it comes',
  })
  readonly estimate?: boolean;
}

/**
 * Asks for a reporting period to be closed; whoever asks is not who issues what comes of it. Refuses with not-found, agreement-not-concluded, period-already-closed or period-not-closable; the job
 * checks the same again when its turn comes.
 */
@Injectable()
export class RequestClose {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, agreementId: string, { month, estimate = false }: CloseBody): Promise<Operation> {
    const at = this.clock.now();
    const agreement = await getLiving(tx, agreementId);
    await refuseUnlessClosable(tx, { agreement, month, now: at, estimate });
    const operation = await openOperation(tx, {
      ownerId: actor.organizationId,
      kind: 'close-period',
      subjectId: agreementId,
      at,
    });
    // A job per request: a second one of the same month finds the draft and answers its own operation.
    await enqueue(
      tx,
      'close-period',
      {
        ...{ operationId: operation.id, agreementId, month, askedBy: await personBehind(tx, actor) },
        ...(estimate ? { estimate: 'true' } : {}),
      },
      `close-period ${operation.id}`,
    );
    await audit(tx, actor, {
      action: 'period.close-requested',
      subjectId: agreementId,
      details: { month, estimate },
      at,
    });
    return operation;
  }
}
