import { Injectable } from '@nestjs/common';
import { concludedAgreementsBetween, type LivingAgreement } from '../agreements';
import { findRecordings } from '../catalogue';
import { compileGrants, grantsOfLife, territoryNumber, useModelCode } from '../kernel';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import { type CopyValue, copyInto } from '../platform/database/copy';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { problemOf } from '../platform/http/problem.filter';
import type { JobPayload } from '../platform/jobs/jobs';
import { moveOperation } from '../platform/operations/operations';
import { publish } from '../platform/outbox/outbox';
import { Storage } from '../platform/storage/storage';
import { type ScannedReport, type ScannedSum, scanReport } from './scan-report';
import type { UsageReport } from './usage-report';

/**
 * Reads a received report and books its sums. Everything it finds is committed in one transaction that also changes the report's state:
 * killed before it, nothing has happened; run again after it, nothing happens.
 */
@Injectable()
export class ReadReport {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly clock: Clock,
  ) {}

  async execute({ reportId = '' }: JobPayload): Promise<void> {
    const prepared = await this.database.asSystem(async (tx) => {
      const report = await tx.first<UsageReport>(`SELECT * FROM usage_reports WHERE id = $1 AND state = 'received'`, [
        reportId,
      ]);
      if (report === undefined) return undefined;
      await moveOperation(tx, report.operation_id, {
        state: 'running',
        progress: { bytes: String(report.bytes) },
        at: this.clock.now(),
      });
      const agreements = await concludedAgreementsBetween(tx, report.label_id, report.platform_id);
      return {
        report,
        known: knownOf(agreements),
        grants: compileGrants(agreements.flatMap(({ id, life }) => grantsOfLife(life, id))),
      };
    });
    if (prepared === undefined) return;
    const { report, grants, known } = prepared;
    const scanned = await scanReport(this.storage.read(report.file_sha256), {
      serviceId: report.service_id,
      grants,
      folder: this.storage.temporaryFolder,
    });
    try {
      await this.database.asSystem((tx) => this.book(tx, report, scanned, known));
    } catch (error) {
      // Another live report took the period, or a value cannot be kept: that is an answer, and would be the same next time.
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
      await this.database.asSystem((tx) => this.refuse(tx, report, error));
    } finally {
      await scanned.faults.remove();
      await scanned.unmatched.remove();
    }
  }

  private async book(tx: Tx, report: UsageReport, scanned: ScannedReport, known: string): Promise<void> {
    if (!(await lockReceived(tx, report.id))) return;
    const agreements = await concludedAgreementsBetween(tx, report.label_id, report.platform_id);
    // Signed, amended or suspended while the file was read: read it again, under all that now holds.
    if (knownOf(agreements) !== known) throw new Error('an agreement changed meanwhile');
    await keepEvidence(tx, report, scanned);
    if (scanned.fatal.length > 0) {
      const faults = scanned.fatal.map(({ line, code, message }) => ({ pointer: `/lines/${line}`, code, message }));
      return this.refuse(tx, report, new DomainError('report-unreadable', undefined, faults), scanned);
    }
    refuseOverflow(scanned.sums.values());
    await copyInto(tx, 'usage_sums', sumColumns, sumRows(report, scanned.sums.values()));
    if (report.replaces !== null) await supersede(tx, report);
    await this.finish(tx, report, 'accepted', scanned);
  }

  private async refuse(tx: Tx, report: UsageReport, reason: DomainError, scanned?: ScannedReport): Promise<void> {
    if (!(await lockReceived(tx, report.id))) return;
    await tx.run('UPDATE usage_contexts SET live = false WHERE report_id = $1', [report.id]);
    await this.finish(tx, report, 'refused', scanned, problemOf(reason));
  }

  private async finish(
    tx: Tx,
    report: UsageReport,
    state: 'accepted' | 'refused',
    scanned?: ScannedReport,
    refusal?: object,
  ): Promise<void> {
    const at = this.clock.now();
    const counts = {
      lines: scanned?.summary.lines ?? 0,
      accepted: String(scanned?.accepted ?? 0n),
      rejected: String(scanned?.rejected ?? 0n),
    };
    await tx.run(
      `UPDATE usage_reports SET state = $2, lines = $3, lines_accepted = $4, lines_rejected = $5, rejected_by_code = $6, refusal = $7, read_at = $8 WHERE id = $1`,
      [
        report.id,
        state,
        counts.lines,
        counts.accepted,
        counts.rejected,
        JSON.stringify(scanned?.rejectedByCode ?? {}),
        refusal === undefined ? null : JSON.stringify(refusal),
        at,
      ],
    );
    await moveOperation(tx, report.operation_id, {
      state: refusal === undefined ? 'done' : 'failed',
      progress: counts,
      ...(refusal === undefined ? { result: { reportId: report.id } } : { problem: refusal }),
      at,
    });
    await audit(
      tx,
      { system: 'read-report', organizationId: report.platform_id },
      { action: `usage-report.${state}`, subjectId: report.id, details: counts, at },
    );
    await publish(tx, {
      to: [report.label_id, report.platform_id],
      topic: `usage-report.${state}`,
      subjectId: report.id,
      payload: counts,
      at,
    });
  }
}

/** What was known of the agreements: every version and fact that the reading stands on. */
const knownOf = (agreements: readonly LivingAgreement[]): string =>
  agreements.map(({ id, life }) => `${id} ${life.versions.length} ${life.facts.length}`).join();

const int8Max = 2n ** 63n - 1n;

/** Each count fits; their sum must as well. */
function refuseOverflow(sums: Iterable<ScannedSum>): void {
  for (const { isrc, quantity, returns } of sums) {
    if (quantity <= int8Max && returns <= int8Max) continue;
    throw new DomainError('report-unreadable', undefined, [
      { pointer: '/lines', code: 'sum-out-of-range', message: `the counts of ${isrc} add up to more than can be kept` },
    ]);
  }
}

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

const parties = ({ id, label_id, platform_id }: UsageReport): [string, string, string] => [id, label_id, platform_id];

async function keepEvidence(
  tx: Tx,
  report: UsageReport,
  { faults, unmatched, unlicensed, rejectedByCode }: ScannedReport,
): Promise<void> {
  // Asked before the COPY starts: its connection can do nothing else until it ends.
  const known = new Set((await findRecordings(tx, report.label_id, [...unlicensed])).map(({ isrc }) => isrc));
  const columns = ['report_id', 'label_id', 'platform_id'];
  await copyInto(
    tx,
    'usage_faults',
    [...columns, 'number', 'line', 'record', 'cell', 'cell_name', 'code', 'severity', 'value', 'message'],
    prefixed(parties(report), faults.rows()),
  );
  await copyInto(
    tx,
    'unmatched_usage',
    [...columns, 'line', 'isrc', 'reason', 'context_id', 'quantity', 'returns'],
    prefixed(parties(report), tellUnknown(known, unmatched.rows(), rejectedByCode)),
  );
}

/** Tells recordings that the label does not have from those that it has and did not license, and moves their count. */
async function* tellUnknown(
  known: ReadonlySet<string>,
  rows: AsyncIterable<CopyValue[]>,
  rejectedByCode: Record<string, number>,
): AsyncGenerator<CopyValue[]> {
  for await (const row of rows) {
    const [, isrc, reason] = row as [number, string, string];
    if (reason === 'no-agreement' && !known.has(isrc)) {
      row[2] = 'unknown-recording';
      rejectedByCode['no-agreement']! -= 1;
      rejectedByCode['unknown-recording'] = (rejectedByCode['unknown-recording'] ?? 0) + 1;
    }
    yield row;
  }
  if (rejectedByCode['no-agreement'] === 0) delete rejectedByCode['no-agreement'];
}

async function* prefixed<Value>(
  prefix: readonly Value[],
  rows: AsyncIterable<readonly Value[]>,
): AsyncGenerator<readonly Value[]> {
  for await (const row of rows) yield [...prefix, ...row];
}

const sumColumns = [
  'agreement_id',
  'report_id',
  'isrc',
  'territory',
  'use_model',
  'service_id',
  'label_id',
  'platform_id',
  'month',
  'quantity',
  'returns',
];

/** Contexts that differ only in what the sums do not keep (offer, quality) fold into one row. Sorted: the primary key fills in order. */
function sumRows(report: UsageReport, sums: Iterable<ScannedSum>): Iterable<readonly (string | number | bigint)[]> {
  const rows = new Map<string, { row: readonly (string | number)[]; quantity: bigint; returns: bigint }>();
  for (const { agreementId, isrc, context, quantity, returns } of sums) {
    const territory = territoryNumber(context.territory);
    const useModel = useModelCode(context.useType, context.commercialModel);
    const key = `${agreementId} ${isrc} ${String(territory).padStart(4, '0')} ${String(useModel).padStart(6, '0')}`;
    const folded = rows.get(key);
    if (folded === undefined) {
      const row = [
        agreementId,
        report.id,
        isrc,
        territory,
        useModel,
        report.service_id,
        report.label_id,
        report.platform_id,
        report.month,
      ];
      rows.set(key, { row, quantity, returns });
    } else {
      folded.quantity += quantity;
      folded.returns += returns;
    }
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, { row, quantity, returns }]) => [...row, quantity, returns]);
}
