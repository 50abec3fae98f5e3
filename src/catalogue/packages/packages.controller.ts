import { createReadStream } from 'node:fs';
import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import { type Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { csvBody } from '../../platform/http/csv';
import { IdField, TextField } from '../../platform/http/fields';
import { fromCursor, numberKey, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { Storage } from '../../platform/storage/storage';
import { isrcKey } from '../isrc-list';
import { packageNameKey, tidyName } from './package-name';
import { PackageDifferenceView, PackageTrackView, packageView, PackageView, PackageWholeView } from './package.view';
import {
  findPackage,
  isrcsOfPackage,
  listPackages,
  listPackageTracks,
  newestPackage,
  type Package,
} from './packages.repository';
import { PackageBody, PublishPackage } from './publish-package';
import { readTracksFile } from './read-tracks-file';
import { showDifference } from './show-difference';
import { showWhole } from './show-whole';

/** Ten thousand rows of a catalogue with all that is told of each. */
const fileBytesMax = 10 * 1024 * 1024;

export class PackagesQuery extends PageQuery {
  @TextField({ optional: true, description: 'only the versions of this name' }) readonly name?: string;
}

export class PackageFileQuery {
  @TextField({ description: 'of the package' }) readonly name!: string;
}

export class PackageDifferenceQuery extends PageQuery {
  @IdField({ optional: true, description: 'another package of yours; absent: the version before' })
  readonly against?: string;
}

@ApiTags('catalogue')
@Controller('v1/packages')
export class PackagesController {
  constructor(
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly publishPackage: PublishPackage,
  ) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Publish a package: a frozen, hashed list of recordings',
    description:
      'The same name again is the next version; what was published never changes. Refused with `recording-unknown` or `package-version-taken`.',
  })
  @ApiCreatedResponse({ type: PackageWholeView })
  async create(@By() actor: Actor, @InTx() tx: Tx, @Body() body: PackageBody): Promise<PackageWholeView> {
    return showWhole(tx, await this.publishPackage.execute(tx, actor, body));
  }

  @Post('files')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'Publish a package of the recordings that a CSV file names',
    description:
      'UTF-8, comma-separated, at most 10 MiB and 10,000 rows. The header names isrc; other columns are passed over. As by a list otherwise, and refused also with `import-unreadable`, `import-header-invalid` or `package-size`.',
  })
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: PackageWholeView })
  async createFromFile(
    @By() actor: Actor,
    @Req() request: AccordoRequest,
    @Query() { name }: PackageFileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    return this.storage.borrow(csvBody(request), fileBytesMax, async ({ path, sha256: content }) => {
      const { isrcs, pointerOf } = await readTracksFile(createReadStream(path));
      return this.writes.run({ actor, key, request, reply, content }, async (tx) =>
        showWhole(tx, await this.publishPackage.execute(tx, actor, { name, isrcs }, pointerOf)),
      );
    });
  }

  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List your packages, by name and version' })
  @ApiOkResponse({ type: pageSchema(PackageView) })
  async list(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Query() { limit, cursor, name }: PackagesQuery,
  ): Promise<Page<PackageView>> {
    const after = fromCursor(cursor, [packageNameKey, numberKey]);
    const rows = await listPackages(tx, { ownerId: actor.organizationId, name: name && tidyName(name), after, limit });
    return pageOf(rows, limit, packageView, (row) => [row.name, String(row.version)]);
  }

  @Get(':id')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show a package' })
  @ApiOkResponse({ type: PackageWholeView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PackageWholeView> {
    return showWhole(tx, await existingPackage(tx, id));
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

  @Get(':id/difference')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List what a package added and removed since the version before' })
  @ApiOkResponse({ type: PackageDifferenceView })
  async difference(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { against, ...page }: PackageDifferenceQuery,
  ): Promise<PackageDifferenceView> {
    const found = await existingPackage(tx, id);
    const compared = {
      ownerId: found.owner_id,
      tracks: await isrcsOfPackage(tx, id),
      contentHash: found.content_hash,
      against:
        against === undefined
          ? await newestPackage(tx, found.owner_id, found.name, found.version)
          : await existingPackage(tx, against),
    };
    return showDifference(tx, compared, page);
  }
}

async function existingPackage(tx: Tx, id: string): Promise<Package> {
  const found = await findPackage(tx, id);
  if (found === undefined) throw new DomainError('not-found');
  return found;
}
