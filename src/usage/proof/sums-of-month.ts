import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Injectable } from '@nestjs/common';
import type { LivingAgreement } from '../../agreements';
import { type PeriodContext, sourceOfRecord, type Terms, termsOfMonth, type UsageSum } from '../../kernel';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { Storage } from '../../platform/storage/storage';
import { type EventsOf, eventSumsInBatches } from '../events/event-sums';
import { from, type UsageBasis } from '../events/usage-of-record';
import { KeptReadings } from '../kept-readings';
import { filesOfReport, type ReportFile } from '../report-parts';
import { contextFigures } from '../usage-of-month';
import { type ReportDays, reportDaysOf } from '../report-days';
import type { UsageReport } from '../usage-report';
import { reportsOf } from '../usage-report.repository';

/** What a month was rated with, and where its sums are. */
export interface MonthSource {
  readonly agreementId: string;
  readonly agreement: EventsOf;
  /** "2026-01": the first of the period. */
  readonly month: string;
  readonly terms: Terms;
  readonly context: PeriodContext;
  readonly reports: readonly { readonly report: UsageReport; readonly files: readonly ReportFile[] }[];
  /** Null where reports alone were money. */
  readonly eventPosition: bigint | null;
  readonly dated: ReportDays;
}

/** The sums of a month, one after another, however many there are: the same that `usageOfRecord` adds up. */
@Injectable()
export class SumsOfMonth {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly readings: KeptReadings,
  ) {}

  /** What a transaction is needed for. Refuses as usageOfRecord. */
  async prepare(
    tx: Tx,
    agreement: LivingAgreement,
    month: string,
    { reportIds, eventPosition }: UsageBasis,
  ): Promise<MonthSource> {
    const reports: { report: UsageReport; files: readonly ReportFile[] }[] = [];
    for (const report of await reportsOf(tx, reportIds))
      reports.push({ report, files: await filesOfReport(tx, report) });
    const terms = termsOfMonth(agreement.life, month);
    return {
      agreementId: agreement.id,
      agreement,
      month,
      terms,
      dated: await reportDaysOf(tx, agreement, { terms, month, reportIds }),
      context: await contextFigures(tx, agreement, reportIds),
      reports,
      eventPosition,
    };
  }

  /** Those of one report that are money. */
  async *ofReport(
    { agreementId, terms, eventPosition, dated }: MonthSource,
    report: UsageReport,
  ): AsyncGenerator<UsageSum> {
    const own = dated(report);
    const isMoney = ({ service, use }: UsageSum): boolean =>
      eventPosition === null || sourceOfRecord(terms, service, use) === 'report';
    for await (const sum of this.readings.everySum(report, agreementId)) if (isMoney(sum)) yield own(sum);
  }

  /** Those of events that are money. They wait in a file until they are taken: whoever takes them slowly holds no transaction open. */
  async *ofEvents(source: MonthSource): AsyncGenerator<UsageSum> {
    if (source.eventPosition === null) return;
    await mkdir(this.storage.temporaryFolder, { recursive: true, mode: 0o700 });
    const path = join(this.storage.temporaryFolder, `event-sums-${randomUUID()}`);
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        await this.database.asSystem((tx) => writeSums(tx, file, source, source.eventPosition!), 'read');
      } finally {
        await file.close();
      }
      const input = createReadStream(path);
      try {
        for await (const line of createInterface({ input })) yield parsed(line);
      } finally {
        input.destroy();
      }
    } finally {
      await rm(path, { force: true });
    }
  }
}

async function writeSums(
  tx: Tx,
  file: FileHandle,
  { agreement, month, terms }: MonthSource,
  position: bigint,
): Promise<void> {
  for await (const batch of eventSumsInBatches(tx, agreement, month, position)) {
    await file.write(
      from(terms, 'events', batch)
        .map((sum) => `${JSON.stringify(sum, asText)}\n`)
        .join(''),
    );
  }
}

const asText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function parsed(line: string): UsageSum {
  const sum = JSON.parse(line) as Omit<UsageSum, 'quantity' | 'returns'> & { quantity: string; returns: string };
  return { ...sum, quantity: BigInt(sum.quantity), returns: BigInt(sum.returns) };
}
