import { ApiProperty } from '@nestjs/swagger';
import type { DelimitedLayout } from './engine/delimited-layout';
import type { ReadFiles } from './kept-readings';

/** A report as delivered: evidence that is never rewritten, only read, replaced or refused. */
export interface UsageReport extends ReadFiles {
  readonly id: string;
  readonly label_id: string;
  readonly platform_id: string;
  readonly service_id: string;
  readonly message_id: string;
  readonly file_sha256: string;
  readonly bytes: bigint;
  readonly month: string;
  readonly state: 'received' | 'accepted' | 'refused' | 'superseded';
  readonly replaces: string | null;
  readonly replaces_as: 'full' | 'delta' | null;
  /** What was signed, and had happened to it, when the report was read (stampBetween). */
  readonly read_under: string | null;
  readonly operation_id: string;
  readonly lines: bigint | null;
  readonly lines_accepted: bigint | null;
  readonly lines_rejected: bigint | null;
  readonly rejected_by_code: Readonly<Record<string, number>>;
  readonly refusal: object | null;
  readonly received_at: Date;
  readonly read_at: Date | null;
  readonly mapping_id: string | null;
  readonly layout: DelimitedLayout | null;
  readonly packed: 'gzip' | null;
  /** Of one that was made by reading another one's file again: why. */
  readonly reread_because: Rereading | null;
  /** Why it is to be read again, while it is. */
  readonly read_again: Rereading | null;
  readonly read_again_operation: string | null;
  readonly confirmed_at: Date | null;
  readonly files: number;
  /** How many lines each of several files has, once they were read. */
  readonly file_lines: readonly bigint[] | null;
}

/** Why a report is read again: a resolution, an agreement or the label's share came or changed, or a party asked. */
export type Rereading = 'resolution' | 'agreement' | 'share' | 'asked';
export const rereadings = ['resolution', 'agreement', 'share', 'asked'] as const satisfies readonly Rereading[];

export const partiesOfReport = ({ label_id, platform_id }: Pick<UsageReport, 'label_id' | 'platform_id'>) => ({
  labelId: label_id,
  platformId: platform_id,
});

/** What a sender is answered, the first time and every time the same message comes again. */
export class ReceiptView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ description: 'HEAD cell 5, or as the sender named it; never reused by a sender' })
  readonly messageId!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ description: 'SHA-256 of the file, in hexadecimal; of a report of several files, of the first' })
  readonly fileSha256!: string;
  @ApiProperty({ example: '4041681' }) readonly bytes!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly replaces!: string | null;
  @ApiProperty({
    type: String,
    enum: ['full', 'delta'],
    nullable: true,
    description: 'delta: the file holds differences',
  })
  readonly replacesAs!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'of a table: how it is read' })
  readonly mappingId!: string | null;
  @ApiProperty({ type: 'integer', description: 'HEAD cell 7 of the file that was sent; 1 of a report itself' })
  readonly fileNumber!: number;
  @ApiProperty({
    type: 'integer',
    description: 'HEAD cell 8: of several files there is a report, with this id, once all are here',
  })
  readonly files!: number;
  @ApiProperty({ format: 'uuid', description: 'follow it at /v1/operations/:id' }) readonly operationId!: string;
  @ApiProperty({ format: 'date-time' }) readonly receivedAt!: string;
}

export class ReportView extends ReceiptView {
  @ApiProperty({ enum: ['received', 'accepted', 'refused', 'superseded'] }) readonly state!: string;
  @ApiProperty({ type: String, nullable: true, description: 'all lines of the file, comments and empty ones included' })
  readonly lines!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'of its own file; the sums of a delta are those of the whole',
  })
  readonly linesAccepted!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly linesRejected!: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'each rejected line once, under its first code',
  })
  readonly rejectedByCode!: Readonly<Record<string, number>>;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'problem details of a refused report',
  })
  readonly refusal!: object | null;
  @ApiProperty({
    enum: rereadings,
    nullable: true,
    description: 'of a report that was made by reading the file of the one that it replaces again: why',
  })
  readonly rereadBecause!: Rereading | null;
  @ApiProperty({ enum: rereadings, nullable: true, description: 'why it is being read again at the moment' })
  readonly readAgain!: Rereading | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when reading it again last gave the same',
  })
  readonly confirmedAt!: string | null;
}

export const receiptView = (report: UsageReport): ReceiptView => ({
  id: report.id,
  messageId: report.message_id,
  labelId: report.label_id,
  serviceId: report.service_id,
  month: report.month.slice(0, 7),
  fileSha256: report.file_sha256,
  bytes: String(report.bytes),
  replaces: report.replaces,
  replacesAs: report.replaces_as,
  mappingId: report.mapping_id,
  fileNumber: 1,
  files: report.files,
  operationId: report.operation_id,
  receivedAt: report.received_at.toISOString(),
});

const text = (count: bigint | null): string | null => (count === null ? null : String(count));

export const reportView = (report: UsageReport): ReportView => ({
  ...receiptView(report),
  state: report.state,
  lines: text(report.lines),
  linesAccepted: text(report.lines_accepted),
  linesRejected: text(report.lines_rejected),
  rejectedByCode: report.rejected_by_code,
  refusal: report.refusal,
  rereadBecause: report.reread_because,
  readAgain: report.read_again,
  confirmedAt: report.confirmed_at?.toISOString() ?? null,
});
