import { Injectable } from '@nestjs/common';
import { getLivingForUpdate } from '../../../agreements';
import { dayInZone } from '../../../kernel';
import { Clock } from '../../../platform/clock';
import { Database } from '../../../platform/database/database';
import type { JobPayload } from '../../../platform/jobs/jobs';
import { publish } from '../../../platform/outbox/outbox';
import {
  getStatementDisputeForUpdate,
  insertStatementDisputeFact,
  isOver,
  type StatementDispute,
} from './statement-disputes.repository';

export const clockJob = 'statement-dispute-clock';

/** The label has said something of it. */
export const isAnswered = ({ facts, label_id }: StatementDispute): boolean =>
  facts.some(({ organization_id }) => organization_id === label_id);

/** On the day after the last one for an answer: where the label has said nothing, both parties hear so, once. It changes nothing else. */
@Injectable()
export class DisputeClock {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  execute({ agreementId = '', number = '' }: JobPayload): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const agreement = await getLivingForUpdate(tx, agreementId);
      const dispute = await getStatementDisputeForUpdate(tx, agreementId, Number(number));
      const { answer_by, facts } = dispute;
      if (isOver(dispute) || isAnswered(dispute) || facts.some(({ kind }) => kind === 'overdue')) return;
      if (dayInZone(at, agreement.timeZone) <= answer_by) return;
      const said = { kind: 'overdue', organizationId: null, madeBy: `system:${clockJob}`, at } as const;
      await insertStatementDisputeFact(tx, dispute, said);
      const to = [agreement.labelId, agreement.platformId];
      const payload = { number: dispute.number, answerBy: answer_by };
      await publish(tx, { to, topic: 'statement-dispute.overdue', subjectId: agreementId, payload, at });
    });
  }
}
