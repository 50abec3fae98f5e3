import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../auth/actor';
import { Allow, By, InTx } from '../auth/allow';
import type { Tx } from '../database/tx';
import { ChoiceField } from '../http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../http/paging';
import { type Approval, Approvals } from './approvals';

export class DecisionBody {
  @ChoiceField(['approved', 'rejected'])
  readonly decision!: 'approved' | 'rejected';
}

export class ApprovalView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ description: 'what is to be approved, e.g. payout.release' }) readonly action!: string;
  @ApiProperty({ format: 'uuid' }) readonly subjectId!: string;
  @ApiProperty() readonly requestedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly requestedAt!: string;
  @ApiProperty({ type: String, enum: ['approved', 'rejected', 'void'], nullable: true }) readonly decision!:
    string | null;
  @ApiProperty({ type: String, nullable: true }) readonly decidedBy!: string | null;
}

export const approvalView = (approval: Approval): ApprovalView => ({
  id: approval.id,
  action: approval.action,
  subjectId: approval.subject_id,
  requestedBy: approval.requested_by,
  requestedAt: approval.requested_at.toISOString(),
  decision: approval.decision,
  decidedBy: approval.decided_by,
});

@ApiTags('approvals')
@Controller('v1/approvals')
export class ApprovalsController {
  constructor(private readonly approvals: Approvals) {}

  @Get()
  @Allow()
  @ApiOperation({ summary: 'List what was put up for approval, oldest first' })
  @ApiOkResponse({ type: pageSchema(ApprovalView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<ApprovalView>> {
    const after = afterInstant(cursor);
    const rows = await tx.rows<Approval>(
      `SELECT * FROM approvals WHERE ($2::timestamptz IS NULL OR (requested_at, id) > ($2, $3::uuid))
        ORDER BY requested_at, id LIMIT $1 + 1`,
      [limit, after?.[0] ?? null, after?.[1] ?? null],
    );
    return pageOf(rows, limit, approvalView, (row) => [row.requested_at.toISOString(), row.id]);
  }

  @Post(':id/decision')
  @HttpCode(200)
  @Allow({ memberOnly: true })
  @ApiOperation({
    summary: 'Approve or reject what another person asked for',
    description:
      'Who may is the matter’s: finance for a payout, a signatory for an acceptance. Refused with `forbidden` for others, `approval-needs-second-person` for whoever asked, and `approval-decided` once decided or when the matter has changed since.',
  })
  @ApiOkResponse({ type: ApprovalView })
  async decide(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { decision }: DecisionBody,
  ): Promise<ApprovalView> {
    return approvalView(await this.approvals.decide(tx, actor, id, decision));
  }
}
