import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../../../platform/auth/allow';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { AmountView, amountView } from '../../amount-view';
import { AccountView, accountView } from '../accounts/account-body';
import { listBankAccounts } from '../accounts/bank-accounts.repository';
import { paymentReference } from '../accounts/payment-reference';
import { openInvoice } from './receipts.repository';

export class InvoiceReceiptView {
  @ApiProperty({ format: 'uuid' }) readonly receiptId!: string;
  @ApiProperty({ enum: ['provider', 'bank'] }) readonly by!: string;
  @ApiProperty({ type: AmountView }) readonly amount!: AmountView;
  @ApiProperty({ format: 'date-time' }) readonly receivedAt!: string;
}

export class InvoicePaymentView {
  @ApiProperty({ type: AmountView, description: 'what is still to be paid' }) readonly open!: AmountView;
  @ApiProperty({
    example: 'RF18539007547034',
    description: 'what to write into a bank transfer so that it is matched (ISO 11649): it is of this invoice alone',
  })
  readonly reference!: string;
  @ApiProperty({ type: AccountView, isArray: true, description: 'the marketplace’s accounts in its currency' })
  readonly accounts!: readonly AccountView[];
  @ApiProperty({ type: InvoiceReceiptView, isArray: true }) readonly rows!: readonly InvoiceReceiptView[];
}

/** How an invoice is paid by bank, and what has come in for it: both parties see the same. */
@ApiTags('invoices')
@Controller('v1/invoices')
export class InvoiceReceiptsController {
  @Get(':id/payments')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Show what came in for an invoice, and how to pay by bank',
    description: 'In another currency, at the rate of the day, it is paid through the provider: see its quotes.',
  })
  @ApiOkResponse({ type: InvoicePaymentView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<InvoicePaymentView> {
    const invoice = await openInvoice(tx, id);
    if (invoice === undefined) throw new DomainError('not-found');
    const { currency, open_minor, pay_in } = invoice;
    const rows = await tx.rows<{
      id: string;
      external_id: string;
      amount_minor: bigint;
      currency: string;
      received_at: Date;
    }>(
      `SELECT r.id, r.external_id, a.amount_minor, r.currency, r.received_at FROM receipt_allocations a JOIN receipts r ON r.id = a.receipt_id
        WHERE a.invoice_id = $1 ORDER BY r.received_at, r.id`,
      [id],
    );
    const accounts = pay_in === null ? await listBankAccounts(tx) : [];
    return {
      open: amountView(invoice.state === 'paid' || open_minor < 0n ? 0n : open_minor, currency),
      reference: paymentReference(id),
      accounts: accounts.filter((account) => account.currency === currency).map(accountView),
      rows: rows.map((row) => ({
        ...{ receiptId: row.id, by: row.external_id.startsWith('bank:') ? 'bank' : 'provider' },
        ...{ amount: amountView(row.amount_minor, row.currency), receivedAt: row.received_at.toISOString() },
      })),
    };
  }
}
