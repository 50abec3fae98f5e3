import { Injectable } from '@nestjs/common';
import { getLivingForUpdate } from '../../agreements';
import { dayInZone } from '../../kernel';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { JobPayload } from '../../platform/jobs/jobs';
import { agreementsWithHeld, askToInvoiceHeld, endHold, heldInvoices, heldJob } from './held-invoices.repository';
import { invoiceAtOnce, ratesOfDue, termsOfHeld } from './invoice-due';

/** Tries again what is held for a rate, of one agreement or, where none is named, of each, by the terms that are in force: an amendment may name another source, or none. What still lacks one goes on waiting. */
@Injectable()
export class InvoiceHeld {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  execute({ agreementId }: JobPayload): Promise<void> {
    return this.database.asSystem(async (tx) => {
      if (agreementId === undefined) {
        for (const { id } of await agreementsWithHeld(tx)) await askToInvoiceHeld(tx, id);
        return;
      }
      const agreement = await getLivingForUpdate(tx, agreementId);
      const at = this.clock.now();
      const today = dayInZone(at, agreement.timeZone);
      const by = { system: heldJob, organizationId: agreement.labelId };
      for (const due of await heldInvoices(tx, agreementId)) {
        const terms = termsOfHeld(agreement.life, due, today);
        const rates = await ratesOfDue(tx, { id: agreementId, terms }, due);
        if ('missing' in rates) continue;
        await invoiceAtOnce(tx, agreement, { terms, due, at, by }, rates.found);
        await endHold(tx, agreementId, due, at);
      }
    });
  }
}
