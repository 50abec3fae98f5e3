import { Injectable } from '@nestjs/common';
import { audit } from '../../../platform/audit/audit';
import { Clock } from '../../../platform/clock';
import { Database } from '../../../platform/database/database';
import type { JobPayload } from '../../../platform/jobs/jobs';
import { finalEnding } from '../../payments/not-settled';
import { Payments } from '../../payments/payments';
import { takeOffAtProviderJob } from './take-off-jobs';

interface Paid {
  readonly invoice_id: string;
  readonly label_id: string;
  readonly external_id: string;
  readonly amount_minor: bigint;
}

/** What came by bank, the provider asks for no more: it takes it off its own invoice, or what it still asks for where that is less, for credit notes may have been faster than the payer. Refused where it was paid there, too; then that payment is an event for a person. */
@Injectable()
export class TakeOffAtProvider {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly payments: Payments,
  ) {}

  async execute({ receiptId = '' }: JobPayload): Promise<void> {
    const { rail } = this.payments;
    if (rail === undefined) return;
    const paid = await this.database.asSystem(
      (tx) =>
        tx.first<Paid>(
          `SELECT a.invoice_id, a.label_id, i.external_id, a.amount_minor FROM receipt_allocations a JOIN invoices i ON i.id = a.invoice_id
            WHERE a.receipt_id = $1 AND i.external_id IS NOT NULL`,
          [receiptId],
        ),
      'read',
    );
    if (paid === undefined) return;
    const { invoice_id: subjectId, label_id, external_id: externalId, amount_minor: amountMinor } = paid;
    const order = { creditId: receiptId, externalId, amountMinor };
    const ending = finalEnding(`receipt ${receiptId}`, await rail.creditInvoice(order));
    const [action, details] =
      ending.outcome === 'done'
        ? ['invoice.taken-off', { creditNote: ending.creditNoteId }]
        : ['invoice.not-taken-off', { code: ending.code }];
    const by = { system: takeOffAtProviderJob, organizationId: label_id };
    await this.database.asSystem((tx) => audit(tx, by, { action, subjectId, details, at: this.clock.now() }));
  }
}
