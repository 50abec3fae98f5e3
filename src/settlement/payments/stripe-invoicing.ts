import type Stripe from 'stripe';
import { minorForStripe, minorFrom } from './minor-units';
import type { CreditOrder, InvoiceOrder } from './payment-rail';
import { UnexpectedAnswer } from './provider-outcome';

/**
 * An invoice takes four requests: customer, draft, position, finalize. Each looks first at what an earlier attempt left
 * and has its own idempotency key, so that an attempt may stop anywhere and the next one goes on from there.
 */
export class StripeInvoicing {
  constructor(private readonly stripe: Stripe) {}

  async create(order: InvoiceOrder): Promise<{ externalId: string; customerId: string }> {
    const customerId = order.customer.id ?? (await this.customer(order.customer));
    const known = (await this.find(customerId, order.invoiceId)) ?? (await this.draft(customerId, order));
    if (known.status === 'draft') {
      if (known.lines.data.length === 0) await this.addPosition(known.id, customerId, order);
      const options = { idempotencyKey: key(order, 'finalize') };
      return this.checked(
        await this.stripe.invoices.finalizeInvoice(known.id, { auto_advance: false }, options),
        customerId,
        order,
      );
    }
    return this.checked(known, customerId, order);
  }

  /** What was taken off for this credit already; and what remains to be paid of the invoice, nothing where it is not open. */
  async creditable({
    creditId,
    externalId,
  }: CreditOrder): Promise<{ creditNoteId: string | undefined; remainingMinor: bigint }> {
    const { status, amount_remaining: remaining } = await this.stripe.invoices.retrieve(externalId);
    const remainingMinor = status === 'open' ? minorFrom(remaining) : 0n;
    // The idempotency key is forgotten after a day; metadata are not.
    for await (const note of this.stripe.creditNotes.list({ invoice: externalId, limit: 100 })) {
      if (note.metadata?.credit_id === creditId) return { creditNoteId: note.id, remainingMinor };
    }
    return { creditNoteId: undefined, remainingMinor };
  }

  /** A refusal is remembered under its key: less is another order. */
  credit({ creditId, externalId, amountMinor }: CreditOrder): Promise<Stripe.CreditNote> {
    return this.stripe.creditNotes.create(
      { invoice: externalId, amount: minorForStripe(amountMinor), metadata: { credit_id: creditId } },
      { idempotencyKey: `accordo-credit-${creditId}-${amountMinor}` },
    );
  }

  /** By our reference in its metadata: name and mail may change, and a second customer would hide the first one's invoices. */
  private async customer({ reference, name, email }: InvoiceOrder['customer']): Promise<string> {
    for await (const customer of this.stripe.customers.list({ limit: 100 })) {
      if (customer.metadata.organization_id === reference) return customer.id;
    }
    const params = { name, metadata: { organization_id: reference }, ...(email === undefined ? {} : { email }) };
    const customer = await this.stripe.customers.create(params, { idempotencyKey: `accordo-customer-${reference}` });
    return customer.id;
  }

  private async find(customer: string, invoiceId: string): Promise<Stripe.Invoice | undefined> {
    for await (const invoice of this.stripe.invoices.list({ customer, limit: 100 })) {
      if (invoice.metadata?.invoice_id === invoiceId) return invoice;
    }
    return undefined;
  }

  private draft(customer: string, order: InvoiceOrder): Promise<Stripe.Invoice> {
    return this.stripe.invoices.create(
      {
        customer,
        currency: order.currency.toLowerCase(),
        number: order.number,
        description: order.description,
        collection_method: 'send_invoice',
        days_until_due: order.dueDays,
        auto_advance: false,
        pending_invoice_items_behavior: 'exclude',
        metadata: { invoice_id: order.invoiceId },
      },
      { idempotencyKey: key(order, 'draft') },
    );
  }

  private async addPosition(invoice: string, customer: string, order: InvoiceOrder): Promise<void> {
    await this.stripe.invoiceItems.create(
      {
        customer,
        invoice,
        amount: minorForStripe(order.amountMinor),
        currency: order.currency.toLowerCase(),
        description: order.description,
      },
      { idempotencyKey: key(order, 'position') },
    );
  }

  /** The provider must ask the payer for exactly what we invoiced. */
  private checked(
    invoice: Stripe.Invoice,
    customerId: string,
    order: InvoiceOrder,
  ): { externalId: string; customerId: string } {
    const same = minorFrom(invoice.total) === order.amountMinor && invoice.currency === order.currency.toLowerCase();
    if (!same || invoice.number !== order.number) {
      throw new UnexpectedAnswer(
        `${invoice.id} is ${invoice.number} over ${invoice.total} ${invoice.currency}, not as ordered`,
      );
    }
    return { externalId: invoice.id, customerId };
  }
}

function key({ invoiceId }: InvoiceOrder, step: string): string {
  return `accordo-invoice-${invoiceId}-${step}`;
}
