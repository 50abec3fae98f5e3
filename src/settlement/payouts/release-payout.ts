import { Injectable } from '@nestjs/common';
import { canonicalText, sha256Hex } from '../../kernel';
import type { ApprovalAction } from '../../platform/approvals/approvals';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { publish } from '../../platform/outbox/outbox';
import { allocationsOf, getPayout, lockPayout, releaseInvoices } from './payouts.repository';
import { askToSend } from './send-payout-jobs';

/** What happens when a second person decides about a payout: it is sent, or its invoices are set free. */
@Injectable()
export class ReleasePayout implements ApprovalAction {
  readonly roles = ['finance'] as const;

  constructor(private readonly clock: Clock) {}

  /** Where the money goes, how much of it, and for what: none of it may change between request and decision. */
  async subjectHash(tx: Tx, id: string): Promise<string> {
    const { account, currency, state, payee, net_minor, commission_minor, bank_details_id } = await getPayout(tx, id);
    const allocations = await allocationsOf(tx, id);
    const invoices = allocations.map(({ invoice_id, gross_minor }) => ({ id: invoice_id, gross: String(gross_minor) }));
    const amounts = { net: String(net_minor), commission: String(commission_minor) };
    return sha256Hex(
      canonicalText({
        ...{ id, account, currency, state, ...amounts, invoices },
        ...(payee === null ? {} : { payee }),
        ...(bank_details_id === null ? {} : { details: bank_details_id }),
      }),
    );
  }

  async decided(tx: Tx, actor: Actor, id: string, decision: 'approved' | 'rejected'): Promise<void> {
    const payout = await lockPayout(tx, id);
    if (payout?.state !== 'planned') throw new Error(`payout ${id} is ${payout?.state}, not planned`);
    const at = this.clock.now();
    await tx.run('UPDATE payouts SET state = $2 WHERE id = $1', [id, decision]);
    if (decision === 'rejected') await releaseInvoices(tx, id);
    // By bank, an operator puts it into a file.
    else if (payout.rail === 'stripe') await askToSend(tx, id);
    await audit(tx, actor, { action: `payout.${decision}`, subjectId: id, at });
    await publish(tx, { to: [payout.owner_id], topic: `payout.${decision}`, subjectId: id, at });
  }
}
