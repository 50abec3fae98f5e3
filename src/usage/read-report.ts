import { Injectable } from '@nestjs/common';
import { audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { problemOf } from '../platform/http/problem.filter';
import type { JobPayload } from '../platform/jobs/jobs';
import { moveOperation } from '../platform/operations/operations';
import { ReadingProgress } from '../platform/operations/reading-progress';
import { notAsAgreed } from './agreed-checks';
import { acceptReading, finishReport, lockReadings } from './book-reading';
import type { Reading } from './engine/reading';
import { KeptReadings } from './kept-readings';
import type { ReportPart } from './report-parts';
import { type Prepared, type Read, refuseIfOutdated, ReportReader } from './report-reader';
import { goOnReadingAgain } from './suspense/ask-to-read-again';
import { partiesOfReport, type UsageReport } from './usage-report';

const system = 'read-report';

/**
 * Reads a received report and keeps what it comes to. Everything it finds is committed in one transaction that also changes the report's state:
 * killed before it, nothing has happened; run again after it, nothing happens.
 */
@Injectable()
export class ReadReport {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reader: ReportReader,
    private readonly readings: KeptReadings,
  ) {}

  async execute({ reportId = '' }: JobPayload): Promise<void> {
    const prepared = await this.database.asSystem((tx) => this.prepare(tx, reportId));
    if (prepared === undefined) return;
    const { report } = prepared;
    let read: Read | undefined;
    try {
      const { operation_id: id, bytes } = report;
      read = await this.reader.read(prepared, new ReadingProgress(this.database, this.clock, { id, bytes }));
      await this.readings.keep(read.reading);
      const done = read;
      await this.database.asSystem((tx) => this.book(tx, prepared, done));
    } catch (error) {
      // Another live report took the period, or the file cannot be read: that is an answer, and would be the same next time.
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
      await this.database.asSystem((tx) => this.refuse(tx, report, error, read?.reading));
    } finally {
      await read?.reading.remove();
    }
  }

  /** Ends the reading of a report that has not been booked; false where there is none to end. Whoever reads it finds nothing left to book. */
  cancel(tx: Tx, actor: Actor, reportId: string): Promise<boolean> {
    return tx.asSystem(async () => {
      const report = await lockReceived(tx, reportId);
      return report === undefined ? this.cancelParts(tx, actor, reportId) : this.cancelReport(tx, actor, report);
    });
  }

  private async cancelReport(tx: Tx, actor: Actor, report: UsageReport): Promise<true> {
    await audit(tx, actor, { action: 'usage-report.cancelled', subjectId: report.id, at: this.clock.now() });
    await this.refuse(tx, report, new DomainError('reading-cancelled'));
    return true;
  }

  /** A report of several files that are not all here: its operation is all that there is to end. */
  private async cancelParts(tx: Tx, actor: Actor, reportId: string): Promise<boolean> {
    const part = await tx.first<Pick<ReportPart, 'operation_id'>>(
      'SELECT operation_id FROM usage_report_parts WHERE report_id = $1',
      [reportId],
    );
    if (part === undefined) return false;
    // Whoever brings the last file holds it until the report is there.
    await tx.run('SELECT FROM operations WHERE id = $1 FOR UPDATE', [part.operation_id]);
    const report = await lockReceived(tx, reportId);
    if (report !== undefined) return this.cancelReport(tx, actor, report);
    const at = this.clock.now();
    const problem = problemOf(new DomainError('reading-cancelled'));
    if ((await moveOperation(tx, part.operation_id, { state: 'failed', problem, at })) === 0) return false;
    await audit(tx, actor, { action: 'usage-report.cancelled', subjectId: reportId, at });
    return true;
  }

  private async prepare(tx: Tx, reportId: string): Promise<Prepared | undefined> {
    const report = await tx.first<UsageReport>(`SELECT * FROM usage_reports WHERE id = $1 AND state = 'received'`, [
      reportId,
    ]);
    if (report === undefined) return undefined;
    const progress = { bytes: String(report.bytes) };
    const moved = { state: 'running', progress, at: this.clock.now() } as const;
    if ((await moveOperation(tx, report.operation_id, moved)) === 0) return undefined;
    return this.reader.prepare(tx, report);
  }

  private async book(tx: Tx, prepared: Prepared, { reading, fatal }: Read): Promise<void> {
    const { report, checks, stamp } = prepared;
    await lockReadings(tx, partiesOfReport(report));
    if ((await lockReceived(tx, report.id)) === undefined) return;
    await refuseIfOutdated(tx, prepared);
    if (fatal.length > 0) {
      return this.refuse(tx, report, new DomainError('report-unreadable', undefined, fatal), reading);
    }
    const refused = notAsAgreed(checks, reading);
    if (refused.length > 0) {
      return this.refuse(tx, report, new DomainError('report-not-as-agreed', undefined, refused), reading);
    }
    await acceptReading(tx, report, { reading, stamp, system, at: this.clock.now() });
  }

  private async refuse(tx: Tx, report: UsageReport, reason: DomainError, reading?: Reading): Promise<void> {
    if ((await lockReceived(tx, report.id)) === undefined) return;
    await tx.run('UPDATE usage_contexts SET live = false WHERE report_id = $1', [report.id]);
    const at = this.clock.now();
    await finishReport(tx, report, { state: 'refused', reading, refusal: problemOf(reason), system, at });
    if (report.replaces !== null) await goOnReadingAgain(tx, report.replaces);
  }
}

/** The report while it still waits to be read; holds it against anyone else who reads it. */
const lockReceived = (tx: Tx, id: string): Promise<UsageReport | undefined> =>
  tx.first<UsageReport>(`SELECT * FROM usage_reports WHERE id = $1 AND state = 'received' FOR UPDATE`, [id]);
