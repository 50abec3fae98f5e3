import { Controller, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Approvals } from '../platform/approvals/approvals';
import { approvalView, ApprovalView } from '../platform/approvals/approvals.controller';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { signAction } from './look-before-signing';

@ApiTags('approvals')
@Controller('v1/agreements/:id/signature-approvals')
export class SignatureApprovalsController {
  constructor(private readonly approvals: Approvals) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Ask a second signatory to approve what you would sign',
    description:
      'For amendments and imported agreements above your threshold (`second-signatory-needed`). Whoever approves it at `/v1/approvals` lets another one sign. Refused with `agreement-not-open-for-signature`.',
  })
  @ApiCreatedResponse({ type: ApprovalView })
  async request(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ApprovalView> {
    return approvalView(await this.approvals.request(tx, actor, signAction, id));
  }
}
