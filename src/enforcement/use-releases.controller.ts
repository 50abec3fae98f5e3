import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../platform/auth/allow';
import { type Tx } from '../platform/database/tx';
import { listReleases } from './use-releases.repository';

export class UseReleaseView {
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ format: 'date', description: 'use before this day is released' }) readonly releasesUseBefore!: string;
  @ApiProperty({ format: 'date-time' }) readonly releasedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'with the reopening of a claim' })
  readonly revokedAt!: string | null;
}

export class UseReleasesView {
  @ApiProperty({ type: UseReleaseView, isArray: true }) readonly rows!: readonly UseReleaseView[];
}

/** Past use that settlements have released. */
@ApiTags('enforcement')
@Controller('v1/use-releases')
export class UseReleasesController {
  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the releases of past use that you gave or have, oldest first' })
  @ApiOkResponse({ type: UseReleasesView })
  async list(@InTx() tx: Tx): Promise<UseReleasesView> {
    const rows = await listReleases(tx);
    return {
      rows: rows.map(({ releasedAt, revokedAt, ...release }) => ({
        ...release,
        releasedAt: releasedAt.toISOString(),
        revokedAt: revokedAt?.toISOString() ?? null,
      })),
    };
  }
}
