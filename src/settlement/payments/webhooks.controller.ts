import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type AccordoRequest, Public } from '../../platform/auth/allow';
import { DomainError } from '../../platform/errors/domain-error';
import { Payments } from './payments';
import { TakeEvent } from './take-event';

export class ReceivedView {
  @ApiProperty() readonly received!: boolean;
}

@ApiTags('payments')
@Controller('v1/stripe/webhooks')
export class WebhooksController {
  constructor(
    private readonly payments: Payments,
    private readonly events: TakeEvent,
  ) {}

  @Post()
  @HttpCode(200)
  @Public()
  @ApiOperation({
    summary: 'Receive what Stripe tells',
    description:
      'The signature over the raw bytes is the only credential (`signature-invalid`); a repeated event changes nothing.',
  })
  @ApiBody({ schema: { type: 'object', additionalProperties: true } })
  @ApiOkResponse({ type: ReceivedView })
  async receive(@Req() { rawBody = Buffer.alloc(0), headers }: AccordoRequest): Promise<ReceivedView> {
    const signature = headers['stripe-signature'];
    const checked = this.payments
      .required()
      .verifyWebhook(rawBody, typeof signature === 'string' ? signature : undefined);
    if (checked.outcome !== 'done') throw new DomainError('signature-invalid');
    await this.events.store(checked.event, rawBody.toString('utf8'));
    return { received: true };
  }
}
