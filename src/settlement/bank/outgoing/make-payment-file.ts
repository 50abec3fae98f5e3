import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { dayInZone } from '../../../kernel';
import { audit } from '../../../platform/audit/audit';
import { type Actor, actorName } from '../../../platform/auth/actor';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { publish } from '../../../platform/outbox/outbox';
import { Storage } from '../../../platform/storage/storage';
import { heldOf, holdReason } from '../../payouts/payout-holds.repository';
import { lockPayout, type Payout } from '../../payouts/payouts.repository';
import { type AccountAtBank, type BankAccount, findBankAccount } from '../accounts/bank-accounts.repository';
import { detailsReplaced } from '../accounts/bank-details.repository';
import { moveToFailed, moveToSent } from './move-payout';
import {
  endFile,
  endToEndIdOf,
  findPaymentFile,
  leaveFile,
  lockPaymentFile,
  type PaymentFile,
  payoutsOfFile,
} from './payment-files.repository';
import { writePain001 } from './write-pain001';

/** Payments in one file: more than a bank takes at once of most. */
const paymentsMax = 5_000;
const fileBytesMax = 32 * 1024 * 1024;

type Due = AccountAtBank & {
  readonly payout_id: string;
  readonly net_minor: bigint;
};

/** Files of payments, made by the marketplace's operator of what labels have released. Each is kept as it is; whether the bank has it, its answer says or an operator. */
@Injectable()
export class MakePaymentFile {
  constructor(
    private readonly clock: Clock,
    private readonly storage: Storage,
  ) {}

  /** Of all payouts in the account's currency that are released, and whose details may be used. Refuses with not-found or payment-file-empty. */
  async execute(
    tx: Tx,
    actor: Actor,
    { accountId, executeOn }: { accountId: string; executeOn?: string },
  ): Promise<PaymentFile> {
    const account = await findBankAccount(tx, accountId);
    if (account === undefined) throw new DomainError('not-found');
    const at = this.clock.now();
    const today = dayInZone(at, 'UTC');
    const day = executeOn ?? today;
    if (day < today)
      throw new DomainError('request-invalid', undefined, [
        { pointer: '/executeOn', code: 'day-unknown', message: `must be ${today} or later` },
      ]);
    return tx.asSystem(async () => {
      // Two files at once would have the same payouts.
      await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('payment-file ' || $1, 0))`, [account.currency]);
      const found = await duePayouts(tx, account.currency, at);
      // Whoever held one back while we waited for it was not seen by that.
      const held = await heldOf(tx, idsOf(found));
      const due = found.filter(({ payout_id }) => !held.has(payout_id));
      if (due.length === 0) throw new DomainError('payment-file-empty');
      return this.make(tx, actor, { account, due, executeOn: day, at });
    });
  }

  private async make(
    tx: Tx,
    actor: Actor,
    { account, due, executeOn, at }: { account: BankAccount; due: readonly Due[]; executeOn: string; at: Date },
  ): Promise<PaymentFile> {
    const id = randomUUID();
    const messageId = endToEndIdOf(id);
    const payments = due.map(({ payout_id, net_minor, ...to }) => ({
      ...{ endToEndId: endToEndIdOf(payout_id), minor: net_minor, to },
      remittance: `Accordo payout ${payout_id}`,
    }));
    const text = writePain001({ messageId, at, executeOn, from: account, payments });
    const file = await this.storage.store(Readable.from([Buffer.from(text)]), fileBytesMax);
    const total = due.reduce((sum, { net_minor }) => sum + net_minor, 0n);
    await tx.run(
      `INSERT INTO payment_files (id, account_id, message_id, currency, payouts, total_minor, execute_on, file_sha256, bytes, made_by, made_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        ...[id, account.id, messageId, account.currency, due.length, total, executeOn],
        ...[file.sha256, file.bytes, actorName(actor), at],
      ],
    );
    await tx.run(
      `INSERT INTO payment_file_payouts (file_id, payout_id, end_to_end_id, amount_minor, currency)
       SELECT $1, payout, end_to_end_id, minor, $5 FROM unnest($2::uuid[], $3::text[], $4::bigint[]) AS p(payout, end_to_end_id, minor)`,
      [
        ...[id, idsOf(due), payments.map(({ endToEndId }) => endToEndId)],
        ...[payments.map(({ minor }) => String(minor)), account.currency],
      ],
    );
    // The intent: from here on a change of details does not end them.
    await tx.run('UPDATE payouts SET first_attempt_at = $2 WHERE id = ANY($1::uuid[])', [idsOf(due), at]);
    const details = { payouts: due.length, total: String(total), currency: account.currency, sha256: file.sha256 };
    await audit(tx, actor, { action: 'payment-file.made', subjectId: id, details, at });
    const to = [actor.organizationId];
    await publish(tx, { to, topic: 'payment-file.made', subjectId: id, payload: details, at });
    return (await findPaymentFile(tx, id))!;
  }

  /**
   * An operator says that the bank has it, or that it will never get it: then its payouts may be in another file. Refuses with not-found, payment-file-ended, or payment-file-held: a file never
   * changes, so that one with a payout on hold can only be withdrawn, unless the hold is released.
   */
  async end(tx: Tx, actor: Actor, id: string, ended: 'handed-in' | 'withdrawn'): Promise<PaymentFile> {
    const at = this.clock.now();
    return tx.asSystem(async () => {
      const file = await lockPaymentFile(tx, id);
      if (file === undefined) throw new DomainError('not-found');
      if (file.ended === ended) return file;
      if (file.ended !== null) throw new DomainError('payment-file-ended');
      const live = (await payoutsOfFile(tx, id)).filter((payout) => payout.live);
      const states = [];
      for (const { payout_id } of live) states.push((await lockPayout(tx, payout_id))!);
      // Whoever agreed on other details while we waited for a payout has seen it in the file.
      const asOfNow = await payoutsOfFile(tx, id);
      const replaced = new Set(asOfNow.filter((one) => one.details_replaced).map(({ payout_id }) => payout_id));
      // The bank has told of one: then it has the file.
      if (ended === 'withdrawn' && states.some(({ state }) => state !== 'approved'))
        throw new DomainError('payment-file-ended', 'the bank has made payments of it');
      if (ended === 'handed-in') await refuseHeld(tx, states);
      for (const payout of states) {
        if (ended === 'withdrawn') await freePayout(tx, payout, { isReplaced: replaced.has(payout.id), at });
        else if (payout.state === 'approved') await moveToSent(tx, payout, at);
      }
      await endFile(tx, id, { ended, by: actorName(actor), at });
      await audit(tx, actor, { action: `payment-file.${ended}`, subjectId: id, details: {}, at });
      return (await findPaymentFile(tx, id))!;
    });
  }
}

/** Of what the bank has told of already nothing can be kept back. The caller holds the payouts. */
async function refuseHeld(tx: Tx, payouts: readonly Payout[]): Promise<void> {
  const open = payouts.filter(({ state }) => state === 'approved').map(({ id }) => id);
  const held = await heldOf(tx, open);
  if (held.size > 0) throw new DomainError('payment-file-held', [...held].sort().join(', '));
}

const idsOf = (due: readonly Due[]): string[] => due.map(({ payout_id }) => payout_id);

/** It waits for another file; or ends, where the label has agreed on other details since, as it would have ended then had it been in none. */
async function freePayout(
  tx: Tx,
  payout: Payout,
  { isReplaced, at }: { isReplaced: boolean; at: Date },
): Promise<void> {
  await tx.run('UPDATE payouts SET first_attempt_at = NULL WHERE id = $1', [payout.id]);
  if (isReplaced) await moveToFailed(tx, payout, { problem: 'the bank details were changed', at });
  else await leaveFile(tx, payout.id);
}

/** What may be paid: released, held back by nobody, in no live file, to details that were agreed last and have cooled off. */
const duePayouts = (tx: Tx, currency: string, at: Date): Promise<Due[]> =>
  tx.rows<Due>(
    `SELECT p.id AS payout_id, p.net_minor, d.currency, d.holder, d.country, d.iban, d.account, d.bic, d.bank_code
       FROM payouts p JOIN bank_details d ON d.id = p.bank_details_id JOIN bank_details_agreed a ON a.details_id = d.id
      WHERE p.rail = 'bank' AND p.state = 'approved' AND p.currency = $1 AND a.usable_from <= $2 AND NOT ${detailsReplaced}
        AND ${holdReason('p.id')} IS NULL
        AND NOT EXISTS (SELECT FROM payment_file_payouts f WHERE f.payout_id = p.id AND f.live)
      ORDER BY p.planned_at, p.id LIMIT ${paymentsMax} FOR UPDATE OF p`,
    [currency, at],
  );
