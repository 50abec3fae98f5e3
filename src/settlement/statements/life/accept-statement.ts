import { Injectable } from '@nestjs/common';
import { getAgreementForUpdate } from '../../../agreements';
import { audit } from '../../../platform/audit/audit';
import { type Actor, actorName } from '../../../platform/auth/actor';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { publish } from '../../../platform/outbox/outbox';
import { getStatement } from '../statements.repository';
import { headerById } from './statement-states';

/**
 * The platform accepts a statement: its lines can be disputed no more. It moves no money, and silence is no acceptance. Refuses with not-found and
 * statement-state (lines are disputed); accepted again, nothing changes.
 */
@Injectable()
export class AcceptStatement {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, id: string): Promise<void> {
    const { agreement_id, month, label_id, platform_id } = await getStatement(tx, id);
    await getAgreementForUpdate(tx, agreement_id);
    const { state, accepted_at } = await headerById(tx, id);
    if (accepted_at !== null) return;
    if (state === 'disputed') throw new DomainError('statement-state', 'lines of the statement are disputed');
    const at = this.clock.now();
    await tx.asSystem(() =>
      tx.run(
        `INSERT INTO statement_acceptances (agreement_id, month, label_id, platform_id, made_by, accepted_at) VALUES ($1, $2, $3, $4, $5, $6)`,
        [agreement_id, month, label_id, platform_id, actorName(actor), at],
      ),
    );
    const details = { agreement: agreement_id, month: month.slice(0, 7) };
    await audit(tx, actor, { action: 'statement.accepted', subjectId: id, details, at });
    const to = [label_id, platform_id];
    await publish(tx, { to, topic: 'statement.accepted', subjectId: id, payload: details, at });
  }
}
