import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import type { Tx } from '../../../platform/database/tx';
import { ChoiceField, IdField, IntegerParameter, TextField } from '../../../platform/http/fields';
import { afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../../platform/http/paging';
import { orNull } from '../../../platform/http/or-null';
import { AmountView, amountView } from '../../amount-view';
import { getIssued } from '../drafts/drafted';
import { StatementView, statementView } from '../statement-view';
import { AcceptStatement } from './accept-statement';
import { AnswerDispute } from './answer-dispute';
import { DisputeLines, DisputeLinesBody } from './dispute-lines';
import {
  disputesOfStatement,
  disputeStates,
  factKinds,
  type StatementDispute,
  type StatementDisputeState,
  stateOfDispute,
} from './statement-disputes.repository';
import { headerById } from './statement-states';

export class StatementDisputeParameters {
  @IdField()
  readonly id!: string;

  @IntegerParameter({ min: 1, max: 1_000_000_000 })
  readonly number!: number;
}

export class DisputeAnswerBody {
  @ChoiceField(['accepted', 'rejected'], {
    description: 'accepted: the lines are wrong, a report that replaces theirs corrects them; rejected: they are right',
  })
  readonly answer!: 'accepted' | 'rejected';

  @TextField({ max: 2_000, optional: true })
  readonly note?: string;
}

export class DisputeAmountBody {
  @TextField({ max: 30, description: 'what of the held amount is due, as the statement writes amounts' })
  readonly amount!: string;
}

export class StatementDisputeFactView {
  @ApiProperty({ enum: factKinds }) readonly kind!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: neither party' })
  readonly organizationId!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly note!: string | null;
  @ApiProperty({ ...orNull(AmountView), description: 'offered, or agreed' })
  readonly amount!: AmountView | null;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
}

export class StatementDisputeView {
  @ApiProperty({ type: 'integer', description: 'within the agreement' }) readonly number!: number;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ type: 'integer', isArray: true }) readonly lines!: readonly number[];
  @ApiProperty() readonly reason!: string;
  @ApiProperty({ type: String, nullable: true }) readonly evidence!: string | null;
  @ApiProperty({ enum: disputeStates, description: 'accepted: waits for the statement that corrects it' })
  readonly state!: StatementDisputeState;
  @ApiProperty({ ...orNull(AmountView), description: 'what the lines should come to' })
  readonly expected!: AmountView | null;
  @ApiProperty({ type: AmountView, description: 'what they come to beyond that' }) readonly disputed!: AmountView;
  @ApiProperty({
    type: AmountView,
    description: 'what of it waits until the dispute is over; before tax, as lines are',
  })
  readonly held!: AmountView;
  @ApiProperty({
    ...orNull(AmountView),
    description: 'what was taken off the invoice for that: with its VAT and less the tax withheld, as it is paid',
  })
  readonly credited!: AmountView | null;
  @ApiProperty({ ...orNull(AmountView), description: 'the value-added tax inside what was taken off' })
  readonly creditedVat!: AmountView | null;
  @ApiProperty({
    type: String,
    enum: ['paid', 'not-payable'],
    nullable: true,
    description: 'why less waits than is disputed: it is paid, and nothing is pulled back, or it was not payable',
  })
  readonly heldLess!: string | null;
  @ApiProperty({ format: 'date', description: 'the last day for the label to answer' }) readonly answerBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly openedAt!: string;
  @ApiProperty({
    type: StatementDisputeFactView,
    isArray: true,
    description: 'what was said of it since, oldest first',
  })
  readonly facts!: readonly StatementDisputeFactView[];
}

/** What becomes of a statement once it is issued. */
@ApiTags('statements')
@Controller('v1/statements/:id')
export class StatementLifeController {
  constructor(
    private readonly acceptStatement: AcceptStatement,
    private readonly disputeLines: DisputeLines,
    private readonly answerDispute: AnswerDispute,
  ) {}

  @Post('acceptance')
  @HttpCode(200)
  @Allow({ kinds: ['platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Accept a statement',
    description:
      'Its lines can then be disputed no more. No amount changes, and silence is no acceptance. Refused with `statement-state` while lines are disputed.',
  })
  @ApiOkResponse({ type: StatementView })
  async accept(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StatementView> {
    await this.acceptStatement.execute(tx, actor, id);
    return statementView(await headerById(tx, id));
  }

  @Post('disputes')
  @Allow({ kinds: ['platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Dispute lines of a statement',
    description:
      'What of their amount is neither paid nor expected waits: it is held in the books and taken off the invoice, with its taxes and at the rates of the statement. What is paid is not pulled back. Refused with `statement-state` once accepted, `statement-dispute-state` for lines that are disputed already.',
  })
  @ApiCreatedResponse({ type: StatementDisputeView })
  async dispute(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: DisputeLinesBody,
  ): Promise<StatementDisputeView> {
    return disputeView(await this.disputeLines.execute(tx, actor, id, body));
  }

  @Get('disputes')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the disputes about a statement’s lines, oldest first' })
  @ApiOkResponse({ type: pageSchema(StatementDisputeView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<StatementDisputeView>> {
    const after = afterNumber(cursor);
    const rows = await disputesOfStatement(tx, await getIssued(tx, id), { limit, after });
    return pageOf(rows, limit, disputeView, ({ number }) => [String(number)]);
  }

  @Post('disputes/:number/answer')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Answer a dispute about your statement',
    description:
      'Accepted, it waits for the statement that corrects the month, and what was held is due with it. Refused with `statement-dispute-state`.',
  })
  @ApiOkResponse({ type: StatementDisputeView })
  async answer(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: StatementDisputeParameters,
    @Body() { answer, note }: DisputeAnswerBody,
  ): Promise<StatementDisputeView> {
    const said = { statementId: id, number, answer: { kind: answer, note } };
    return disputeView(await this.answerDispute.execute(tx, actor, said));
  }

  @Post('disputes/:number/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Withdraw a dispute about lines',
    description:
      'What waits for it is due: booked and invoiced in the same moment. Refused with `statement-dispute-state`.',
  })
  @ApiOkResponse({ type: StatementDisputeView })
  async withdraw(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: StatementDisputeParameters,
  ): Promise<StatementDisputeView> {
    const said = { statementId: id, number, answer: { kind: 'withdrawn' as const } };
    return disputeView(await this.answerDispute.execute(tx, actor, said));
  }

  @Post('disputes/:number/amount')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Offer what of the held amount is due',
    description:
      'Once both parties have offered the same, the dispute is over: that is booked and invoiced, and the rest is owed by nobody. Refused with `statement-dispute-state`.',
  })
  @ApiOkResponse({ type: StatementDisputeView })
  async offer(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: StatementDisputeParameters,
    @Body() { amount }: DisputeAmountBody,
  ): Promise<StatementDisputeView> {
    const said = { statementId: id, number, answer: { kind: 'amount-offered' as const, amount } };
    return disputeView(await this.answerDispute.execute(tx, actor, said));
  }
}

function disputeView(dispute: StatementDispute): StatementDisputeView {
  const amount = (minor: bigint): AmountView => amountView(minor, dispute.currency);
  const credited = (minor: bigint | null): AmountView | null =>
    minor === null ? null : amountView(minor, dispute.credited_currency!);
  return {
    number: dispute.number,
    month: dispute.month.slice(0, 7),
    lines: dispute.lines,
    reason: dispute.reason,
    evidence: dispute.evidence,
    state: stateOfDispute(dispute),
    expected: dispute.expected_minor === null ? null : amount(dispute.expected_minor),
    disputed: amount(dispute.disputed_minor),
    held: amount(dispute.held_minor),
    credited: credited(dispute.credited_minor),
    creditedVat: credited(dispute.credited_vat_minor),
    heldLess: dispute.held_less,
    answerBy: dispute.answer_by,
    openedAt: dispute.opened_at.toISOString(),
    facts: dispute.facts.map(({ kind, organization_id, note, amount_minor, at }) => ({
      kind,
      organizationId: organization_id,
      note,
      amount: amount_minor === null ? null : amount(amount_minor),
      at: at.toISOString(),
    })),
  };
}
