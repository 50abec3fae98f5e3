import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { OnlyReads } from '../platform/http/transaction.interceptor';
import { ClearanceBody, ClearUses } from './clear-uses';
import { ClearanceView } from './clearance.view';

@ApiTags('clearance')
@Controller('v1/clearance')
export class ClearanceController {
  constructor(private readonly clearUses: ClearUses) {}

  @Post()
  @OnlyReads()
  @HttpCode(200)
  @Allow({ kinds: ['platform'], roles: ['licensing', 'usage', 'reader'] })
  @ApiOperation({
    summary: 'May this service use this recording, this way, here, now?',
    description: 'Up to a thousand questions at once, answered in their order from your concluded agreements.',
  })
  @ApiOkResponse({ type: ClearanceView })
  async clear(@By() actor: Actor, @InTx() tx: Tx, @Body() body: ClearanceBody): Promise<ClearanceView> {
    return { answers: await this.clearUses.execute(tx, actor.organizationId, body) };
  }
}
