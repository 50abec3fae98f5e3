import type Stripe from 'stripe';
import type { Resources } from '../store';
import { unixSeconds, type World } from '../world';

type BalanceTransaction = Resources['balance_transactions'];

/** Books one movement on an account's balance, available at once: the double knows no settlement delay. */
export function book(
  world: World,
  owner: string,
  movement: { amount: number; currency: string; type: string; source: string; description: string | null },
): BalanceTransaction {
  const at = unixSeconds(world.now());
  return world.store.insert('balance_transactions', owner, {
    id: world.store.newId('txn'),
    object: 'balance_transaction',
    amount: movement.amount,
    available_on: at,
    balance_type: 'payments',
    created: at,
    currency: movement.currency,
    description: movement.description,
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: movement.amount,
    reporting_category: movement.type === 'payment' ? 'charge' : movement.type,
    source: movement.source,
    status: 'available',
    type: movement.type,
  });
}

/** What an account could send now, in minor units. */
export function available(world: World, owner: string, currency: string): number {
  return world.store
    .list('balance_transactions', owner)
    .filter((transaction) => transaction.currency === currency)
    .reduce((sum, transaction) => sum + transaction.net, 0);
}

export function currenciesOf(world: World, owner: string): string[] {
  return [...new Set(world.store.list('balance_transactions', owner).map(({ currency }) => currency))].sort();
}

/** A successful charge: of a customer for an invoice, or the payment that a transfer makes on the account it goes to. */
export function chargeOf(
  world: World,
  about: { id: string; amount: number; currency: string; customer: string | null; description: string | null },
  more: { source_transfer?: string; transfer_group?: string | null; metadata?: Record<string, string> } = {},
): Stripe.Charge {
  return {
    ...about,
    object: 'charge',
    amount_captured: about.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: null,
    captured: true,
    created: unixSeconds(world.now()),
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: more.metadata ?? {},
    on_behalf_of: null,
    outcome: null,
    paid: true,
    payment_intent: null,
    payment_method: null,
    payment_method_details: null,
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: more.source_transfer ?? null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: more.transfer_group ?? null,
  };
}
