import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { readIsrc, territoryCode } from '../kernel';
import { type Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { TextField } from '../platform/http/fields';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { versionKinds } from './catalogue-row';
import { isrcKey } from './isrc-list';
import { getRecording, listRecordings, type Recording, releasesOf } from './recordings.repository';
import { type Rights, rightsOf } from './rights.repository';

export class RecordingsQuery extends PageQuery {
  @TextField({ max: 40, optional: true, description: 'one ISRC, with or without hyphens' })
  readonly isrc?: string;
}

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
  @ApiProperty({ type: String, nullable: true, description: 'the recording that it is a version of' })
  readonly parentIsrc!: string | null;
  @ApiProperty({ enum: versionKinds, nullable: true, description: 'how it was made of that' })
  readonly parentKind!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly updatedAt!: string;
}

export class ReleaseOfRecordingView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ type: String, nullable: true, description: 'the bar code as 14 digits; null where it has none' })
  readonly gtin!: string | null;
  @ApiProperty() readonly title!: string;
}

export class RightsView {
  @ApiProperty({ example: '1' }) readonly share!: string;
  @ApiProperty({ type: String, isArray: true, example: ['KZ', 'UZ'] }) readonly territories!: readonly string[];
  @ApiProperty({ format: 'date' }) readonly from!: string;
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the first day that is not included; null: without end',
  })
  readonly until!: string | null;
}

export class RecordingDetailView extends RecordingView {
  @ApiProperty({ type: ReleaseOfRecordingView, isArray: true }) readonly releases!: readonly ReleaseOfRecordingView[];
  @ApiProperty({ type: RightsView, isArray: true, description: 'what the label states to control, by first day' })
  readonly rights!: readonly RightsView[];
}

/** A label's own recordings. */
@ApiTags('catalogue')
@Controller('v1/recordings')
export class RecordingsController {
  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List the recordings of your catalogue, by ISRC' })
  @ApiOkResponse({ type: pageSchema(RecordingView) })
  async list(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Query() { limit, cursor, isrc }: RecordingsQuery,
  ): Promise<Page<RecordingView>> {
    const after = fromCursor(cursor, [isrcKey])?.[0] ?? null;
    const reading = isrc === undefined ? undefined : readIsrc(isrc);
    if (reading !== undefined && 'fault' in reading) return { rows: [], next: null };
    const rows = await listRecordings(tx, { ownerId: actor.organizationId, isrc: reading?.isrc ?? null, after, limit });
    return pageOf(rows, limit, recordingView, (row) => [row.isrc]);
  }

  @Get(':isrc')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show a recording with its releases and rights' })
  @ApiOkResponse({ type: RecordingDetailView })
  async get(@By() actor: Actor, @InTx() tx: Tx, @Param('isrc') isrc: string): Promise<RecordingDetailView> {
    const reading = readIsrc(isrc);
    const recording = 'fault' in reading ? undefined : await getRecording(tx, actor.organizationId, reading.isrc);
    if (recording === undefined) throw new DomainError('not-found');
    const rights = (await rightsOf(tx, recording.id)).map(rightsView);
    return { ...recordingView(recording), releases: await releasesOf(tx, recording.id), rights };
  }
}

const recordingView = (recording: Recording): RecordingView => ({
  isrc: recording.isrc,
  title: recording.title,
  version: recording.version,
  artists: recording.artists,
  durationSeconds: recording.duration_seconds,
  pLine: recording.p_line,
  genre: recording.genre,
  label: recording.label,
  parentIsrc: recording.parent_isrc,
  parentKind: recording.parent_kind,
  updatedAt: recording.updated_at.toISOString(),
});

const rightsView = ({ share, territories, from, until }: Rights): RightsView => ({
  share,
  territories: territories.map(territoryCode).sort(),
  from,
  until,
});
