import { getLiving, type LivingAgreement } from '../../../agreements';
import { dayInZone, termsOfMonth } from '../../../kernel';
import type { Actor } from '../../../platform/auth/actor';
import type { Tx } from '../../../platform/database/tx';
import { publish } from '../../../platform/outbox/outbox';
import { issueInvoice } from '../../invoices/issue-invoice';
import { post } from '../../ledger/ledger';
import { disputeReduced, disputeReleased } from '../../ledger/templates';
import { shareOut } from '../../payees/share-out';
import {
  disputesOfStatement,
  getStatementDispute,
  getStatementDisputeForUpdate,
  insertStatementDisputeFact,
  isOver,
  sourceOf,
  type StatementDispute,
  stateOfDispute,
} from './statement-disputes.repository';

interface Release {
  readonly agreement: LivingAgreement;
  readonly dispute: StatementDispute;
  /** What of the held amount is owed; the rest is owed by nobody. */
  readonly due: bigint;
  readonly at: Date;
}

/** Ends the hold in the books: what is due of it leaves the disputed accounts for the open ones, and the rest leaves the books. */
async function unhold(tx: Tx, { agreement, dispute, due, at }: Release): Promise<void> {
  const source = sourceOf(dispute);
  const event = { agreement, source, effectiveOn: dayInZone(at, agreement.timeZone), at };
  await post(tx, { ...event, kind: 'dispute-released', legs: disputeReleased(due) });
  await post(tx, { ...event, kind: 'dispute-reduced', legs: disputeReduced(dispute.held_minor - due) });
}

/** What is due again is the payees' again. */
const share = (
  tx: Tx,
  { agreement, dispute: { month }, due, at }: Release,
  named: { readonly invoice: string; readonly source: string },
): Promise<void> =>
  shareOut(tx, agreement, {
    ...{ life: agreement.life, month: month.slice(0, 7), ...named, minor: due },
    ...{ effectiveOn: dayInZone(at, agreement.timeZone), at },
  });

/** As unhold, and what is due of it is invoiced. */
export async function release(
  tx: Tx,
  by: Actor | { readonly system: string; readonly organizationId: string },
  { agreement, dispute, due, at }: Release,
): Promise<void> {
  await unhold(tx, { agreement, dispute, due, at });
  if (due === 0n) return;
  await share(tx, { agreement, dispute, due, at }, { invoice: sourceOf(dispute), source: sourceOf(dispute) });
  const { exchange, payment } = termsOfMonth(agreement.life, dispute.month.slice(0, 7));
  const order = {
    purpose: 'royalties',
    source: sourceOf(dispute),
    minor: due,
    exchange,
    dueDays: payment.dueDays,
  } as const;
  await issueInvoice(tx, { agreement, ...order, at, by });
}

/**
 * A dispute that the label has accepted is over once a statement has its month by other reports, and was worked out since: the difference is in that statement, so what
 * was held is due.
 */
export async function releaseCorrected(
  tx: Tx,
  {
    agreement,
    months,
    draftedAt,
    at,
  }: { agreement: LivingAgreement; months: readonly string[]; draftedAt: Date; at: Date },
): Promise<void> {
  const by = { system: 'statement.issued', organizationId: agreement.labelId };
  for (const month of months) {
    for (const { number } of await disputesOfStatement(tx, { agreement_id: agreement.id, month })) {
      const dispute = await getStatementDisputeForUpdate(tx, agreement.id, number);
      const accepted = dispute.facts.findLast(({ kind }) => kind === 'accepted');
      if (stateOfDispute(dispute) !== 'accepted' || accepted === undefined || accepted.at > draftedAt) continue;
      await end(tx, dispute, { kind: 'corrected', at });
      await release(tx, by, { agreement, dispute, due: dispute.held_minor, at });
    }
  }
}

/** The platform has paid what was held, and the caller holds the invoice: nothing waits any more, and nothing is invoiced again. */
export async function releasePaid(
  tx: Tx,
  { agreementId, sources, at }: { agreementId: string; sources: readonly string[]; at: Date },
): Promise<void> {
  const agreement = await getLiving(tx, agreementId);
  for (const source of sources) {
    const dispute = await getStatementDispute(tx, agreementId, Number(source.split(' ')[1]));
    // Its end may have been invoiced already; the provider's credit note was then refused all the same, and a person looks at it.
    if (isOver(dispute)) continue;
    await end(tx, dispute, { kind: 'paid', at });
    const paid = { agreement, dispute, due: dispute.held_minor, at };
    await unhold(tx, paid);
    const invoice = dispute.month.slice(0, 7);
    await share(tx, paid, { invoice, source: `${invoice} paid ${sourceOf(dispute)}` });
  }
}

async function end(
  tx: Tx,
  dispute: StatementDispute,
  { kind, at }: { kind: 'corrected' | 'paid'; at: Date },
): Promise<void> {
  await insertStatementDisputeFact(tx, dispute, { kind, organizationId: null, madeBy: 'system:settlement', at });
  const { agreement_id, number, month, label_id, platform_id } = dispute;
  const payload = { number, month: month.slice(0, 7) };
  const to = [label_id, platform_id];
  await publish(tx, { to, topic: `statement-dispute.${kind}`, subjectId: agreement_id, payload, at });
}
