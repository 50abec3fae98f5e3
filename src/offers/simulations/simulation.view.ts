import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { SimulationResult } from './simulation-result';
import type { Simulation, SimulationHead } from './simulations.repository';

export class SimulationSummary {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly negotiationId!: string;
  @ApiProperty({ format: 'uuid', description: 'the organization that asked' }) readonly ownerId!: string;
  @ApiProperty({ example: 'member:0b0c…', description: 'who asked for it' }) readonly requestedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly requestedAt!: string;
  @ApiProperty({ type: Number, isArray: true }) readonly revisions!: readonly number[];
  @ApiProperty({ enum: ['reported', 'file', 'forecast'] }) readonly basisKind!: string;
  @ApiProperty({ enum: ['waiting', 'done'] }) readonly state!: 'waiting' | 'done';
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'of a large run: follow it at /v1/operations/:id',
  })
  readonly operationId!: string | null;
  @ApiProperty({ description: 'whether the other party sees this run' }) readonly shared!: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly sharedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'SHA-256 of the result in canonical form (RFC 8785)' })
  readonly resultHash!: string | null;
}

@ApiExtraModels(SimulationResult)
export class SimulationView extends SimulationSummary {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'what it stands on, as it was asked for' })
  readonly basis!: object;
  @ApiProperty({
    oneOf: [{ $ref: getSchemaPath(SimulationResult) }, { type: 'null' }],
    description: 'null while it waits',
  })
  readonly result!: SimulationResult | null;
}

export const simulationSummary = (run: SimulationHead): SimulationSummary => ({
  id: run.id,
  negotiationId: run.negotiationId,
  ownerId: run.ownerId,
  requestedBy: run.requestedBy,
  requestedAt: run.requestedAt.toISOString(),
  revisions: run.revisions,
  basisKind: run.basisKind,
  state: run.resultHash === null ? 'waiting' : 'done',
  operationId: run.operationId,
  shared: run.shared,
  sharedAt: run.sharedAt?.toISOString() ?? null,
  resultHash: run.resultHash,
});

export const simulationView = (run: Simulation): SimulationView => ({
  ...simulationSummary(run),
  basis: JSON.parse(run.basis) as object,
  result: resultOf(run),
});

const resultOf = ({ result }: Simulation): SimulationResult | null =>
  result === null ? null : (JSON.parse(result) as SimulationResult);
