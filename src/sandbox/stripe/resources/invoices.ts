import { createdWithin, page, pagingParameters } from '../lists';
import { impossible, invalidParameter } from '../refusal';
import type { Resources } from '../store';
import { announce, type Call, existing, type Route, unixSeconds, type World } from '../world';
import { blankInvoice } from './blank-invoice';
import { book, chargeOf } from './ledger';

type Invoice = Resources['invoices'];

/** Invoices: draft → open → paid. */
export const invoiceRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/invoices',
    parameters: [
      'customer',
      'currency',
      'collection_method',
      'days_until_due',
      'number',
      'description',
      'auto_advance',
      'pending_invoice_items_behavior',
      'footer',
      'metadata',
    ],
    run: createInvoice,
  },
  {
    method: 'GET',
    path: '/v1/invoices',
    parameters: [...pagingParameters, 'customer', 'status', 'created'],
    run: listInvoices,
  },
  {
    method: 'GET',
    path: '/v1/invoices/:id',
    parameters: ['expand'],
    run: (call) => existing(call, 'invoices', 'invoice'),
  },
  { method: 'POST', path: '/v1/invoices/:id/finalize', parameters: ['auto_advance'], run: finalizeInvoice },
  { method: 'POST', path: '/v1/invoices/:id/pay', parameters: ['paid_out_of_band'], run: payInvoice },
  {
    method: 'GET',
    path: '/v1/charges/:id',
    parameters: ['expand'],
    run: (call) => existing(call, 'charges', 'charge'),
  },
];

const daySeconds = 24 * 60 * 60;

function createInvoice(call: Call): Invoice {
  const { parameters, world, owner } = call;
  const customer = existing(call, 'customers', 'customer', parameters.requiredText('customer'));
  const method = parameters.text('collection_method') ?? 'charge_automatically';
  const days = parameters.whole('days_until_due');
  if (method !== 'send_invoice' && method !== 'charge_automatically') {
    throw invalidParameter('parameter_invalid', `Invalid collection_method: ${method}`, 'collection_method');
  }
  if ((method === 'send_invoice') !== (days !== undefined)) {
    throw invalidParameter(
      'parameter_invalid',
      'days_until_due belongs to collection_method send_invoice.',
      'days_until_due',
    );
  }
  const at = unixSeconds(world.now());
  const invoice = world.store.insert(
    'invoices',
    owner,
    blankInvoice({
      id: world.store.newId('in'),
      created: at,
      currency: parameters.has('currency') ? parameters.currency() : 'usd',
      customer: customer.id,
      customer_email: customer.email,
      customer_name: customer.name ?? null,
      collection_method: method,
      due_date: days === undefined ? null : at + days * daySeconds,
      number: parameters.text('number') ?? null,
      description: parameters.text('description') ?? null,
      footer: parameters.text('footer') ?? null,
      auto_advance: parameters.flag('auto_advance') ?? false,
      metadata: parameters.texts('metadata'),
    }),
  );
  announce(world, owner, 'invoice.created', invoice, call);
  return invoice;
}

function listInvoices(call: Call): object {
  const [customer, status] = [call.parameters.text('customer'), call.parameters.text('status')];
  const rows = createdWithin(call.world.store.list('invoices', call.owner), call.parameters);
  return page(
    rows.filter(
      (invoice) =>
        (customer === undefined || invoice.customer === customer) &&
        (status === undefined || invoice.status === status),
    ),
    call.parameters,
    call.path,
  );
}

function finalizeInvoice(call: Call): Invoice {
  const invoice = existing(call, 'invoices', 'invoice');
  if (invoice.status !== 'draft') throw impossible('invoice_not_editable', 'This invoice is already finalized.');
  const { world, owner } = call;
  const at = unixSeconds(world.now());
  invoice.status = 'open';
  invoice.effective_at = at;
  invoice.number ??= `ACC-${String(world.store.list('invoices', owner).length).padStart(4, '0')}`;
  invoice.status_transitions.finalized_at = at;
  announce(world, owner, 'invoice.finalized', invoice, call);
  return invoice;
}

function payInvoice(call: Call): Invoice {
  const invoice = existing(call, 'invoices', 'invoice');
  if (call.parameters.flag('paid_out_of_band') !== true) {
    throw impossible(
      'invoice_payment_intent_requires_action',
      'The customer has no payment method; only paid_out_of_band is possible.',
    );
  }
  requireOpen(invoice);
  settle(call.world, call.owner, invoice, call);
  return invoice;
}

/** The customer's bank pays an open invoice: a charge without fee, its balance transaction, and `invoice.paid`. */
export function payByBank(world: World, owner: string, invoice: Invoice): Invoice {
  requireOpen(invoice);
  const charge = world.store.insert(
    'charges',
    owner,
    chargeOf(
      world,
      {
        id: world.store.newId('ch'),
        amount: invoice.amount_remaining,
        currency: invoice.currency,
        customer: typeof invoice.customer === 'string' ? invoice.customer : null,
        description: `Payment of invoice ${invoice.number ?? invoice.id}`,
      },
      { metadata: { invoice: invoice.id } },
    ),
  );
  charge.payment_intent = world.store.newId('pi');
  charge.balance_transaction = book(world, owner, { ...charge, type: 'charge', source: charge.id }).id;
  settle(world, owner, invoice);
  return invoice;
}

function requireOpen(invoice: Invoice): void {
  if (invoice.status === 'paid') throw impossible('invoice_already_paid', 'Invoice is already paid');
  if (invoice.status !== 'open')
    throw impossible('invoice_not_editable', 'Invoice must be finalized before it is paid.');
}

function settle(world: World, owner: string, invoice: Invoice, call?: Call): void {
  invoice.amount_paid = invoice.amount_remaining;
  invoice.amount_remaining = 0;
  invoice.attempted = true;
  invoice.status = 'paid';
  invoice.status_transitions.paid_at = unixSeconds(world.now());
  announce(world, owner, 'invoice.paid', invoice, call);
}

/** Credited to the last cent: nothing is left to pay, and it counts as paid. */
export const settleCredited = (call: Call, invoice: Invoice): void => settle(call.world, call.owner, invoice, call);

/** Totals follow the positions. */
export function recount(invoice: Invoice): void {
  const total = invoice.lines.data.reduce((sum, line) => sum + line.amount, 0);
  invoice.subtotal = total;
  invoice.subtotal_excluding_tax = total;
  invoice.total = total;
  invoice.total_excluding_tax = total;
  invoice.amount_due = total;
  invoice.amount_remaining = total - invoice.amount_paid;
}
