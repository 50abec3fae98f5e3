import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { AmountView, amountView } from '../amount-view';
import { findInvoice } from '../invoices/invoices.repository';
import { QuotePayment } from './quote-payment';
import { type PaymentQuote, quotesOf } from './quotes.repository';

export class PaymentQuoteView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ type: 'integer', description: 'of the invoice' }) readonly number!: number;
  @ApiProperty({ format: 'date', description: 'the day that it is good for' }) readonly day!: string;
  @ApiProperty({ type: AmountView, description: 'what is to be paid' }) readonly amount!: AmountView;
  @ApiProperty({ type: AmountView, description: 'the value-added tax inside it' }) readonly vat!: AmountView;
  @ApiProperty({ example: '80.5', description: 'exact' }) readonly rate!: string;
  @ApiProperty() readonly source!: string;
  @ApiProperty({ format: 'date', description: 'the day that the rate is of' }) readonly on!: string;
  @ApiProperty({ description: 'how its rows make it' }) readonly formula!: string;
  @ApiProperty({ enum: ['open', 'withdrawn', 'paid'] }) readonly state!: string;
  @ApiProperty({ type: String, nullable: true, description: 'the provider’s invoice' })
  readonly externalId!: string | null;
}

export class PaymentQuotesView {
  @ApiProperty({ type: PaymentQuoteView, isArray: true }) readonly rows!: readonly PaymentQuoteView[];
}

/** What an invoice comes to that is paid in another currency at the rate of the day. */
@ApiTags('invoices')
@Controller('v1/invoices/:id/quotes')
export class QuotesController {
  constructor(private readonly quotePayment: QuotePayment) {}

  @Post()
  @HttpCode(201)
  @Allow({ kinds: ['platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Ask what an invoice that is paid in another currency comes to today',
    description:
      'Good for today, and asked for once a day, and once more where lines were disputed since; it is sent to the payment provider, and the ones before are withdrawn there. Refused with `invoice-not-quotable` or `rates-missing`.',
  })
  @ApiCreatedResponse({ type: PaymentQuoteView })
  async quote(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PaymentQuoteView> {
    return quoteView(await this.quotePayment.execute(tx, actor, id));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List what an invoice was quoted at' })
  @ApiOkResponse({ type: PaymentQuotesView })
  async list(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<PaymentQuotesView> {
    if ((await findInvoice(tx, id)) === undefined) throw new DomainError('not-found');
    return { rows: (await quotesOf(tx, id)).map(quoteView) };
  }
}

const quoteView = ({ rate, ...quote }: PaymentQuote): PaymentQuoteView => ({
  ...{ id: quote.id, number: quote.number, day: quote.day, state: quote.ended ?? 'open' },
  amount: amountView(quote.amount_minor, quote.currency),
  vat: amountView(quote.vat_minor, quote.currency),
  ...{ rate: rate.rate, source: rate.source, on: rate.on, formula: rate.formula },
  externalId: quote.external_id,
});
