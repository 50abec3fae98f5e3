import { ApiProperty } from '@nestjs/swagger';
import type { ClauseDifference, ValueDifference } from '../kernel';
import type { NegotiationState } from './negotiation-moves';
import type { Negotiation } from './negotiations.repository';
import type { Revision, RevisionHead } from './revisions.repository';

export class NegotiationView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ enum: ['open', 'accepted', 'refused', 'withdrawn'] }) readonly state!: NegotiationState;
  @ApiProperty({ type: 'integer' }) readonly latestRevision!: number;
  @ApiProperty({ type: 'integer', nullable: true }) readonly acceptedRevision!: number | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the agreement that the acceptance made' })
  readonly agreementId!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'why it was refused or withdrawn' })
  readonly reason!: string | null;
  @ApiProperty({ format: 'uuid' }) readonly openedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly openedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly closedAt!: string | null;
}

export class RevisionSummary {
  @ApiProperty({ type: 'integer' }) readonly number!: number;
  @ApiProperty({ format: 'uuid' }) readonly proposedBy!: string;
  @ApiProperty({ description: 'SHA-256 of the canonical terms' }) readonly termsHash!: string;
  @ApiProperty({ type: String, nullable: true }) readonly message!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly proposedAt!: string;
}

export class RevisionView extends RevisionSummary {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'the terms in canonical form' })
  readonly terms!: object;
}

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

export class DifferenceView {
  @ApiProperty({ type: 'integer' }) readonly from!: number;
  @ApiProperty({ type: 'integer' }) readonly to!: number;
  @ApiProperty({ type: ClauseDifferenceView, isArray: true }) readonly differences!: readonly ClauseDifference[];
  @ApiProperty({ type: ValueDifferenceView, isArray: true, description: 'the first thousand' })
  readonly values!: readonly ValueDifference[];
  @ApiProperty({ type: 'integer', description: 'how many differing values are not shown' })
  readonly valuesLeftOff!: number;
}

export const negotiationView = (negotiation: Negotiation): NegotiationView => ({
  id: negotiation.id,
  labelId: negotiation.labelId,
  platformId: negotiation.platformId,
  state: negotiation.state,
  latestRevision: negotiation.latestRevision,
  acceptedRevision: negotiation.acceptedRevision,
  agreementId: negotiation.agreementId,
  reason: negotiation.reason,
  openedBy: negotiation.openedBy,
  openedAt: negotiation.openedAt.toISOString(),
  closedAt: negotiation.closedAt?.toISOString() ?? null,
});

export const revisionSummary = (revision: RevisionHead): RevisionSummary => ({
  number: revision.number,
  proposedBy: revision.proposedBy,
  termsHash: revision.termsHash,
  message: revision.message,
  proposedAt: revision.proposedAt.toISOString(),
});

export const revisionView = (revision: Revision): RevisionView => ({
  ...revisionSummary(revision),
  terms: revision.terms,
});
