import { ApiProperty } from '@nestjs/swagger';
import { territoryCode } from '../../kernel';
import { alertKinds, type AlertRow } from './alerts.repository';

const texts = { type: 'object', additionalProperties: { type: 'string' } } as const;
const optional = { type: String, nullable: true } as const;

export class UsageAlertView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ enum: alertKinds }) readonly kind!: string;
  @ApiProperty({
    ...optional,
    description: 'JSON pointer into the terms of the month',
    example: '/royalties/0/royalty',
  })
  readonly clause!: string | null;
  @ApiProperty({ ...optional, example: 'ZZA012600001' }) readonly isrc!: string | null;
  @ApiProperty({ ...optional, format: 'uuid' }) readonly serviceId!: string | null;
  @ApiProperty({ ...optional, example: 'RU' }) readonly territory!: string | null;
  @ApiProperty({ ...optional, format: 'date', description: 'where the agreement’s clocks hang' })
  readonly day!: string | null;
  @ApiProperty({ ...texts, description: 'what was seen, as exact text', example: { plays: '5000', average: '412.5' } })
  readonly figures!: object;
  @ApiProperty({ ...texts, description: 'from which figures on it is told', example: { factor: '10', plays: '1000' } })
  readonly threshold!: object;
  @ApiProperty({ type: String, format: 'uuid', isArray: true, description: 'the reports that spoke for the month' })
  readonly reportIds!: readonly string[];
  @ApiProperty({ ...optional, description: 'events up to this position were counted' })
  readonly eventPosition!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly raisedAt!: string;
}

export const alertView = (row: AlertRow): UsageAlertView => ({
  id: row.id,
  month: row.month.slice(0, 7),
  kind: row.kind,
  clause: row.clause,
  isrc: row.isrc,
  serviceId: row.service_id,
  territory: row.territory === null ? null : territoryCode(row.territory),
  day: row.day,
  figures: row.figures,
  threshold: row.threshold,
  reportIds: row.report_ids,
  eventPosition: row.event_position === null ? null : String(row.event_position),
  raisedAt: row.raised_at.toISOString(),
});

const plainColumns = ['id', 'month', 'kind', 'clause', 'isrc', 'serviceId', 'territory', 'day'] as const;
export const alertColumns = [...plainColumns, 'figures', 'threshold', 'raisedAt'];

/** The cells of one row; figures as "name=value", a blank between them. */
export const alertCells = (view: UsageAlertView): string[] => [
  ...plainColumns.map((column) => view[column] ?? ''),
  ...[view.figures, view.threshold].map((figures) =>
    Object.entries(figures)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  ),
  view.raisedAt,
];
