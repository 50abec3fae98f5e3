import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { CountryField } from '../../platform/http/fields';
import { PayeeField, payeeName } from '../payees/payee-name';
import { endingError } from './not-settled';
import { insertPaymentAccount, paymentAccount, type PaymentAccount } from './payment-accounts.repository';
import { Payments } from './payments';

export class PaymentAccountBody {
  @CountryField({ optional: true, description: 'where the bank account is; absent: the organization’s country' })
  readonly country?: string;

  @PayeeField(
    'whose account it is, as the terms name a payee of yours: one name is one person in all your agreements; absent: your own',
  )
  readonly payee?: string;
}

/** Opens an account at the provider that can receive a label's money, or that of one of its payees. The provider is asked outside any transaction. */
@Injectable()
export class OpenPaymentAccount {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly payments: Payments,
  ) {}

  /** The account's id at the provider. Asked again, it is the same one. Refuses with payment-provider-refused or not-ready. */
  async order(actor: Actor, { country, ...of }: PaymentAccountBody): Promise<string> {
    const payee = payeeName(of.payee);
    const rail = this.payments.required();
    const { existing, organization } = await this.database.withTenant(
      actor,
      async (tx) => ({
        existing: await paymentAccount(tx, actor.organizationId, payee),
        organization: await tx.one<{ name: string; country: string }>(
          'SELECT name, country FROM organizations WHERE id = $1',
          [actor.organizationId],
        ),
      }),
      'read',
    );
    if (existing !== undefined) return existing.external_id;
    const ending = await rail.createAccount({
      organizationId: actor.organizationId,
      name: payee ?? organization.name,
      ...(payee === null ? {} : { payee }),
      country: country ?? organization.country,
    });
    if (ending.outcome === 'done') return ending.accountId;
    throw endingError(ending);
  }

  /** Refuses with payment-account-exists. */
  async keep(tx: Tx, actor: Actor, externalId: string, payee: string | null = null): Promise<PaymentAccount> {
    const at = this.clock.now();
    const account = await insertPaymentAccount(tx, { ownerId: actor.organizationId, payee, externalId, at });
    if (account === undefined) throw new DomainError('payment-account-exists');
    await audit(tx, actor, {
      action: 'payment-account.opened',
      subjectId: actor.organizationId,
      details: { externalId },
      at,
    });
    return account;
  }
}
