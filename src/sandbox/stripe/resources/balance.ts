import type Stripe from 'stripe';
import { createdWithin, page, pagingParameters } from '../lists';
import { invalidParameter } from '../refusal';
import { type Call, existing, type Route } from '../world';
import { available, currenciesOf } from './ledger';

/** What an account holds, and every movement that made it so. */
export const balanceRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/balance', parameters: ['expand'], run: balance },
  {
    method: 'GET',
    path: '/v1/balance_transactions',
    parameters: [...pagingParameters, 'payout', 'type', 'source', 'currency', 'created'],
    run: listBalanceTransactions,
  },
  {
    method: 'GET',
    path: '/v1/balance_transactions/:id',
    parameters: ['expand'],
    run: (call) => existing(call, 'balance_transactions', 'balance transaction'),
  },
];

function balance({ world, owner }: Call): Stripe.Balance {
  const currencies = currenciesOf(world, owner);
  const rows = currencies.length === 0 ? ['usd'] : currencies;
  return {
    object: 'balance',
    available: rows.map((currency) => ({ amount: available(world, owner, currency), currency, source_types: {} })),
    livemode: false,
    pending: rows.map((currency) => ({ amount: 0, currency, source_types: {} })),
  };
}

function listBalanceTransactions(call: Call): object {
  const { world, owner, parameters } = call;
  const payout = payoutFilter(call);
  const [type, source, currency] = [parameters.text('type'), parameters.text('source'), parameters.text('currency')];
  const rows = createdWithin(world.store.list('balance_transactions', owner), parameters).filter(
    (row) =>
      (payout === undefined || world.store.payoutOf(row.id) === payout) &&
      (type === undefined || row.type === type) &&
      (source === undefined || row.source === source) &&
      (currency === undefined || row.currency === currency.toLowerCase()),
  );
  return page(rows, parameters, call.path);
}

/** Stripe ties transactions to automatic payouts only: it cannot know what a hand-made amount consists of. */
function payoutFilter(call: Call): string | undefined {
  const id = call.parameters.text('payout');
  if (id === undefined) return undefined;
  if (!existing(call, 'payouts', 'payout', id).automatic) {
    throw invalidParameter(
      'parameter_invalid',
      'Balance transaction history can only be filtered on automatic payouts, not manual.',
      'payout',
    );
  }
  return id;
}
