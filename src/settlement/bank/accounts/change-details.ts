import { Injectable } from '@nestjs/common';
import { canonicalText, sha256Hex } from '../../../kernel';
import { Confirmations } from '../../../parties';
import { type ApprovalAction, Approvals, voidApproval } from '../../../platform/approvals/approvals';
import { audit } from '../../../platform/audit/audit';
import { type Actor, actorName } from '../../../platform/auth/actor';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { TextField } from '../../../platform/http/fields';
import { publish } from '../../../platform/outbox/outbox';
import { PayeeField, payeeName } from '../../payees/payee-name';
import { releaseInvoices } from '../../payouts/payouts.repository';
import { AccountBody, accountOf } from './account-body';
import { type BankDetails, findDetails, holdDetails, insertDetails } from './bank-details.repository';

export const detailsAction = 'bank-details.change';

/**
 * How long no money goes to details after a second person has agreed: whoever has got into an account of the label's has to stay unnoticed for so long. Nor does it go to those before, which
 * may be what was got into.
 */
export const coolingHours = 72;

export class DetailsBody extends AccountBody {
  @PayeeField('whose, as the terms name a payee of yours; absent: your own')
  readonly payee?: string;

  @TextField({
    max: 2000,
    optional: true,
    description: 'that you have entered your password again: `/v1/re-authentications`',
  })
  readonly confirmation?: string;
}

/** Where a label's money is to go: one person says so, another agrees, and then it waits. The first details as much as any others. */
@Injectable()
export class ChangeDetails implements ApprovalAction {
  readonly roles = ['finance'] as const;

  constructor(
    private readonly clock: Clock,
    private readonly approvals: Approvals,
    private readonly confirmations: Confirmations,
  ) {}

  /** Refuses with confirmation-required and bank-account-invalid. */
  async execute(tx: Tx, actor: Actor, { payee, confirmation, ...body }: DetailsBody): Promise<BankDetails> {
    await this.confirmations.refuseUnlessConfirmed(actor, confirmation);
    const account = accountOf(body);
    const at = this.clock.now();
    const of = { ownerId: actor.organizationId, payee: payeeName(payee) };
    const { id } = await insertDetails(tx, { ...of, account, by: actorName(actor), at });
    await this.approvals.request(tx, actor, detailsAction, id);
    await tell(tx, actor, { action: 'bank-details.asked', id, details: { currency: account.currency }, at });
    return (await findDetails(tx, id))!;
  }

  async subjectHash(tx: Tx, id: string): Promise<string> {
    const details = (await findDetails(tx, id))!;
    const { owner_id, payee, currency, holder, country, iban, account, bic, bank_code, agreed_at } = details;
    const said = { id, owner_id, payee, currency, holder, country, iban, account, bic, bank_code };
    return sha256Hex(canonicalText({ ...said, agreed: agreed_at !== null }));
  }

  async decided(tx: Tx, actor: Actor, id: string, decision: 'approved' | 'rejected'): Promise<void> {
    const at = this.clock.now();
    if (decision === 'rejected') return tell(tx, actor, { action: 'bank-details.rejected', id, details: {}, at });
    const { owner_id: ownerId, payee, currency } = (await findDetails(tx, id))!;
    await holdDetails(tx, { ownerId, payee, currency }, 'alone');
    const usableFrom = new Date(at.getTime() + coolingHours * 3_600_000);
    await tx.run(
      'INSERT INTO bank_details_agreed (details_id, owner_id, agreed_by, agreed_at, usable_from) VALUES ($1, $2, $3, $4, $5)',
      [id, actor.organizationId, actorName(actor), at, usableFrom],
    );
    const ended = await endPayouts(tx, id, at);
    const details = { usableFrom: usableFrom.toISOString(), payoutsEnded: ended };
    await tell(tx, actor, { action: 'bank-details.agreed', id, details, at });
  }
}

/** In SQL: payouts `p` to other details `d` than `n`, of the same payee and currency, that the bank has not made. */
const toOthers = `d.owner_id = n.owner_id AND d.payee IS NOT DISTINCT FROM n.payee AND d.currency = n.currency AND d.id <> n.id
  AND p.state IN ('planned', 'approved')`;
/** And that no file has. */
const endedBy = `${toOthers} AND p.first_attempt_at IS NULL`;

/** Payouts to the details before that the bank has not been asked for: they end, and their invoices are free. Returns how many. */
async function endPayouts(tx: Tx, detailsId: string, at: Date): Promise<number> {
  const from = 'FROM payouts p JOIN bank_details d ON d.id = p.bank_details_id JOIN bank_details n ON n.id = $1';
  const planned = await tx.rows<{ id: string }>(
    `SELECT p.id ${from} WHERE ${endedBy} AND p.state = 'planned' ORDER BY p.id`,
    [detailsId],
  );
  // Whoever decides on one of them right now holds its approval, and then the payout: in this order.
  for (const { id } of planned)
    await voidApproval(tx, { action: 'payout.release', subjectId: id, because: 'bank-details.agreed', at });
  return tx.asSystem(async () => {
    // Whoever is withdrawing a file right now sets some of them free: waited for here, so that the next statement sees it.
    await tx.run(`SELECT p.id ${from} WHERE ${toOthers} ORDER BY p.id FOR UPDATE OF p`, [detailsId]);
    const ended = await tx.rows<{ id: string; owner_id: string }>(
      `WITH before AS (SELECT p.id ${from} WHERE ${endedBy} ORDER BY p.id FOR UPDATE OF p)
       UPDATE payouts SET state = 'failed', problem = 'the bank details were changed' FROM before WHERE payouts.id = before.id
       RETURNING payouts.id, payouts.owner_id`,
      [detailsId],
    );
    for (const { id, owner_id: owner } of ended) {
      await releaseInvoices(tx, id);
      await publish(tx, { to: [owner], topic: 'payout.failed', subjectId: id, payload: { detailsChanged: true }, at });
    }
    return ended.length;
  });
}

/** All of the label hear of it: its feed is everybody's. Numbers and names stay out of trails. */
async function tell(
  tx: Tx,
  actor: Actor,
  { action, id, details, at }: { action: string; id: string; details: object; at: Date },
): Promise<void> {
  await audit(tx, actor, { action, subjectId: id, details, at });
  await publish(tx, { to: [actor.organizationId], topic: action, subjectId: id, payload: details, at });
}
