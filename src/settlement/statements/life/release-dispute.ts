import { getLiving, type LivingAgreement } from '../../../agreements';
import { dayInZone, termsOfMonth } from '../../../kernel';
import type { Actor } from '../../../platform/auth/actor';
import type { Tx } from '../../../platform/database/tx';
import { publish } from '../../../platform/outbox/outbox';
import { issueInvoice } from '../../invoices/issue-invoice';
import type { MakeUp } from '../../invoices/papers/make-up';
import { postAll } from '../../ledger/ledger';
import { disputeReduced, disputeReleased } from '../../ledger/templates';
import { shareOut } from '../../payees/share-out';
import type { Exchanged } from '../../rates/exchange-due';
import { exchangePart, madeUpOf, partsOfHeld, recordReduced } from './hold-lines';
import {
  disputesOfStatement,
  getStatementDispute,
  getStatementDisputeForUpdate,
  insertStatementDisputeFact,
  isOver,
  numberOf,
  sourceOf,
  type StatementDispute,
  stateOfDispute,
} from './statement-disputes.repository';

interface Release {
  readonly agreement: LivingAgreement;
  readonly dispute: StatementDispute;
  /** What of the held amount is owed, as lines state amounts; the rest is owed by nobody. */
  readonly due: bigint;
  readonly at: Date;
}

type Due = Exchanged<LivingAgreement> & { readonly madeUp: MakeUp };

/**
 * Ends the hold in the books: what is due of it leaves the disputed accounts for the open ones, in the currency of its invoice, and the rest leaves the books with its taxes. Answers what is due in
 * which books.
 */
async function unhold(tx: Tx, { agreement, dispute, due: minor, at }: Release): Promise<Due> {
  const [source, month] = [sourceOf(dispute), dispute.month.slice(0, 7)];
  const effectiveOn = dayInZone(at, agreement.timeZone);
  const event = { agreement, source, effectiveOn, at };
  const { stated, due, reduced } = await partsOfHeld(tx, agreement, { dispute, due: minor });
  await postAll(tx, [
    { ...event, kind: 'dispute-released', legs: disputeReleased(due.received + due.vat) },
    {
      ...{ ...event, kind: 'dispute-reduced' },
      legs: disputeReduced({ ...reduced, amount: reduced.received + reduced.vat }),
    },
  ]);
  await recordReduced(tx, agreement, stated, { part: reduced, month, occasion: `${source} reduced`, at });
  const madeUp = madeUpOf(stated, due);
  if (minor === 0n) return { agreement, minor: 0n, vatMinor: 0n, madeUp };
  const part = { part: due, month, occasion: source, source, effectiveOn, at };
  return { ...(await exchangePart(tx, agreement, stated, part)), madeUp };
}

/** What is due again is the payees' again. */
const share = (
  tx: Tx,
  { agreement, minor, vatMinor }: Exchanged<LivingAgreement>,
  { dispute: { month }, at }: Release,
  named: { readonly invoice: string; readonly source: string },
): Promise<void> =>
  shareOut(tx, agreement, {
    ...{ life: agreement.life, month: month.slice(0, 7), ...named, minor: minor - vatMinor },
    ...{ effectiveOn: dayInZone(at, agreement.timeZone), at },
  });

/** As unhold, and what is due of it is invoiced. */
export async function release(
  tx: Tx,
  by: Actor | { readonly system: string; readonly organizationId: string },
  ended: Release,
): Promise<void> {
  const { agreement, dispute, at } = ended;
  const due = await unhold(tx, ended);
  if (due.minor === 0n) return;
  const source = sourceOf(dispute);
  await share(tx, due, ended, { invoice: source, source });
  const { exchange, payment } = termsOfMonth(agreement.life, dispute.month.slice(0, 7));
  await issueInvoice(tx, { ...due, purpose: 'royalties', source, exchange, dueDays: payment.dueDays, at, by });
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

/** Of what was taken off an invoice, that of which the dispute is not over. The rest is off for good, or was invoiced anew. The caller holds the invoice. */
export async function stillDisputed<Credit extends { readonly agreement_id: string; readonly source: string }>(
  tx: Tx,
  credits: readonly Credit[],
): Promise<Credit[]> {
  const live: Credit[] = [];
  for (const credit of credits)
    if (!isOver(await getStatementDispute(tx, credit.agreement_id, numberOf(credit.source)))) live.push(credit);
  return live;
}

/** The platform has paid what was held for these disputes, and the caller holds the invoice: nothing waits any more, and nothing is invoiced again. */
export async function releasePaid(
  tx: Tx,
  { agreementId, sources, at }: { agreementId: string; sources: readonly string[]; at: Date },
): Promise<void> {
  if (sources.length === 0) return;
  const agreement = await getLiving(tx, agreementId);
  for (const source of sources) {
    const dispute = await getStatementDispute(tx, agreementId, numberOf(source));
    // Its end may have been invoiced already; the provider's credit note was then refused all the same, and a person looks at it.
    if (isOver(dispute)) continue;
    await end(tx, dispute, { kind: 'paid', at });
    const paid = { agreement, dispute, due: dispute.held_minor, at };
    const due = await unhold(tx, paid);
    const invoice = dispute.month.slice(0, 7);
    await share(tx, due, paid, { invoice, source: `${invoice} paid ${sourceOf(dispute)}` });
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
