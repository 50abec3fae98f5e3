import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { OpeningContext } from './opening-context';
import type { ReceiptView, UsageReport } from './usage-report';

/** One file of a report that comes in several, as it is kept until all are there, and afterwards as evidence. */
export interface ReportPart {
  readonly message_id: string;
  readonly number: number;
  readonly files: number;
  readonly report_id: string;
  readonly operation_id: string;
  readonly label_id: string;
  readonly service_id: string;
  readonly month: string;
  readonly file_sha256: string;
  readonly bytes: bigint;
  readonly packed: 'gzip' | null;
  readonly replaces: string | null;
  readonly replaces_territory: string | null;
  readonly contexts: readonly KeptContext[];
  readonly received_at: Date;
}

/** As JSON. */
export interface KeptContext extends Omit<OpeningContext, 'usages' | 'allocatedUsages'> {
  readonly usages: string;
  readonly allocatedUsages: string;
}

/** A file of a report as it is stored. */
export type ReportFile = Pick<ReportPart, 'number' | 'file_sha256' | 'bytes' | 'packed'>;

/** The files of a message so far, in the order of their numbers. */
export const partsOfMessage = (tx: Tx, platformId: string, messageId: string): Promise<ReportPart[]> =>
  tx.rows<ReportPart>('SELECT * FROM usage_report_parts WHERE platform_id = $1 AND message_id = $2 ORDER BY number', [
    platformId,
    messageId,
  ]);

/** The files of a report; one that was read again is of the same files. */
export async function filesOfReport(tx: Tx, report: UsageReport): Promise<readonly ReportFile[]> {
  if (report.files === 1) return [{ number: 1, ...report }];
  return partsOfMessage(tx, report.platform_id, report.message_id);
}

/** One of them by its number. Refuses with not-found. */
export async function fileOfReport(tx: Tx, report: UsageReport, number: number): Promise<ReportFile> {
  const file = (await filesOfReport(tx, report)).find((each) => each.number === number);
  if (file === undefined) throw new DomainError('not-found');
  return file;
}

export async function insertPart(tx: Tx, platformId: string, part: ReportPart): Promise<void> {
  const { message_id, number, files, report_id, operation_id, label_id, service_id, month } = part;
  const { file_sha256, bytes, packed, replaces, replaces_territory, contexts, received_at } = part;
  await tx.run(
    `INSERT INTO usage_report_parts (platform_id, message_id, number, files, report_id, operation_id, label_id, service_id, month, file_sha256, bytes, packed,
                                     replaces, replaces_territory, contexts, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      ...[platformId, message_id, number, files, report_id, operation_id, label_id, service_id, month],
      ...[file_sha256, bytes, packed, replaces, replaces_territory, JSON.stringify(contexts), received_at],
    ],
  );
}

/** What the sender of one of several files is answered. */
export const partReceiptView = (part: ReportPart): ReceiptView => ({
  id: part.report_id,
  messageId: part.message_id,
  labelId: part.label_id,
  serviceId: part.service_id,
  month: part.month.slice(0, 7),
  fileSha256: part.file_sha256,
  bytes: String(part.bytes),
  replaces: part.replaces,
  replacesAs: part.replaces === null && part.replaces_territory === null ? null : 'full',
  mappingId: null,
  fileNumber: part.number,
  files: part.files,
  operationId: part.operation_id,
  receivedAt: part.received_at.toISOString(),
});

export const keptContext = (context: OpeningContext): KeptContext => ({
  ...context,
  usages: String(context.usages),
  allocatedUsages: String(context.allocatedUsages),
});

/**
 * The sales contexts of all files, each once. Where two files tell different figures of one, nobody knows which is everybody's. Refuses with report-unreadable
 * what two files say to be of another place.
 */
export function contextsTogether(parts: readonly Pick<ReportPart, 'number' | 'contexts'>[]): OpeningContext[] {
  const byId = new Map<string, OpeningContext>();
  for (const { number, contexts } of parts) {
    for (const kept of contexts) {
      const context = { ...kept, usages: BigInt(kept.usages), allocatedUsages: BigInt(kept.allocatedUsages) };
      const before = byId.get(context.summaryRecordId);
      if (before !== undefined && placeOf(before) !== placeOf(context)) {
        const id = context.summaryRecordId;
        throw filesDiffer(
          `the summary ${id} of file ${number} is of another place, or other days, than in a file before`,
        );
      }
      byId.set(context.summaryRecordId, before === undefined ? context : together(before, context));
    }
  }
  return [...byId.values()];
}

/** What a report replaces may be said with any of its files, and not one thing with one and another with the next. Refuses with report-unreadable. */
export function refuseOtherReplaced(
  parts: readonly Pick<ReportPart, 'number' | 'replaces' | 'replaces_territory'>[],
  {
    replaces,
    replacesTerritory,
  }: { readonly replaces?: string | undefined; readonly replacesTerritory?: string | undefined },
): void {
  if (replaces === undefined && replacesTerritory === undefined) return;
  const other = parts.find(
    (part) =>
      (part.replaces ?? part.replaces_territory) !== null &&
      (part.replaces !== (replaces?.toLowerCase() ?? null) || part.replaces_territory !== (replacesTerritory ?? null)),
  );
  if (other !== undefined) throw filesDiffer(`file ${other.number} was sent to replace another report`);
}

const placeOf = ({ commercialModel, useType, territory, periodStart, periodEnd }: OpeningContext): string =>
  [commercialModel, useType, territory, periodStart, periodEnd].join(' ');

function together(one: OpeningContext, other: OpeningContext): OpeningContext {
  const id = one.summaryRecordId;
  const currencyOfAccounting = one.currencyOfAccounting ?? other.currencyOfAccounting;
  if (currencyOfAccounting !== (other.currencyOfAccounting ?? currencyOfAccounting))
    throw filesDiffer(
      `the summary ${id} accounts in ${one.currencyOfAccounting} in one file and in ${other.currencyOfAccounting} in another`,
    );
  if (one.usages === other.usages && one.netRevenue === other.netRevenue) {
    if (one.musicUsageRatio !== other.musicUsageRatio)
      throw filesDiffer(`the summary ${id} tells another music part of the same use in another file`);
    return { ...one, currencyOfAccounting };
  }
  const usages = one.usages > other.usages ? one.usages : other.usages;
  return { ...one, usages, allocatedUsages: usages, netRevenue: null, musicUsageRatio: null, currencyOfAccounting };
}

export const filesDiffer = (message: string): DomainError =>
  new DomainError('report-unreadable', undefined, [{ pointer: '/lines/1', code: 'report-files-differ', message }]);

/** In which of its files a line stands, and where: lines are numbered through all of them. Null lines of files are those of a single one. */
export function placeInFiles(
  { file_lines }: Pick<UsageReport, 'file_lines'>,
  line: number,
): { readonly file: number; readonly line: number } {
  let [file, before] = [1, 0];
  for (const lines of (file_lines ?? []).slice(0, -1)) {
    if (line <= before + Number(lines)) break;
    before += Number(lines);
    file += 1;
  }
  return { file, line: line - before };
}

/** How many lines lie before a file of the report. */
export const linesBefore = ({ file_lines }: Pick<UsageReport, 'file_lines'>, file: number): number =>
  Number((file_lines ?? []).slice(0, file - 1).reduce((sum, lines) => sum + lines, 0n));
