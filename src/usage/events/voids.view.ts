import { ApiProperty } from '@nestjs/swagger';
import type { EventVoid } from './voids.repository';

export class EventVoidView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly reason!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'what it asked for; `file`: the hash of the file that named the events',
  })
  readonly query!: object | null;
  @ApiProperty({ description: 'that became void by it', example: '12' }) readonly events!: string;
  @ApiProperty({ example: '0' }) readonly replacements!: string;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
}

export const eventVoidView = (row: EventVoid): EventVoidView => ({
  id: row.id,
  reason: row.reason,
  query: row.query,
  events: String(row.events),
  replacements: String(row.replacements),
  madeAt: row.made_at.toISOString(),
});
