import type Stripe from 'stripe';
import { createdWithin, page, pagingParameters } from '../lists';
import { type Call, existing, type Route, unixSeconds } from '../world';

/** Those who are invoiced. */
export const customerRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/customers',
    parameters: ['name', 'email', 'description', 'phone', 'metadata'],
    run: createCustomer,
  },
  { method: 'GET', path: '/v1/customers', parameters: [...pagingParameters, 'email', 'created'], run: listCustomers },
  {
    method: 'GET',
    path: '/v1/customers/:id',
    parameters: ['expand'],
    run: (call) => existing(call, 'customers', 'customer'),
  },
];

function createCustomer({ world, owner, parameters }: Call): Stripe.Customer {
  return world.store.insert('customers', owner, {
    id: world.store.newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: unixSeconds(world.now()),
    currency: null,
    default_source: null,
    delinquent: false,
    description: parameters.text('description') ?? null,
    discount: null,
    email: parameters.text('email') ?? null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: parameters.texts('metadata'),
    name: parameters.text('name') ?? null,
    phone: parameters.text('phone') ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  });
}

function listCustomers(call: Call): object {
  const email = call.parameters.text('email');
  const rows = createdWithin(call.world.store.list('customers', call.owner), call.parameters);
  return page(
    rows.filter((customer) => email === undefined || customer.email === email),
    call.parameters,
    call.path,
  );
}
