import { ApiProperty } from '@nestjs/swagger';
import { versionKinds } from './catalogue-row';
import type { Recording } from './recordings.repository';

export class RecordingView {
  @ApiProperty({ example: 'ZZAC02600001' }) readonly isrc!: string;
  @ApiProperty() readonly title!: string;
  @ApiProperty({ type: String, nullable: true }) readonly version!: string | null;
  @ApiProperty({ type: String, isArray: true }) readonly artists!: readonly string[];
  @ApiProperty({ type: Number, nullable: true }) readonly durationSeconds!: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'the phonogram line' }) readonly pLine!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly genre!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'the label as it is told of the recording' })
  readonly label!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'ru', description: 'of the performance' })
  readonly language!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'the recording that it is a version of' })
  readonly parentIsrc!: string | null;
  @ApiProperty({ enum: versionKinds, nullable: true, description: 'how it was made of that' })
  readonly parentKind!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly updatedAt!: string;
}

export const recordingView = (recording: Recording): RecordingView => ({
  isrc: recording.isrc,
  title: recording.title,
  version: recording.version,
  artists: recording.artists,
  durationSeconds: recording.duration_seconds,
  pLine: recording.p_line,
  genre: recording.genre,
  label: recording.label,
  language: recording.language,
  parentIsrc: recording.parent_isrc,
  parentKind: recording.parent_kind,
  updatedAt: recording.updated_at.toISOString(),
});
