import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../../agreements';
import { readMoney } from '../../../kernel';
import { audit } from '../../../platform/audit/audit';
import { type Actor, actorName } from '../../../platform/auth/actor';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { publish } from '../../../platform/outbox/outbox';
import { getIssued } from '../drafts/drafted';
import { release } from './release-dispute';
import {
  type FactKind,
  getStatementDispute,
  getStatementDisputeForUpdate,
  insertStatementDisputeFact,
  isOver,
  type StatementDispute,
  stateOfDispute,
} from './statement-disputes.repository';

/** What a party says of a dispute. */
export type Answer =
  | { readonly kind: 'accepted' | 'rejected' | 'withdrawn'; readonly note?: string | undefined }
  | { readonly kind: 'amount-offered'; readonly amount: string };

interface Said {
  readonly statementId: string;
  readonly number: number;
  readonly answer: Answer;
}

/**
 * Takes what a party says of a dispute about lines. Withdrawn, or agreed because both parties have offered the same amount, it is over, and what is due of
 * the held amount is booked and invoiced in the same moment. Refuses with not-found, statement-dispute-state and request-invalid.
 */
@Injectable()
export class AnswerDispute {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, { statementId, number, answer }: Said): Promise<StatementDispute> {
    const statement = await getIssued(tx, statementId);
    const agreement = await getLivingForUpdate(tx, statement.agreement_id);
    return tx.asSystem(async () => {
      const dispute = await getStatementDisputeForUpdate(tx, agreement.id, number);
      if (dispute.month !== statement.month) throw new DomainError('not-found');
      refuseUnlessPossible(dispute, answer);
      return this.take(tx, actor, { agreement, dispute, answer });
    });
  }

  private async take(tx: Tx, actor: Actor, { agreement, dispute, answer }: Taking): Promise<StatementDispute> {
    const at = this.clock.now();
    const { organizationId } = actor;
    const by = { organizationId, madeBy: actorName(actor), at };
    const tell = async (kind: FactKind, more: object): Promise<void> => {
      const details = { number: dispute.number, month: dispute.month.slice(0, 7), ...more };
      const entry = { subjectId: agreement.id, at };
      await audit(tx, actor, { action: `statement-dispute.${kind}`, details, ...entry });
      const to = [agreement.labelId, agreement.platformId];
      await publish(tx, { to, topic: `statement-dispute.${kind}`, payload: details, ...entry });
    };
    if (answer.kind !== 'amount-offered') {
      await insertStatementDisputeFact(tx, dispute, { kind: answer.kind, note: answer.note, ...by });
      await tell(answer.kind, {});
      if (answer.kind === 'withdrawn') await release(tx, actor, { agreement, dispute, due: dispute.held_minor, at });
    } else {
      const minor = offeredMinor(dispute, answer.amount);
      await insertStatementDisputeFact(tx, dispute, { kind: 'amount-offered', minor, ...by });
      await tell('amount-offered', { amount: String(minor) });
      if (offerOfOther(dispute, organizationId) === minor) {
        await insertStatementDisputeFact(tx, dispute, { kind: 'agreed', minor, ...by });
        await tell('agreed', { amount: String(minor) });
        await release(tx, actor, { agreement, dispute, due: minor, at });
      }
    }
    return getStatementDispute(tx, agreement.id, dispute.number);
  }
}

interface Taking {
  readonly agreement: LivingAgreement;
  readonly dispute: StatementDispute;
  readonly answer: Answer;
}

function refuseUnlessPossible(dispute: StatementDispute, { kind }: Answer): void {
  const state = stateOfDispute(dispute);
  if (isOver(dispute)) throw new DomainError('statement-dispute-state', `the dispute is ${state}`);
  if (kind === state || (kind === 'rejected' && state === 'accepted')) {
    throw new DomainError('statement-dispute-state', `the label has ${state} it`);
  }
}

/** Refuses with request-invalid what is no amount of the currency, or more than waits. */
function offeredMinor({ held_minor, currency }: StatementDispute, amount: string): bigint {
  const minor = readMoney(amount, currency)?.minor;
  if (minor !== undefined && minor >= 0n && minor <= held_minor) return minor;
  const message = 'must be an amount in the currency of the statement, and no more than what waits';
  throw new DomainError('request-invalid', undefined, [{ pointer: '/amount', code: 'field-in', message }]);
}

/** What the other party has offered last. */
const offerOfOther = ({ facts }: StatementDispute, organizationId: string): bigint | null | undefined =>
  facts.findLast(({ kind, organization_id }) => kind === 'amount-offered' && organization_id !== organizationId)
    ?.amount_minor;
