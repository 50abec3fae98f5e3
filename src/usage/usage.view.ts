import { ApiProperty } from '@nestjs/swagger';
import type { UsageSum } from '../kernel';
import type { HeldLine, KeptFault } from './engine/held-and-faults';
import type { AgreementSum } from './engine/sums-file';
import { placeInFiles } from './report-parts';
import type { UsageReport } from './usage-report';

export class FaultView {
  @ApiProperty({ type: 'integer', description: 'of several files the number of the one; else 1' })
  readonly file!: number;
  @ApiProperty({ description: 'line of the file, from 1' }) readonly line!: string;
  @ApiProperty({ example: 'SR08' }) readonly record!: string;
  @ApiProperty({ type: Number, nullable: true, description: 'cell of the record, from 1' }) readonly cell!:
    number | null;
  @ApiProperty({ type: String, nullable: true }) readonly cellName!: string | null;
  @ApiProperty() readonly code!: string;
  @ApiProperty({ enum: ['error', 'warning'] }) readonly severity!: string;
  @ApiProperty() readonly value!: string;
  @ApiProperty() readonly message!: string;
}

export class UseCountsView {
  @ApiProperty({ example: 'RU' }) readonly territory!: string;
  @ApiProperty({ example: 'OnDemandStream' }) readonly useType!: string;
  @ApiProperty({ example: 'AdvertisementSupportedModel' }) readonly commercialModel!: string;
  @ApiProperty({ description: 'units, as text' }) readonly quantity!: string;
  @ApiProperty({ description: 'units given back, as text' }) readonly returns!: string;
}

export class UnmatchedView extends UseCountsView {
  @ApiProperty({ format: 'uuid', description: 'in whose file the line stands: of a delta also what it replaces' })
  readonly reportId!: string;
  @ApiProperty({ type: 'integer', description: 'of several files the number of the one; else 1' })
  readonly file!: number;
  @ApiProperty() readonly line!: string;
  @ApiProperty({ type: String, nullable: true, description: 'null where the line names no recording' })
  readonly isrc!: string | null;
  @ApiProperty({ description: 'why no agreement covers it' }) readonly reason!: string;
}

export class SumView extends UseCountsView {
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty() readonly isrc!: string;
  @ApiProperty({ example: '1', description: 'the share that the label controlled on the days of use' })
  readonly controlledShare!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'what it was sold for; null where the agreement does not ask',
  })
  readonly sales!: string | null;
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the first day of the part of the month that it was used in; null where all of it is paid alike',
  })
  readonly usedOn!: string | null;
}

const countsView = ({
  territory,
  use,
  model,
  quantity,
  returns,
}: Omit<UsageSum, 'isrc' | 'service'>): UseCountsView => ({
  territory,
  useType: use,
  commercialModel: model,
  quantity: String(quantity),
  returns: String(returns),
});

export const faultView = (report: UsageReport, fault: KeptFault): FaultView => {
  const { file, line } = placeInFiles(report, Number(fault.line));
  return { ...fault, file, line: String(line) };
};

export const unmatchedView = (
  own: UsageReport,
  { line: number, report, isrc, reason, ...counts }: HeldLine,
): UnmatchedView => {
  const { file, line } = placeInFiles(own, number);
  return {
    reportId: report ?? own.id,
    file,
    line: String(line),
    isrc,
    reason,
    ...countsView(counts),
  };
};

export const sumView = ({ agreementId, sum: { isrc, controlledShare = '1', ...counts } }: AgreementSum): SumView => ({
  agreementId,
  isrc,
  controlledShare,
  sales: counts.sales ?? null,
  usedOn: counts.usedOn ?? null,
  ...countsView(counts),
});
