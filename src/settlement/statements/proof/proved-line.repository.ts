import type { LivingAgreement } from '../../../agreements';
import { firstDaysOf, periodOfMonth } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import type { UsageBasis } from '../../../usage';
import { linesAfter, type StoredLine } from '../lines.repository';
import type { Statement } from '../statements.repository';

const digits = /^\d{1,9}$/;

/** A line by its number in the statement; undefined where there is none, or the text is no number. */
export async function lineNumbered(tx: Tx, statement: Statement, number: string): Promise<StoredLine | undefined> {
  if (!digits.test(number)) return undefined;
  const [line] = await linesAfter(tx, statement, Number(number) - 1, 1);
  return line?.line === Number(number) ? line : undefined;
}

/** What a statement counted for a month, and where it corrects one, what was counted before and by which statement. */
export interface ProvedBooking {
  readonly counted: UsageBasis;
  readonly corrected: (UsageBasis & { readonly statementId: string; readonly statementMonth: string }) | null;
}

interface BookingRow {
  readonly report_ids: readonly string[];
  readonly event_position: bigint | null;
  readonly corrected_reports: readonly string[] | null;
  readonly corrected_events: bigint | null;
  readonly corrected_by: string | null;
  readonly corrected_month: string | null;
}

/** The booking that a statement made of a period (its first day), of which every line of that period came. */
export async function bookingOf(
  tx: Tx,
  { agreement_id, month }: Pick<Statement, 'agreement_id' | 'month'>,
  period: string,
): Promise<ProvedBooking> {
  const row = await tx.one<BookingRow>(
    `SELECT b.report_ids, b.event_position, before.report_ids AS corrected_reports, before.event_position AS corrected_events,
            s.id AS corrected_by, to_char(s.month, 'YYYY-MM') AS corrected_month
       FROM period_bookings b
       LEFT JOIN period_bookings before ON before.agreement_id = b.agreement_id AND before.period = b.period AND before.sequence = b.sequence - 1
       LEFT JOIN statements s ON s.agreement_id = before.agreement_id AND s.month = before.statement_month
      WHERE b.agreement_id = $1 AND b.statement_month = $2 AND b.period = $3`,
    [agreement_id, month, period],
  );
  const { corrected_reports: reportIds, corrected_by, corrected_month } = row;
  const isCorrection = reportIds !== null && corrected_by !== null;
  return {
    counted: { reportIds: row.report_ids, eventPosition: row.event_position },
    corrected: isCorrection
      ? {
          reportIds,
          eventPosition: row.corrected_events,
          statementId: corrected_by,
          statementMonth: corrected_month!,
        }
      : null,
  };
}

/** How many sums a rating of the period that a month lies in would take: of reports, and at most those of events. */
export async function sumsCounted(
  tx: Tx,
  { id, life }: LivingAgreement,
  month: string,
  { reportIds, eventPosition }: UsageBasis,
): Promise<number> {
  const { sums } = await tx.one<{ sums: string }>(
    `SELECT ((SELECT coalesce(sum(sums), 0) FROM usage_totals WHERE agreement_id = $1 AND report_id = ANY($3::uuid[])) +
             (SELECT coalesce(sum(cardinality(isrcs)), 0) FROM usage_event_sums WHERE agreement_id = $1 AND month = ANY ($2::date[]) AND position <= $4))::text AS sums`,
    [id, firstDaysOf(periodOfMonth(life, month)), reportIds, eventPosition ?? -1n],
  );
  return Number(sums);
}

/** Of all these periods together. */
export async function sumsOfBases(
  tx: Tx,
  agreement: LivingAgreement,
  bases: ReadonlyMap<string, UsageBasis>,
): Promise<number> {
  let sums = 0;
  for (const [month, basis] of bases) sums += await sumsCounted(tx, agreement, month, basis);
  return sums;
}
