import { Body, Controller, Delete, Get, Header, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import type { SecretReply } from '../../platform/idempotency/idempotent-writes';
import { listApiKeys } from './access.repository';
import { ApiKeys, apiKeyView, ApiKeyView, CreateApiKeyBody, NewApiKeyView } from './api-keys';

@ApiTags('api-keys')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeys) {}

  @Post()
  @Allow({ roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Make an API key for a machine',
    description: 'The key is shown this once. `forbidden` where it would have roles that you do not hold.',
  })
  @Header('cache-control', 'no-store')
  @ApiCreatedResponse({ type: NewApiKeyView })
  create(@By() actor: Actor, @InTx() tx: Tx, @Body() body: CreateApiKeyBody): Promise<SecretReply> {
    return this.apiKeys.create(tx, actor, body);
  }

  @Get()
  @Allow({ roles: ['admin'], memberOnly: true })
  @ApiOperation({ summary: 'List your organization’s API keys, revoked ones included' })
  @ApiOkResponse({ type: pageSchema(ApiKeyView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<ApiKeyView>> {
    const rows = await listApiKeys(tx, limit, afterInstant(cursor));
    return pageOf(rows, limit, apiKeyView, (row) => [row.created_at.toISOString(), row.id]);
  }

  @Delete(':id')
  @HttpCode(204)
  @Allow({ roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Revoke an API key',
    description: 'It is refused from the next request on. Revoking it again changes nothing.',
  })
  @ApiNoContentResponse()
  revoke(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.apiKeys.revoke(tx, actor, id);
  }
}
