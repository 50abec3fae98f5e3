import { Controller, Param, ParseUUIDPipe, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import { csvBody } from '../../platform/http/csv';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { Storage } from '../../platform/storage/storage';
import { getNegotiation } from '../negotiations.repository';
import { limits } from './basis';
import { ReceiveSimulationFile } from './receive-simulation-file';
import type { SimulationFile } from './simulation-files.repository';
import { readUsageFile } from './usage-file';

export class SimulationFileView {
  @ApiProperty({ format: 'uuid', description: 'what a simulation names as its fileId' }) readonly id!: string;
  @ApiProperty({ description: 'SHA-256 of the file' }) readonly fileSha256!: string;
  @ApiProperty({ example: '4041' }) readonly bytes!: string;
  @ApiProperty({ type: 'integer' }) readonly rows!: number;
  @ApiProperty({ type: String, isArray: true, example: ['2026-01'] }) readonly months!: readonly string[];
  @ApiProperty({ format: 'date-time' }) readonly uploadedAt!: string;
}

@ApiTags('simulations')
@Controller('v1/negotiations/:id/simulation-files')
export class SimulationFilesController {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly receive: ReceiveSimulationFile,
  ) {}

  @Post()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Send a usage file to run revisions on',
    description:
      'UTF-8, comma-separated, at most 10 MiB and 100,000 rows: month, isrc, service, territory, use, model, quantity, and as wanted returns and sales. Only you see it. Refused with `simulation-file-invalid`, all faults at once with their lines.',
  })
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: SimulationFileView })
  async create(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    await this.database.withTenant(actor, (tx) => getNegotiation(tx, id), 'read');
    const file = await this.storage.store(csvBody(request), limits.fileBytes);
    const rows = await readUsageFile(this.storage.read(file.sha256));
    return this.writes.run({ actor, key, request, reply, content: file.sha256 }, async (tx) =>
      fileView(await this.receive.execute(tx, actor, id, { file, rows })),
    );
  }
}

const fileView = (file: SimulationFile): SimulationFileView => ({
  id: file.id,
  fileSha256: file.fileSha256,
  bytes: String(file.bytes),
  rows: file.rowCount,
  months: file.months,
  uploadedAt: file.uploadedAt.toISOString(),
});
