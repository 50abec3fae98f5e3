import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { isrcKey } from './isrc-list';
import { findPackage, listPackageTracks, type Package } from './packages.repository';
import { PackageBody, PublishPackage } from './publish-package';

export class PackageView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ description: 'counts up for each publication under the same name' }) readonly version!: number;
  @ApiProperty({ description: 'SHA-256 of the canonical JSON list of its ISRCs in order' })
  readonly contentHash!: string;
  @ApiProperty() readonly trackCount!: number;
  @ApiProperty({ format: 'date-time' }) readonly publishedAt!: string;
}

export class PackageTrackView {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty() readonly title!: string;
  @ApiProperty({ type: String, nullable: true }) readonly version!: string | null;
  @ApiProperty({ type: String, isArray: true }) readonly artists!: readonly string[];
}

@ApiTags('catalogue')
@Controller('v1/packages')
export class PackagesController {
  constructor(private readonly publishPackage: PublishPackage) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Publish a package: a frozen, hashed list of recordings',
    description:
      'The same name again is the next version; what was published never changes. Refused with `recording-unknown` or `package-version-taken`.',
  })
  @ApiCreatedResponse({ type: PackageView })
  async create(@By() actor: Actor, @InTx() tx: Tx, @Body() body: PackageBody): Promise<PackageView> {
    return packageView(await this.publishPackage.execute(tx, actor, body));
  }

  @Get(':id')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show a package' })
  @ApiOkResponse({ type: PackageView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PackageView> {
    return packageView(await existingPackage(tx, id));
  }

  @Get(':id/tracks')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List the recordings of a package, by ISRC' })
  @ApiOkResponse({ type: pageSchema(PackageTrackView) })
  async tracks(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<PackageTrackView>> {
    const after = fromCursor(cursor, [isrcKey])?.[0] ?? null;
    await existingPackage(tx, id);
    return pageOf(
      await listPackageTracks(tx, id, after, limit),
      limit,
      (track) => ({ ...track }),
      ({ isrc }) => [isrc],
    );
  }
}

async function existingPackage(tx: Tx, id: string): Promise<Package> {
  const found = await findPackage(tx, id);
  if (found === undefined) throw new DomainError('not-found');
  return found;
}

const packageView = (row: Package): PackageView => ({
  id: row.id,
  name: row.name,
  version: row.version,
  contentHash: row.content_hash,
  trackCount: row.track_count,
  publishedAt: row.published_at.toISOString(),
});
