import type Stripe from 'stripe';
import type { PaymentConfig } from '../../config';
import { sha256Hex } from '../../kernel';
import { minorForStripe, minorFrom } from './minor-units';
import type {
  AccountOrder,
  AccountState,
  Balance,
  CreditOrder,
  InvoiceOrder,
  LinkOrder,
  Movement,
  Outcome,
  PaymentRail,
  ProviderEvent,
  Span,
  TransferOrder,
} from './payment-rail';
import { outcomeOf, UnexpectedAnswer } from './provider-outcome';
import { stripeClient } from './stripe-client';
import { providerEvent } from './stripe-events';
import { StripeInvoicing } from './stripe-invoicing';
import { balanceMovements } from './stripe-movements';
import { transfersBehind } from './stripe-payouts';

export interface StripeRailOptions {
  readonly config: PaymentConfig;
  /** The time against which a webhook's signature may be at most five minutes old. */
  readonly now: () => Date;
  readonly timeoutMs?: number;
}

const signatureToleranceSeconds = 300;
/** Characters of a name that are sent: a payee's may be longer than the provider shows anywhere. */
const nameMax = 200;

/** Stripe Connect as our payment rail: separate charges and transfers. Nothing here repeats a request by itself. */
export class StripeRail implements PaymentRail {
  private readonly stripe: Stripe;
  private readonly invoicing: StripeInvoicing;

  constructor(private readonly options: StripeRailOptions) {
    this.stripe = stripeClient(options.config, options.timeoutMs ?? 20_000);
    this.invoicing = new StripeInvoicing(this.stripe);
  }

  createInvoice(order: InvoiceOrder): Promise<Outcome<{ externalId: string; customerId: string }>> {
    return outcomeOf(() => this.invoicing.create(order));
  }

  async creditInvoice(order: CreditOrder): Promise<Outcome<{ creditNoteId: string }>> {
    const found = await outcomeOf(() => this.invoicing.creditable(order));
    if (found.outcome !== 'done') return found;
    const { creditNoteId, remainingMinor } = found;
    if (creditNoteId !== undefined) return { outcome: 'done', creditNoteId };
    if (remainingMinor === 0n)
      return { outcome: 'refused', code: 'invoice_not_open', message: 'Nothing of it is open.', retryable: false };
    const amountMinor = order.amountMinor < remainingMinor ? order.amountMinor : remainingMinor;
    const ending = await outcomeOf(async () => ({
      creditNoteId: requiredId(await this.invoicing.credit({ ...order, amountMinor }), 'cn_'),
    }));
    // It was open when we looked: something else was faster, and the next attempt looks again.
    return ending.outcome === 'refused' ? { ...ending, retryable: true } : ending;
  }

  transfer(order: TransferOrder): Promise<Outcome<{ transferId: string }>> {
    const params = {
      amount: minorForStripe(order.amountMinor),
      currency: order.currency.toLowerCase(),
      destination: order.account,
      transfer_group: order.group ?? order.payoutId,
      metadata: { payout_id: order.payoutId },
    };
    return outcomeOf(async () => {
      const transfer = await this.stripe.transfers.create(params, {
        idempotencyKey: `accordo-payout-${order.payoutId}`,
      });
      return { transferId: requiredId(transfer, 'tr_') };
    });
  }

  findTransfer({
    payoutId,
    group,
  }: {
    payoutId: string;
    group?: string;
  }): Promise<Outcome<{ transferId: string | undefined }>> {
    return outcomeOf(async () => {
      for await (const transfer of this.stripe.transfers.list({ transfer_group: group ?? payoutId, limit: 100 })) {
        if (transfer.metadata.payout_id === payoutId) return { transferId: transfer.id };
      }
      return { transferId: undefined };
    });
  }

  transfersOfPayout({
    account,
    payoutId,
  }: {
    account: string;
    payoutId: string;
  }): Promise<Outcome<{ transferIds: readonly string[] }>> {
    return outcomeOf(async () => ({ transferIds: await transfersBehind(this.stripe, account, payoutId) }));
  }

  balance(): Promise<Outcome<{ balances: readonly Balance[] }>> {
    return outcomeOf(async () => {
      const { available, pending } = await this.stripe.balance.retrieve();
      const pendingOf = (currency: string) => pending.find((row) => row.currency === currency)?.amount ?? 0;
      return {
        balances: available.map(({ amount, currency }) => ({
          currency: currency.toUpperCase(),
          availableMinor: minorFrom(amount),
          pendingMinor: minorFrom(pendingOf(currency)),
        })),
      };
    });
  }

  movements(span: Span): Promise<Outcome<{ movements: readonly Movement[] }>> {
    return outcomeOf(async () => ({ movements: await balanceMovements(this.stripe, span) }));
  }

  createAccount({ organizationId, payee, name, country }: AccountOrder): Promise<Outcome<{ accountId: string }>> {
    const params: Stripe.AccountCreateParams = {
      country,
      // The label onboards itself with Stripe; we pay Stripe's fees and answer for losses, as a collecting agent does.
      controller: {
        fees: { payer: 'application' },
        losses: { payments: 'application' },
        requirement_collection: 'stripe',
        stripe_dashboard: { type: 'express' },
      },
      business_profile: { name: [...name].slice(0, nameMax).join('') },
      capabilities: { transfers: { requested: true } },
      metadata: { organization_id: organizationId },
    };
    return outcomeOf(async () => {
      const account = await this.stripe.accounts.create(params, {
        idempotencyKey: `accordo-account-${organizationId}${payee === undefined ? '' : `-${sha256Hex(payee)}`}`,
      });
      return { accountId: requiredId(account, 'acct_') };
    });
  }

  accountState(account: string): Promise<Outcome<AccountState>> {
    return outcomeOf(async () => {
      const { capabilities, requirements } = await this.stripe.accounts.retrieve(account);
      return { able: capabilities?.transfers === 'active', missing: requirements?.currently_due ?? [] };
    });
  }

  accountLink({ account, returnUrl, refreshUrl }: LinkOrder): Promise<Outcome<{ url: string; expiresAt: Date }>> {
    return outcomeOf(async () => {
      const link = await this.stripe.accountLinks.create({
        account,
        return_url: returnUrl,
        refresh_url: refreshUrl,
        type: 'account_onboarding',
      });
      return { url: link.url, expiresAt: new Date(link.expires_at * 1000) };
    });
  }

  verifyWebhook(rawBody: string | Buffer, signature: string | undefined): Outcome<{ event: ProviderEvent }> {
    const receivedAt = this.options.now().getTime();
    for (const secret of this.options.config.webhookSecret.split(',')) {
      try {
        this.stripe.webhooks.signature?.verifyHeader(
          rawBody,
          signature ?? '',
          secret.trim(),
          signatureToleranceSeconds,
          undefined,
          receivedAt,
        );
      } catch {
        continue;
      }
      return { outcome: 'done', event: this.readEvent(rawBody.toString('utf8')) };
    }
    return {
      outcome: 'refused',
      code: 'signature-invalid',
      message: 'No signature of this endpoint fits the body.',
      retryable: false,
    };
  }

  readEvent(payload: string): ProviderEvent {
    return providerEvent(JSON.parse(payload) as Stripe.Event);
  }
}

/** A readable answer without the id we asked for proves nothing. */
function requiredId(object: { id?: unknown }, prefix: string): string {
  if (typeof object.id === 'string' && object.id.startsWith(prefix)) return object.id;
  throw new UnexpectedAnswer(`the answer names no ${prefix} object`);
}
