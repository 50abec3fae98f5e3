import { createdWithin, page, pagingParameters } from '../lists';
import { impossible, insufficientFunds, invalidParameter, StripeRefusal, withoutTransfers } from '../refusal';
import { platform, type Resources } from '../store';
import { announce, type Call, existing, type Route, unixSeconds } from '../world';
import { available, book, chargeOf } from './ledger';

type Transfer = Resources['transfers'];
type Reversal = Resources['transfer_reversals'];

/** Money from our balance to a connected account's, and back. */
export const transferRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/transfers',
    parameters: ['amount', 'currency', 'destination', 'description', 'transfer_group', 'metadata'],
    run: createTransfer,
  },
  {
    method: 'GET',
    path: '/v1/transfers',
    parameters: [...pagingParameters, 'destination', 'transfer_group', 'created'],
    run: listTransfers,
  },
  {
    method: 'GET',
    path: '/v1/transfers/:id',
    parameters: ['expand'],
    run: (call) => existing(call, 'transfers', 'transfer'),
  },
  {
    method: 'POST',
    path: '/v1/transfers/:id/reversals',
    parameters: ['amount', 'description', 'metadata'],
    run: reverseTransfer,
  },
  {
    method: 'GET',
    path: '/v1/transfers/:id/reversals',
    parameters: [...pagingParameters],
    run: (call) =>
      page(existing(call, 'transfers', 'transfer').reversals.data.toReversed(), call.parameters, call.path),
  },
];

function createTransfer(call: Call): Transfer {
  const { parameters, world, owner } = call;
  const [amount, currency] = [parameters.requiredAmount('amount'), parameters.currency()];
  const destination = destinationOf(call);
  if (available(world, owner, currency) < amount) {
    throw insufficientFunds();
  }
  const id = world.store.newId('tr');
  const group = parameters.text('transfer_group') ?? null;
  const payment = world.store.insert(
    'charges',
    destination,
    chargeOf(
      world,
      { id: world.store.newId('py'), amount, currency, customer: null, description: null },
      { source_transfer: id, transfer_group: group },
    ),
  );
  payment.balance_transaction = book(world, destination, { ...payment, type: 'payment', source: payment.id }).id;
  const description = parameters.text('description') ?? null;
  const transfer = world.store.insert('transfers', owner, {
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: book(world, owner, { amount: -amount, currency, type: 'transfer', source: id, description })
      .id,
    created: unixSeconds(world.now()),
    currency,
    description,
    destination,
    destination_payment: payment.id,
    livemode: false,
    metadata: parameters.texts('metadata'),
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: null,
    source_type: 'card',
    transfer_group: group,
  });
  announce(world, owner, 'transfer.created', transfer, call);
  return transfer;
}

function destinationOf({ world, owner, parameters }: Call): string {
  const id = parameters.requiredText('destination');
  const account = world.store.find('accounts', platform, id);
  if (!account || owner !== platform) {
    throw new StripeRefusal(400, {
      type: 'invalid_request_error',
      code: 'resource_missing',
      message: `No such destination: '${id}'`,
      param: 'destination',
    });
  }
  if (account.capabilities?.transfers !== 'active') {
    throw withoutTransfers();
  }
  return id;
}

function listTransfers(call: Call): object {
  const [destination, group] = [call.parameters.text('destination'), call.parameters.text('transfer_group')];
  const rows = createdWithin(call.world.store.list('transfers', call.owner), call.parameters).filter(
    (transfer) =>
      (destination === undefined || transfer.destination === destination) &&
      (group === undefined || transfer.transfer_group === group),
  );
  return page(rows, call.parameters, call.path);
}

function reverseTransfer(call: Call): Reversal {
  const { world, owner, parameters } = call;
  const transfer = existing(call, 'transfers', 'transfer');
  const left = transfer.amount - transfer.amount_reversed;
  const amount = parameters.amount('amount') ?? left;
  if (amount > left || left === 0) {
    throw invalidParameter(
      'parameter_invalid',
      `Reversal amount is greater than what is left of the transfer (${left}).`,
      'amount',
    );
  }
  const destination = String(transfer.destination);
  if (available(world, destination, transfer.currency) < amount) {
    throw impossible('balance_insufficient', 'The connected account has insufficient funds for the reversal.');
  }
  const id = world.store.newId('trr');
  const { currency } = transfer;
  book(world, destination, {
    amount: -amount,
    currency,
    type: 'payment_refund',
    source: String(transfer.destination_payment),
    description: null,
  });
  const reversal = world.store.insert('transfer_reversals', owner, {
    id,
    object: 'transfer_reversal',
    amount,
    balance_transaction: book(world, owner, {
      amount,
      currency,
      type: 'transfer_refund',
      source: id,
      description: null,
    }).id,
    created: unixSeconds(world.now()),
    currency,
    destination_payment_refund: null,
    metadata: parameters.texts('metadata'),
    source_refund: null,
    transfer: transfer.id,
  });
  transfer.amount_reversed += amount;
  transfer.reversed = transfer.amount_reversed === transfer.amount;
  transfer.reversals.data.unshift(reversal);
  announce(world, owner, 'transfer.reversed', transfer, call);
  return reversal;
}
