import { Controller, Get, Param, ParseIntPipe, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { gtin14, plainGtin } from '../kernel';
import { Allow, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { TextField } from '../platform/http/fields';
import {
  afterNumber,
  fromCursor,
  numberKey,
  type Page,
  pageOf,
  PageQuery,
  pageSchema,
  uuidKey,
} from '../platform/http/paging';
import {
  dealContents,
  getRelease,
  getVersion,
  isrcsOfRelease,
  listReleases,
  listVersions,
  type Release,
  releaseContent,
  type ReleaseVersion,
  resourceContents,
} from './releases.repository';

export class ReleasesQuery extends PageQuery {
  @TextField({ max: 40, optional: true, description: 'one bar code, of 8, 12, 13 or 14 digits' })
  readonly upc?: string;
}

export class ReleaseView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ type: String, nullable: true, description: 'the bar code as 14 digits' })
  readonly gtin!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly grid!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'of a release without both: its sender’s own number' })
  readonly ownId!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly catalogueNumber!: string | null;
  @ApiProperty() readonly title!: string;
  @ApiProperty({ type: String, isArray: true }) readonly artists!: readonly string[];
  @ApiProperty({ type: String, nullable: true }) readonly label!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Album' }) readonly kind!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly genre!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'a day, month or year' })
  readonly releasedOn!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'DDEX identifier of who told of it first, and alone can purge it',
  })
  readonly sender!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when the last message that counts was made',
  })
  readonly toldAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly withdrawnAt!: string | null;
  @ApiProperty({ description: 'how many messages have spoken of it; 0: it came from catalogue files' })
  readonly version!: number;
}

export class ReleaseDetailView extends ReleaseView {
  @ApiProperty({ type: String, isArray: true, description: 'of what is on it now' }) readonly isrcs!: readonly string[];
}

export class ReleaseVersionView {
  @ApiProperty() readonly version!: number;
  @ApiProperty({ enum: ['NewReleaseMessage', 'PurgeReleaseMessage'] }) readonly message!: string;
  @ApiProperty({ type: String, nullable: true, example: '4.3' }) readonly schema!: string | null;
  @ApiProperty({ description: 'the sender’s id of the message, or the hash of one without' })
  readonly messageId!: string;
  @ApiProperty({ type: String, nullable: true }) readonly thread!: string | null;
  @ApiProperty() readonly sender!: string;
  @ApiProperty({ format: 'date-time' }) readonly toldAt!: string;
  @ApiProperty({ description: 'whether the release is available nowhere since' }) readonly withdrawn!: boolean;
  @ApiProperty({ format: 'uuid' }) readonly importId!: string;
  @ApiProperty({ description: 'of an archive: which of its files' }) readonly file!: string;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
}

export class ReleaseVersionDetailView extends ReleaseVersionView {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'the release as the message told it; null of a purge',
  })
  readonly release!: object | null;
}

export class ToldThingView {
  @ApiProperty({ description: 'its place in the message' }) readonly number!: number;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'as the message told it' })
  readonly content!: object;
}

export class ToldDealView extends ToldThingView {
  @ApiProperty({ enum: ['deal', 'visibility'] }) readonly kind!: string;
}

/** A label's releases, as they are, and as each message told them. */
@ApiTags('catalogue')
@Controller('v1/releases')
export class ReleasesController {
  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List the releases of your catalogue' })
  @ApiOkResponse({ type: pageSchema(ReleaseView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, upc }: ReleasesQuery): Promise<Page<ReleaseView>> {
    const after = fromCursor(cursor, [uuidKey])?.[0] ?? null;
    const gtin = upc === undefined ? null : gtin14(plainGtin(upc));
    return pageOf(await listReleases(tx, { gtin, after, limit: limit + 1 }), limit, releaseView, ({ id }) => [id]);
  }

  @Get(':id')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show a release with what is on it' })
  @ApiOkResponse({ type: ReleaseDetailView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ReleaseDetailView> {
    return { ...releaseView(await getRelease(tx, id)), isrcs: await isrcsOfRelease(tx, id) };
  }

  @Get(':id/versions')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List the messages that spoke of a release, latest first' })
  @ApiOkResponse({ type: pageSchema(ReleaseVersionView) })
  async versions(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<ReleaseVersionView>> {
    await getRelease(tx, id);
    const [before] = fromCursor(cursor, [numberKey]) ?? [];
    const rows = await listVersions(tx, id, before === undefined ? null : parseInt(before, 10), limit + 1);
    return pageOf(rows, limit, versionView, ({ version }) => [String(version)]);
  }

  @Get(':id/versions/:number')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show a release as a message told it' })
  @ApiOkResponse({ type: ReleaseVersionDetailView })
  async version(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('number', ParseIntPipe) number: number,
  ): Promise<ReleaseVersionDetailView> {
    const version = await getVersion(tx, id, number);
    return { ...versionView(version), release: await releaseContent(tx, version) };
  }

  @Get(':id/versions/:number/resources')
  @Allow({ kinds: ['label'] })
  @ApiOperation({
    summary: 'List what is on a release as a message told it',
    description:
      'Recordings, with and without ISRCs, videos, images and all else, with everything that was said of them.',
  })
  @ApiOkResponse({ type: pageSchema(ToldThingView) })
  async resources(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('number', ParseIntPipe) number: number,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<ToldThingView>> {
    const version = await getVersion(tx, id, number);
    const rows = await resourceContents(tx, version, afterNumber(cursor), limit + 1);
    return pageOf(
      rows,
      limit,
      (row) => row,
      (row) => [String(row.number)],
    );
  }

  @Get(':id/versions/:number/deals')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List the deals of a release as a message told them' })
  @ApiOkResponse({ type: pageSchema(ToldDealView) })
  async deals(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('number', ParseIntPipe) number: number,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<ToldDealView>> {
    const version = await getVersion(tx, id, number);
    const rows = await dealContents(tx, version, afterNumber(cursor), limit + 1);
    return pageOf(
      rows,
      limit,
      (row) => row,
      (row) => [String(row.number)],
    );
  }
}

const releaseView = (release: Release): ReleaseView => ({
  id: release.id,
  gtin: release.gtin,
  grid: release.grid,
  ownId: release.own_id,
  catalogueNumber: release.catalogue_number,
  title: release.title,
  artists: release.artists,
  label: release.label,
  kind: release.kind,
  genre: release.genre,
  releasedOn: release.released_on,
  sender: release.sender,
  toldAt: release.told_at?.toISOString() ?? null,
  withdrawnAt: release.withdrawn_at?.toISOString() ?? null,
  version: release.version,
});

const versionView = (version: ReleaseVersion): ReleaseVersionView => ({
  version: version.version,
  message: version.kind,
  schema: version.schema,
  messageId: version.message_key,
  thread: version.thread,
  sender: version.sender,
  toldAt: version.told_at.toISOString(),
  withdrawn: version.withdrawn,
  importId: version.import_id,
  file: version.file,
  at: version.at.toISOString(),
});
