import { ClauseDifferenceView, ValueDifferenceView } from '../agreements';
import { ApiProperty } from '@nestjs/swagger';
import type { ClauseDifference, ValueDifference } from '../kernel';
import { type NegotiationState, negotiationStates, stateByClock } from './negotiation-moves';
import type { Negotiation } from './negotiations.repository';
import type { Revision, RevisionHead } from './revisions.repository';

export class NegotiationView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ enum: negotiationStates }) readonly state!: NegotiationState;
  @ApiProperty({ type: 'integer' }) readonly latestRevision!: number;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'until when the latest revision stands',
  })
  readonly expiresAt!: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) readonly acceptedRevision!: number | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the agreement that the acceptance made' })
  readonly agreementId!: string | null;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description:
      'your own approval of an acceptance, which a second signatory must decide; the other party does not see it',
  })
  readonly pendingApproval!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the negotiation that this one reopens' })
  readonly reopens!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the negotiation that reopened this one' })
  readonly reopenedAs!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'why it was refused or withdrawn' })
  readonly reason!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the listing that it began with' })
  readonly listingId!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'what the platform said when it took the listing up' })
  readonly openingMessage!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the licence request that it answers' })
  readonly requestId!: string | null;
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
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'until when it stands' })
  readonly expiresAt!: string | null;
}

export class RevisionView extends RevisionSummary {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'the terms in canonical form' })
  readonly terms!: object;
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

/** A negotiation as it stands at a moment: past its time it has expired, whether or not that is written down yet. */
export function negotiationView(negotiation: Negotiation, at: Date): NegotiationView {
  const { openedAt, expiresAt, ...rest } = negotiation;
  const state = stateByClock({ ...negotiation, at });
  const closedAt = negotiation.closedAt ?? (state === 'open' ? null : expiresAt);
  return {
    ...rest,
    state,
    expiresAt: expiresAt?.toISOString() ?? null,
    pendingApproval: state === 'open' ? negotiation.pendingApproval : null,
    openedAt: openedAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
  };
}

export const revisionSummary = (revision: RevisionHead): RevisionSummary => ({
  number: revision.number,
  proposedBy: revision.proposedBy,
  termsHash: revision.termsHash,
  message: revision.message,
  proposedAt: revision.proposedAt.toISOString(),
  expiresAt: revision.expiresAt?.toISOString() ?? null,
});

export const revisionView = (revision: Revision): RevisionView => ({
  ...revisionSummary(revision),
  terms: revision.terms,
});
