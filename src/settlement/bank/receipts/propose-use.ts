import { Injectable } from '@nestjs/common';
import { OnDuePaid } from '../../../agreements';
import { canonicalText, readMoney, sha256Hex } from '../../../kernel';
import { type Approval, type ApprovalAction, Approvals } from '../../../platform/approvals/approvals';
import { audit } from '../../../platform/audit/audit';
import { type Actor, actorName } from '../../../platform/auth/actor';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { DecimalField, IdField, TextField } from '../../../platform/http/fields';
import { findReceipt, lockReceipt, openInvoice, suspenseOf } from './receipts.repository';
import { useForInvoice, useForReturn } from './use-receipt';

export const useReceiptAction = 'bank-receipt.use';

export class ReceiptUseBody {
  @IdField({ optional: true, description: 'what it is for; absent: it is to be returned to whoever sent it' })
  readonly invoiceId?: string;

  @DecimalField({ optional: true, description: 'how much of it; absent: as much as is there and open' })
  readonly amount?: string;

  @TextField({ max: 500, description: 'how you know' })
  readonly reason!: string;
}

interface Proposal {
  readonly id: string;
  readonly entry_id: string;
  readonly invoice_id: string | null;
  readonly amount_minor: bigint;
}

/** What a person says of money on suspense, and what happens when a second one agrees. */
@Injectable()
export class ProposeUse implements ApprovalAction {
  readonly roles = ['finance'] as const;

  constructor(
    private readonly clock: Clock,
    private readonly approvals: Approvals,
    private readonly onDuePaid: OnDuePaid,
  ) {}

  /** Refuses with not-found and bank-receipt-not-usable. */
  execute(tx: Tx, actor: Actor, entryId: string, { invoiceId, amount, reason }: ReceiptUseBody): Promise<Approval> {
    const at = this.clock.now();
    return tx.asSystem(async () => {
      const minor = await usable(tx, entryId, { invoiceId, amount });
      const { id } = await tx.one<{ id: string }>(
        `INSERT INTO bank_receipt_proposals (operator_id, entry_id, invoice_id, amount_minor, reason, asked_by, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
        [actor.organizationId, entryId, invoiceId ?? null, minor, reason, actorName(actor), at],
      );
      const details = { proposal: id, invoice: invoiceId ?? null, amount: String(minor) };
      await audit(tx, actor, { action: 'bank-receipt.proposed', subjectId: entryId, details, at });
      return this.approvals.request(tx, actor, useReceiptAction, id);
    });
  }

  /** What is on suspense, and what is open, must be what they were. */
  async subjectHash(tx: Tx, id: string): Promise<string> {
    return tx.asSystem(async () => {
      const { entry_id, invoice_id, amount_minor } = await proposalOf(tx, id);
      const receipt = (await findReceipt(tx, entry_id))!;
      const open = invoice_id === null ? null : (await openInvoice(tx, invoice_id))!.open_minor;
      const there = String(suspenseOf(receipt));
      return sha256Hex(
        canonicalText({
          ...{ id, entry: entry_id, invoice: invoice_id, amount: String(amount_minor), there },
          open: open === null ? null : String(open),
        }),
      );
    });
  }

  decided(tx: Tx, actor: Actor, id: string, decision: 'approved' | 'rejected'): Promise<void> {
    const at = this.clock.now();
    return tx.asSystem(async () => {
      const { entry_id, invoice_id, amount_minor } = await proposalOf(tx, id);
      const details = { proposal: id };
      await audit(tx, actor, { action: `bank-receipt.${decision}`, subjectId: entry_id, details, at });
      if (decision === 'rejected') return;
      const receipt = (await lockReceipt(tx, entry_id))!;
      const changed = (): never => {
        throw new DomainError('approval-decided', 'what was put up for approval has changed since');
      };
      if (suspenseOf(receipt) < amount_minor) changed();
      if (invoice_id === null) return useForReturn(tx, receipt, { minor: amount_minor, proposalId: id, at });
      const using = { invoiceId: invoice_id, most: amount_minor, at, onDuePaid: this.onDuePaid, proposalId: id };
      if ((await useForInvoice(tx, receipt, using)) !== amount_minor) changed();
    });
  }
}

const proposalOf = (tx: Tx, id: string): Promise<Proposal> =>
  tx.one<Proposal>('SELECT id, entry_id, invoice_id, amount_minor FROM bank_receipt_proposals WHERE id = $1', [id]);

/** How much is to be used, in minor units. */
async function usable(
  tx: Tx,
  entryId: string,
  { invoiceId, amount }: { invoiceId: string | undefined; amount: string | undefined },
): Promise<bigint> {
  const receipt = await findReceipt(tx, entryId);
  if (receipt === undefined) throw new DomainError('not-found');
  const refuse = (pointer: string, message: string): never => {
    throw new DomainError('bank-receipt-not-usable', undefined, [
      { pointer, code: 'bank-receipt-not-usable', message },
    ]);
  };
  const there = suspenseOf(receipt);
  if (there === 0n) refuse('', 'nothing of it is on suspense');
  let most = there;
  if (invoiceId !== undefined) {
    const invoice = await openInvoice(tx, invoiceId);
    if (invoice === undefined) throw new DomainError('not-found');
    if (invoice.state === 'paid') refuse('/invoiceId', 'is paid already');
    if (invoice.currency !== receipt.currency) refuse('/invoiceId', `is in ${invoice.currency}`);
    if (invoice.pay_in !== null) refuse('/invoiceId', `is paid in ${invoice.pay_in}, at the rate of the day`);
    if (invoice.open_minor < most) most = invoice.open_minor;
  }
  const minor = amount === undefined ? most : readMoney(amount, receipt.currency)?.minor;
  if (minor === undefined || minor <= 0n || minor > most)
    return refuse('/amount', 'is not between nothing and what is there and open');
  return minor;
}
