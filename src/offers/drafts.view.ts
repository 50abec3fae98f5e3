import { ApiProperty } from '@nestjs/swagger';
import { readingOf } from './draft-body';
import type { Draft, DraftHead } from './drafts.repository';

/** Holds none of what a draft says: answers to writes are remembered, and a draft can be thrown away. */
export class DraftSummary {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: ['open', 'sent'] }) readonly state!: string;
  @ApiProperty({ type: 'integer', description: 'counts the changes; its ETag is this number in quotes' })
  readonly version!: number;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly negotiationId!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly counterpartyId!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'the latest revision the author has seen' })
  readonly basedOn!: number | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'of a sent draft: where its revision is' })
  readonly sentNegotiationId!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'of a sent draft: the revision that it became' })
  readonly sentRevision!: number | null;
  @ApiProperty({ example: 'member:0a000000-0000-4000-8000-000000000001', description: 'who wrote this version' })
  readonly savedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly openedAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly savedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly endedAt!: string | null;
}

export class DraftFaultView {
  @ApiProperty({ example: '/terms/currency', description: 'JSON pointer into the draft' }) readonly pointer!: string;
  @ApiProperty({ example: 'terms-required' }) readonly code!: string;
  @ApiProperty() readonly message!: string;
}

export class DraftView extends DraftSummary {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'as it was saved' })
  readonly terms!: object;
  @ApiProperty({ type: String, nullable: true, description: 'goes with the revision' })
  readonly message!: string | null;
  @ApiProperty({ type: DraftFaultView, isArray: true, description: 'what stands in the way of sending it' })
  readonly faults!: readonly DraftFaultView[];
  @ApiProperty({ type: DraftFaultView, isArray: true, description: 'allowed, and worth a look' })
  readonly remarks!: readonly DraftFaultView[];
}

export const draftSummary = (draft: DraftHead): DraftSummary => ({
  id: draft.id,
  state: draft.state,
  version: draft.version,
  negotiationId: draft.negotiationId,
  counterpartyId: draft.counterpartyId,
  basedOn: draft.basedOn,
  sentNegotiationId: draft.sentNegotiationId,
  sentRevision: draft.sentRevision,
  savedBy: draft.savedBy,
  openedAt: draft.openedAt.toISOString(),
  savedAt: draft.savedAt.toISOString(),
  endedAt: draft.endedAt?.toISOString() ?? null,
});

export const draftView = (draft: Draft): DraftView => ({
  ...draftSummary(draft),
  terms: draft.terms,
  message: draft.message,
  ...readingOf(draft),
});
