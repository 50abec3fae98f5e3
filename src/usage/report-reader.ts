import { Injectable } from '@nestjs/common';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { concludedAgreementsBetween, stampBetween } from '../agreements';
import { catalogueIsrcs, type StatedShare, statedShares } from '../catalogue';
import {
  calendarDateOf,
  canonicalText,
  daysOf,
  type GrantInForce,
  grantsOfLife,
  monthPeriod,
  sha256Hex,
} from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import type { ReadingProgress } from '../platform/operations/reading-progress';
import { Storage } from '../platform/storage/storage';
import { type AgreedChecks, checksAgreed } from './agreed-checks';
import type { AskedUse } from './engine/asked-uses';
import type { DeltaBase } from './engine/delta-base';
import { type MatchPlan, matchPlanOf } from './engine/match-plan';
import { readDelimited } from './engine/read-delimited';
import { readDsrReport } from './engine/read-dsr';
import type { Reading } from './engine/reading';
import { KeptReadings } from './kept-readings';
import { dsrInputOf, startThreadsAhead, tableInputOf } from './report-input';
import { filesOfReport, placeInFiles, type ReportFile } from './report-parts';
import { resolutionsFor, resolutionsStamp } from './suspense/resolutions.repository';
import { refusalOf } from './unpacked';
import type { UsageReport } from './usage-report';
import { usesAsked } from './uses-asked';
import { basesOf } from './usage-report.repository';

/** A report with all that its lines are looked up in. */
export interface Prepared {
  readonly report: UsageReport;
  /** Of a delta: the report that it changes, then the one that this one changes, down to a whole one. */
  readonly bases: readonly UsageReport[];
  readonly grants: readonly GrantInForce[];
  readonly catalogue: readonly string[];
  readonly resolutions: ReadonlyMap<string, string>;
  readonly shares: readonly StatedShare[];
  readonly checks: readonly AgreedChecks[];
  readonly asked: readonly AskedUse[];
  /** The report's own files. */
  readonly files: readonly ReportFile[];
  /** What was signed, had happened, was resolved and was stated of shares when this was prepared. */
  readonly stamp: string;
}

/** A reading, and why the report as a whole cannot be used, if it cannot. */
export interface Read {
  readonly reading: Reading;
  readonly fatal: readonly Fault[];
}

interface Under {
  readonly plan: MatchPlan;
  readonly stamp: string;
  readonly progress: ReadingProgress | undefined;
}

/** Reads the file of a report under what is signed and resolved between its parties. */
@Injectable()
export class ReportReader {
  constructor(
    private readonly storage: Storage,
    private readonly readings: KeptReadings,
  ) {}

  async prepare(tx: Tx, report: UsageReport): Promise<Prepared> {
    const files = await filesOfReport(tx, report);
    startThreadsAhead(report, files);
    // Asked before the agreements: what is signed between the two questions makes this stamp an old one.
    const shares = await sharesFor(tx, report);
    const stamp = await stampOf(tx, report, shares);
    const agreements = await concludedAgreementsBetween(tx, report.label_id, report.platform_id);
    const of = { month: report.month.slice(0, 7), serviceId: report.service_id };
    return {
      report,
      bases: await basesOf(tx, report),
      files,
      grants: agreements.flatMap(({ id, life }) => grantsOfLife(life, id)),
      catalogue: await catalogueIsrcs(tx, report.label_id),
      resolutions: await resolutionsFor(tx, report),
      shares,
      checks: checksAgreed(agreements, of),
      asked: usesAsked(agreements, of),
      stamp,
    };
  }

  /** `progress` is told how far the report's own file is read. */
  async read(
    { report, bases, files, grants, catalogue, resolutions, shares, asked, stamp }: Prepared,
    progress?: ReadingProgress,
  ): Promise<Read> {
    const plan = matchPlanOf({
      serviceId: report.service_id,
      from: calendarDateOf(report.month),
      days: daysOf(monthPeriod(report.month.slice(0, 7))),
      grants,
      catalogue,
      resolutions,
      shares,
      asked,
    });
    await mkdir(this.storage.temporaryFolder, { recursive: true, mode: 0o700 });
    if (report.layout === null) return this.readDsr(files, { plan, progress });
    return this.readFile(report, bases, { plan, stamp, progress });
  }

  private async readDsr(
    files: readonly ReportFile[],
    { plan, progress }: Pick<Under, 'plan' | 'progress'>,
  ): Promise<Read> {
    const reading = await readDsrReport(dsrInputOf(this.storage, files, { plan, progress }));
    const fatal = reading.fatal.map(({ line, code, message }) => {
      const { file, line: place } = placeInFiles({ file_lines: reading.fileLines.map(BigInt) }, line);
      const pointer = files.length === 1 ? `/lines/${line}` : `/files/${file}/lines/${place}`;
      return { pointer, code, message };
    });
    return withImpossible(reading, fatal);
  }

  /** What a delta changes is taken as it was read, where nothing has been signed or resolved since; otherwise its file is read again before. */
  private async readFile(
    report: UsageReport,
    [base, ...others]: readonly UsageReport[],
    { progress, ...under }: Under,
  ): Promise<Read> {
    const how = { plan: under.plan, progress };
    if (base === undefined) return this.readOne(report, how);
    if (base.read_under === under.stamp) {
      const read = await this.readings.asBase(base, (opened) => this.readOne(report, how, opened));
      if (read !== undefined) return read;
    }
    const again = await this.readFile(base, others, { ...under, progress: undefined });
    const opened: FileHandle[] = [];
    try {
      if (again.fatal.length > 0)
        throw new DomainError('report-unreadable', `what it changes, ${base.id}, cannot be read any more`, again.fatal);
      for (const { path } of [again.reading.sums, again.reading.held]) opened.push(await open(path, 'r'));
      const [sums, held] = opened as [FileHandle, FileHandle];
      return await this.readOne(report, how, { reportId: base.id, sums, held });
    } finally {
      for (const file of opened) await file.close();
      await again.reading.remove();
    }
  }

  private async readOne(
    report: UsageReport,
    { plan, progress }: Pick<Under, 'plan' | 'progress'>,
    base?: DeltaBase,
  ): Promise<Read> {
    const { layout } = report;
    // A DSR file is no delta, nor the base of one.
    if (layout === null) throw new Error('only a table is read by a layout');
    const input = tableInputOf(this.storage, report, { plan, progress });
    const own = base === undefined ? {} : { base };
    const signed = base === undefined ? layout : { ...layout, signed: true as const };
    try {
      return withImpossible(await readDelimited({ ...input, ...own, layout: signed }), []);
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** To be asked under `lockReadings`: signed, amended, suspended or resolved while the file was read means to read it again, under all that now holds. */
export async function refuseIfOutdated(tx: Tx, { report, stamp }: Prepared): Promise<void> {
  if ((await stampOf(tx, report, await sharesFor(tx, report))) !== stamp)
    throw new Error('an agreement or a resolution changed meanwhile');
}

async function stampOf(
  tx: Tx,
  { label_id, platform_id }: UsageReport,
  shares: readonly StatedShare[],
): Promise<string> {
  const signed = `${await stampBetween(tx, label_id, platform_id)} ${await resolutionsStamp(tx, label_id, platform_id)}`;
  // Nearly every label has the whole of all: nothing is added to the stamp then.
  return shares.length === 0 ? signed : `${signed} ${sha256Hex(canonicalText(shares))}`;
}

const sharesFor = (tx: Tx, { label_id, month }: UsageReport): Promise<StatedShare[]> =>
  statedShares(tx, [label_id], monthPeriod(month.slice(0, 7)));

const withImpossible = (reading: Reading, fatal: readonly Fault[]): Read => ({
  reading,
  fatal: [...fatal, ...reading.impossible.map((sum) => ({ pointer: '/lines', ...sum }))],
});
