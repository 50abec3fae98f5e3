import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { audit } from '../../../platform/audit/audit';
import { type Actor, actorName } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { AccountBody, accountOf, AccountView, accountView } from './account-body';
import { type BankAccount, listBankAccounts } from './bank-accounts.repository';

export class AccountsView {
  @ApiProperty({ type: AccountView, isArray: true }) readonly rows!: readonly AccountView[];
}

/** Where platforms pay to by bank transfer, and where payouts by bank come from. */
@ApiTags('bank')
@Controller('v1/bank/accounts')
export class BankAccountsController {
  constructor(private readonly clock: Clock) {}

  @Post()
  @Allow({ kinds: ['operator'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'Name an account of the marketplace at a bank',
    description:
      'Statements are read of these accounts alone. It is never changed: another account is another row. Refused with `bank-account-invalid` or `bank-account-exists`.',
  })
  @ApiCreatedResponse({ type: AccountView })
  async open(@By() actor: Actor, @InTx() tx: Tx, @Body() body: AccountBody): Promise<AccountView> {
    const account = accountOf(body);
    if (account.bic === null && account.bank_code === null) {
      const message = 'name the bank: its files of payments do';
      throw new DomainError('bank-account-invalid', undefined, [
        { pointer: '/bic', code: 'bank-account-invalid', message },
      ]);
    }
    const at = this.clock.now();
    const { currency, holder, country, iban, account: number, bic, bank_code } = account;
    const opened = await tx.asSystem(() =>
      tx.first<BankAccount>(
        `INSERT INTO bank_accounts (operator_id, currency, holder, country, iban, account, bic, bank_code, opened_by, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING *`,
        [actor.organizationId, currency, holder, country, iban, number, bic, bank_code, actorName(actor), at],
      ),
    );
    if (opened === undefined) throw new DomainError('bank-account-exists');
    await audit(tx, actor, { action: 'bank-account.opened', subjectId: opened.id, details: { currency }, at });
    return accountView(opened);
  }

  @Get()
  @Allow()
  @ApiOperation({ summary: 'List the accounts of the marketplace at banks' })
  @ApiOkResponse({ type: AccountsView })
  async list(@InTx() tx: Tx): Promise<AccountsView> {
    return { rows: (await listBankAccounts(tx)).map(accountView) };
  }
}
