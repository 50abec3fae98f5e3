import { Injectable } from '@nestjs/common';
import { concludedAgreementsBetween } from '../../agreements';
import type { Tx } from '../../platform/database/tx';
import { Storage } from '../../platform/storage/storage';
import { KeptReadings } from '../kept-readings';
import type { UsageReport } from '../usage-report';
import { type Agreed, agreedBetween } from './agreed';
import { BookedAverages } from './booked-averages';
import { type Estimate, Estimator } from './estimator';
import { filesOfReport } from '../report-parts';
import { nameBytesMax, namesOnLines, type ReportedName } from './reported-names';
import { type Suggestion, suggestionsFor } from './suggestions';
import {
  reportsInSuspense,
  type Suspended,
  type SuspendedUse,
  suspendedUse,
  type SuspenseFilter,
  suspenseLimits,
} from './suspended-use';

export interface SuspenseRow extends SuspendedUse {
  /** What the first of its lines calls the recording, where that is known. */
  readonly reported: ReportedName | null;
  readonly estimate: Estimate;
  readonly suggestions: readonly Suggestion[];
}

/** Where a page goes on: a report, and how many of its rows came before. */
export interface SuspensePlace {
  /** "2026-01" */
  readonly month: string;
  readonly reportId: string;
  readonly passed: number;
}

export interface SuspensePage {
  readonly rows: readonly SuspenseRow[];
  readonly next: SuspensePlace | undefined;
  /** Held lines of this page's reports that are in none of its rows, nor in those of any other page. */
  readonly leftOut: number;
}

export interface SuspenseQuestion extends SuspenseFilter {
  readonly limit: number;
  readonly from: SuspensePlace | undefined;
  /** The organization that asks. */
  readonly askedBy: string;
}

interface Parties {
  readonly agreed: Agreed;
  readonly estimator: Estimator;
}

const reportsAtOnce = 50;

/** Suspended use with what it may be worth and what it may be, for whichever of its two parties asks. */
@Injectable()
export class ReadSuspense {
  constructor(
    private readonly readings: KeptReadings,
    private readonly averages: BookedAverages,
    private readonly storage: Storage,
  ) {}

  /** Reads whole reports, one after the other, until the page is full or enough lines were read: memory is that of one report's sums. */
  async page(tx: Tx, { limit, from, askedBy, ...filter }: SuspenseQuestion): Promise<SuspensePage> {
    const start: [string, string] | undefined = from && [from.month, from.reportId];
    const reports = await reportsInSuspense(tx, filter, start, reportsAtOnce);
    const rows: SuspendedUse[] = [];
    let [read, leftOut] = [0, 0];
    let next: SuspensePlace | undefined;
    for (const [place, report] of reports.entries()) {
      const passed = report.id === from?.reportId ? from.passed : 0;
      if (read >= suspenseLimits.lines || rows.length === limit) {
        next = placeIn(report, passed);
        break;
      }
      const suspended = await this.suspended(report, filter.reason);
      read += suspended.read;
      // Told once, where the report begins.
      if (passed === 0) leftOut += suspended.leftOut;
      const own = suspended.rows.slice(passed, passed + limit - rows.length);
      rows.push(...own);
      if (passed + own.length < suspended.rows.length) {
        next = placeIn(report, passed + own.length);
        break;
      }
      // There may be more reports than were asked for at once: the last one is asked for again, and found to be over.
      if (place === reportsAtOnce - 1) next = placeIn(report, suspended.rows.length);
    }
    return { rows: await this.explained(tx, rows, askedBy), next, leftOut };
  }

  suspended(report: UsageReport, reason?: string): Promise<Suspended> {
    return suspendedUse(this.readings, report, { reason, limits: suspenseLimits });
  }

  /** What two parties agreed on, and what use between them is worth. */
  async between(tx: Tx, { label_id, platform_id }: UsageReport): Promise<Parties> {
    const agreements = await concludedAgreementsBetween(tx, label_id, platform_id);
    return { agreed: agreedBetween(agreements), estimator: new Estimator(tx, agreements, this.averages) };
  }

  private async explained(tx: Tx, rows: readonly SuspendedUse[], askedBy: string): Promise<SuspenseRow[]> {
    const names = await this.names(tx, rows);
    const known = new Map<string, { estimator: Estimator; suggestions: Map<string, Suggestion[]> }>();
    for (const [pair, own] of Map.groupBy(rows, ({ report }) => pairOf(report))) {
      const { report } = own[0]!;
      const { agreed, estimator } = await this.between(tx, report);
      const reported = own.flatMap(({ isrc }) => isrc ?? []);
      const isForLabel = askedBy === report.label_id;
      const wanted = {
        labelId: report.label_id,
        reported,
        names: byIsrc(own, names),
        agreed: agreed.isrcs,
        isForLabel,
      };
      known.set(pair, { estimator, suggestions: await suggestionsFor(tx, wanted) });
    }
    const explained: SuspenseRow[] = [];
    for (const row of rows) {
      const { estimator, suggestions } = known.get(pairOf(row.report))!;
      const estimate = await estimator.of(row.report.month.slice(0, 7), { ...row, service: row.report.service_id });
      const reported = names.get(row) ?? null;
      explained.push({ ...row, reported, estimate, suggestions: suggestions.get(row.isrc ?? '') ?? [] });
    }
    return explained;
  }

  /** What the first line of each row calls the recording. */
  private async names(tx: Tx, rows: readonly SuspendedUse[]): Promise<ReadonlyMap<SuspendedUse, ReportedName>> {
    const found = new Map<SuspendedUse, ReportedName>();
    let left = nameBytesMax;
    for (const own of Map.groupBy(rows, ({ report }) => report.id).values()) {
      const { report } = own[0]!;
      const there = own.filter(({ firstLineOf }) => firstLineOf === undefined);
      const lines = there.map(({ firstLine }) => firstLine);
      const asked = { layout: report.layout, files: await filesOfReport(tx, report) };
      const { names, bytes } = await namesOnLines(this.storage, asked, lines, left);
      left -= bytes;
      for (const row of there) {
        const name = names.get(row.firstLine);
        if (name !== undefined) found.set(row, name);
      }
    }
    return found;
  }
}

function byIsrc(
  rows: readonly SuspendedUse[],
  names: ReadonlyMap<SuspendedUse, ReportedName>,
): Map<string, ReportedName> {
  return new Map(
    rows.flatMap((row): [string, ReportedName][] => {
      const name = names.get(row);
      return row.isrc === null || name === undefined ? [] : [[row.isrc, name]];
    }),
  );
}

const pairOf = ({ label_id, platform_id }: UsageReport): string => `${label_id} ${platform_id}`;

const placeIn = ({ month, id: reportId }: UsageReport, passed: number): SuspensePlace => ({
  month: month.slice(0, 7),
  reportId,
  passed,
});
