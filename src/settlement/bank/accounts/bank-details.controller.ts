import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../../platform/http/paging';
import { AccountView, accountView } from './account-body';
import { type BankDetails, listDetails } from './bank-details.repository';
import { ChangeDetails, coolingHours, DetailsBody } from './change-details';

const states = ['asked', 'rejected', 'cooling', 'in-force', 'replaced'] as const;

export class DetailsView extends AccountView {
  @ApiProperty({ type: String, nullable: true, description: 'whose; null: your own' }) readonly payee!: string | null;
  @ApiProperty({
    enum: states,
    description: `asked: a second person decides; cooling: agreed, and no money goes there for ${coolingHours} hours`,
  })
  readonly state!: (typeof states)[number];
  @ApiProperty() readonly askedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly askedAt!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'what a second person decides' })
  readonly approvalId!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly usableFrom!: string | null;
}

/** Where a label's money goes, where it is paid by bank. */
@ApiTags('bank')
@Controller('v1/bank-details')
export class BankDetailsController {
  constructor(
    private readonly clock: Clock,
    private readonly changeDetails: ChangeDetails,
  ) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['finance'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Say where your money is to go, or a payee’s, in one currency',
    description: `You enter your password again; a second person agrees: see \`approvalId\`. Then no money goes there for ${coolingHours} hours, nor to what was in force before; everybody of yours is told at each step. Payouts to the details before that no bank has been asked for end, and their invoices are free. Refused with \`confirmation-required\` or \`bank-account-invalid\`.`,
  })
  @ApiCreatedResponse({ type: DetailsView })
  async change(@By() actor: Actor, @InTx() tx: Tx, @Body() body: DetailsBody): Promise<DetailsView> {
    return this.view(await this.changeDetails.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'List your bank details, oldest first, those that were replaced too' })
  @ApiOkResponse({ type: pageSchema(DetailsView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<DetailsView>> {
    const rows = await listDetails(tx, limit + 1, afterInstant(cursor));
    return pageOf(
      rows,
      limit,
      (row) => this.view(row),
      (row) => [row.asked_at.toISOString(), row.id],
    );
  }

  private view(details: BankDetails): DetailsView {
    return {
      ...accountView(details),
      ...{ payee: details.payee, state: stateOf(details, this.clock.now()) },
      ...{ askedBy: details.asked_by, askedAt: details.asked_at.toISOString(), approvalId: details.approval_id },
      usableFrom: details.usable_from?.toISOString() ?? null,
    };
  }
}

function stateOf({ usable_from, replaced, decision }: BankDetails, now: Date): DetailsView['state'] {
  if (usable_from === null) return decision === null ? 'asked' : 'rejected';
  if (replaced) return 'replaced';
  return now < usable_from ? 'cooling' : 'in-force';
}
