import { ApiProperty } from '@nestjs/swagger';
import { recordingView, RecordingView } from '../recording.view';
import { duplicateDecisions } from './decide-duplicate';
import type { DuplicateDecision } from './duplicates.repository';
import { type Difference, differencesOf, mergedFields, type Standing, valuesOf } from './merge';

export class SuspectedRecordingView extends RecordingView {
  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'whether an agreement names it; null for whoever acts for the label, who is not to learn it here',
  })
  readonly licensed!: boolean | null;
  @ApiProperty({ description: 'published packages that it stands in' }) readonly packages!: number;
}

/** A text, seconds, names, or an object of title and version, or of parent and kind. */
const anyValue = {
  oneOf: [
    { type: 'null' },
    { type: 'string' },
    { type: 'integer' },
    { type: 'array', items: { type: 'string' } },
    { type: 'object', additionalProperties: true },
  ],
};

export class MergeDifferenceView {
  @ApiProperty({ enum: mergedFields }) readonly field!: string;
  @ApiProperty({ ...anyValue, description: 'what the one that stays is told as' }) readonly stays!: unknown;
  @ApiProperty({ ...anyValue, description: 'what the other is told as' }) readonly other!: unknown;
  @ApiProperty({ ...anyValue, description: 'what the one that stays would be told as' }) readonly becomes!: unknown;
}

export class DuplicateView {
  @ApiProperty({ type: SuspectedRecordingView, description: 'the one that is proposed to stay' })
  readonly stays!: SuspectedRecordingView;
  @ApiProperty({
    type: SuspectedRecordingView,
    description: 'the one that would point at it, as the same recording',
  })
  readonly other!: SuspectedRecordingView;
  @ApiProperty({ type: MergeDifferenceView, isArray: true, description: 'what differs, and what it would become' })
  readonly differences!: readonly Difference[];
}

export class DuplicateDecisionView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: duplicateDecisions }) readonly decision!: string;
  @ApiProperty({ type: String, isArray: true, description: 'the two, by ISRC' })
  readonly recordings!: readonly string[];
  @ApiProperty({ type: String, nullable: true, description: 'the one that stays; null: they are two' })
  readonly stays!: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'of each, by ISRC, the fields that were changed, before and after',
  })
  readonly changes!: object | null;
  @ApiProperty() readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
}

const suspectedView = ({ recording, isLicensed, packages }: Standing): SuspectedRecordingView => ({
  ...recordingView(recording),
  licensed: isLicensed,
  packages,
});

export const duplicateView = ([stays, other]: readonly [Standing, Standing]): DuplicateView => ({
  stays: suspectedView(stays),
  other: suspectedView(other),
  differences: differencesOf(valuesOf(stays.recording), valuesOf(other.recording)),
});

export const decisionView = ({
  isrc,
  otherIsrc,
  stays,
  at,
  ...decision
}: DuplicateDecision): DuplicateDecisionView => ({
  ...decision,
  decision: stays === null ? 'dismissed' : 'accepted',
  recordings: [isrc, otherIsrc],
  stays,
  at: at.toISOString(),
});
