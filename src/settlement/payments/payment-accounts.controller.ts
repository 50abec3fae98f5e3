import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By } from '../../platform/auth/allow';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { payeeName } from '../payees/payee-name';
import { OpenPaymentAccount, PaymentAccountBody } from './open-payment-account';

export class PaymentAccountView {
  @ApiProperty({ enum: ['stripe'] }) readonly rail!: string;
  @ApiProperty({ example: 'acct_1', description: 'the account’s id at the provider' }) readonly externalId!: string;
}

@ApiTags('payouts')
@Controller('v1/payment-accounts')
export class PaymentAccountsController {
  constructor(
    private readonly writes: IdempotentWrites,
    private readonly accounts: OpenPaymentAccount,
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
}
