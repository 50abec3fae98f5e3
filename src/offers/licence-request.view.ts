import { ApiProperty } from '@nestjs/swagger';
import type { LicenceRequest, LicenceRequestHead } from './licence-requests.repository';
import { type RequestState, requestStates } from './request-moves';

export class AskedRepertoireView {
  @ApiProperty({ required: false }) readonly query?: string;
  @ApiProperty({ required: false, type: String, isArray: true }) readonly isrcs?: readonly string[];
  @ApiProperty({ required: false, type: 'integer' }) readonly count?: number;
}

export class AskedTerritoriesView {
  @ApiProperty({ required: false, type: String, isArray: true }) readonly include?: readonly string[];
  @ApiProperty({ required: false, type: String, isArray: true }) readonly worldwideExcept?: readonly string[];
}

export class AskedTermView {
  @ApiProperty({ format: 'date' }) readonly from!: string;
  @ApiProperty({ format: 'date', description: 'the day after the last' }) readonly until!: string;
}

/** A request without what it asks for: what lists show. */
export class LicenceRequestSummary {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ enum: requestStates }) readonly state!: RequestState;
  @ApiProperty({ type: String, nullable: true, description: 'why it was declined or withdrawn' })
  readonly reason!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the negotiation that answers it' })
  readonly negotiationId!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly sentAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly closedAt!: string | null;
}

export class LicenceRequestView extends LicenceRequestSummary {
  @ApiProperty({ type: AskedRepertoireView }) readonly repertoire!: AskedRepertoireView;
  @ApiProperty({ type: String, format: 'uuid', isArray: true }) readonly serviceIds!: readonly string[];
  @ApiProperty({ type: String, isArray: true }) readonly uses!: readonly string[];
  @ApiProperty({ type: String, isArray: true }) readonly models!: readonly string[];
  @ApiProperty({ type: AskedTerritoriesView }) readonly territories!: AskedTerritoriesView;
  @ApiProperty({ required: false, type: AskedTermView }) readonly term?: AskedTermView;
  @ApiProperty({ type: String, nullable: true }) readonly message!: string | null;
}

export const licenceRequestSummary = (request: LicenceRequestHead): LicenceRequestSummary => ({
  id: request.id,
  labelId: request.labelId,
  platformId: request.platformId,
  state: request.state,
  reason: request.reason,
  negotiationId: request.negotiationId,
  sentAt: request.sentAt.toISOString(),
  closedAt: request.closedAt?.toISOString() ?? null,
});

export const licenceRequestView = (request: LicenceRequest): LicenceRequestView => ({
  ...licenceRequestSummary(request),
  repertoire: request.repertoire,
  serviceIds: request.serviceIds,
  uses: request.uses,
  models: request.models,
  territories: request.territories,
  ...(request.from !== null && request.until !== null && { term: { from: request.from, until: request.until } }),
  message: request.message,
});
