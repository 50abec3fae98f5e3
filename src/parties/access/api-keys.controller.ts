import { Body, Controller, Delete, Get, Header, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { fromCursor, instantKey, type Page, pageOf, PageQuery, pageSchema, uuidKey } from '../../platform/http/paging';
import type { SecretReply } from '../../platform/idempotency/idempotent-writes';
import { listApiKeys } from './access.repository';
import { ApiKeys, apiKeyView, ApiKeyView, CreateApiKeyBody, NewApiKeyView } from './api-keys';

@ApiTags('api-keys')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeys) {}

  @Post()
  @Allow({ roles: ['admin'], memberOnly: true })
  @Header('cache-control', 'no-store')
  @ApiCreatedResponse({ type: NewApiKeyView })
  create(@By() actor: Actor, @InTx() tx: Tx, @Body() body: CreateApiKeyBody): Promise<SecretReply> {
    return this.apiKeys.create(tx, actor, body);
  }

  @Get()
  @Allow({ roles: ['admin'], memberOnly: true })
  @ApiOkResponse({ type: pageSchema(ApiKeyView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<ApiKeyView>> {
    const rows = await listApiKeys(tx, limit, fromCursor(cursor, [instantKey, uuidKey]));
    return pageOf(rows, limit, apiKeyView, (row) => [row.created_at.toISOString(), row.id]);
  }

  @Delete(':id')
  @HttpCode(204)
  @Allow({ roles: ['admin'], memberOnly: true })
  @ApiNoContentResponse()
  revoke(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.apiKeys.revoke(tx, actor, id);
  }
}
