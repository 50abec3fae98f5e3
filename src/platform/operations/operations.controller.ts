import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../auth/actor';
import { Allow, By, InTx } from '../auth/allow';
import type { Tx } from '../database/tx';
import { Cancellations } from './cancellations';
import { getOperation, type Operation } from './operations';

export class OperationView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly kind!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly subjectId!: string | null;
  @ApiProperty({ enum: ['queued', 'running', 'done', 'failed'] }) readonly state!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'of a file that is read: `bytes`, `bytesRead`, `lines`, `secondsLeft`, told about once a second',
  })
  readonly progress!: object;
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
  constructor(private readonly cancellations: Cancellations) {}

  @Get(':id')
  @Allow()
  @ApiOperation({ summary: 'Follow long work: its state, progress and result' })
  @ApiOkResponse({ type: OperationView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<OperationView> {
    return operationView(await getOperation(tx, id));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['usage', 'catalogue'] })
  @ApiOperation({
    summary: 'Cancel long work of yours',
    description:
      'The reading of a usage report: the report ends as refused with `reading-cancelled`, its period is free again, and nothing of it counts. An import of a catalogue: nothing of it is in. Refused with `operation-over` or `operation-not-cancellable`.',
  })
  @ApiOkResponse({ type: OperationView })
  async cancel(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<OperationView> {
    await this.cancellations.cancel(tx, actor, await getOperation(tx, id));
    return operationView(await getOperation(tx, id));
  }
}
