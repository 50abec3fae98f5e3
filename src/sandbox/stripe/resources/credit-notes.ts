import { page, pagingParameters } from '../lists';
import { impossible } from '../refusal';
import type { Resources } from '../store';
import { type Call, existing, type Route, unixSeconds } from '../world';
import { settleCredited } from './invoices';

type CreditNote = Resources['credit_notes'];

/** Credit notes over a part of an open invoice, by amount: the payer is then asked for the rest. */
export const creditNoteRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/credit_notes',
    parameters: ['invoice', 'amount', 'memo', 'metadata'],
    run: createCreditNote,
  },
  { method: 'GET', path: '/v1/credit_notes', parameters: [...pagingParameters, 'invoice'], run: listCreditNotes },
];

function createCreditNote(call: Call): CreditNote {
  const { parameters, world, owner } = call;
  const invoice = existing(call, 'invoices', 'invoice', parameters.requiredText('invoice'));
  const amount = parameters.requiredAmount('amount');
  if (invoice.status !== 'open') throw impossible('invoice_not_editable', 'Only an open invoice takes a credit note.');
  if (amount > invoice.amount_remaining) {
    throw impossible('amount_too_large', 'The credit note is over more than what remains of the invoice.');
  }
  const note = world.store.insert('credit_notes', owner, {
    id: world.store.newId('cn'),
    object: 'credit_note',
    amount,
    created: unixSeconds(world.now()),
    currency: invoice.currency,
    invoice: invoice.id,
    livemode: false,
    memo: parameters.text('memo') ?? null,
    metadata: parameters.texts('metadata'),
    status: 'issued',
  });
  invoice.amount_remaining -= amount;
  invoice.pre_payment_credit_notes_amount += amount;
  if (invoice.amount_remaining === 0) settleCredited(call, invoice);
  return note;
}

function listCreditNotes(call: Call): object {
  const invoice = call.parameters.text('invoice');
  const rows = call.world.store.list('credit_notes', call.owner);
  return page(
    rows.filter((note) => invoice === undefined || note.invoice === invoice),
    call.parameters,
    call.path,
  );
}
