import { createdWithin, page, pagingParameters } from '../lists';
import { insufficientFunds } from '../refusal';
import { platform, type Resources } from '../store';
import { announce, type Call, existing, type Route, unixSeconds, type World } from '../world';
import { available, book, currenciesOf } from './ledger';

type Payout = Resources['payouts'];

const twoDays = 2 * 24 * 60 * 60;

/** Money from an account's balance to its bank: pending → in_transit → paid or failed. */
export const payoutRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/payouts',
    parameters: ['amount', 'currency', 'description', 'method', 'statement_descriptor', 'metadata'],
    run: createPayout,
  },
  { method: 'GET', path: '/v1/payouts', parameters: [...pagingParameters, 'status', 'created'], run: listPayouts },
  {
    method: 'GET',
    path: '/v1/payouts/:id',
    parameters: ['expand'],
    run: (call) => existing(call, 'payouts', 'payout'),
  },
];

function createPayout(call: Call): Payout {
  const { world, owner, parameters } = call;
  const [amount, currency] = [parameters.requiredAmount('amount'), parameters.currency()];
  if (available(world, owner, currency) < amount) {
    throw insufficientFunds();
  }
  const metadata = parameters.texts('metadata');
  return openPayout(world, owner, { amount, currency, automatic: false, metadata }, call);
}

function openPayout(
  world: World,
  owner: string,
  order: { amount: number; currency: string; automatic: boolean; metadata: Record<string, string> },
  call?: Call,
): Payout {
  const id = world.store.newId('po');
  const at = unixSeconds(world.now());
  const movement = {
    amount: -order.amount,
    currency: order.currency,
    type: 'payout',
    source: id,
    description: 'STRIPE PAYOUT',
  };
  const payout = world.store.insert('payouts', owner, {
    ...order,
    id,
    object: 'payout',
    application_fee: null,
    application_fee_amount: null,
    arrival_date: at + twoDays,
    balance_transaction: book(world, owner, movement).id,
    created: at,
    description: 'STRIPE PAYOUT',
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: order.automatic ? 'in_progress' : 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'pending',
    trace_id: null,
    type: 'bank_account',
  });
  announce(world, owner, 'payout.created', payout, call);
  return payout;
}

function listPayouts(call: Call): object {
  const status = call.parameters.text('status');
  const rows = createdWithin(call.world.store.list('payouts', call.owner), call.parameters);
  return page(
    rows.filter((payout) => status === undefined || payout.status === status),
    call.parameters,
    call.path,
  );
}

/** Stripe's automatic payouts: everything an account has, one payout per currency, its transactions tied to it. */
export function payOutEverything(world: World, owner: string): Payout[] {
  return currenciesOf(world, owner).flatMap((currency) => {
    const open = world.store
      .list('balance_transactions', owner)
      .filter((row) => row.currency === currency && world.store.payoutOf(row.id) === undefined);
    const amount = open.reduce((sum, row) => sum + row.net, 0);
    if (amount <= 0) return [];
    const payout = openPayout(world, owner, { amount, currency, automatic: true, metadata: {} });
    for (const row of open) world.store.linkToPayout(row.id, payout.id);
    world.store.linkToPayout(String(payout.balance_transaction), payout.id);
    return [payout];
  });
}

/** The bank took the order: pending → in_transit. */
export function sendPayout(world: World, owner: string, payout: Payout): void {
  if (payout.status !== 'pending') return;
  payout.status = 'in_transit';
  announce(world, owner, 'payout.updated', payout);
}

/** The money is on the account holder's bank account. */
export function arrivePayout(world: World, owner: string, payout: Payout): void {
  if (payout.status === 'paid' || payout.status === 'failed') return;
  sendPayout(world, owner, payout);
  payout.status = 'paid';
  if (payout.automatic) payout.reconciliation_status = 'completed';
  announce(world, owner, 'payout.paid', payout);
}

/** The bank sent it back: the amount is available again. Stripe may report this after `payout.paid`. */
export function failPayout(world: World, owner: string, payout: Payout, code = 'account_closed'): void {
  if (payout.status === 'failed') return;
  const movement = {
    amount: payout.amount,
    currency: payout.currency,
    type: 'payout_failure',
    source: payout.id,
    description: null,
  };
  payout.status = 'failed';
  payout.failure_code = code;
  payout.failure_message = 'The bank returned the payout.';
  payout.failure_balance_transaction = book(world, owner, movement).id;
  announce(world, owner, 'payout.failed', payout);
}

/** Every payout of every connected account, with its owner. */
export function payoutsOfConnectedAccounts(world: World): { owner: string; payout: Payout }[] {
  return world.store
    .list('accounts', platform)
    .flatMap(({ id }) => world.store.list('payouts', id).map((payout) => ({ owner: id, payout })));
}
