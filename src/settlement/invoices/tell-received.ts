import { audit } from '../../platform/audit/audit';
import type { Tx } from '../../platform/database/tx';
import { publish } from '../../platform/outbox/outbox';
import type { Invoice } from './invoices.repository';

interface Received {
  /** What came in, and what it came with. */
  readonly payload: { readonly amount: string; readonly currency: string } & (
    { readonly receipt: string } | { readonly credit: string }
  );
  /** False: a part of it. */
  readonly isPaid: boolean;
  /** The job that took it. */
  readonly by: string;
  readonly at: Date;
}

/** Tells both parties what came in for an invoice; or that a credit note took off the rest of it, with an amount of "0". */
export async function tellReceived(
  tx: Tx,
  invoice: Invoice,
  { payload, isPaid, by: system, at }: Received,
): Promise<void> {
  const action = isPaid ? 'invoice.paid' : 'invoice.paid-in-part';
  const by = { system, organizationId: invoice.label_id };
  await audit(tx, by, { action, subjectId: invoice.id, details: payload, at });
  const to = [invoice.label_id, invoice.platform_id];
  await publish(tx, { to, topic: action, subjectId: invoice.id, payload, at });
}
