import { impossible, invalidParameter } from '../refusal';
import type { Resources } from '../store';
import { type Call, existing, type Route, unixSeconds } from '../world';
import { recount } from './invoices';

type InvoiceItem = Resources['invoiceitems'];
type Line = Resources['invoices']['lines']['data'][number];

/** Positions of a draft invoice. The double wants the invoice named: floating positions are not kept. */
export const invoiceItemRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/invoiceitems',
    parameters: ['customer', 'invoice', 'amount', 'currency', 'description', 'metadata'],
    run: createInvoiceItem,
  },
  {
    method: 'GET',
    path: '/v1/invoiceitems/:id',
    parameters: ['expand'],
    run: (call) => existing(call, 'invoiceitems', 'invoiceitem'),
  },
];

function createInvoiceItem(call: Call): InvoiceItem {
  const { parameters, world, owner } = call;
  const invoice = existing(call, 'invoices', 'invoice', parameters.requiredText('invoice'));
  const [amount, currency] = [parameters.requiredAmount('amount'), parameters.currency()];
  if (invoice.customer !== parameters.requiredText('customer')) {
    throw invalidParameter('parameter_invalid', 'The invoice belongs to another customer.', 'customer');
  }
  if (invoice.status !== 'draft') throw impossible('invoice_not_editable', 'Only a draft invoice takes positions.');
  if (invoice.currency !== currency)
    throw invalidParameter('parameter_invalid', `The invoice is in ${invoice.currency}.`, 'currency');
  const at = unixSeconds(world.now());
  const common = {
    amount,
    currency,
    description: parameters.text('description') ?? null,
    discountable: true,
    discounts: [],
    livemode: false,
    metadata: parameters.texts('metadata'),
    invoice: invoice.id,
    period: { end: at, start: at },
    pricing: null,
    quantity: 1,
    quantity_decimal: '1',
  };
  const position = world.store.insert('invoiceitems', owner, {
    ...common,
    id: world.store.newId('ii'),
    object: 'invoiceitem',
    customer: parameters.requiredText('customer'),
    customer_account: null,
    date: at,
    net_amount: amount,
    parent: null,
    proration: false,
    tax_rates: [],
    test_clock: null,
  });
  invoice.lines.data.push(lineOf(world.store.newId('il'), position.id, common));
  recount(invoice);
  return position;
}

function lineOf(
  id: string,
  position: string,
  common: Pick<
    Line,
    | 'amount'
    | 'currency'
    | 'description'
    | 'discountable'
    | 'livemode'
    | 'metadata'
    | 'invoice'
    | 'period'
    | 'pricing'
    | 'quantity'
    | 'quantity_decimal'
  >,
): Line {
  return {
    ...common,
    id,
    object: 'line_item',
    discount_amounts: [],
    discounts: [],
    parent: {
      invoice_item_details: { invoice_item: position, proration: false, proration_details: null, subscription: null },
      subscription_item_details: null,
      type: 'invoice_item_details',
    },
    pretax_credit_amounts: [],
    subscription: null,
    subtotal: common.amount,
    taxes: [],
  };
}
