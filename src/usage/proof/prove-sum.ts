import { Injectable } from '@nestjs/common';
import type { LivingAgreement } from '../../agreements';
import { periodOfMonth, sourceOfRecord, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { codeOf } from '../engine/match-plan';
import type { UsageBasis } from '../events/usage-of-record';
import { KeptReadings } from '../kept-readings';
import { reportDaysOf, standsIn } from '../report-days';
import { filesOfReport, type ReportFile } from '../report-parts';
import type { UsageReport } from '../usage-report';
import { reportsOf } from '../usage-report.repository';
import { eventSum } from './event-movements';
import { shareOf, type SumKey } from './sum-key';
import { bytesToTrace, type ReportTrace, type TraceOrder, TraceSum } from './trace-sum';

export interface SumAsked {
  readonly agreement: LivingAgreement;
  /** "2026-01": of the period that it lies in. */
  readonly month: string;
  readonly basis: UsageBasis;
  /** Absent: no sum is asked for, only what was counted. */
  readonly key?: SumKey | undefined;
}

interface ReportOrder {
  readonly report: UsageReport;
  readonly files: readonly ReportFile[];
  /** What of it may be in the sum; undefined where nothing is. */
  readonly wanted: SumKey | undefined;
  readonly orders: readonly TraceOrder[];
}

export interface ProofOrder {
  readonly agreementId: string;
  readonly reports: readonly ReportOrder[];
  /** What events come to, where they are the money. */
  readonly events: { readonly position: bigint; readonly units: bigint } | null;
}

/** A report that was counted, what it tells of the sum, and the lines that do. */
export interface ReportProof {
  readonly report: UsageReport;
  readonly files: readonly ReportFile[];
  readonly quantity: bigint;
  readonly returns: bigint;
  /** Of its own files, then of those that it changes; null where there is too much to be read at once. */
  readonly traces: readonly ReportTrace[] | null;
}

export interface SumProof extends Pick<ProofOrder, 'events'> {
  readonly reports: readonly ReportProof[];
}

/** From a sum that was counted to the reports, lines and events that it is made of. */
@Injectable()
export class ProveSum {
  constructor(
    private readonly readings: KeptReadings,
    private readonly traceSum: TraceSum,
  ) {}

  /** What a transaction is needed for. Whoever asks has seen that the agreement is the actor's: the rest is read as the system. */
  prepare(tx: Tx, { agreement, month, basis, key }: SumAsked): Promise<ProofOrder> {
    return tx.asSystem(async () => {
      const { id: agreementId } = agreement;
      const { reportIds, eventPosition: position } = basis;
      const terms = termsOfMonth(agreement.life, month);
      const byEvents =
        key !== undefined && position !== null && sourceOfRecord(terms, key.service, key.use) === 'events';
      const events = byEvents ? { position, units: await eventSum(tx, { agreement, month, position, key }) } : null;
      const dated = await reportDaysOf(tx, agreement, { terms, month, reportIds });
      const isToldBy = (report: UsageReport, sum: SumKey): boolean =>
        dated(report)({ ...sum, quantity: 0n, returns: 0n }).reportedOn === sum.reportedOn;
      const period = periodOfMonth(agreement.life, month);
      // All of the month that stands in is paid as if it were used on one day of this period.
      const keyWithin = (report: UsageReport, { usedOn, ...sum }: SumKey): SumKey =>
        usedOn === undefined || standsIn(report, period) ? sum : { ...sum, usedOn };
      const reports: ReportOrder[] = [];
      for (const report of await reportsOf(tx, reportIds)) {
        const speaks = key !== undefined && !byEvents && report.service_id === key.service;
        const wanted = speaks && isToldBy(report, key) ? keyWithin(report, key) : undefined;
        const orders =
          wanted === undefined ? [] : await this.traceSum.prepare(tx, report, { agreementId, key: wanted });
        reports.push({ report, files: await filesOfReport(tx, report), wanted, orders });
      }
      return { agreementId, reports, events };
    });
  }

  /** At most `limit` lines of each report, and none of reports that are more than `bytesMax` together. Reads stored files. */
  async prove(
    { agreementId, reports, events }: ProofOrder,
    { limit, bytesMax }: { limit: number; bytesMax: number },
  ): Promise<SumProof> {
    const proofs: ReportProof[] = [];
    let left = bytesMax;
    for (const { report, files, wanted, orders } of reports) {
      const sum = wanted && (await this.sumIn(report, agreementId, wanted));
      const traced = sum === undefined ? [] : orders;
      left -= bytesToTrace(traced);
      const traces = left < 0 ? null : await this.traced(traced, limit);
      proofs.push({ report, files, quantity: sum?.quantity ?? 0n, returns: sum?.returns ?? 0n, traces });
    }
    return { reports: proofs, events };
  }

  private sumIn(report: UsageReport, agreementId: string, key: SumKey): ReturnType<KeptReadings['sumIn']> {
    const { isrc, usedOn } = key;
    const wanted = { agreementId, isrc, place: codeOf(key), share: shareOf(key) };
    return this.readings.sumIn(report, usedOn === undefined ? wanted : { ...wanted, usedOn });
  }

  private async traced(orders: readonly TraceOrder[], limit: number): Promise<ReportTrace[]> {
    const traces: ReportTrace[] = [];
    for (const order of orders) traces.push(await this.traceSum.trace(order, limit));
    return traces;
  }
}

/** Whether the lines that were found come to what was counted: what is agreed about the recording may have changed since the report was read. */
export const isWhole = ({ quantity, returns, traces }: ReportProof): boolean =>
  traces !== null &&
  traces.reduce((sum, trace) => sum + trace.quantity, 0n) === quantity &&
  traces.reduce((sum, trace) => sum + trace.returns, 0n) === returns;
