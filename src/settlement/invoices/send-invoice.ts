import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { JobPayload } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { takeOffPaid } from '../bank/receipts/take-off-jobs';
import { Payments } from '../payments/payments';
import { sendCredits } from './credit-invoice';
import { type Invoice, lockInvoice, markOpen, noteAttempt } from './invoices.repository';
import { NotSettled } from '../payments/not-settled';

interface Sendable extends Invoice {
  readonly platform_name: string;
  readonly due_days: number;
}

/**
 * Hands an issued invoice to the provider for collection. The provider's side continues where an earlier attempt stopped, so whatever
 * ended this job (a time-out, a kill), the queue runs it again; also where it was paid by bank since, for then the provider asks for it
 * all the same until that is taken off there. Without a provider the invoice stays issued.
 */
@Injectable()
export class SendInvoice {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly payments: Payments,
  ) {}

  async execute({ invoiceId = '' }: JobPayload): Promise<void> {
    const { rail } = this.payments;
    const invoice = rail && (await this.begin(invoiceId));
    if (rail === undefined || invoice === undefined) return;
    const outcome = await rail.createInvoice({
      invoiceId,
      number: invoice.number,
      customer: { reference: invoice.platform_id, name: invoice.platform_name },
      amountMinor: invoice.amount_minor,
      currency: invoice.currency,
      description: `${invoice.purpose} under agreement ${invoice.agreement_id}`,
      dueDays: invoice.due_days,
    });
    if (outcome.outcome !== 'done') throw new NotSettled(`invoice ${invoiceId}`, outcome);
    await this.keep(invoice, outcome.externalId);
  }

  /** What is to be sent, with the intent recorded. */
  private begin(id: string): Promise<Sendable | undefined> {
    return this.database.asSystem(async (tx) => {
      const invoice = await lockInvoice(tx, id);
      // What is paid in another currency is sent as it is quoted.
      if (invoice === undefined || invoice.external_id !== null || invoice.pay_in !== null) return undefined;
      // Paid by bank: an earlier attempt whose answer was lost may have left it with the provider.
      if (invoice.state === 'paid' && invoice.send_attempted_at === null) return undefined;
      await noteAttempt(tx, id, this.clock.now());
      const { name } = await tx.one<{ name: string }>('SELECT name FROM organizations WHERE id = $1', [
        invoice.platform_id,
      ]);
      const { days } = await tx.one<{ days: number }>(`SELECT greatest($1::date - $2::date, 0) AS days`, [
        invoice.due_on,
        this.clock.now(),
      ]);
      return { ...invoice, platform_name: name, due_days: days };
    });
  }

  private keep(invoice: Invoice, externalId: string): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const noted = await markOpen(tx, invoice.id, externalId);
      if (noted === undefined) return;
      const by = { system: 'send-invoice', organizationId: invoice.label_id };
      await audit(tx, by, { action: 'invoice.sent', subjectId: invoice.id, details: { externalId }, at });
      await sendCredits(tx, invoice.id);
      await takeOffPaid(tx, invoice.id);
      // Whoever knows that it is paid is not to be told that it is to be paid.
      if (noted.state === 'paid') return;
      await publish(tx, {
        to: [invoice.label_id, invoice.platform_id],
        topic: 'invoice.sent',
        subjectId: invoice.id,
        at,
      });
    });
  }
}
