import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { orNull } from '../../platform/http/or-null';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { AmountView, amountView } from '../amount-view';
import { type ChargedInterest, formulaOf, interestOf } from './charge-late-interest';
import { creditsOf, type InvoiceCredit } from './credit-invoice';
import { vatOf } from '../rates/exchange-due';
import { usesOf } from '../rates/rate-uses.repository';
import { RateUseView, useView } from '../rates/rate-uses.view';
import { occasionOfDue, occasionOfPayment } from './held-invoices.repository';
import { findInvoice, type InvoiceWithCredits, listInvoices, purposes } from './invoices.repository';

export class InvoiceView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ enum: purposes }) readonly purpose!: string;
  @ApiProperty({
    description: 'what is invoiced: the advance, the month, the dispute that ended, the invoice that was paid late',
  })
  readonly source!: string;
  @ApiProperty({ example: 'INV-2026-000001', description: 'in the label’s own series, without gaps' })
  readonly number!: string;
  @ApiProperty({ type: AmountView }) readonly amount!: AmountView;
  @ApiProperty({ type: AmountView, description: 'taken off it while lines are disputed: the rest is to be paid' })
  readonly credited!: AmountView;
  @ApiProperty({ type: AmountView, description: 'the value-added tax inside what was taken off' })
  readonly creditedVat!: AmountView;
  @ApiProperty({ type: AmountView, description: 'the value-added tax inside it, of which no commission is taken' })
  readonly vat!: AmountView;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'RUB',
    description:
      'the other currency that it is paid in, at the rate of the day of payment: ask for a quote; null: it is paid as it stands',
  })
  readonly payIn!: string | null;
  @ApiProperty({ enum: ['issued', 'open', 'paid'], description: 'open: with the payment provider for collection' })
  readonly state!: string;
  @ApiProperty({ format: 'date-time' }) readonly issuedAt!: string;
  @ApiProperty({ format: 'date' }) readonly dueOn!: string;
  @ApiProperty({ type: String, nullable: true, description: 'the provider’s invoice' })
  readonly externalId!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly paidAt!: string | null;
}

export class InterestView {
  @ApiProperty({ format: 'uuid', description: 'what was paid late' }) readonly invoiceId!: string;
  @ApiProperty({ type: 'integer', description: 'late days that bear interest: those of grace bear none' })
  readonly days!: number;
  @ApiProperty({ example: '10000.00 × 0.08 × 30 / 365' }) readonly formula!: string;
  @ApiProperty({ example: '4800/73', description: 'unrounded' }) readonly exact!: string;
}

export class CreditNoteView {
  @ApiProperty({ example: 'CRN-2026-000001', description: 'in the label’s own series of credit notes, without gaps' })
  readonly number!: string;
  @ApiProperty({ description: 'the dispute that it was taken off for' }) readonly source!: string;
  @ApiProperty({ type: AmountView }) readonly amount!: AmountView;
  @ApiProperty({ format: 'date' }) readonly issuedOn!: string;
}

@ApiExtraModels(InterestView)
export class InvoiceDetailView extends InvoiceView {
  @ApiProperty({
    ...orNull(InterestView),
    description: 'of an invoice over interest: how it was worked out',
  })
  readonly interest!: InterestView | null;

  @ApiProperty({
    type: CreditNoteView,
    isArray: true,
    description: 'what was taken off it; the first one’s document is at `credit-notes/1/document`',
  })
  readonly creditNotes!: readonly CreditNoteView[];

  @ApiProperty({
    type: RateUseView,
    isArray: true,
    description: 'the rates of tax and exchange that made its amount, and the one at which it was paid',
  })
  readonly rates!: readonly RateUseView[];
}

@ApiTags('invoices')
@Controller('v1/invoices')
export class InvoicesController {
  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the invoices that you issue or pay, oldest first' })
  @ApiOkResponse({ type: pageSchema(InvoiceView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<InvoiceView>> {
    const rows = await listInvoices(tx, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, invoiceView, (row) => [row.issued_at.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show an invoice' })
  @ApiOkResponse({ type: InvoiceDetailView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<InvoiceDetailView> {
    const invoice = await findInvoice(tx, id);
    if (invoice === undefined) throw new DomainError('not-found');
    const interest = await interestOf(tx, invoice);
    const made = occasionOf(invoice);
    const occasions = [
      ...[made, { ...made, occasion: vatOf(made.occasion) }],
      { occasion: occasionOfPayment(invoice), month: null },
    ];
    const uses = [];
    for (const occasion of occasions) uses.push(...(await usesOf(tx, invoice.agreement_id, occasion)));
    const rates = uses.map(useView);
    const creditNotes = (await creditsOf(tx, id)).map((credit) => creditNoteView(credit, invoice.currency));
    return { ...invoiceView(invoice), interest: interest ? interestView(interest) : null, creditNotes, rates };
  }
}

/** As what made the invoice recorded its rates. */
function occasionOf({ purpose, source }: InvoiceWithCredits): { occasion: string; month: string | null } {
  if (purpose !== 'royalties') return { occasion: occasionOfDue({ purpose, source }), month: null };
  return /^\d{4}-\d\d$/.test(source) ? { occasion: 'close', month: source } : { occasion: source, month: null };
}

const creditNoteView = (
  { number, source, amount_minor, credited_on }: InvoiceCredit,
  currency: string,
): CreditNoteView => ({
  number,
  source,
  amount: amountView(amount_minor, currency),
  issuedOn: credited_on,
});

const interestView = (interest: ChargedInterest): InterestView => ({
  invoiceId: interest.invoice_id,
  days: interest.days,
  formula: formulaOf(interest),
  exact: interest.exact,
});

const invoiceView = (invoice: InvoiceWithCredits): InvoiceView => ({
  id: invoice.id,
  agreementId: invoice.agreement_id,
  purpose: invoice.purpose,
  source: invoice.source,
  number: invoice.number,
  amount: amountView(invoice.amount_minor, invoice.currency),
  credited: amountView(invoice.credited_minor, invoice.currency),
  creditedVat: amountView(invoice.credited_vat_minor, invoice.currency),
  vat: amountView(invoice.vat_minor, invoice.currency),
  payIn: invoice.pay_in,
  state: invoice.state,
  issuedAt: invoice.issued_at.toISOString(),
  dueOn: invoice.due_on,
  externalId: invoice.external_id,
  paidAt: invoice.paid_at?.toISOString() ?? null,
});
