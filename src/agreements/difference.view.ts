import { ApiProperty } from '@nestjs/swagger';

export class ClauseDifferenceView {
  @ApiProperty({ example: '6.1' }) readonly clause!: string;
  @ApiProperty({ type: String, nullable: true }) readonly before!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly after!: string | null;
}

export class ValueDifferenceView {
  @ApiProperty({
    example: '/royalties/1/royalty/amount',
    description: 'JSON pointer; of a removed value, into the earlier terms',
  })
  readonly pointer!: string;
  @ApiProperty({ enum: ['added', 'removed', 'changed'] }) readonly change!: string;
  @ApiProperty({ required: false }) readonly before?: unknown;
  @ApiProperty({ required: false }) readonly after?: unknown;
}
