import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../auth/allow';
import type { Tx } from '../database/tx';
import { getOperation, type Operation } from './operations';

export class OperationView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly kind!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly subjectId!: string | null;
  @ApiProperty({ enum: ['queued', 'running', 'done', 'failed'] }) readonly state!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) readonly progress!: object;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) readonly result!: object | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'problem details of a failed operation',
  })
  readonly problem!: object | null;
  @ApiProperty({ format: 'date-time' }) readonly updatedAt!: string;
}

export const operationView = (operation: Operation): OperationView => ({
  id: operation.id,
  kind: operation.kind,
  subjectId: operation.subject_id,
  state: operation.state,
  progress: operation.progress,
  result: operation.result,
  problem: operation.problem,
  updatedAt: operation.updated_at.toISOString(),
});

@ApiTags('operations')
@Controller('v1/operations')
export class OperationsController {
  @Get(':id')
  @Allow()
  @ApiOperation({ summary: 'Follow long work: its state, progress and result' })
  @ApiOkResponse({ type: OperationView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<OperationView> {
    return operationView(await getOperation(tx, id));
  }
}
