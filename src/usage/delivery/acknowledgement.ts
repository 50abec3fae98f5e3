import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DomainError } from '../../platform/errors/domain-error';
import type { ReportFile } from '../report-parts';
import type { UsageReport } from '../usage-report';

/** The type of the JWS (its header's `typ`). */
export const ACKNOWLEDGEMENT_TYPE = 'accordo-usage-acknowledgement+jws';

export class AcknowledgedFile {
  @ApiProperty({ description: 'SHA-256 in hexadecimal, of the file as it came' }) readonly sha256!: string;
  @ApiProperty() readonly bytes!: string;
}

const hash = { type: String, nullable: true } as const;

export class AcknowledgementView {
  @ApiProperty({ format: 'uuid' }) readonly reportId!: string;
  @ApiProperty() readonly messageId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({
    enum: ['accepted', 'accepted-with-faults', 'refused'],
    description: 'with faults: at least one is listed, be it a warning. Held lines alone are none',
  })
  readonly state!: string;
  @ApiProperty({ type: [String], description: 'of a refused report: why' }) readonly refusedFor!: readonly string[];
  @ApiProperty({ description: 'all lines of the file' }) readonly lines!: string;
  @ApiProperty() readonly linesAccepted!: string;
  @ApiProperty({ description: 'held ones included' }) readonly linesRejected!: string;
  @ApiProperty({ description: 'sound, and covered by no agreement' }) readonly linesHeld!: string;
  @ApiProperty({ description: 'errors and warnings' }) readonly faults!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'each rejected line once, under its first code or the reason why it is held',
  })
  readonly rejectedByCode!: Readonly<Record<string, number>>;
  @ApiProperty({ description: 'of several files the first, with the bytes of all' }) readonly file!: AcknowledgedFile;
  @ApiPropertyOptional({
    type: [AcknowledgedFile],
    description: 'where there are several, in the order of their numbers',
  })
  readonly files?: readonly AcknowledgedFile[];
  @ApiProperty({ ...hash, description: 'SHA-256 of what the lines add up to; null for a refused report' })
  readonly sumsSha256!: string | null;
  @ApiProperty({ ...hash, description: 'SHA-256 of the held lines' }) readonly heldSha256!: string | null;
  @ApiProperty({ ...hash, description: 'SHA-256 of the faults' }) readonly faultsSha256!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly receivedAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly readAt!: string;
}

export class SignedAcknowledgement {
  @ApiProperty() readonly acknowledgement!: AcknowledgementView;
  @ApiProperty({ description: 'the same as compact JWS under a published key (docs/usage-delivery.md)' })
  readonly jws!: string;
}

/** What became of a report, once it was read; what is said of it never changes. Refuses with report-not-read. */
export function acknowledgementOf(report: UsageReport, files: readonly ReportFile[]): AcknowledgementView {
  if (report.read_at === null) throw new DomainError('report-not-read');
  return {
    reportId: report.id,
    messageId: report.message_id,
    platformId: report.platform_id,
    labelId: report.label_id,
    serviceId: report.service_id,
    month: report.month.slice(0, 7),
    state: stateOf(report),
    refusedFor: refusedFor(report),
    lines: String(report.lines ?? 0),
    linesAccepted: String(report.lines_accepted ?? 0),
    linesRejected: String(report.lines_rejected ?? 0),
    linesHeld: String(report.held_lines ?? 0),
    faults: String(report.faults ?? 0),
    rejectedByCode: report.rejected_by_code,
    file: { sha256: report.file_sha256, bytes: String(report.bytes) },
    ...(files.length > 1 && {
      files: files.map(({ file_sha256: sha256, bytes }) => ({ sha256, bytes: String(bytes) })),
    }),
    sumsSha256: report.sums_sha256,
    heldSha256: report.held_sha256,
    faultsSha256: report.faults_sha256,
    receivedAt: report.received_at.toISOString(),
    readAt: report.read_at.toISOString(),
  };
}

/** A report that another one has replaced was accepted all the same. */
function stateOf({ state, faults }: UsageReport): string {
  if (state === 'refused') return 'refused';
  return (faults ?? 0n) > 0n ? 'accepted-with-faults' : 'accepted';
}

function refusedFor({ refusal }: UsageReport): string[] {
  if (refusal === null) return [];
  const { code, faults = [] } = refusal as { code: string; faults?: readonly { code: string }[] };
  return [...new Set([code, ...faults.map((fault) => fault.code)])];
}
