import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApprovalView, approvalView } from '../../../platform/approvals/approvals.controller';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { ChoiceField } from '../../../platform/http/fields';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema, uuidKey } from '../../../platform/http/paging';
import { AmountView, amountView } from '../../amount-view';
import { numbersNamed } from './match-receipt';
import { ProposeUse, ReceiptUseBody } from './propose-use';
import {
  type BankReceipt,
  findReceipt,
  listReceipts,
  type OpenInvoice,
  type ReceiptUse,
  suggestedInvoices,
  suspenseOf,
  suspenseReasons,
  usesOfReceipts,
} from './receipts.repository';

export class ReceiptsQuery extends PageQuery {
  @ChoiceField(['all', 'suspense'], { optional: true, description: 'suspense: of which something is for nobody yet' })
  readonly only?: 'all' | 'suspense';
}

export class BankReceiptUseView {
  @ApiProperty({ type: AmountView }) readonly amount!: AmountView;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: it is to be returned' })
  readonly invoiceId!: string | null;
  @ApiProperty({ description: 'false: two persons said so' }) readonly matched!: boolean;
  @ApiProperty({ format: 'date-time' }) readonly usedAt!: string;
}

export class BankReceiptView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly accountId!: string;
  @ApiProperty({ description: 'the bank’s' }) readonly statementId!: string;
  @ApiProperty({ description: 'of the entry in the statement' }) readonly reference!: string;
  @ApiProperty({ format: 'date', description: 'when the bank booked it' }) readonly receivedOn!: string;
  @ApiProperty({ type: AmountView }) readonly amount!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what of it is for nobody yet' }) readonly suspense!: AmountView;
  @ApiProperty({ type: AmountView, description: 'what of it is to be returned' }) readonly toReturn!: AmountView;
  @ApiProperty({
    type: String,
    enum: suspenseReasons,
    nullable: true,
    description: 'why not all of it was matched; null: all was, or it is being read',
  })
  readonly reason!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'who paid, as the bank says' })
  readonly payer!: string | null;
  @ApiProperty({ description: 'what the payer wrote' }) readonly remittance!: string;
  @ApiProperty({ type: String, isArray: true }) readonly creditorReferences!: readonly string[];
  @ApiProperty({ type: BankReceiptUseView, isArray: true }) readonly uses!: readonly BankReceiptUseView[];
}

export class SuggestionView {
  @ApiProperty({ format: 'uuid' }) readonly invoiceId!: string;
  @ApiProperty() readonly number!: string;
  @ApiProperty({ type: AmountView, description: 'what is still to be paid of it' }) readonly open!: AmountView;
  @ApiProperty({ description: 'the platform that pays it' }) readonly platform!: string;
  @ApiProperty({ format: 'date' }) readonly dueOn!: string;
}

export class BankReceiptDetailView extends BankReceiptView {
  @ApiProperty({
    type: SuggestionView,
    isArray: true,
    description: 'invoices that it may be for: those that it names, and those of which just so much is open',
  })
  readonly suggestions!: readonly SuggestionView[];
}

/** Money that came in by bank transfer, what it was for, and what is for nobody yet. */
@ApiTags('bank')
@Controller('v1/bank/receipts')
export class ReceiptsController {
  constructor(private readonly proposeUse: ProposeUse) {}

  @Get()
  @Allow({ kinds: ['operator'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'List what came in by bank, oldest first' })
  @ApiOkResponse({ type: pageSchema(BankReceiptView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, only = 'all' }: ReceiptsQuery): Promise<Page<BankReceiptView>> {
    const after = fromCursor(cursor, [/^\d{4}-\d{2}-\d{2}$/, uuidKey]);
    const rows = await listReceipts(tx, { suspense: only === 'suspense', limit: limit + 1, after });
    const uses = await usesOfReceipts(
      tx,
      rows.map(({ entry_id }) => entry_id),
    );
    const view = (row: BankReceipt): BankReceiptView => receiptView(row, uses);
    return pageOf(rows, limit, view, (row) => [row.received_on, row.entry_id]);
  }

  @Get(':id')
  @Allow({ kinds: ['operator'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'Show what came in, and which invoices it may be for' })
  @ApiOkResponse({ type: BankReceiptDetailView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<BankReceiptDetailView> {
    const receipt = await findReceipt(tx, id);
    if (receipt === undefined) throw new DomainError('not-found');
    const asked = { currency: receipt.currency, minor: suspenseOf(receipt), numbers: numbersNamed(receipt) };
    const found = asked.minor === 0n ? [] : await tx.asSystem(() => suggestedInvoices(tx, asked));
    return { ...receiptView(receipt, await usesOfReceipts(tx, [id])), suggestions: found.map(suggestionView) };
  }

  @Post(':id/uses')
  @Allow({ kinds: ['operator'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'Say what money on suspense is for, or that it is to be returned',
    description:
      'A second person decides: the answer is what they decide on. Refused with `bank-receipt-not-usable`; `approval-decided` where something has changed until then.',
  })
  @ApiCreatedResponse({ type: ApprovalView })
  async use(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ReceiptUseBody,
  ): Promise<ApprovalView> {
    return approvalView(await this.proposeUse.execute(tx, actor, id, body));
  }
}

const receiptView = (receipt: BankReceipt, uses: readonly ReceiptUse[]): BankReceiptView => {
  const { currency } = receipt;
  const shown = (minor: bigint): AmountView => amountView(minor, currency);
  return {
    ...{ id: receipt.entry_id, accountId: receipt.account_id, statementId: receipt.statement_id },
    ...{ reference: receipt.reference, receivedOn: receipt.received_on, amount: shown(receipt.amount_minor) },
    ...{ suspense: shown(suspenseOf(receipt)), toReturn: shown(receipt.to_return_minor), reason: receipt.reason },
    ...{ payer: receipt.counterparty, remittance: receipt.remittance, creditorReferences: receipt.creditor_references },
    uses: uses
      .filter(({ entry_id }) => entry_id === receipt.entry_id)
      .map(({ amount_minor, invoice_id, proposal_id, used_at }) => ({
        ...{ amount: shown(amount_minor), invoiceId: invoice_id, matched: proposal_id === null },
        usedAt: used_at.toISOString(),
      })),
  };
};

const suggestionView = (invoice: OpenInvoice): SuggestionView => ({
  ...{ invoiceId: invoice.id, number: invoice.number, open: amountView(invoice.open_minor, invoice.currency) },
  ...{ platform: invoice.payer, dueOn: invoice.due_on },
});
