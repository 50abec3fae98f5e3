import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { problemOf } from '../../platform/http/problem.filter';
import type { JobPayload } from '../../platform/jobs/jobs';
import { moveOperation } from '../../platform/operations/operations';
import { acceptReading, askNoMore, lockReadings } from '../book-reading';
import { KeptReadings } from '../kept-readings';
import { type Prepared, type Read, refuseIfOutdated, ReportReader } from '../report-reader';
import { partiesOfReport, type UsageReport } from '../usage-report';

const system = 'read-again';

/**
 * Reads the file of a live report again, under what is signed and resolved by now. Where it comes to something else, a replacement is made of the
 * same file: the old report stays as evidence, and a closed month gets the difference like after any correction. Where it comes to the same,
 * nothing is made. Killed anywhere before its last transaction it has done nothing; run again after it, it does nothing.
 */
@Injectable()
export class ReadAgain {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reader: ReportReader,
    private readonly readings: KeptReadings,
  ) {}

  async execute({ reportId = '' }: JobPayload): Promise<void> {
    const prepared = await this.database.asSystem((tx) => this.prepare(tx, reportId));
    if (prepared === undefined) return;
    let read: Read | undefined;
    try {
      read = await this.reader.read(prepared);
      if (read.fatal.length > 0) throw new DomainError('report-unreadable', undefined, read.fatal);
      const isSame = await this.readings.sayTheSame(prepared.report, read.reading);
      if (!isSame) await this.readings.keep(read.reading);
      const done = read;
      await this.database.asSystem((tx) => this.book(tx, prepared, { ...done, isSame }));
    } catch (error) {
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
      // It is still to be read again, so that its month is not closed without what it may come to: by asking once more, or by a whole report in its place.
      await this.database.asSystem((tx) =>
        this.move(tx, prepared.report, { state: 'failed', problem: problemOf(error) }),
      );
    } finally {
      await read?.reading.remove();
    }
  }

  private async prepare(tx: Tx, reportId: string): Promise<Prepared | undefined> {
    const report = await stillAsked(tx, reportId);
    if (report?.read_again == null) return undefined;
    if (await isBeingReplaced(tx, report)) return undefined;
    await this.move(tx, report, { state: 'running', progress: { bytes: String(report.bytes) } });
    return this.reader.prepare(tx, report);
  }

  private async book(tx: Tx, prepared: Prepared, { reading, isSame }: Read & { isSame: boolean }): Promise<void> {
    await lockReadings(tx, partiesOfReport(prepared.report));
    const old = await stillAsked(tx, prepared.report.id);
    if (old === undefined) return;
    if (await isBeingReplaced(tx, old)) return;
    await refuseIfOutdated(tx, prepared);
    const at = this.clock.now();
    if (isSame) {
      const { stamp } = prepared;
      await tx.run('UPDATE usage_reports SET confirmed_at = $2, read_under = $3 WHERE id = $1', [old.id, at, stamp]);
      return this.end(tx, old, { state: 'done', result: { reportId: old.id } });
    }
    const made = await insertReread(tx, old, at);
    const by = { system, organizationId: old.platform_id };
    const details = { replaces: old.id, because: old.read_again };
    await audit(tx, by, { action: 'usage-report.read-again', subjectId: made.id, details, at });
    // The operation is the new report's from here on, and ends with it.
    await askNoMore(tx, old.id);
    await acceptReading(tx, made, { reading, stamp: prepared.stamp, system, at });
  }

  /** Nothing waits for the report any more. */
  private async end(tx: Tx, report: UsageReport, how: Parameters<ReadAgain['move']>[2]): Promise<void> {
    await askNoMore(tx, report.id);
    await this.move(tx, report, how);
  }

  private async move(
    tx: Tx,
    { read_again_operation: id }: UsageReport,
    how: Omit<Parameters<typeof moveOperation>[2], 'at'>,
  ): Promise<void> {
    if (id !== null) await moveOperation(tx, id, { ...how, at: this.clock.now() });
  }
}

const stillAsked = (tx: Tx, id: string): Promise<UsageReport | undefined> =>
  tx.first<UsageReport>(
    `SELECT * FROM usage_reports WHERE id = $1 AND state = 'accepted' AND read_again IS NOT NULL FOR UPDATE`,
    [id],
  );

/** Whether its sender put something in its place that waits to be read: accepted, that is read under what holds by now; refused, it lets this one be read again. */
async function isBeingReplaced(tx: Tx, { id }: UsageReport): Promise<boolean> {
  return (await tx.first(`SELECT FROM usage_reports WHERE replaces = $1 AND state = 'received'`, [id])) !== undefined;
}

/** The same message with the same file, in place of the report; it speaks for the same contexts. */
async function insertReread(tx: Tx, old: UsageReport, at: Date): Promise<UsageReport> {
  const made = await tx.one<UsageReport>(
    `INSERT INTO usage_reports (label_id, platform_id, service_id, message_id, file_sha256, bytes, month, state, replaces, operation_id, received_at, packed,
                                mapping_id, layout, replaces_as, reread_because, files)
     SELECT label_id, platform_id, service_id, message_id, file_sha256, bytes, month, 'received', id, read_again_operation, $2, packed, mapping_id, layout,
            'full', read_again, files
       FROM usage_reports WHERE id = $1 RETURNING *`,
    [old.id, at],
  );
  await tx.run(
    `INSERT INTO usage_contexts (report_id, label_id, platform_id, service_id, live, context_id, use_model, territory, period, all_usages, allocated_usages,
                                 net_revenue, music_usage_ratio, currency)
     SELECT $2, label_id, platform_id, service_id, false, context_id, use_model, territory, period, all_usages, allocated_usages, net_revenue,
            music_usage_ratio, currency
       FROM usage_contexts WHERE report_id = $1`,
    [old.id, made.id],
  );
  return made;
}
