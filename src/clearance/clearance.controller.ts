import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By } from '../platform/auth/allow';
import { OnlyReads, OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import { ClearUses } from './clear-uses';
import { ClearanceView } from './clearance.view';
import { ClearanceBody } from './questions';
import { clearanceRoles } from './remembered-actors';

@ApiTags('clearance')
@Controller('v1/clearance')
export class ClearanceController {
  constructor(private readonly clearUses: ClearUses) {}

  @Post()
  @OnlyReads()
  @OpensOwnTransactions()
  @HttpCode(200)
  @Allow({ kinds: ['platform'], roles: clearanceRoles })
  @ApiOperation({
    summary: 'May this service use this recording, this way, here, now?',
    description:
      'Up to ten thousand questions at once, answered in their order from your concluded agreements. What is signed, amended, suspended or ended anywhere counts within a second. Refused with `clearance-feed-lost` while changes cannot be heard of.',
  })
  @ApiOkResponse({ type: ClearanceView })
  async clear(@By() actor: Actor, @Body() body: ClearanceBody): Promise<ClearanceView> {
    return this.clearUses.execute(actor.organizationId, body);
  }
}
