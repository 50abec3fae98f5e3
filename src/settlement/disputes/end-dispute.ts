import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../agreements';
import { dayInZone, termsOfMonth } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { publish } from '../../platform/outbox/outbox';
import { issueInvoice } from '../invoices/issue-invoice';
import { taxOfReleased, wholeOf } from '../invoices/papers/make-up';
import { post } from '../ledger/ledger';
import { disputeReleased } from '../ledger/templates';
import { shareOut } from '../payees/share-out';
import { exchangeReleased } from '../rates/exchange-due';
import { statedAt } from '../statements/life/hold-lines';
import { periodNameOf, statementOfMonth } from '../statements/statements.repository';
import { type Dispute, type DisputeFact, findDispute, insertDisputeFact } from './disputes.repository';

/**
 * Ends a dispute: both parties agree to release what is held, or whoever opened it withdraws it. What the close of its month held is due in the same
 * transaction; where the month is still open, its close holds nothing for it. Refuses with not-found or usage-dispute-state.
 */
@Injectable()
export class EndDispute {
  constructor(private readonly clock: Clock) {}

  async execute(
    tx: Tx,
    actor: Actor,
    { agreementId, number, kind }: { agreementId: string; number: number; kind: DisputeFact['kind'] },
  ): Promise<Dispute> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const before = await findDispute(tx, agreementId, number);
    if (before === undefined) throw new DomainError('not-found');
    const { organizationId } = actor;
    refuseUnlessOpen(before, { kind, organizationId });
    const at = this.clock.now();
    await insertDisputeFact(tx, before, { kind, organizationId, madeBy: actorName(actor), at });
    const after = (await findDispute(tx, agreementId, number))!;
    if (after.state !== 'open') await release(tx, actor, { agreement, dispute: after, at });
    const entry = { action: `usage-dispute.${kind}`, subjectId: agreementId, at };
    const details = { number, state: after.state };
    await audit(tx, actor, { ...entry, details });
    const to = [agreement.labelId, agreement.platformId];
    await publish(tx, { to, topic: entry.action, subjectId: agreementId, payload: details, at });
    return after;
  }
}

function refuseUnlessOpen(
  { state, opened_by, release_agreed_by }: Dispute,
  { kind, organizationId }: Pick<DisputeFact, 'kind' | 'organizationId'>,
): void {
  if (state !== 'open') throw new DomainError('usage-dispute-state', `the dispute is ${state}`);
  if (kind === 'withdrawn' && opened_by !== organizationId) {
    throw new DomainError('usage-dispute-state', 'only who opened it withdraws it');
  }
  if (kind === 'release-agreed' && release_agreed_by === organizationId) {
    throw new DomainError('usage-dispute-state', 'you have agreed; the other party has not');
  }
}

async function release(
  tx: Tx,
  by: Actor,
  { agreement, dispute, at }: { agreement: LivingAgreement; dispute: Dispute; at: Date },
): Promise<void> {
  const minor = dispute.held_minor ?? 0n;
  if (minor === 0n) return;
  const source = String(dispute.number);
  const effectiveOn = dayInZone(at, agreement.timeZone);
  const legs = disputeReleased(minor);
  await post(tx, { agreement, kind: 'dispute-released', source, effectiveOn, at, legs });
  const { exchange, payment } = termsOfMonth(agreement.life, dispute.month.slice(0, 7));
  const { dueDays } = payment;
  const occasion = `dispute ${source}`;
  const month = dispute.month.slice(0, 7);
  const paid = await exchangeReleased(tx, agreement, { month, occasion, source: occasion, minor, effectiveOn, at });
  if (paid.minor === 0n) return;
  const shared = { life: agreement.life, month, invoice: occasion, source: occasion, minor: paid.minor };
  await shareOut(tx, paid.agreement, { ...shared, effectiveOn, at });
  const statement = (await statementOfMonth(tx, agreement.id, month))!;
  const { vat } = await statedAt(tx, agreement, statement);
  const madeUp = wholeOf(taxOfReleased(vat, periodNameOf(statement)), paid.minor);
  await issueInvoice(tx, { ...paid, purpose: 'royalties', source: occasion, madeUp, exchange, dueDays, at, by });
}
