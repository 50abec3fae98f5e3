import { type CalendarDate, startOfDayInZone } from '../../kernel';
import { often, type Tx } from '../../platform/database/tx';
import { enqueue, enqueueLater } from '../../platform/jobs/jobs';
import type { Books } from '../ledger/ledger';
import type { Purpose } from './invoices.repository';

/** What the terms fix for signature or for a day of its own: booked, and invoiced by itself. */
export interface Due {
  readonly purpose: Exclude<Purpose, 'royalties' | 'late-interest'>;
  /** What is invoiced, once: the advance's id, one of its payments. */
  readonly source: string;
  /** As it is booked: before tax, in the terms' currency. */
  readonly minor: bigint;
  /** The day that it counts for. */
  readonly on: CalendarDate;
  /** The day on which it was booked. */
  readonly bookedOn: CalendarDate;
  /** The day that the terms name for the payment; null: so many days after the invoice. */
  readonly payBy: CalendarDate | null;
}

export interface HeldInvoice extends Due {
  readonly currency: string;
  readonly heldAt: Date;
}

/** Under which name its taxes and its exchange are booked, and its rates recorded: "advance spring #1". */
export const occasionOfDue = ({ purpose, source }: { readonly purpose: Purpose; readonly source: string }): string =>
  purpose === source ? purpose : `${purpose} ${source}`;

/** Under which id it is recouped: that of the advance, or of the interval or year. */
export const clauseOfDue = ({ source }: Pick<Due, 'source'>): string => source.split(' #')[0] ?? source;

/** Under which name the rate is recorded at which an invoice was paid. */
export const occasionOfPayment = ({ number }: { readonly number: string }): string => `invoice ${number}`;

export const heldJob = 'invoice-held';

/** Has what is held of an agreement looked at again, once this transaction is committed. */
export const askToInvoiceHeld = (tx: Tx, agreementId: string): Promise<void> =>
  enqueue(tx, heldJob, { agreementId }, `${heldJob} ${agreementId}`);

/** The same when an amendment that was signed before comes into force. */
export const askToInvoiceHeldOn = (
  tx: Tx,
  { id: agreementId, timeZone }: { readonly id: string; readonly timeZone: string },
  { day, now }: { readonly day: CalendarDate; readonly now: Date },
): Promise<void> =>
  enqueueLater(
    tx,
    heldJob,
    { agreementId },
    { key: `${heldJob} ${agreementId} ${day}`, at: startOfDayInZone(day, timeZone), now },
  );

/**
 * The same for every agreement that has something held by then. Whoever brings a rate for all holds none of the agreements, so one of them may be holding an invoice in the same moment: which have
 * something held is asked only after this transaction is committed, and whoever holds an invoice has it looked at once more itself. One of the two sees the rate.
 */
export const askToInvoiceAllHeld = (tx: Tx): Promise<void> => enqueue(tx, heldJob, {}, `${heldJob} all`);

/** The agreements that have something held. */
export const agreementsWithHeld = (tx: Tx): Promise<{ readonly id: string }[]> =>
  tx.rows('SELECT DISTINCT agreement_id AS id FROM held_invoices WHERE ended_at IS NULL ORDER BY 1');

/** Holds it, once. Returns whether it is new. */
export const holdInvoice = async (tx: Tx, agreement: Books, due: Due, at: Date): Promise<boolean> =>
  (await tx.run(
    `INSERT INTO held_invoices (agreement_id, purpose, source, label_id, platform_id, amount_minor, currency, counts_on, booked_on, pay_by, held_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
    [
      ...[
        agreement.id,
        due.purpose,
        due.source,
        agreement.labelId,
        agreement.platformId,
        due.minor,
        agreement.currency,
      ],
      ...[due.on, due.bookedOn, due.payBy, at],
    ],
  )) > 0;

/** It is invoiced now. */
export const endHold = (tx: Tx, agreementId: string, { purpose, source }: Due, at: Date): Promise<number> =>
  tx.run(
    'UPDATE held_invoices SET ended_at = $4 WHERE agreement_id = $1 AND purpose = $2 AND source = $3 AND ended_at IS NULL',
    [agreementId, purpose, source, at],
  );

/** What waits, the longest first. */
export const heldInvoices = (tx: Tx, agreementId: string): Promise<HeldInvoice[]> =>
  tx.rows<HeldInvoice>(
    often(`SELECT purpose, source, amount_minor AS minor, currency, counts_on AS "on", booked_on AS "bookedOn", pay_by AS "payBy", held_at AS "heldAt"
       FROM held_invoices WHERE agreement_id = $1 AND ended_at IS NULL ORDER BY held_at, counts_on, purpose, source`),
    [agreementId],
  );
