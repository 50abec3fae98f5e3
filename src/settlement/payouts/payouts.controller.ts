import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { ChoiceField, TextField } from '../../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { purposes } from '../invoices/invoices.repository';
import { AmountView, amountView } from '../amount-view';
import { getPayout, listPayouts, type PayoutWithApproval } from './payouts.repository';
import { HoldPayout } from './hold-payout';
import { type PayoutWaits, payoutWaits } from './payout-waits';
import { PayoutBody, RequestPayout } from './request-payout';

export class PayoutHoldBody {
  @TextField({ max: 500, description: 'why it is not to be sent for now; the label reads it' })
  readonly reason!: string;
}

export class PayoutsQuery extends PageQuery {
  @ChoiceField(payoutWaits, { optional: true, description: 'only payouts that wait for this' })
  readonly waitsFor?: PayoutWaits;
}

export class PayoutView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid', description: 'whose invoices it pays out' }) readonly labelId!: string;
  @ApiProperty({ enum: purposes }) readonly purpose!: string;
  @ApiProperty({ type: AmountView }) readonly gross!: AmountView;
  @ApiProperty({ type: AmountView, description: 'the marketplace’s, taken here' }) readonly commission!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what is transferred' }) readonly net!: AmountView;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ type: String, nullable: true, example: null, description: 'whose part it is; null: your own' })
  readonly payee!: string | null;
  @ApiProperty({ enum: ['stripe', 'bank'] }) readonly rail!: string;
  @ApiProperty({
    example: 'acct_1',
    description: 'the account at the provider, or at the bank, that it goes to: see it before you release it',
  })
  readonly account!: string;
  @ApiProperty({
    enum: ['planned', 'approved', 'sent', 'confirmed', 'failed', 'rejected', 'unknown'],
    description: 'unknown: it may exist at the provider, and is looked up before anything else',
  })
  readonly state!: string;
  @ApiProperty({
    enum: payoutWaits,
    type: String,
    nullable: true,
    description: 'docs/money-standing.md says what each of them means; null: it has reached its end',
  })
  readonly waitsFor!: string | null;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'what a second person decides; for the label alone',
  })
  readonly approvalId!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly transferId!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'what went wrong, or what an approved payout waits for: its account, or whoever holds it',
  })
  readonly problem!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null, description: 'why somebody holds it back; null: nobody' })
  readonly hold!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly plannedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly sentAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly confirmedAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when the provider took the transfer back: the payout has failed, and its invoices are free',
  })
  readonly reversedAt!: string | null;
}

@ApiTags('payouts')
@Controller('v1/payouts')
export class PayoutsController {
  constructor(
    private readonly requestPayout: RequestPayout,
    private readonly holdPayout: HoldPayout,
  ) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['finance'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Ask for paid invoices to be paid out',
    description:
      'A second person releases it: see `approvalId`. What the terms share out is asked for payee by payee, and goes to the payee’s own account (`account`). Refused with `payments-not-configured`, `payment-account-missing`, `bank-details-missing`, `bank-details-cooling`, `invoice-not-payable` or `commission-missing`.',
  })
  @ApiCreatedResponse({ type: PayoutView })
  async request(@By() actor: Actor, @InTx() tx: Tx, @Body() body: PayoutBody): Promise<PayoutView> {
    return payoutView(await this.requestPayout.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'operator'] })
  @ApiOperation({
    summary: 'List your payouts, oldest first',
    description:
      'The operator sees those of all labels: those with waitsFor to-file it puts into a file of payments, and any that is not sent it can hold back.',
  })
  @ApiOkResponse({ type: pageSchema(PayoutView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, waitsFor }: PayoutsQuery): Promise<Page<PayoutView>> {
    const after = afterInstant(cursor);
    const rows = await listPayouts(tx, { waiting: waitsFor ?? null, limit: limit + 1, after });
    return pageOf(rows, limit, payoutView, (row) => [row.planned_at.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'operator'] })
  @ApiOperation({ summary: 'Show a payout and its state' })
  @ApiOkResponse({ type: PayoutView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PayoutView> {
    return payoutView(await getPayout(tx, id));
  }

  @Post(':id/hold')
  @Allow({ kinds: ['label', 'operator'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'Hold a payout back',
    description:
      'It is not sent until another person of your side releases it; what was sent for it already is still looked up. A label holds its own payouts, the marketplace any. Refused with `payout-not-holdable`.',
  })
  @ApiCreatedResponse({ type: PayoutView })
  async hold(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { reason }: PayoutHoldBody,
  ): Promise<PayoutView> {
    return payoutView(await this.holdPayout.place(tx, actor, { id, reason }));
  }

  @Post(':id/hold-release')
  @Allow({ kinds: ['label', 'operator'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'Let a payout go that your side holds back',
    description:
      'Refused with `payout-not-held`, `approval-needs-second-person`, or `forbidden` where the other side holds it.',
  })
  @ApiCreatedResponse({ type: PayoutView })
  async release(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PayoutView> {
    return payoutView(await this.holdPayout.release(tx, actor, id));
  }

  @Post(':id/look-up')
  @Allow({ kinds: ['label'], roles: ['finance'] })
  @ApiOperation({
    summary: 'Have a payout looked at again now',
    description:
      'One of unknown fate is looked up at the provider; one that waits is sent if nothing is in its way any more. Shows it as it is: ask again for what came of it. Of any other payout nothing happens.',
  })
  @ApiCreatedResponse({ type: PayoutView })
  async lookUp(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PayoutView> {
    return payoutView(await this.holdPayout.lookAgain(tx, id));
  }
}

const payoutView = (payout: PayoutWithApproval): PayoutView => ({
  id: payout.id,
  labelId: payout.owner_id,
  purpose: payout.purpose,
  gross: amountView(payout.gross_minor, payout.currency),
  commission: amountView(payout.commission_minor, payout.currency),
  net: amountView(payout.net_minor, payout.currency),
  currency: payout.currency,
  payee: payout.payee,
  rail: payout.rail,
  account: payout.account,
  state: payout.state,
  waitsFor: payout.waits_for,
  approvalId: payout.approval_id,
  transferId: payout.transfer_id,
  problem: payout.problem,
  hold: payout.hold_reason,
  plannedAt: payout.planned_at.toISOString(),
  sentAt: payout.sent_at?.toISOString() ?? null,
  confirmedAt: payout.confirmed_at?.toISOString() ?? null,
  reversedAt: payout.reversed_at?.toISOString() ?? null,
});
