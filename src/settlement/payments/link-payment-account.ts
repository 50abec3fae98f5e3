import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/auth/actor';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { WebPageField } from '../../platform/http/fields';
import { PayeeField, payeeName } from '../payees/payee-name';
import { endingError } from './not-settled';
import { paymentAccount } from './payment-accounts.repository';
import { Payments } from './payments';

export class PaymentAccountLinkBody {
  @PayeeField('whose account, as the terms name a payee of yours; absent: your own')
  readonly payee?: string;

  @WebPageField({ description: 'where its owner comes back to, whether all was given or not' })
  readonly returnUrl!: string;

  @WebPageField({ description: 'where its owner comes to once the link is no longer good: ask for another one there' })
  readonly refreshUrl!: string;
}

/** Makes a link to the provider's own pages, where the owner of an account says who it is and where its bank is. */
@Injectable()
export class LinkPaymentAccount {
  constructor(
    private readonly database: Database,
    private readonly payments: Payments,
  ) {}

  /** Refuses with payments-not-configured, request-invalid, payment-account-missing, payment-provider-refused and not-ready. */
  async execute(actor: Actor, body: PaymentAccountLinkBody): Promise<{ url: string; expiresAt: string }> {
    const rail = this.payments.required();
    const { returnUrl, refreshUrl } = body;
    const faults = Object.entries({ returnUrl, refreshUrl })
      .filter(([, address]) => !URL.canParse(address))
      .map(([name]) => ({ pointer: `/${name}`, code: 'field-format', message: `${name} is no address` }));
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const payee = payeeName(body.payee);
    const account = await this.database.withTenant(
      actor,
      (tx) => paymentAccount(tx, actor.organizationId, payee),
      'read',
    );
    if (account === undefined) throw new DomainError('payment-account-missing');
    const ending = await rail.accountLink({ account: account.external_id, returnUrl, refreshUrl });
    if (ending.outcome !== 'done') throw endingError(ending);
    return { url: ending.url, expiresAt: ending.expiresAt.toISOString() };
  }
}
