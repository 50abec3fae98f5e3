import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Tx } from '../../platform/database/tx';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import { OnlyReads, OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { payeeName } from '../payees/payee-name';
import { LinkPaymentAccount, PaymentAccountLinkBody } from './link-payment-account';
import { OpenPaymentAccount, PaymentAccountBody } from './open-payment-account';
import { listPaymentAccounts } from './payment-accounts.repository';

export class PaymentAccountView {
  @ApiProperty({ enum: ['stripe'] }) readonly rail!: string;
  @ApiProperty({ example: 'acct_1', description: 'the account’s id at the provider' }) readonly externalId!: string;
}

export class PaymentAccountStateView extends PaymentAccountView {
  @ApiProperty({ type: String, nullable: true, example: null, description: 'whose it is; null: your own' })
  readonly payee!: string | null;
  @ApiProperty({
    type: Boolean,
    nullable: true,
    description:
      'whether the provider lets it receive transfers: payouts wait until it does; null: it was not asked yet',
  })
  readonly able!: boolean | null;
  @ApiProperty({
    type: String,
    isArray: true,
    description: 'in the provider’s words, what its owner has still to give',
  })
  readonly missing!: readonly string[];
  @ApiProperty({ format: 'date-time' }) readonly openedAt!: string;
}

export class PaymentAccountsView {
  @ApiProperty({ type: PaymentAccountStateView, isArray: true }) readonly rows!: readonly PaymentAccountStateView[];
}

export class PaymentAccountLinkView {
  @ApiProperty({ example: 'https://connect.stripe.com/setup/s/acct_1/abc' }) readonly url!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
}

@ApiTags('payouts')
@Controller('v1/payment-accounts')
export class PaymentAccountsController {
  constructor(
    private readonly writes: IdempotentWrites,
    private readonly accounts: OpenPaymentAccount,
    private readonly links: LinkPaymentAccount,
  ) {}

  @Post()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Open the account that your payouts go to, or those of a payee',
    description:
      'A payee has one account, whichever of your agreements name it: two persons of one name need names in the terms that differ. Refused with `payment-account-exists`, `payments-not-configured` or `payment-provider-refused`; try again after `not-ready`.',
  })
  @ApiCreatedResponse({ type: PaymentAccountView })
  async open(
    @By() actor: Actor,
    @Body() body: PaymentAccountBody,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    const externalId = await this.accounts.order(actor, body);
    return this.writes.run({ actor, key, request, reply }, async (tx): Promise<PaymentAccountView> => {
      const account = await this.accounts.keep(tx, actor, externalId, payeeName(body.payee));
      return { rail: account.rail, externalId: account.external_id };
    });
  }

  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List your payment accounts and what each still lacks' })
  @ApiOkResponse({ type: PaymentAccountsView })
  async list(@By() { organizationId }: Actor, @InTx() tx: Tx): Promise<PaymentAccountsView> {
    const accounts = await listPaymentAccounts(tx, organizationId);
    return {
      rows: accounts.map(({ rail, external_id, payee, able, missing, opened_at }) => ({
        ...{ rail, externalId: external_id, payee, able, missing },
        openedAt: opened_at.toISOString(),
      })),
    };
  }

  @Post('link')
  @HttpCode(200)
  @OnlyReads()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label'], roles: ['finance'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Make a link where an account’s owner gives what the provider asks',
    description:
      'It is good once and for minutes: each call makes another one, so nothing of it is kept and no key is needed. Refused with `payment-account-missing`, `payments-not-configured` or `payment-provider-refused`; try again after `not-ready`.',
  })
  @ApiOkResponse({ type: PaymentAccountLinkView })
  link(@By() actor: Actor, @Body() body: PaymentAccountLinkBody): Promise<PaymentAccountLinkView> {
    return this.links.execute(actor, body);
  }
}
