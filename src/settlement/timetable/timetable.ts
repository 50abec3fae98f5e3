import type { LivingAgreement } from '../../agreements';
import { dayInZone, monthsClosedWith, periodNameOfMonth, periodsOfLife, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { firstReported } from '../../usage';
import { waitingDrafts } from '../statements/drafts/waiting';
import { type Deadlines, deadlinesOf, type MonthFacts, type MonthSteps, stepsOf } from './month-steps';
import { credited } from '../invoices/invoices.repository';

/** Every reporting period of the agreement's life, oldest first, as it stands today to whoever asks: drafts are the label's alone. */
export async function timetableOf(tx: Tx, agreement: LivingAgreement, now: Date): Promise<MonthSteps[]> {
  const today = dayInZone(now, agreement.timeZone);
  const facts = await factsOf(tx, agreement);
  return periodsOfLife(agreement.life).map((month) => {
    const period = periodNameOfMonth(agreement.life, month);
    return stepsOf(deadlinesIn(agreement, month), { month, period, facts: facts(month), today });
  });
}

export const deadlinesIn = ({ life, concludedAt, timeZone }: LivingAgreement, month: string): Deadlines =>
  deadlinesOf(termsOfMonth(life, month), { month, concludedOn: dayInZone(concludedAt!, timeZone) });

interface StatedRow {
  readonly month: string;
  readonly at: Date;
}

interface InvoiceRow {
  readonly month: string;
  readonly issued_at: Date;
  readonly due_on: string;
  readonly paid_at: Date | null;
  readonly interest: bigint | null;
}

async function factsOf(tx: Tx, agreement: LivingAgreement): Promise<(month: string) => MonthFacts> {
  const day = (instant: Date | null | undefined): string | null =>
    instant ? dayInZone(instant, agreement.timeZone) : null;
  const byMonth = <Row extends { readonly month: string }>(rows: readonly Row[]): Map<string, Row> =>
    new Map(rows.map((row) => [row.month, row]));
  const reported = await firstReported(tx, agreement);
  const issued = byMonth(
    await tx.rows<StatedRow>(
      `SELECT to_char(month, 'YYYY-MM') AS month, issued_at AS at FROM statements WHERE agreement_id = $1`,
      [agreement.id],
    ),
  );
  const drafts = byMonth(
    await tx.rows<StatedRow>(
      `SELECT to_char(month, 'YYYY-MM') AS month, drafted_at AS at FROM ${waitingDrafts} AND d.agreement_id = $1`,
      [agreement.id],
    ),
  );
  const invoices = byMonth(
    await tx.rows<InvoiceRow>(
      `SELECT source AS month, issued_at, due_on, paid_at, (SELECT sum(l.amount_minor)::bigint FROM late_interest l WHERE l.invoice_id = i.id) AS interest
         FROM invoices i WHERE agreement_id = $1 AND purpose = 'royalties'
          AND i.amount_minor > ${credited}`,
      [agreement.id],
    ),
  );
  return (month) => {
    const invoice = invoices.get(month);
    const days = monthsClosedWith(agreement.life, month).map((one) => day(reported.get(one)));
    return {
      // A period is reported once each of its months is.
      reported: days.includes(null) ? null : days.sort().at(-1)!,
      drafted: day(drafts.get(month)?.at),
      issued: day(issued.get(month)?.at),
      invoice: invoice ? { issued: day(invoice.issued_at)!, due: invoice.due_on, paid: day(invoice.paid_at) } : null,
      interest: invoice?.interest ?? null,
    };
  };
}
