import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { IntegerParameter } from '../../platform/http/fields';
import { fromCursor, numberKey, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { clearanceRoles } from '../remembered-actors';
import { MakeSnapshot, ownService } from './make-snapshot';
import { listSnapshots, type StoredSnapshot } from './snapshots.repository';

export class SnapshotView {
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ description: 'counts up from 1 for each service' }) readonly number!: number;
  @ApiProperty({ description: 'of the whole file' }) readonly sha256!: string;
  @ApiProperty() readonly bytes!: number;
  @ApiProperty({ description: 'that your agreements license, to this service or another' })
  readonly recordings!: number;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
}

export class SnapshotFileQuery {
  @IntegerParameter({ min: 1, max: 2_147_483_647, optional: true, description: 'which snapshot; absent: the newest' })
  readonly number?: number;

  @IntegerParameter({
    min: 1,
    max: 2_147_483_647,
    optional: true,
    description: 'the number of the one that you have: what has changed since is enough',
  })
  readonly since?: number;
}

@ApiTags('clearance')
@Controller('v1/clearance/snapshots')
export class SnapshotsController {
  constructor(private readonly makeSnapshot: MakeSnapshot) {}

  @Post(':id')
  @HttpCode(201)
  @Allow({ kinds: ['platform'], roles: clearanceRoles })
  @ApiOperation({
    summary: 'Make a snapshot of all that a service may use',
    description:
      'A signed file that answers without a network; `docs/clearance-snapshot.md` describes it, `client/` reads it. Where nothing has changed since the newest one, that is the answer. Refused with `not-found` for a service that is not yours.',
  })
  @ApiCreatedResponse({ type: SnapshotView })
  async make(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<SnapshotView> {
    return viewOf(await this.makeSnapshot.execute(tx, actor, id));
  }

  @Get(':id')
  @Allow({ kinds: ['platform'], roles: clearanceRoles })
  @ApiOperation({ summary: 'List the snapshots of a service', description: 'The newest first.' })
  @ApiOkResponse({ type: pageSchema(SnapshotView) })
  async list(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<SnapshotView>> {
    await ownService(tx, actor, id);
    const [below] = fromCursor(cursor, [numberKey]) ?? [];
    const rows = await listSnapshots(tx, id, limit, below === undefined ? undefined : Number(below));
    return pageOf(rows, limit, viewOf, ({ number }) => [String(number)]);
  }

  @Get(':id/file')
  @Allow({ kinds: ['platform'], roles: clearanceRoles })
  @ApiOperation({
    summary: 'Download a snapshot, or what has changed since another',
    description: 'Refused with `not-found` where there is no such snapshot, or none that is newer than `since`.',
  })
  @ApiOkResponse({ content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } })
  async file(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) serviceId: string,
    @Query() { number, since }: SnapshotFileQuery,
  ): Promise<StreamableFile> {
    const file = await this.makeSnapshot.file(tx, actor, { serviceId, number, since });
    return new StreamableFile(file, {
      type: 'application/octet-stream',
      disposition: `attachment; filename="clearance-${serviceId}.snapshot"`,
    });
  }
}

const viewOf = ({ serviceId, number, fileSha256, bytes, recordings, madeAt }: StoredSnapshot): SnapshotView => ({
  serviceId,
  number,
  sha256: fileSha256,
  bytes: Number(bytes),
  recordings,
  madeAt: madeAt.toISOString(),
});
