import type { LivingAgreement } from '../../agreements';
import type { ShareChange } from '../../catalogue';
import type { CalendarDate } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { enqueue } from '../../platform/jobs/jobs';
import { getOperation, openOperation } from '../../platform/operations/operations';
import { lockReadings } from '../book-reading';
import type { Rereading, UsageReport } from '../usage-report';

export interface Asked {
  readonly because: Rereading;
  /** Who may follow it; the sender where nobody asked. */
  readonly ownerId?: string;
  readonly at: Date;
}

/** Has a live report read again by a job; one that is waiting for that already is left as it is. Gives the operation that tells how it goes. */
export async function askToReadAgain(
  tx: Tx,
  report: Pick<UsageReport, 'id' | 'platform_id' | 'read_again_operation'>,
  { because, ownerId = report.platform_id, at }: Asked,
): Promise<string> {
  if (report.read_again_operation !== null && (await isInHand(tx, report.read_again_operation))) {
    // Whoever was to do it may have given up.
    await enqueueReading(tx, report.id);
    return report.read_again_operation;
  }
  const operation = await openOperation(tx, { ownerId, kind: system, subjectId: report.id, at });
  await tx.run(`UPDATE usage_reports SET read_again = $2, read_again_operation = $3 WHERE id = $1`, [
    report.id,
    because,
    operation.id,
  ]);
  await enqueueReading(tx, report.id);
  return operation.id;
}

const system = 'read-again';

const enqueueReading = (tx: Tx, reportId: string): Promise<void> =>
  enqueue(tx, system, { reportId }, `${system} ${reportId}`);

const isInHand = async (tx: Tx, operationId: string): Promise<boolean> =>
  ['queued', 'running'].includes((await getOperation(tx, operationId)).state);

/** What was to take the report's place has been refused: where the report waited to be read again, it does so still. */
export async function goOnReadingAgain(tx: Tx, reportId: string): Promise<void> {
  const waiting = await tx.first('SELECT FROM usage_reports WHERE id = $1 AND read_again IS NOT NULL', [reportId]);
  if (waiting !== undefined) await enqueueReading(tx, reportId);
}

/**
 * What was signed may cover use that was reported before: live reports from the first month of the terms on are read again. To be called
 * in the transaction of the last signature.
 */
export async function readAgainUnder(
  tx: Tx,
  { labelId, platformId, terms }: Pick<LivingAgreement, 'labelId' | 'platformId' | 'terms'>,
  from: CalendarDate,
  at: Date,
): Promise<void> {
  await tx.asSystem(async () => {
    await lockReadings(tx, { labelId, platformId });
    const reports = await tx.rows<UsageReport>(
      `SELECT * FROM usage_reports
        WHERE label_id = $1 AND platform_id = $2 AND service_id = ANY ($3::uuid[]) AND month >= date_trunc('month', $4::date) AND state = 'accepted'
        ORDER BY id FOR UPDATE`,
      [labelId, platformId, terms.services.map(({ id }) => id), from],
    );
    for (const report of reports) await askToReadAgain(tx, report, { because: 'agreement', at });
  });
}

/** A label controls another share than before: its live reports of these days are read again, of platforms that it ever licensed one of the recordings to. */
export async function readAgainForShare(tx: Tx, { labelId, isrcs, from, until, at }: ShareChange): Promise<void> {
  await tx.asSystem(async () => {
    const platforms = await tx.rows<{ platformId: string }>(
      `SELECT platform_id AS "platformId" FROM (SELECT DISTINCT platform_id FROM usage_reports WHERE label_id = $1) AS reporting
        WHERE EXISTS (SELECT FROM agreement_grants g
                       WHERE g.platform_id = reporting.platform_id AND g.label_id = $1 AND g.isrc = ANY ($2::bpchar[]))
        ORDER BY 1`,
      [labelId, isrcs],
    );
    for (const { platformId } of platforms) await lockReadings(tx, { labelId, platformId });
    const reports = await tx.rows<UsageReport>(
      `SELECT * FROM usage_reports
        WHERE label_id = $1 AND platform_id = ANY ($2::uuid[]) AND state = 'accepted'
          AND daterange(month, (month + interval '1 month')::date) && daterange($3, $4)
        ORDER BY id FOR UPDATE`,
      [labelId, platforms.map(({ platformId }) => platformId), from, until],
    );
    for (const report of reports) await askToReadAgain(tx, report, { because: 'share', at });
  });
}

/** What these resolutions speak of is read again. The caller holds `lockReadings`. */
export async function readAgainAfter(tx: Tx, resolutionIds: readonly string[], at: Date): Promise<void> {
  await tx.asSystem(async () => {
    const reports = await tx.rows<UsageReport>(
      `SELECT r.* FROM usage_reports r
        WHERE r.state = 'accepted' AND EXISTS (
              SELECT FROM usage_resolutions x
               WHERE x.id = ANY ($1::uuid[]) AND x.label_id = r.label_id AND x.platform_id = r.platform_id
                 AND (x.service_id IS NULL OR x.service_id = r.service_id) AND (x.months IS NULL OR r.month = ANY (x.months)))
        ORDER BY r.id FOR UPDATE`,
      [resolutionIds],
    );
    for (const report of reports) await askToReadAgain(tx, report, { because: 'resolution', at });
  });
}
