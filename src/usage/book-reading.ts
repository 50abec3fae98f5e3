import { audit } from '../platform/audit/audit';
import type { Tx } from '../platform/database/tx';
import { moveOperation } from '../platform/operations/operations';
import { publish } from '../platform/outbox/outbox';
import { askToWatch } from './alerts/wake';
import type { Reading } from './engine/reading';
import { insertMappedContexts } from './mapped-contexts';
import type { UsageReport } from './usage-report';

/**
 * Held until the transaction ends by whoever books a reading, and by whoever makes readings old: signs, accepts a resolution. So either the
 * booking sees what is new, or the new sees the booked report.
 */
export async function lockReadings(
  tx: Tx,
  { labelId, platformId }: { readonly labelId: string; readonly platformId: string },
): Promise<void> {
  await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 3))', [`readings of ${labelId} ${platformId}`]);
}

export interface Ending {
  readonly state: 'accepted' | 'refused';
  readonly reading?: Reading | undefined;
  readonly refusal?: object;
  /** Which job it was. */
  readonly system: string;
  readonly at: Date;
}

/** The report is accepted with all that it comes to; a replaced one stops counting. Refuses with period-already-reported. */
export async function acceptReading(
  tx: Tx,
  report: UsageReport,
  ending: { readonly reading: Reading; readonly stamp: string; readonly system: string; readonly at: Date },
): Promise<void> {
  // What is read again speaks for the same contexts, and has them already.
  if (report.layout !== null && report.reread_because === null)
    await insertMappedContexts(tx, report, ending.reading.units);
  await insertTotals(tx, report, ending.reading);
  for (const { agreementId } of ending.reading.sums.totals) await askToWatch(tx, agreementId, report.month.slice(0, 7));
  await tx.run('UPDATE usage_reports SET read_under = $2 WHERE id = $1', [report.id, ending.stamp]);
  if (report.replaces !== null) await supersede(tx, report, ending.at);
  await finishReport(tx, report, { ...ending, state: 'accepted' });
}

export async function finishReport(
  tx: Tx,
  report: UsageReport,
  { state, reading, refusal, system, at }: Ending,
): Promise<void> {
  await writeReading(tx, report.id, { state, reading, refusal, at });
  const counts = {
    lines: reading?.lines ?? 0,
    accepted: String(reading?.accepted ?? 0),
    rejected: String(reading?.rejected ?? 0),
  };
  await moveOperation(tx, report.operation_id, {
    state: refusal === undefined ? 'done' : 'failed',
    progress: counts,
    ...(refusal === undefined ? { result: { reportId: report.id } } : { problem: refusal }),
    at,
  });
  const by = { system, organizationId: report.platform_id };
  await audit(tx, by, { action: `usage-report.${state}`, subjectId: report.id, details: counts, at });
  const to = [report.label_id, report.platform_id];
  await publish(tx, { to, topic: `usage-report.${state}`, subjectId: report.id, payload: counts, at });
}

/** Nobody waits for the report to be read again any more. Gives the operation that they followed. */
export async function askNoMore(tx: Tx, reportId: string): Promise<string | null> {
  const before = await tx.first<Pick<UsageReport, 'read_again_operation'>>(
    'SELECT read_again_operation FROM usage_reports WHERE id = $1 FOR UPDATE',
    [reportId],
  );
  await tx.run('UPDATE usage_reports SET read_again = NULL, read_again_operation = NULL WHERE id = $1', [reportId]);
  return before?.read_again_operation ?? null;
}

/** The replaced report stays as evidence and stops counting; the new one speaks for the contexts from here on. */
async function supersede(tx: Tx, report: UsageReport, at: Date): Promise<void> {
  // What takes its place was read under what holds now: nothing is left to be read again.
  const asked = await askNoMore(tx, report.replaces!);
  if (asked !== null) await moveOperation(tx, asked, { state: 'done', result: { reportId: report.id }, at });
  await tx.run(`UPDATE usage_contexts SET live = false WHERE report_id = $1`, [report.replaces]);
  await tx.run(`UPDATE usage_contexts SET live = true WHERE report_id = $1`, [report.id]);
  await tx.run(`UPDATE usage_reports SET state = 'superseded' WHERE id = $1`, [report.replaces]);
}

async function insertTotals(tx: Tx, report: UsageReport, { sums }: Reading): Promise<void> {
  for (const { agreementId, rows, quantity, returns } of sums.totals) {
    await tx.run(
      `INSERT INTO usage_totals (agreement_id, report_id, label_id, platform_id, month, sums, quantity, returns) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [agreementId, report.id, report.label_id, report.platform_id, report.month, rows, quantity, returns],
    );
  }
}

interface Written {
  readonly state: 'accepted' | 'refused';
  readonly reading: Reading | undefined;
  readonly refusal: object | undefined;
  readonly at: Date;
}

async function writeReading(tx: Tx, id: string, { state, reading, refusal, at }: Written): Promise<void> {
  if (refusal !== undefined) {
    const nothing = 'lines = 0, lines_accepted = 0, lines_rejected = 0';
    await tx.run(`UPDATE usage_reports SET state = $2, refusal = $3, read_at = $4, ${nothing} WHERE id = $1`, [
      ...[id, state, JSON.stringify(refusal), at],
    ]);
  }
  if (reading === undefined) return;
  const { lines, accepted, rejected, rejectedByCode, sums, held, faults, fileLines = null } = reading;
  await tx.run(
    `UPDATE usage_reports
        SET state = $2, read_at = $3, lines = $4, lines_accepted = $5, lines_rejected = $6, rejected_by_code = $7,
            sums_sha256 = $8, held_sha256 = $9, held_lines = $10, faults_sha256 = $11, faults = $12, fault_marks = $13::bigint[],
            file_lines = CASE WHEN files > 1 THEN $14::bigint[] END
      WHERE id = $1`,
    [
      ...[id, state, at, lines, accepted, rejected, JSON.stringify(rejectedByCode)],
      // What a refused report would come to counts for nothing, and is shown to nobody as if it did.
      state === 'accepted' ? sums.sha256 : null,
      ...[held.sha256, held.rows, faults.sha256, faults.count, faults.marks, fileLines],
    ],
  );
}
