import { dayInZone } from '../../../src/kernel';
import { Approvals } from '../../../src/platform/approvals/approvals';
import { OpenPaymentAccount } from '../../../src/settlement/payments/open-payment-account';
import { post } from '../../../src/settlement/ledger/ledger';
import { backFeeDue, receiptAllocated } from '../../../src/settlement/ledger/templates';
import { RequestPayout } from '../../../src/settlement/payouts/request-payout';
import type { Product } from '../simulator/product';

/** The marketplace takes so much of a hundred. */
const rate = '0.05';

export interface InvoiceAmount {
  readonly id: string;
  readonly gross: bigint;
}

/**
 * Invoices of the world's first deal, by the thousand: rows and two bookings for all of them together, since a thousand months are not what is tried here.
 * Those that are `paid` have been received; the others are still to be sent to the provider.
 */
export async function makeInvoices(
  product: Product,
  count: number,
  state: 'issued' | 'paid',
): Promise<InvoiceAmount[]> {
  const { agreementId } = product.world.deals[0]!;
  const { labelId, platformId } = product.world;
  const at = product.clock.now();
  const rows = await product.look<{ id: string; amount_minor: string }>(
    `INSERT INTO invoices (agreement_id, label_id, platform_id, purpose, source, number, amount_minor, currency, state, issued_at, due_on, external_id, paid_at)
     SELECT $1::uuid, $2::uuid, $3::uuid, 'royalties', 'trial ' || $6::text || ' ' || n, 'TRIAL-' || $6::text || '-' || n, 1000 + (n * 7919) % 90000, 'USD', $6::text, $4::timestamptz, $4::timestamptz::date + 30,
            CASE $6::text WHEN 'paid' THEN 'in_trial' || n END, CASE $6::text WHEN 'paid' THEN $4::timestamptz END
       FROM generate_series(1, $5::int) n RETURNING id, amount_minor`,
    [agreementId, labelId, platformId, at, count, state],
  );
  const invoices = rows.map(({ id, amount_minor }) => ({ id, gross: BigInt(amount_minor) }));
  const total = invoices.reduce((sum, { gross }) => sum + gross, 0n);
  const agreement = { id: agreementId, labelId, platformId, currency: 'USD' };
  const posting = { agreement, source: `trial ${state}`, effectiveOn: dayInZone(at, 'UTC'), at };
  await product.database.asSystem(async (tx) => {
    await post(tx, { ...posting, kind: 'back-fee-due', legs: backFeeDue(total) });
    if (state === 'paid') await post(tx, { ...posting, kind: 'receipt-allocated', legs: receiptAllocated(total) });
  });
  return invoices;
}

/** The label's account at the provider. */
export async function openAccount(product: Product): Promise<string> {
  const service = product.service(OpenPaymentAccount);
  const account = await service.order(product.actor('label'), {});
  await product.as('label', (tx, actor) => service.keep(tx, actor, account));
  return account;
}

/** The label's account at the provider, more money there than is ever needed, and a commission. Gives the account. */
export async function readyToPay(product: Product): Promise<string> {
  await product.look(
    `INSERT INTO commission_schedules (rate, in_force, made_by, made_at) SELECT $1::numeric, daterange('2020-01-01', NULL), 'trial', $2::timestamptz
      WHERE NOT EXISTS (SELECT FROM commission_schedules)`,
    [rate, product.clock.now()],
  );
  const account = await openAccount(product);
  product.stripe.control.fund(900_000_000_000, 'usd');
  return account;
}

/** What is left of an amount after the commission, rounded half-up. */
export const netOf = (gross: bigint): bigint => gross - (gross * 5n + 50n) / 100n;

/** Payouts of one invoice each that a second person has released: as asking and deciding leaves them. Gives their ids, in the order of the invoices. */
export async function releasedPayouts(
  product: Product,
  invoices: readonly InvoiceAmount[],
  account: string,
): Promise<string[]> {
  const rows = await product.look<{ id: string }>(
    `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS g(invoice, gross, net, place)),
          made AS (INSERT INTO payouts (id, owner_id, purpose, gross_minor, commission_minor, net_minor, currency, account, state, planned_at)
                   SELECT invoice, $4::uuid, 'royalties', gross, gross - net, net, 'USD', $5::text, 'approved', $6::timestamptz FROM given RETURNING id),
          allocated AS (INSERT INTO payout_allocations (payout_id, invoice_id, agreement_id, owner_id, gross_minor, commission_minor, live)
                        SELECT invoice, invoice, $7::uuid, $4::uuid, gross, gross - net, true FROM given)
     SELECT id FROM made JOIN given ON given.invoice = made.id ORDER BY place`,
    [
      invoices.map(({ id }) => id),
      invoices.map(({ gross }) => String(gross)),
      invoices.map(({ gross }) => String(netOf(gross))),
      product.world.labelId,
      account,
      product.clock.now(),
      product.world.deals[0]!.agreementId,
    ],
  );
  return rows.map(({ id }) => id);
}

/** The label asks for an invoice to be paid out, and its second person releases it. */
export async function askAndRelease(product: Product, invoiceId: string): Promise<void> {
  const planned = await product.as('label', (tx, actor) =>
    product.service(RequestPayout).execute(tx, actor, { invoiceIds: [invoiceId] }),
  );
  await product.as('colleague', (tx, actor) =>
    product.service(Approvals).decide(tx, actor, planned.approval_id!, 'approved'),
  );
}

/** Does the work for each, so many at a time. */
export async function inLanes<Element>(
  elements: readonly Element[],
  lanes: number,
  work: (element: Element) => Promise<unknown>,
): Promise<void> {
  const waiting = elements.values();
  const lane = async (): Promise<void> => {
    for (const element of waiting) await work(element);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
