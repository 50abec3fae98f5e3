import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { readIsrc, territoryCode } from '../kernel';
import { type Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { TextField } from '../platform/http/fields';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { isrcKey } from './isrc-list';
import { recordingView, RecordingView } from './recording.view';
import { getRecording, listRecordings, releasesOf } from './recordings.repository';
import { type Rights, rightsOf } from './rights.repository';

export class RecordingsQuery extends PageQuery {
  @TextField({ max: 40, optional: true, description: 'one ISRC, with or without hyphens' })
  readonly isrc?: string;

  @TextField({ max: 40, optional: true, description: 'only what is stated to be a version of this one' })
  readonly parentIsrc?: string;
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
    @Query() { limit, cursor, isrc, parentIsrc }: RecordingsQuery,
  ): Promise<Page<RecordingView>> {
    const after = fromCursor(cursor, [isrcKey])?.[0] ?? null;
    const [reading, parent] = [isrc, parentIsrc].map((written) =>
      written === undefined ? undefined : readIsrc(written),
    );
    if ((reading && 'fault' in reading) || (parent && 'fault' in parent)) return { rows: [], next: null };
    const wanted = { isrc: reading?.isrc ?? null, parentIsrc: parent?.isrc ?? null };
    const rows = await listRecordings(tx, { ownerId: actor.organizationId, ...wanted, after, limit });
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

const rightsView = ({ share, territories, from, until }: Rights): RightsView => ({
  share,
  territories: territories.map(territoryCode).sort(),
  from,
  until,
});
