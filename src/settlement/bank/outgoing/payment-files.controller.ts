import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { DayField, IdField } from '../../../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../../platform/http/paging';
import { Storage } from '../../../platform/storage/storage';
import { AmountView, amountView } from '../../amount-view';
import { MakePaymentFile } from './make-payment-file';
import {
  type FiledPayout,
  findPaymentFile,
  listPaymentFiles,
  type PaymentFile,
  payoutsOfFile,
} from './payment-files.repository';

export class PaymentFileBody {
  @IdField({ description: 'the marketplace’s account that pays' })
  readonly accountId!: string;

  @DayField({ optional: true, description: 'when it is to be paid; absent: today, in UTC' })
  readonly executeOn?: string;
}

export class PaymentFileView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly accountId!: string;
  @ApiProperty({ description: 'what the bank answers to' }) readonly messageId!: string;
  @ApiProperty({ type: 'integer' }) readonly payouts!: number;
  @ApiProperty({ type: AmountView }) readonly total!: AmountView;
  @ApiProperty({ format: 'date' }) readonly executeOn!: string;
  @ApiProperty() readonly sha256!: string;
  @ApiProperty() readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
  @ApiProperty({
    type: String,
    enum: ['handed-in', 'withdrawn'],
    nullable: true,
    description: 'null: nobody has said whether the bank has it',
  })
  readonly ended!: string | null;
}

export class FiledPayoutView {
  @ApiProperty({ format: 'uuid' }) readonly payoutId!: string;
  @ApiProperty() readonly endToEndId!: string;
  @ApiProperty({ type: AmountView }) readonly amount!: AmountView;
  @ApiProperty({ description: 'of the payout' }) readonly state!: string;
  @ApiProperty({ type: String, nullable: true }) readonly problem!: string | null;
  @ApiProperty({ description: 'false: it has left the file, and may be in another one' }) readonly live!: boolean;
  @ApiProperty({ description: 'the label has agreed on other details since: hand the file in no more' })
  readonly detailsReplaced!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'why somebody holds it back; null: nobody' })
  readonly hold!: string | null;
}

export class PaymentFileDetailView extends PaymentFileView {
  @ApiProperty({ type: FiledPayoutView, isArray: true }) readonly rows!: readonly FiledPayoutView[];
}

const xml = 'application/xml';

/** Payouts by bank, as files that an operator hands in. */
@ApiTags('bank')
@Controller('v1/bank/payment-files')
export class PaymentFilesController {
  constructor(
    private readonly makeFile: MakePaymentFile,
    private readonly storage: Storage,
  ) {}

  @Post()
  @Allow({ kinds: ['operator'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'Make a file of all payouts that are released and go by bank',
    description:
      'pain.001.001.09, in the currency of the account. A payout is in one live file at most; those whose bank details are cooling off are left for the next one. Nothing is sent by it: download it, hand it in, and say so. Refused with `payment-file-empty`.',
  })
  @ApiCreatedResponse({ type: PaymentFileView })
  async make(@By() actor: Actor, @InTx() tx: Tx, @Body() body: PaymentFileBody): Promise<PaymentFileView> {
    return fileView(await this.makeFile.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['operator'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'List files of payments, latest first' })
  @ApiOkResponse({ type: pageSchema(PaymentFileView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<PaymentFileView>> {
    const rows = await listPaymentFiles(tx, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, fileView, (row) => [row.made_at.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['operator'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'Show a file of payments and how each of them stands' })
  @ApiOkResponse({ type: PaymentFileDetailView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PaymentFileDetailView> {
    const file = await found(tx, id);
    const payouts = await tx.asSystem(() => payoutsOfFile(tx, id));
    return { ...fileView(file), rows: payouts.map(payoutView) };
  }

  @Get(':id/content')
  @Allow({ kinds: ['operator'], roles: ['finance'] })
  @ApiOperation({ summary: 'Download a file of payments, always the same' })
  @ApiOkResponse({ content: { [xml]: { schema: { type: 'string', format: 'binary' } } } })
  async content(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const { file_sha256, message_id } = await found(tx, id);
    const disposition = `attachment; filename="pain001-${message_id}.xml"`;
    return new StreamableFile(this.storage.read(file_sha256), { type: xml, disposition });
  }

  @Post(':id/hand-in')
  @HttpCode(200)
  @Allow({ kinds: ['operator'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'Say that the bank has a file of payments',
    description:
      'Its payouts are sent by it; the bank’s acceptance says the same. Refused with `payment-file-ended`, and with `payment-file-held` while somebody holds back one of its payouts: release it, or withdraw the file and make another one.',
  })
  @ApiOkResponse({ type: PaymentFileView })
  async handIn(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PaymentFileView> {
    return fileView(await this.makeFile.end(tx, actor, id, 'handed-in'));
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['operator'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'Say that the bank will never get a file of payments',
    description: 'Its payouts wait for another file. Refused with `payment-file-ended` where the bank has it.',
  })
  @ApiOkResponse({ type: PaymentFileView })
  async withdraw(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PaymentFileView> {
    return fileView(await this.makeFile.end(tx, actor, id, 'withdrawn'));
  }
}

async function found(tx: Tx, id: string): Promise<PaymentFile> {
  const file = await findPaymentFile(tx, id);
  if (file === undefined) throw new DomainError('not-found');
  return file;
}

const fileView = (file: PaymentFile): PaymentFileView => ({
  ...{ id: file.id, accountId: file.account_id, messageId: file.message_id, payouts: file.payouts },
  ...{ total: amountView(file.total_minor, file.currency), executeOn: file.execute_on, sha256: file.file_sha256 },
  ...{ madeBy: file.made_by, madeAt: file.made_at.toISOString(), ended: file.ended },
});

const payoutView = (row: FiledPayout): FiledPayoutView => ({
  ...{ payoutId: row.payout_id, endToEndId: row.end_to_end_id, amount: amountView(row.amount_minor, row.currency) },
  ...{ state: row.state, problem: row.problem, live: row.live },
  ...{ detailsReplaced: row.details_replaced, hold: row.hold_reason },
});
