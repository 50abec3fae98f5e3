import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { Keyring } from '../../platform/keyring/keyring';
import type { FilePlace } from '../../platform/places/file-place';
import { getOperation } from '../../platform/operations/operations';
import { Storage } from '../../platform/storage/storage';
import { givenBack, signedAcknowledgement } from '../delivery/given-back';
import { KeptReadings } from '../kept-readings';
import { filesOfReport, partReceiptView, type ReportPart } from '../report-parts';
import { type ReceiptView, receiptView, type UsageReport } from '../usage-report';
import { outName } from './delivered-file';
import { type Inbox, type InboxFile, unanswered } from './inboxes.repository';

const answeredMax = 100;

/**
 * Puts out what became of what was taken from a box: at once that it was taken or why not, and once its report has been read the acknowledgement and the rejected
 * lines. Written again after a crash, it is the same.
 */
@Injectable()
export class AnswerFiles {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly storage: Storage,
    private readonly readings: KeptReadings,
    private readonly keyring: Keyring,
  ) {}

  /** Gives what could not be written, and why. */
  async execute(place: FilePlace, inbox: Inbox): Promise<unknown[]> {
    const files = await this.database.asSystem((tx) => unanswered(tx, inbox.id, answeredMax), 'read');
    const failures: unknown[] = [];
    for (const file of files) {
      await this.answer(place, file).catch(async (error: unknown) => {
        failures.push(error);
        await this.mark(file, 'failed_at = $4');
      });
    }
    return failures;
  }

  private async answer(place: FilePlace, file: InboxFile): Promise<void> {
    const { inbox_id: box, report_id: reportId } = file;
    const { report, receipt, refusal } = await this.database.asSystem((tx) => reportOf(tx, file), 'read');
    const name = outName(file.name);
    if (file.receipt_at === null || refusal !== undefined)
      await this.putJson(place, box, `${name}.receipt.json`, receiptOf(file, receipt, refusal));
    const isRead = report !== undefined && report.state !== 'received';
    if (isRead) await this.putOutcome(place, name, file, report);
    const isOver = reportId === null || refusal !== undefined || isRead;
    await this.mark(file, `receipt_at = coalesce(receipt_at, $4)${isOver ? ', answered_at = $4' : ''}`);
  }

  private mark({ inbox_id, name, version }: InboxFile, change: string): Promise<number> {
    return this.database.asSystem((tx) =>
      tx.run(`UPDATE usage_inbox_files SET ${change} WHERE inbox_id = $1 AND name = $2 AND version = $3`, [
        ...[inbox_id, name, version],
        this.clock.now(),
      ]),
    );
  }

  /** Rejected lines first: who waits for the acknowledgement finds all there is. */
  private async putOutcome(
    place: FilePlace,
    name: string,
    { inbox_id: box, file_number }: InboxFile,
    report: UsageReport,
  ): Promise<void> {
    const files = await this.database.asSystem((tx) => filesOfReport(tx, report), 'read');
    const file = files.find(({ number }) => number === file_number)!;
    if (report.faults_sha256 !== null && (report.faults ?? 0n) > 0n) {
      const { ending, lines } = givenBack(this.storage, this.readings, report, { file, withHeld: false });
      await this.put(place, box, `${name}.faulty.${ending}`, lines);
    }
    const acknowledgement = await signedAcknowledgement(this.keyring, report, files);
    await this.putJson(place, box, `${name}.acknowledgement.json`, { ...acknowledgement, refusal: report.refusal });
  }

  private putJson(place: FilePlace, box: string, name: string, value: object): Promise<void> {
    return this.put(place, box, name, [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)]);
  }

  private put(
    place: FilePlace,
    box: string,
    name: string,
    content: AsyncIterable<Buffer> | readonly Buffer[],
  ): Promise<void> {
    return this.storage.borrow(pieces(content), Infinity, (file) => place.write(box, name, file));
  }
}

async function* pieces(content: AsyncIterable<Buffer> | readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* content;
}

interface Answerable {
  readonly report?: UsageReport | undefined;
  readonly receipt?: ReceiptView;
  /** Why there will be no report: problem details. */
  readonly refusal?: object | undefined;
}

/** Nothing of what was refused; of a report that waits for more files the receipt alone, or why it waits no more. */
async function reportOf(tx: Tx, { report_id: id, file_number: number }: InboxFile): Promise<Answerable> {
  if (id === null) return {};
  const report = await tx.first<UsageReport>('SELECT * FROM usage_reports WHERE id = $1', [id]);
  const part = await tx.first<ReportPart>('SELECT * FROM usage_report_parts WHERE report_id = $1 AND number = $2', [
    id,
    number,
  ]);
  if (part === undefined) return { report, receipt: receiptView(report!) };
  const { state, problem } = await getOperation(tx, part.operation_id);
  const refusal = report === undefined && state === 'failed' ? (problem ?? {}) : undefined;
  return { report, receipt: partReceiptView(part), refusal };
}

const receiptOf = (
  { name, taken_at, refusal }: InboxFile,
  receipt: ReceiptView | undefined,
  ended: object | undefined,
): object => ({
  file: name,
  state: receipt === undefined || ended !== undefined ? 'refused' : 'received',
  takenAt: taken_at.toISOString(),
  report: receipt ?? null,
  refusal: refusal ?? ended ?? null,
});
