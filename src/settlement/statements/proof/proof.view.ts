import { ApiProperty } from '@nestjs/swagger';
import { isWhole, type ReportProof, type ReportTrace, type SumKey, type SumProof } from '../../../usage';
import { StatedLineView, statedLineView } from '../line-view';
import { ClauseDifferenceView, ClauseLineView } from '../statement-view';
import type { LineProof } from './prove-line';

export class TracedLineView {
  @ApiProperty({ type: 'integer', description: 'which file of the report' }) readonly file!: number;
  @ApiProperty({ type: 'integer', description: 'its number in the file, from 1; of Parquet the row’s' })
  readonly line!: number;
  @ApiProperty({ enum: ['adds', 'takes-away'], description: 'of a file of differences a line may take away' })
  readonly effect!: string;
  @ApiProperty({ example: '120' }) readonly quantity!: string;
  @ApiProperty({ example: '0' }) readonly returns!: string;
}

export class LastLineView {
  @ApiProperty({ type: 'integer' }) readonly file!: number;
  @ApiProperty({ type: 'integer' }) readonly line!: number;
}

export class TraceView {
  @ApiProperty({
    format: 'uuid',
    description: 'whose files these lines stand in: the report’s own, or of one that it tells differences to',
  })
  readonly reportId!: string;
  @ApiProperty({ type: 'integer', description: 'all lines that count, those not listed too' }) readonly count!: number;
  @ApiProperty({ description: 'what all of them come to' }) readonly quantity!: string;
  @ApiProperty() readonly returns!: string;
  @ApiProperty({ type: TracedLineView, isArray: true, description: 'the first ones, in the order of the files' })
  readonly lines!: readonly TracedLineView[];
  @ApiProperty({ type: LastLineView, nullable: true, description: 'where the last one is' })
  readonly last!: LastLineView | null;
}

export class ProofFileView {
  @ApiProperty({ type: 'integer' }) readonly number!: number;
  @ApiProperty({ description: 'SHA-256 of the stored file, in hexadecimal' }) readonly sha256!: string;
  @ApiProperty({ example: '4041681' }) readonly bytes!: string;
}

export class ReportProofView {
  @ApiProperty({ format: 'uuid' }) readonly reportId!: string;
  @ApiProperty() readonly messageId!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ enum: ['received', 'accepted', 'refused', 'superseded'] }) readonly state!: string;
  @ApiProperty({ format: 'date-time' }) readonly receivedAt!: string;
  @ApiProperty({ type: ProofFileView, isArray: true }) readonly files!: readonly ProofFileView[];
  @ApiProperty({ description: 'units that it tells of the recording in this use' }) readonly quantity!: string;
  @ApiProperty() readonly returns!: string;
  @ApiProperty({
    type: TraceView,
    isArray: true,
    nullable: true,
    description: 'null: there is too much to look through at once; `…/traces` does it as an operation',
  })
  readonly traces!: readonly TraceView[] | null;
  @ApiProperty({
    type: Boolean,
    nullable: true,
    description:
      'whether the lines found come to quantity and returns; false where agreements, resolutions or shares are other ones than when it was read; null where none were looked for',
  })
  readonly whole!: boolean | null;
}

export class EventsProofView {
  @ApiProperty({ description: 'everything up to this position was counted' }) readonly position!: string;
  @ApiProperty({ description: 'what the events come to: `…/events` lists each' }) readonly units!: string;
}

export class ReadingProofView {
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ description: 'what went into the line; of a correction, one side of its difference' })
  readonly quantity!: string;
  @ApiProperty() readonly returns!: string;
  @ApiProperty({ type: String, nullable: true, example: '1' }) readonly controlledShare!: string | null;
  @ApiProperty({ type: ReportProofView, isArray: true, description: 'every report that the month was rated with' })
  readonly reports!: readonly ReportProofView[];
  @ApiProperty({ type: EventsProofView, nullable: true, description: 'where events are the money' })
  readonly events!: EventsProofView | null;
}

export class ClauseProofView {
  @ApiProperty({ description: 'id of the royalty clause' }) readonly id!: string;
  @ApiProperty({
    type: ClauseLineView,
    nullable: true,
    description:
      'its formula with numbers, losing branches included: as the statement has it; of a correction, rated again; null where that would be too much',
  })
  readonly counted!: object | null;
  @ApiProperty({ type: ClauseLineView, nullable: true, description: 'of a correction: with what was booked before' })
  readonly corrected!: object | null;
}

export class CorrectsView {
  @ApiProperty({ example: '2026-01' }) readonly period!: string;
  @ApiProperty({ format: 'uuid', description: 'the statement that booked it before' }) readonly statementId!: string;
  @ApiProperty({ example: '2026-02' }) readonly statementMonth!: string;
  @ApiProperty({ example: '6582.00' }) readonly booked!: string;
  @ApiProperty({ example: '6882.00' }) readonly rerated!: string;
  @ApiProperty({ example: '300.00' }) readonly delta!: string;
  @ApiProperty({ type: ClauseDifferenceView, nullable: true, description: 'what the line’s clause differs by' })
  readonly clause!: ClauseDifferenceView | null;
}

export class LineProofView {
  @ApiProperty({ format: 'uuid' }) readonly statementId!: string;
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ description: 'SHA-256 of the statement’s canonical clause lines' }) readonly sha256!: string;
  @ApiProperty({ type: StatedLineView }) readonly line!: StatedLineView;
  @ApiProperty({ type: ClauseProofView }) readonly clause!: ClauseProofView;
  @ApiProperty({ type: CorrectsView, nullable: true, description: 'of a correction: what it corrects' })
  readonly corrects!: CorrectsView | null;
  @ApiProperty({ type: ReadingProofView }) readonly counted!: ReadingProofView;
  @ApiProperty({ type: ReadingProofView, nullable: true, description: 'of a correction: what was counted before' })
  readonly corrected!: ReadingProofView | null;
}

export function lineProofView(proof: LineProof): LineProofView {
  const { statement, line, clause, counted, corrected } = proof;
  return {
    statementId: statement.id,
    agreementId: statement.agreement_id,
    sha256: statement.sha256,
    line: statedLineView(line, statement),
    clause: { id: line.clause, ...clause },
    corrects: correctsView(proof),
    counted: readingView(proof, counted),
    corrected: corrected && readingView(proof, corrected),
  };
}

function correctsView({ line, period, booking: { corrected }, restatement }: LineProof): CorrectsView | null {
  if (corrected === null || restatement === null) return null;
  const { booked, rerated, delta, clauses } = restatement;
  return {
    period,
    statementId: corrected.statementId,
    statementMonth: corrected.statementMonth,
    booked,
    rerated,
    delta,
    clause: clauses.find(({ clause }) => clause === line.clause) ?? null,
  };
}

function readingView(
  { month, key }: Pick<LineProof, 'month' | 'key'>,
  { reports, events }: SumProof,
): ReadingProofView {
  const sum = (of: 'quantity' | 'returns'): bigint => reports.reduce((all, report) => all + report[of], 0n);
  return {
    month,
    quantity: String(sum('quantity') + (events?.units ?? 0n)),
    returns: String(sum('returns')),
    controlledShare: shareShown(key),
    reports: reports.map(reportProofView),
    events: events && { position: String(events.position), units: String(events.units) },
  };
}

const shareShown = (key: SumKey | undefined): string | null =>
  key === undefined ? null : (key.controlledShare ?? '1');

export const reportProofView = (proof: ReportProof): ReportProofView => ({
  reportId: proof.report.id,
  messageId: proof.report.message_id,
  serviceId: proof.report.service_id,
  month: proof.report.month.slice(0, 7),
  state: proof.report.state,
  receivedAt: proof.report.received_at.toISOString(),
  files: proof.files.map(({ number, file_sha256: sha256, bytes }) => ({ number, sha256, bytes: String(bytes) })),
  quantity: String(proof.quantity),
  returns: String(proof.returns),
  traces: proof.traces && proof.traces.map(traceView),
  whole: proof.traces && isWhole(proof),
});

const traceView = ({ reportId, count, quantity, returns, lines, last }: ReportTrace): TraceView => ({
  reportId,
  count,
  quantity: String(quantity),
  returns: String(returns),
  lines: lines.map((line) => ({ ...line, quantity: String(line.quantity), returns: String(line.returns) })),
  last,
});
