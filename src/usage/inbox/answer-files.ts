import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { Keyring } from '../../platform/keyring/keyring';
import type { FilePlace } from '../../platform/places/file-place';
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
      await this.answer(place, file).catch((error: unknown) => failures.push(error));
    }
    return failures;
  }

  private async answer(place: FilePlace, file: InboxFile): Promise<void> {
    const { inbox_id: box, report_id: reportId } = file;
    const { report, receipt } = await this.database.asSystem((tx) => reportOf(tx, file), 'read');
    const name = outName(file.name);
    if (file.receipt_at === null) await this.putJson(place, box, `${name}.receipt.json`, receiptOf(file, receipt));
    const isOver = reportId === null || (report !== undefined && report.state !== 'received');
    if (report !== undefined && isOver) await this.putOutcome(place, name, file, report);
    await this.database.asSystem((tx) =>
      tx.run(
        `UPDATE usage_inbox_files SET receipt_at = coalesce(receipt_at, $4), answered_at = CASE WHEN $5 THEN $4 END
          WHERE inbox_id = $1 AND name = $2 AND version = $3`,
        [box, file.name, file.version, this.clock.now(), isOver],
      ),
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

/** Nothing of what was refused; of a report that waits for more files the receipt alone. */
async function reportOf(
  tx: Tx,
  { report_id: id, file_number: number }: InboxFile,
): Promise<{ readonly report?: UsageReport | undefined; readonly receipt?: ReceiptView }> {
  if (id === null) return {};
  const report = await tx.first<UsageReport>('SELECT * FROM usage_reports WHERE id = $1', [id]);
  const part = await tx.first<ReportPart>('SELECT * FROM usage_report_parts WHERE report_id = $1 AND number = $2', [
    id,
    number,
  ]);
  return { report, receipt: part === undefined ? receiptView(report!) : partReceiptView(part) };
}

const receiptOf = ({ name, taken_at, refusal }: InboxFile, receipt: ReceiptView | undefined): object => ({
  file: name,
  state: receipt === undefined ? 'refused' : 'received',
  takenAt: taken_at.toISOString(),
  report: receipt ?? null,
  refusal,
});
