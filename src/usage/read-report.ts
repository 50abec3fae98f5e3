import { Injectable } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { mkdir } from 'node:fs/promises';
import { concludedAgreementsBetween, stampBetween } from '../agreements';
import { catalogueIsrcs } from '../catalogue';
import { calendarDateOf, daysOf, type GrantInForce, grantsOfLife, monthPeriod } from '../kernel';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { problemOf } from '../platform/http/problem.filter';
import type { JobPayload } from '../platform/jobs/jobs';
import { moveOperation } from '../platform/operations/operations';
import { publish } from '../platform/outbox/outbox';
import { Storage } from '../platform/storage/storage';
import { type AgreedChecks, checksAgreed, notAsAgreed } from './agreed-checks';
import { insertMappedContexts } from './mapped-contexts';
import { matchPlanOf } from './engine/match-plan';
import { readDelimited } from './engine/read-delimited';
import { readRecordCompany } from './engine/read-record-company';
import type { Reading } from './engine/reading';
import { KeptReadings } from './kept-readings';
import { unpacked } from './unpacked';
import type { UsageReport } from './usage-report';

interface Prepared {
  readonly report: UsageReport;
  readonly grants: readonly GrantInForce[];
  readonly catalogue: readonly string[];
  readonly checks: readonly AgreedChecks[];
  /** What was signed and had happened when the plan was made. */
  readonly stamp: string;
  /** Of a delta: the report that it changes. */
  readonly base: UsageReport | undefined;
}

/** A reading, and why the report as a whole cannot be used, if it cannot. */
interface Read {
  readonly reading: Reading;
  readonly fatal: readonly Fault[];
}

/** Below this a thread costs more than it saves. */
const threadsFromBytes = 8n * 1024n * 1024n;
const threadsMax = 2;

/**
 * Reads a received report and keeps what it comes to. Everything it finds is committed in one transaction that also changes the report's state:
 * killed before it, nothing has happened; run again after it, nothing happens.
 */
@Injectable()
export class ReadReport {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly clock: Clock,
    private readonly readings: KeptReadings,
  ) {}

  async execute({ reportId = '' }: JobPayload): Promise<void> {
    const prepared = await this.database.asSystem((tx) => this.prepare(tx, reportId));
    if (prepared === undefined) return;
    const { report } = prepared;
    await mkdir(this.storage.temporaryFolder, { recursive: true, mode: 0o700 });
    let read: Read | undefined;
    try {
      read = await this.read(prepared);
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

  private async prepare(tx: Tx, reportId: string): Promise<Prepared | undefined> {
    const report = await tx.first<UsageReport>(`SELECT * FROM usage_reports WHERE id = $1 AND state = 'received'`, [
      reportId,
    ]);
    if (report === undefined) return undefined;
    const progress = { bytes: String(report.bytes) };
    await moveOperation(tx, report.operation_id, { state: 'running', progress, at: this.clock.now() });
    // Asked first: what is signed between the two questions makes this stamp an old one.
    const stamp = await stampBetween(tx, report.label_id, report.platform_id);
    const agreements = await concludedAgreementsBetween(tx, report.label_id, report.platform_id);
    const grants = agreements.flatMap(({ id, life }) => grantsOfLife(life, id));
    const checks = checksAgreed(agreements, { month: report.month.slice(0, 7), serviceId: report.service_id });
    const base = report.replaces_as === 'delta' ? await tx.one<UsageReport>(byId, [report.replaces]) : undefined;
    return { report, grants, catalogue: await catalogueIsrcs(tx, report.label_id), checks, stamp, base };
  }

  private async read({ report, grants, catalogue, base, stamp }: Prepared): Promise<Read> {
    const { layout, bytes } = report;
    const days = daysOf(monthPeriod(report.month.slice(0, 7)));
    const plan = matchPlanOf({
      serviceId: report.service_id,
      from: calendarDateOf(report.month),
      days,
      grants,
      catalogue,
    });
    const folder = this.storage.temporaryFolder;
    const bytesOf = (): AsyncIterable<Buffer> => unpacked(this.storage.read(report.file_sha256), report);
    if (layout === null) {
      const reading = await readRecordCompany({ source: bytesOf(), plan, folder });
      const fatal = reading.fatal.map(({ line, code, message }) => ({ pointer: `/lines/${line}`, code, message }));
      return { reading, fatal };
    }
    const isPlain = report.packed === null;
    const source = isPlain ? { path: this.storage.pathOf(report.file_sha256), bytes: Number(bytes) } : bytesOf();
    const threads = bytes < threadsFromBytes ? 0 : Math.min(threadsMax, availableParallelism());
    const input = { source, plan, folder, threads };
    if (base === undefined) return { reading: await readDelimited({ ...input, layout }), fatal: [] };
    // What the replaced file says would be licensed otherwise by now, and is not read again.
    if (base.read_under !== stamp)
      throw new DomainError(
        'delta-not-possible',
        'an agreement was signed or has changed since the replaced report was read',
      );
    const signed = { ...layout, signed: true as const };
    const reading = await this.readings.asBase(base, (opened) =>
      readDelimited({ ...input, layout: signed, base: opened }),
    );
    return { reading: reading!, fatal: [] };
  }

  private async book(tx: Tx, { report, checks, stamp }: Prepared, { reading, fatal }: Read): Promise<void> {
    if (!(await lockReceived(tx, report.id))) return;
    // Signed, amended or suspended while the file was read: read it again, under all that now holds.
    if ((await stampBetween(tx, report.label_id, report.platform_id)) !== stamp)
      throw new Error('an agreement changed meanwhile');
    const faults = [...fatal, ...reading.impossible.map((sum) => ({ pointer: '/lines', ...sum }))];
    if (faults.length > 0) {
      return this.refuse(tx, report, new DomainError('report-unreadable', undefined, faults), reading);
    }
    const refused = notAsAgreed(checks, reading);
    if (refused.length > 0) {
      return this.refuse(tx, report, new DomainError('report-not-as-agreed', undefined, refused), reading);
    }
    if (report.layout !== null) await insertMappedContexts(tx, report, reading.units);
    await insertTotals(tx, report, reading);
    await tx.run('UPDATE usage_reports SET read_under = $2 WHERE id = $1', [report.id, stamp]);
    if (report.replaces !== null) await supersede(tx, report);
    await this.finish(tx, report, 'accepted', reading);
  }

  private async refuse(tx: Tx, report: UsageReport, reason: DomainError, reading?: Reading): Promise<void> {
    if (!(await lockReceived(tx, report.id))) return;
    await tx.run('UPDATE usage_contexts SET live = false WHERE report_id = $1', [report.id]);
    await this.finish(tx, report, 'refused', reading, problemOf(reason));
  }

  private async finish(
    tx: Tx,
    report: UsageReport,
    state: 'accepted' | 'refused',
    reading?: Reading,
    refusal?: object,
  ): Promise<void> {
    const at = this.clock.now();
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
    const by = { system: 'read-report', organizationId: report.platform_id };
    await audit(tx, by, { action: `usage-report.${state}`, subjectId: report.id, details: counts, at });
    const to = [report.label_id, report.platform_id];
    await publish(tx, { to, topic: `usage-report.${state}`, subjectId: report.id, payload: counts, at });
  }
}

const byId = 'SELECT * FROM usage_reports WHERE id = $1';

/** True while the report still waits to be read; holds it against anyone else who reads it. */
async function lockReceived(tx: Tx, id: string): Promise<boolean> {
  return (
    (await tx.first(`SELECT id FROM usage_reports WHERE id = $1 AND state = 'received' FOR UPDATE`, [id])) !== undefined
  );
}

/** The replaced report stays as evidence and stops counting; the new one speaks for the contexts from here on. */
async function supersede(tx: Tx, report: UsageReport): Promise<void> {
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
  const { lines, accepted, rejected, rejectedByCode, sums, held, faults } = reading;
  await tx.run(
    `UPDATE usage_reports
        SET state = $2, read_at = $3, lines = $4, lines_accepted = $5, lines_rejected = $6, rejected_by_code = $7,
            sums_sha256 = $8, held_sha256 = $9, held_lines = $10, faults_sha256 = $11, faults = $12, fault_marks = $13::bigint[]
      WHERE id = $1`,
    [
      ...[id, state, at, lines, accepted, rejected, JSON.stringify(rejectedByCode)],
      // What a refused report would come to counts for nothing, and is shown to nobody as if it did.
      state === 'accepted' ? sums.sha256 : null,
      ...[held.sha256, held.rows, faults.sha256, faults.count, faults.marks],
    ],
  );
}
