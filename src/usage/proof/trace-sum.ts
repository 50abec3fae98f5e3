import { mkdir } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { concludedAgreementsBetween } from '../../agreements';
import { statedShares } from '../../catalogue';
import { calendarDateOf, dayAfter, daysOf, type GrantInForce, grantsOfLife, monthPeriod } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { Storage } from '../../platform/storage/storage';
import { askedAt, codeOf, keyOf, type MatchPlan, matchPlanOf, type TracedSum } from '../engine/match-plan';
import { packedIsrc } from '../engine/packed-isrc';
import { recordingAt, rowWithShare } from '../engine/recordings';
import { LinesTraced, traceDelimited, traceDsr } from '../engine/trace-lines';
import { dsrInputOf, tableInputOf } from '../report-input';
import { filesOfReport, placeInFiles, type ReportFile } from '../report-parts';
import { resolutionsFor } from '../suspense/resolutions.repository';
import { refusalOf } from '../unpacked';
import type { UsageReport } from '../usage-report';
import { basesOf } from '../usage-report.repository';
import { usesAsked } from '../uses-asked';
import { shareOf, type SumKey } from './sum-key';

/** A report whose lines are to be looked through, and with what they are compared. */
export interface TraceOrder {
  readonly report: UsageReport;
  readonly files: readonly ReportFile[];
  readonly plan: MatchPlan;
  /** Whether the lines are differences to those of the next order. */
  readonly isDelta: boolean;
}

/** A line of a report that went into a sum. */
export interface TracedPlace {
  /** Which of the report's files. */
  readonly file: number;
  readonly line: number;
  readonly effect: 'adds' | 'takes-away';
  readonly quantity: bigint;
  readonly returns: bigint;
}

/** The lines of one report that went into a sum: how many, what they come to, the first of them and where the last one is. */
export interface ReportTrace {
  readonly reportId: string;
  readonly count: number;
  readonly quantity: bigint;
  readonly returns: bigint;
  readonly lines: readonly TracedPlace[];
  readonly last: Pick<TracedPlace, 'file' | 'line'> | null;
}

/**
 * Finds the lines of stored reports that a sum is made of. Their numbers are not kept: the file, which never changes, is read once more by the reader that read it
 * first, which adds nothing up and holds the lines that count. What is looked up is prepared in a transaction; reading needs none.
 */
@Injectable()
export class TraceSum {
  constructor(private readonly storage: Storage) {}

  /** The report's own files, then those of the reports that they are differences to. */
  async prepare(
    tx: Tx,
    report: UsageReport,
    { agreementId, key }: { readonly agreementId: string; readonly key: SumKey },
  ): Promise<TraceOrder[]> {
    const agreements = await concludedAgreementsBetween(tx, report.label_id, report.platform_id);
    const grants = agreements.flatMap(({ id, life }) => grantsOfLife(life, id));
    const resolved = new Map([...(await resolutionsFor(tx, report))].filter(([, isrc]) => isrc === key.isrc));
    const month = monthPeriod(report.month.slice(0, 7));
    const plan = matchPlanOf({
      serviceId: report.service_id,
      from: calendarDateOf(report.month),
      days: daysOf(month),
      ...aboutOnly(key.isrc, grants, resolved),
      shares: (await statedShares(tx, [report.label_id], month)).filter(({ isrcs }) => isrcs.includes(key.isrc)),
      asked: usesAsked(agreements, { month: report.month.slice(0, 7), serviceId: report.service_id }),
    });
    const traced = tracedIn(plan, agreementId, key);
    if (traced === undefined) return [];
    const reports = [report, ...(await basesOf(tx, report))];
    const orders: TraceOrder[] = [];
    for (const [at, each] of reports.entries()) {
      const isDelta = at < reports.length - 1;
      orders.push({ report: each, files: await filesOfReport(tx, each), plan: { ...plan, traced }, isDelta });
    }
    return orders;
  }

  /** At most `limit` lines of each. Refuses with report-unreadable what cannot be read any more. */
  async trace({ report, files, plan, isDelta }: TraceOrder, limit: number): Promise<ReportTrace> {
    await mkdir(this.storage.temporaryFolder, { recursive: true, mode: 0o700 });
    const traced = new LinesTraced(limit);
    let placed: Pick<UsageReport, 'file_lines'> = { file_lines: null };
    const how = { plan };
    try {
      if (report.layout === null) {
        const fileLines = await traceDsr(dsrInputOf(this.storage, files, how), traced);
        placed = { file_lines: fileLines.map(BigInt) };
      } else {
        const layout = isDelta ? { ...report.layout, signed: true as const } : report.layout;
        await traceDelimited({ ...tableInputOf(this.storage, report, how), layout }, traced);
      }
    } catch (error) {
      throw refusalOf(error);
    }
    const { count, quantity, returns, first, last } = traced;
    const lines = first.map((line) => ({ ...line, ...placeInFiles(placed, line.line) }));
    return {
      reportId: report.id,
      count,
      quantity,
      returns,
      lines,
      last: last === 0 ? null : placeInFiles(placed, last),
    };
  }
}

/** How much is to be read for these, in bytes as they are stored, what is packed as what it may come to. */
export const bytesToTrace = (orders: readonly TraceOrder[]): number =>
  orders
    .flatMap(({ files }) => files)
    .reduce((sum, { bytes, packed }) => sum + Number(bytes) * (packed === null ? 1 : usualDensity), 0);

const usualDensity = 12;

/** Of all that matching knows only what concerns one recording: the answers about it are the same, and a catalogue of millions need not be looked up. */
function aboutOnly(isrc: string, grants: readonly GrantInForce[], resolved: ReadonlyMap<string, string>) {
  // What an agreement names speaks for itself, whatever was resolved before.
  const isAgreed = (reported: string): boolean => grants.some(({ isrcs }) => isrcs?.has(reported) === true);
  return {
    grants: grants.map((grant) => ({ ...grant, isrcs: new Set(grant.isrcs?.has(isrc) === true ? [isrc] : []) })),
    catalogue: [isrc],
    resolutions: new Map([...resolved].filter(([reported]) => !isAgreed(reported))),
  };
}

/** The sum in the plan, of all parts of the month where the key has no day of use; undefined where there can be none by now. */
function tracedIn(plan: MatchPlan, agreementId: string, key: SumKey): TracedSum | undefined {
  const { letters, digits } = packedIsrc(key.isrc);
  const recording = recordingAt(plan.recordings, letters, digits);
  const row = recording < 0 ? -1 : rowWithShare(plan.recordings, recording, shareOf(key));
  const agreement = plan.agreements.indexOf(agreementId);
  const place = plan.places.indexOf(codeOf(key));
  if (row < 0 || agreement < 0 || place < 0) return undefined;
  const part = partBeginning(plan, agreement, place, key.usedOn);
  if (part === undefined) return undefined;
  return { key: keyOf(plan, agreement, row, place) + part * plan.kinds, isOfPart: key.usedOn !== undefined };
}

/** The number of the part of the month that begins on a day, or of all of it; undefined where there is none such by now. */
function partBeginning(
  plan: MatchPlan,
  agreement: number,
  place: number,
  usedOn: string | undefined,
): number | undefined {
  if (usedOn === undefined) return 0;
  const { parts = [] } = askedAt(plan, agreement, place) ?? {};
  if (parts.length === 0) return undefined;
  const part = [0, ...parts].findIndex((day) => dayAfter(plan.from, day) === usedOn);
  return part < 0 ? undefined : part;
}
